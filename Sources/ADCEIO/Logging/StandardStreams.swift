#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Input, output and errors of this process.
public enum StandardStreams {
  /// Puts something in the place of each that the process was started without: the next file that is
  /// opened, the state perhaps, would get its number, and what is printed would be written into it.
  ///
  /// What stands there refuses: reading from it and writing to it fail as on a closed one.
  public static func occupy() {
    for (number, flags) in [(0, O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)] as [(Int32, Int32)]
    where fcntl(number, F_GETFD) == -1 {
      // The lowest number that is free is this one: those below are taken.
      if open("/dev/null", flags) != number { _exit(74) }
    }
  }
}
