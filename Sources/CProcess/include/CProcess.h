#pragma once
#include "CLinux.h"
#include <stdint.h>
#include <sys/types.h>

/// What a program is started with. All pointers are only read, during the call.
struct adce_process_options {
  /// Its path: nothing is looked for.
  const char *program;
  /// Null-terminated lists.
  char *const *arguments;
  char *const *environment;
  const char *working_directory;
  /// Become its standard output and error; its input is /dev/null. At least 3.
  int output;
  int errors;
  /// RLIMIT_AS in bytes; 0 = as ours.
  uint64_t memory_bytes_max;
};

/// Starts a program as the leader of a new session, with no signal blocked or ignored and no
/// other descriptor of ours open. It is killed when the calling thread ends.
///
/// Returns 0 and its id, or the errno of what failed, up to and including exec.
int adce_process_start(const struct adce_process_options *options, pid_t *id);

/// pipe2 with O_CLOEXEC, both ends at least 3; the reading end does not block. 0 or errno.
int adce_process_pipe(int ends[2]);
