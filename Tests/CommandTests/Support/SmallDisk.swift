import Foundation

/// A file system of its own, in memory, as small as a test wants it; unmounted with the test.
final class SmallDisk {
  let path: String

  /// nil where none can be mounted, which is said.
  static func mount(at path: String, kilobytes: Int) throws -> SmallDisk? {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let options = "size=\(kilobytes)k,mode=0700"
    let mounted = try RunningProgram(
      "/bin/mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]
    ).end()
    guard mounted.code == 0 else {
      print("skipped: no tmpfs can be mounted here: \(mounted.errors)")
      return nil
    }
    return SmallDisk(path: path)
  }

  private init(path: String) { self.path = path }

  deinit {
    do {
      let end = try RunningProgram("/bin/umount", ["--lazy", path]).end()
      if end.code != 0 { print("left mounted: \(path): \(end.errors)") }
    } catch {
      print("left mounted: \(path): \(error)")
    }
  }

  /// Mounts it anew with other options, as `ro` or `size=64m`.
  func remount(_ options: String) throws {
    let end = try RunningProgram("/bin/mount", ["-o", "remount," + options, path]).end()
    guard end.code == 0 else { throw Refused(description: "remount \(options): \(end.errors)") }
  }

  struct Refused: Error, CustomStringConvertible { var description: String }

  private var ballast: String { path + "/ballast" }

  /// Writes until nothing more goes in.
  func fill() throws {
    let file = open(ballast, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard file >= 0 else { throw Refused(description: "\(ballast): errno \(errno)") }
    defer { close(file) }
    let page = [UInt8](repeating: 1, count: 4096)
    while write(file, page, page.count) == page.count {}
  }

  func empty() { unlink(ballast) }
}
