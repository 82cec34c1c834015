import Foundation

/// The Python environment that `scripts/test-environment.sh` makes, and what is in it.
package enum ServerPrograms {
  /// Tests/Servers/ServerPrograms.swift is three levels below it.
  package static let repository =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private static let folder = repository + "/.build/test-environment/bin/"

  /// The path of a program in it; nil if it is not there.
  package static func program(_ name: String) -> String? {
    FileManager.default.isExecutableFile(atPath: folder + name) ? folder + name : nil
  }

  package static let hasJuiceFS = program("juicefs") != nil
  /// Python in it, if that has boto3.
  package static let pythonWithBoto3: String? = {
    guard let python = program("python") else { return nil }
    do {
      try run([python, "-c", "import boto3"])
      return python
    } catch { return nil }
  }()
  package static let hasMoto = program("moto_server") != nil

  /// What a test that cannot run without it says.
  package static let comment =
    "needs scripts/test-environment.sh, which could not install its servers here"
}

extension ServerPrograms {
  /// Runs a program to its end, which must be a success.
  static func run(_ command: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ServerProcess.NotRunning(
        description: "\(command): \(String(decoding: said.suffix(2000), as: UTF8.self))")
    }
  }
}

/// A folder of a server's, removed with it.
final class ServerFolder: Sendable {
  let path: String

  init(_ name: String) throws {
    path = NSTemporaryDirectory() + "adce-\(name)-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(atPath: path) } catch {
      print("left behind: \(path): \(error)")
    }
  }
}
