import Foundation
import Testing

/// A wall clock that a test sets for the programs that it starts, while they run: a library that is
/// loaded before the C library adds a number of seconds to what that tells.
///
/// The kernel's own times, as those of files, do not follow it.
final class ShiftedClock {
  private let folder: TemporaryFolder

  /// Where `Machine.canShiftClocks`.
  init() throws {
    folder = try TemporaryFolder()
    try folder.write(ShiftedClock.source, to: "clock.c")
    try set(0)
    let compiler = try RunningProgram(
      "/usr/bin/env", ["cc", "-shared", "-fPIC", "-O1", "-o", library, folder.path("clock.c")]
    ).end()
    try #require(compiler.code == 0, "\(compiler)")
  }

  private var library: String { folder.path("clock.so") }

  var environment: [String: String] {
    ["LD_PRELOAD": library, "WALL_CLOCK_SHIFT": folder.path("shift")]
  }

  /// Written over in place: the programs have the file mapped.
  func set(_ seconds: Int64) throws {
    let file = open(folder.path("shift"), O_WRONLY | O_CREAT, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    let count = withUnsafeBytes(of: seconds) { pwrite(file, $0.baseAddress, $0.count, 0) }
    try #require(count == 8)
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <fcntl.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <time.h>
    #include <unistd.h>

    static volatile int64_t *shift;

    __attribute__((constructor)) static void map(void) {
      const char *path = getenv("WALL_CLOCK_SHIFT");
      int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *page = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
      if (page != MAP_FAILED) shift = page;
      close(file);
    }

    int clock_gettime(clockid_t clock, struct timespec *time) {
      int code = (int)syscall(SYS_clock_gettime, clock, time);
      int isWall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
      if (code == 0 && isWall && shift) time->tv_sec += *shift;
      return code;
    }

    int gettimeofday(struct timeval *restrict time, void *restrict zone) {
      struct timespec now;
      (void)zone;
      if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
      time->tv_sec = now.tv_sec;
      time->tv_usec = now.tv_nsec / 1000;
      return 0;
    }

    time_t time(time_t *result) {
      struct timespec now;
      clock_gettime(CLOCK_REALTIME, &now);
      if (result) *result = now.tv_sec;
      return now.tv_sec;
    }
    """
}
