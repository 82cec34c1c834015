import Foundation

/// A folder of its own for a test, removed with all that is in it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "adce-command-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("left behind: \(path): \(error)")
    }
  }

  func path(_ name: String) -> String { path + "/" + name }

  func write(_ text: String, to name: String) throws {
    let file = path(name)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  func text(of name: String) throws -> String {
    String(decoding: try Files.bytes(path(name)), as: UTF8.self)
  }
}

/// Plain files.
enum Files {
  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Copies a folder with all that is in it; the copy can be written, whatever the original is.
  static func copy(_ folder: String, to copy: String) throws {
    try FileManager.default.copyItem(atPath: folder, toPath: copy)
    let subfolders = FileManager.default.subpaths(atPath: copy)?.map { copy + "/" + $0 } ?? []
    for path in [copy] + subfolders {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        chmod(path, 0o755)
      }
    }
  }

  static func exist(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// Paths of all files below a folder, relative to it, sorted.
  static func below(_ folder: String) -> [String] {
    var result: [String] = []
    guard let walk = FileManager.default.enumerator(atPath: folder) else { return [] }
    for case let name as String in walk {
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(
        atPath: folder + "/" + name, isDirectory: &isFolder)
      if isThere, !isFolder.boolValue { result.append(name) }
    }
    return result.sorted()
  }
}

/// Where the repository is.
enum Repository {
  /// Tests/CommandTests/Support/TemporaryFolder.swift is four levels below it.
  static let path = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
}

/// A reproducible sequence: SplitMix64 (Steele, Lea, Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
