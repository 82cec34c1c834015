#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension DataFile {
  /// Whether the file cannot grow now, asked by making it a mebibyte longer for a moment.
  ///
  /// For the writer alone. Sound beside readers: no commit refers to what lies past the end, and a
  /// commit that failed for lack of room has left the file as long as the disk allows.
  static func lacksRoom(_ path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    let probe = [UInt8](repeating: 0, count: 1 << 20)
    let written = pwrite(descriptor, probe, probe.count, status.st_size)
    let code = errno
    if written > 0 { ftruncate(descriptor, status.st_size) }
    if written >= 0 { return written < probe.count }
    return [ENOSPC, EDQUOT, EFBIG].contains(code)
  }
}
