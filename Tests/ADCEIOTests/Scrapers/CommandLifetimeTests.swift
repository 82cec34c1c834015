import ADCEIO
import ADCEKernel
import Glibc
import Testing

/// That nothing a scraper started outlives its attempt.
@Suite struct CommandLifetimeTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  private func settings(_ script: String) throws -> CommandScraperSettings {
    var settings = CommandScraperSettings(
      id: "x", argv: ["/bin/sh", try bench.script(script)], workingDirectory: bench.folder,
      upload: .adce)
    settings.timeoutMilliseconds = 20_000
    settings.graceMilliseconds = 200
    return settings
  }

  /// Which of the processes whose ids stand in a file are alive.
  private func alive() -> [pid_t] {
    bench.text(bench.folder + "/pids").split(whereSeparator: \.isWhitespace)
      .compactMap { pid_t($0) }
      .filter { id in
        guard kill(id, 0) == 0 else { return false }
        let state = bench.text("/proc/\(id)/stat").split(separator: ")").last?.first { $0 != " " }
        return state != "Z"
      }
  }

  private func pidCount() -> Int {
    bench.text(bench.folder + "/pids").split(whereSeparator: \.isWhitespace).count
  }

  @Test func whatIgnoresTERMIsKilledWithItsGrandchildren() async throws {
    var settings = try settings(
      """
      trap '' TERM
      echo $$ >> pids
      sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done' &
      setsid sh -c 'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done' &
      while :; do sleep 1; done
      """)
    settings.timeoutMilliseconds = 1000
    let end = try await bench.run(.command(settings), .fixture(["a/1.json"]))
    #expect(end.failure == .scraperFault)
    #expect(end.message == "ended after its 1 s were over")
    #expect(pidCount() == 3)
    #expect(alive() == [])
  }

  @Test func whatStaysInTheBackgroundAfterANormalExitIsKilled() async throws {
    let settings = try settings(
      """
      sh -c 'echo $$ >> pids; exec sleep 600' &
      setsid sh -c 'echo $$ >> pids; exec sleep 600' &
      while [ "$(wc -l < pids 2>/dev/null || echo 0)" -lt 2 ]; do sleep 0.05; done
      exit 0
      """)
    let end = try await bench.run(.command(settings), .fixture(["a/1.json"]))
    #expect(end.failure == nil)
    #expect(pidCount() == 2)
    #expect(alive() == [])
  }

  @Test func whoEndsOnTERMIsGivenItsGrace() async throws {
    var settings = try settings(
      """
      sh -c 'trap "sleep 0.3; echo graceful >> words; exit" TERM; while :; do sleep 0.1; done' &
      trap 'exit 0' TERM
      echo $$ >> pids
      while :; do sleep 0.1; done
      """)
    settings.timeoutMilliseconds = 500
    settings.graceMilliseconds = 10_000
    let end = try await bench.run(.command(settings), .fixture(["a/1.json"]))
    #expect(end.failure == .scraperFault)
    #expect(bench.text(bench.folder + "/words") == "graceful\n")
  }

  @Test func anAttemptThatIsBrokenOffLeavesItsItemsUntouched() async throws {
    let executor = try bench.executor(
      .command(try settings("echo $$ >> pids; exec sleep 600")))
    async let ended = executor.run(.fixture(["a/1.json", "a/2.json"]))
    while pidCount() == 0 { try await Task.sleep(for: .milliseconds(5)) }
    executor.cancelAll(graceMilliseconds: 100)
    let end = await ended
    #expect(end.failure == .ownFault)
    #expect(end.items.map(\.result) == [.untouched, .untouched])
    #expect(alive() == [])
  }

  @Test func manyCommandsRunAtATime() async throws {
    let executor = try bench.executor(
      .command(
        try settings(
          """
          cp "$ADCE_TASK" "$ADCE_OUTPUT_DIR/t" && mkdir -p "$ADCE_OUTPUT_DIR/a"
          mv "$ADCE_OUTPUT_DIR/t" "$ADCE_OUTPUT_DIR/a/$2.json"
          """)))
    let ends = await withTaskGroup(of: AttemptEnd.self) { group in
      for number in 1...40 {
        group.addTask {
          await executor.run(
            .fixture(["a/\(number).json"], season: "\(number)", attempt: UInt64(number)))
        }
      }
      return await group.reduce(into: [AttemptEnd]()) { $0.append($1) }
    }
    #expect(ends.count == 40)
    #expect(ends.allSatisfy { $0.failure == nil && $0.items.count == 1 })
    for number in 1...40 { #expect(try bench.read("a/\(number).json") != nil) }
  }

  @Test func aMemoryLimitHolds() async throws {
    var settings = try settings("head -c 200000000 /dev/zero | tail -c 199999999 > /dev/null")
    settings.memoryBytesMax = 64 << 20
    let end = try await bench.run(.command(settings), .fixture(["a/1.json"]))
    #expect(end.failure == .scraperFault)
  }

  @Test func whatAnEarlierProcessLeftIsEndedAndRemoved() async throws {
    let left = bench.workDirectory + "/attempt-9"
    mkdir(bench.workDirectory, 0o700)
    mkdir(left, 0o700)
    bench.write(left + "/task.json", "{}")
    // Stands for a scraper whose daemon was killed: it carries the mark, and is no child of ours.
    let script = try bench.script(
      // It waits for the orphan to be in a session of its own: what is still in the script's dies
      // with it.
      """
      ADCE_TASK=\(left)/task.json setsid sh -c 'echo $$ >> pids; exec sleep 600' &
      while [ ! -s pids ]; do sleep 0.02; done
      """,
      name: "orphan.sh")
    var settings = try settings("")
    settings.argv = ["/bin/sh", script]
    // Started by another executor, which does not know the mark and so leaves it alone.
    let other = try ScraperExecutor(
      scrapers: [.command(settings)], lake: bench.lake, client: bench.client,
      workDirectory: bench.folder + "/other")
    _ = await other.run(.fixture(["a/1.json"]))
    #expect(alive().count == 1)
    // Making one does nothing: only who holds the state may know them for leftovers.
    let executor = try bench.executor()
    #expect(alive().count == 1)
    executor.removeLeftovers()
    #expect(alive() == [])
    #expect(access(left, F_OK) != 0)
  }

  @Test func aFolderGoesWhateverTheNamesInIt() async throws {
    let settings = try settings(
      """
      mkdir -p "$ADCE_OUTPUT_DIR/$(printf 'b\\377d')"
      echo x > "$ADCE_OUTPUT_DIR/$(printf 'b\\377d/n\\376me')"
      """)
    let end = try await bench.run(.command(settings), .fixture([]))
    #expect(end.message.contains("stray file"), "\(end.message)")
    #expect(access(bench.workDirectory + "/attempt-1", F_OK) != 0)
  }
}
