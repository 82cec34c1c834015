import Foundation

/// A file system of its own, in memory, as small as a test wants it; unmounted with the test.
final class SmallDisk {
  let path: String

  /// Where `Machine.canMount`.
  static func mount(at path: String, kilobytes: Int) throws -> SmallDisk {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let options = "size=\(kilobytes)k,mode=0700"
    let mounted = try RunningProgram(
      "/bin/mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]
    ).end()
    guard mounted.code == 0 else { throw Refused(description: "tmpfs: \(mounted.errors)") }
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

/// A folder seen through a mount that does not let anybody write: what a disk becomes that had an
/// error, while those who had their files open go on. Lifted with the test.
final class ReadOnlyMask {
  private let path: String
  private var isLifted = false

  /// Where `Machine.canMount`.
  static func put(over path: String) throws -> ReadOnlyMask {
    // Refused while a file is open for writing that was opened since the mount: then another is
    // made.
    var refusal = ""
    for _ in 0..<20 {
      let bound = try RunningProgram("/bin/mount", ["--bind", path, path]).end()
      guard bound.code == 0 else {
        throw SmallDisk.Refused(description: "bind: \(bound.errors)")
      }
      let mask = ReadOnlyMask(path: path)
      let end = try RunningProgram("/bin/mount", ["-o", "remount,bind,ro", path]).end()
      if end.code == 0 { return mask }
      refusal = end.errors
      try mask.lift()
    }
    throw SmallDisk.Refused(description: "read-only: \(refusal)")
  }

  private init(path: String) { self.path = path }

  deinit {
    do { try lift() } catch { print("left mounted: \(path): \(error)") }
  }

  func lift() throws {
    guard !isLifted else { return }
    isLifted = true
    let end = try RunningProgram("/bin/umount", ["--lazy", path]).end()
    guard end.code == 0 else { throw SmallDisk.Refused(description: "umount: \(end.errors)") }
  }
}

/// What the system tells of processes.
enum Processes {
  /// Those that this one has right now.
  static func children(of pid: Int32) -> Set<Int32> {
    let path = "/proc/\(pid)/task/\(pid)/children"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return Set(text.split(separator: " ").compactMap { Int32($0) })
  }

  /// Where each of its descriptors leads.
  static func descriptors(of pid: Int32) -> [Int: String] {
    let folder = "/proc/\(pid)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var result: [Int: String] = [:]
    for name in names {
      guard let number = Int(name) else { continue }
      result[number] = try? FileManager.default.destinationOfSymbolicLink(
        atPath: folder + "/" + name)
    }
    return result
  }
}
