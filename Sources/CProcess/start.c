#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Runs in the child of vfork, in the parent's memory: only system calls, and no return.
__attribute__((noinline, noreturn)) static void become(
    const struct adce_process_options *options, pid_t parent, volatile int *failure) {
  int null;
  if (setsid() < 0) goto failed;
  // A handler of ours would be code that is not there after exec, and run in our memory before.
  for (int number = 1; number < NSIG; number++) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    // Fails for SIGKILL, SIGSTOP and the two that the thread library keeps.
    sigaction(number, &action, NULL);
  }
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) goto failed;
  // The parent may have died before that.
  if (getppid() != parent) _exit(127);
  if (chdir(options->working_directory) < 0) goto failed;
  null = open("/dev/null", O_RDONLY);
  if (null < 0) goto failed;
  if (null != 0 && dup2(null, 0) < 0) goto failed;
  if (dup2(options->output, 1) < 0 || dup2(options->errors, 2) < 0) goto failed;
  if (close_range(3, ~0u, 0) < 0) goto failed;
  if (options->memory_bytes_max > 0) {
    struct rlimit limit = {options->memory_bytes_max, options->memory_bytes_max};
    if (setrlimit(RLIMIT_AS, &limit) < 0) goto failed;
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(options->program, options->arguments, options->environment);
failed:
  *failure = errno;
  _exit(127);
}

int adce_process_start(const struct adce_process_options *options, pid_t *id) {
  volatile int failure = 0;
  sigset_t all, before;
  sigfillset(&all);
  // No handler of ours may run in the child while it shares our memory.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t parent = getpid();
  const pid_t child = vfork();
  if (child == 0) become(options, parent, &failure);
  const int vfork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (child < 0) return vfork_error;
  // vfork returns once the child has exec'd or ended: its verdict is in.
  if (failure != 0) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    return failure;
  }
  *id = child;
  return 0;
}

static int raised(int descriptor) {
  if (descriptor >= 3) return descriptor;
  const int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  const int error = errno;
  close(descriptor);
  errno = error;
  return copy;
}

int adce_process_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) return errno;
  for (int i = 0; i < 2; i++) {
    ends[i] = raised(ends[i]);
    if (ends[i] < 0) {
      const int error = errno;
      close(ends[1 - i]);
      return error;
    }
  }
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return 0;
}
