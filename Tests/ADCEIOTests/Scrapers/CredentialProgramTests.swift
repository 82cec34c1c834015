import ADCEIO
import ADCEKernel
import Testing

/// Programs that give secrets: many attempts ask them at the same time.
@Suite struct CredentialProgramTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  @Test func oneProgramServesManyAttemptsAtATime() async throws {
    let program = try bench.script(
      "#!/bin/sh\nsleep 0.$(($$ % 5))\necho API_KEY=hunter2hunter2\n", name: "keys.sh")
    var settings = CommandScraperSettings(
      id: "x",
      argv: ["/bin/sh", try bench.script("[ \"$API_KEY\" = hunter2hunter2 ]")],
      workingDirectory: bench.folder, upload: .adce)
    settings.timeoutMilliseconds = 60_000
    settings.credentials = [.program(program)]
    let executor = try bench.executor(.command(settings))
    let ends = await withTaskGroup(of: AttemptEnd.self) { group in
      for number in 1...24 {
        group.addTask { await executor.run(.fixture([], attempt: UInt64(number))) }
      }
      return await group.reduce(into: [AttemptEnd]()) { $0.append($1) }
    }
    #expect(ends.count == 24)
    #expect(ends.filter { $0.failure != nil }.map(\.message) == [])
  }
}
