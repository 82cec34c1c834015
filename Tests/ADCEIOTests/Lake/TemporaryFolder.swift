import ADCEIO
import Foundation

/// A folder of its own for a test, removed with all that is in it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    let name = "adce-test-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    do {
      try FileTree.makeFolders(path)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("left behind: \(path): \(error)")
    }
  }

  func write(_ text: String, to name: String) throws {
    if let slash = name.lastIndex(of: "/") {
      try FileTree.makeFolders("\(path)/\(name[..<slash])")
    }
    try FileTree.write(Array(text.utf8), to: "\(path)/\(name)")
  }
}
