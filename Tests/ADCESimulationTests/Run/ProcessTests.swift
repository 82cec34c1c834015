import ADCEKernel
import ADCESimulation
import Foundation
import Testing

/// The same seed in two processes.
struct ProcessTests {
  /// The program as it was built beside these tests; nil if it was not.
  private static var program: URL? {
    #if os(Linux)
      let tests = URL(
        fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/self/exe")) ?? "")
    #else
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      let tests = URL(fileURLWithPath: bundle?.bundlePath ?? "")
    #endif
    let program = tests.deletingLastPathComponent().appendingPathComponent("adce-sim")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }

  private func run(_ program: URL, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text.trimmingCharacters(in: .newlines)
  }

  @Test(.enabled(if: ProcessTests.program != nil, "adce-sim was not built beside the tests"))
  func `the same seed comes to the same digest in two processes, and in this one`() throws {
    let program = try #require(ProcessTests.program)
    let arguments = [
      "run", "--swarm", "--seed", "11", "--duration", "36h", "--json",
    ]
    let first = try run(program, arguments)
    #expect(try run(program, arguments) == first)
    var simulation = Simulation(.swarm(seed: 11, duration: 36 * Span.hour))
    #expect(simulation.run().json == first)
  }
}
