import ADCEIO
import Glibc
import Testing

/// The tests' own Python environment, which `scripts/test-environment.sh` makes.
enum TestEnvironment {
  /// Where a source file lies.
  static func folder(of file: String) -> String {
    file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }

  /// `.build/test-environment` at the root of the package: this file is at
  /// Tests/ADCEIOTests/S3/TestEnvironment.swift.
  static let path: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/") + "/.build/test-environment"
  }()

  static let isThere: Bool = {
    do { return try FileTree.exists(path + "/installed") } catch { return false }
  }()

  /// Why it is not there.
  static let reason: Comment = {
    let said =
      (try? FileTree.read(path + ".reason")) ?? Array("run scripts/test-environment.sh".utf8)
    return Comment(rawValue: "no test environment: " + String(decoding: said, as: UTF8.self))
  }()

  /// What its Python prints when it runs a script.
  static func output(of command: String) throws -> [UInt8] {
    let pipe = try #require(popen("'\(path)/bin/python' \(command)", "r"))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, pipe)
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    #expect(pclose(pipe) == 0)
    return bytes
  }
}
