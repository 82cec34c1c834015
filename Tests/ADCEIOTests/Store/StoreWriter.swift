import Foundation
import Testing

/// The program `store-writer`, which lies where the tests lie, run as a child.
final class StoreWriter {
  let process = Process()
  private let output = Pipe()
  private let input = Pipe()

  static func path() throws -> String {
    #if os(Linux)
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    #else
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      let tests = try #require(bundle).bundlePath
    #endif
    return URL(fileURLWithPath: tests).deletingLastPathComponent().path + "/store-writer"
  }

  init(_ arguments: String...) throws {
    process.executableURL = URL(fileURLWithPath: try StoreWriter.path())
    process.arguments = arguments
    process.standardOutput = output
    process.standardInput = input
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }

  /// Waits for the first output.
  func firstLine() -> String {
    String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
  }

  func kill() { Foundation.kill(pid, SIGKILL) }

  /// Ends its input, waits for its end, and gives its whole lines (that were not read before).
  func finish() throws -> [String] {
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // After the last newline stands what was cut by a kill, or nothing.
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
}
