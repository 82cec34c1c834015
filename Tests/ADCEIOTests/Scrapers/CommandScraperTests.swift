import ADCEIO
import ADCEKernel
import Glibc
import Testing

@Suite struct CommandScraperTests {
  let bench: ScraperBench

  init() throws { bench = try ScraperBench() }

  private func scraper(
    _ script: String, _ upload: ScraperSettings.Upload = .adce,
    _ adjust: (inout CommandScraperSettings) -> Void = { _ in }
  ) throws -> RunnableScraper {
    var settings = CommandScraperSettings(
      id: "espn_box", argv: ["/bin/sh", try bench.script(script)],
      workingDirectory: bench.folder, upload: upload)
    settings.timeoutMilliseconds = 20_000
    adjust(&settings)
    return .command(settings)
  }

  private let keys = ["espn/box/401.json", "espn/box/402.json"]

  private func results(_ end: AttemptEnd) -> [ItemResult] {
    #expect(end.items.map(\.index) == Array(end.items.indices))
    return end.items.map(\.result)
  }

  private func isStored(_ result: ItemResult) -> Bool {
    if case .stored = result { true } else { false }
  }

  @Test func filesLeftForUsAreStoredAndOthersAreStrays() async throws {
    let end = try await bench.run(
      scraper(
        """
        cd "$ADCE_OUTPUT_DIR" && mkdir -p espn/box
        printf one > espn/box/401.json
        printf two > espn/box/402.json
        printf stray > espn/box/999.json
        ln -s /etc/passwd espn/box/link.json
        echo noise
        echo '{"adce":1,"requests":12,"message":"done"}'
        """), .fixture(keys))
    #expect(end.failure == nil)
    #expect(results(end).allSatisfy(isStored))
    #expect(end.requests == 12)
    #expect(end.message == "done; 2 stray files, first espn/box/999.json")
    #expect(try bench.read(keys[0]) == Array("one".utf8))
    #expect(try bench.read(keys[1]) == Array("two".utf8))
    #expect(try bench.read("espn/box/999.json") == nil)
    #expect(access(bench.workDirectory + "/attempt-1", F_OK) != 0)
  }

  @Test func partialSuccessIsKept() async throws {
    let end = try await bench.run(
      scraper(
        """
        mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
        printf one > "$ADCE_OUTPUT_DIR/espn/box/401.json"
        echo "the source is on fire" >&2
        exit 3
        """), .fixture(keys))
    #expect(end.failure == .scraperFault)
    #expect(isStored(results(end)[0]))
    #expect(results(end)[1] == .failed(.scraperFault))
    #expect(end.message == "exit 3; the source is on fire")
  }

  @Test func whatWasPromisedAndIsNotThereIsTheScrapersFault() async throws {
    let end = try await bench.run(
      scraper("echo '{\"adce\":1,\"absent\":[\"espn/box/402.json\"]}'"), .fixture(keys))
    #expect(end.failure == nil)
    #expect(results(end) == [.failed(.scraperFault), .failed(.absent)])
  }

  @Test func aFileThatFailsValidationIsNotStored() async throws {
    let end = try await bench.run(
      scraper(
        """
        mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
        printf '{"a":1}' > "$ADCE_OUTPUT_DIR/espn/box/401.json"
        printf '{"id":1}' > "$ADCE_OUTPUT_DIR/espn/box/402.json"
        """
      ) { $0.rules.jsonFields = ["id"] }, .fixture(keys))
    #expect(results(end)[0] == .failed(.invalid))
    #expect(isStored(results(end)[1]))
    #expect(try bench.read(keys[0]) == nil)
  }

  @Test func whatUploadsItselfIsLookedUp() async throws {
    let stored = try bench.put(keys[1], Array("old".utf8))
    var work = AttemptWork.fixture(keys + ["espn/box/403.json", "espn/box/404.json"], minBytes: 2)
    work.items[1].stored = stored
    work.items[1].storedIsSufficient = true
    let end = try await bench.run(
      scraper(
        """
        mkdir -p lake/espn/box
        printf fresh > lake/espn/box/401.json
        printf x > lake/espn/box/403.json
        [ -z "$ADCE_OUTPUT_DIR" ]
        """, .itself), work)
    #expect(end.failure == nil)
    let results = results(end)
    guard case .stored(let facts, let hash) = results[0] else {
      Issue.record("\(end)")
      return
    }
    #expect(facts.bytes == 5)
    #expect(hash == .zero)
    #expect(results[1] == .failed(.scraperFault))
    #expect(results[2] == .failed(.invalid))
    #expect(results[3] == .failed(.scraperFault))
  }

  @Test func aCopyThatWasLookedAtAndLeftIsCurrent() async throws {
    let stored = try bench.put(keys[0], Array("old".utf8))
    var work = AttemptWork.fixture([keys[0]])
    work.items[0].stored = stored
    work.items[0].storedIsSufficient = true
    let line = #"{"adce":1,"objects":[{"key":"espn/box/401.json","size":3}]}"#
    let end = try await bench.run(scraper("echo '\(line)'", .itself), work)
    #expect(results(end) == [.current(stored)])
  }

  @Test(arguments: [
    ("exit 3", FailureClass.scraperFault, "exit 3"), ("exit 75", .transient, "exit 75"),
    ("kill -SEGV $$", .scraperFault, "killed by signal 11"),
    ("echo 'HTTP 429' >&2; exit 1", .throttled, "exit 1, matches the error pattern 429; HTTP 429"),
    ("echo '{\"adce\":1,\"retry_after\":1.5}'; exit 1", .throttled, "exit 1"),
    (
      "echo '{\"adce\":1,\"permanent\":true,\"message\":\"no such season\"}'", .scraperFault,
      "says that it is permanent; no such season"
    ),
  ])
  func everyEndHasItsClass(script: String, failure: FailureClass, message: String) async throws {
    let end = try await bench.run(
      scraper(script) {
        $0.rules.errorPatterns = [ErrorPattern(match: "429", meaning: .throttled)]
      }, .fixture([keys[0]]))
    #expect(end.failure == failure)
    #expect(results(end) == [.failed(failure)])
    #expect(end.message.hasPrefix(message))
    #expect(end.permanent == script.contains("permanent"))
    #expect(end.retryAfterMilliseconds == (script.contains("retry_after") ? 1500 : nil))
  }

  @Test func aProgramThatIsNotThereIsTheScrapersFault() async throws {
    let missing = CommandScraperSettings(
      id: "x", argv: ["/no/such/program"], workingDirectory: bench.folder, upload: .adce)
    let end = try await bench.run(.command(missing), .fixture([keys[0]]))
    #expect(end.failure == .scraperFault)
    #expect(end.message == "cannot start /no/such/program: No such file or directory")
  }

  @Test func aFloodOfOutputIsReadInBoundedMemoryAndTheLastResultCounts() async throws {
    let before = residentKilobytes()
    let end = try await bench.run(
      scraper(
        """
        mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
        printf one > "$ADCE_OUTPUT_DIR/espn/box/401.json"
        echo '{"adce":1,"requests":1}'
        yes '{"adce":1,"requests":2,"message":"flood"}' | head -c 150000000
        echo
        head -c 150000000 /dev/zero | tr '\\0' x
        echo
        echo '{"adce":1,"requests":3}'
        echo not a result
        echo '{"adce":2,"requests":4}'
        """
      ) { $0.timeoutMilliseconds = 120_000 }, .fixture([keys[0]]))
    #expect(end.failure == nil)
    #expect(end.requests == 3)
    #expect(residentKilobytes() - before < 200_000)
  }

  private func residentKilobytes() -> Int {
    let line = bench.text("/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix("RssAnon:") }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }

  @Test func itsArgumentsAreThoseThatItAccepts() async throws {
    let script = "for a in \"$@\"; do printf '%s|' \"$a\"; done > \"$ADCE_LOCAL_OUTPUT_DIR/args\""
    func arguments(
      _ work: AttemptWork, _ adjust: (inout CommandScraperSettings) -> Void
    ) async throws -> String {
      _ = try await bench.run(
        scraper(script) {
          $0.localOutputDirectory = bench.folder
          $0.extraArguments = ["espn": ["--all"]]
          adjust(&$0)
        }, work)
      return bench.text(bench.folder + "/args")
    }
    var work = AttemptWork.fixture(keys)
    work.dates = CivilDay(iso: "2025-01-15".utf8)!...CivilDay(iso: "2025-01-16".utf8)!
    let usual = try await arguments(work) { _ in }
    #expect(
      usual
        == "--season|2024-25|--game-ids|401,402|--start-date|2025-01-15|--end-date|2025-01-16|")
    let few = try await arguments(work) {
      $0.acceptedParameters = [.days, .playerID, .dryRun]
      $0.isDryRun = true
    }
    #expect(few == "--days|30|--dry-run|")
    work.items[0].parameters = [.init(name: "player_id", value: "2544")]
    work.items[1].parameters = []
    let player = try await arguments(work) { $0.acceptedParameters = [.playerID] }
    #expect(player == "--player-id|2544|")
    let bare = AttemptWork.fixture([], season: nil)
    #expect(try await arguments(bare) { _ in } == "--all|")
  }

  @Test func itsTaskIsADocumentThatOnlyItsOwnerReads() async throws {
    _ = try await bench.run(
      scraper(
        "cp \"$ADCE_TASK\" \"$ADCE_LOCAL_OUTPUT_DIR/task\"; stat -c %a \"$ADCE_TASK\" "
          + "\"$ADCE_OUTPUT_DIR\" > \"$ADCE_LOCAL_OUTPUT_DIR/modes\""
      ) {
        $0.localOutputDirectory = bench.folder
        $0.settings = .object([.init("depth", .number("2"))])
      }, .fixture(keys))
    #expect(
      bench.text(bench.folder + "/task")
        == #"{"adce":1,"task_id":7,"attempt":1,"scraper_id":"espn_box","source":"espn","#
        + #""priority":"high","params":{"data_type":"box_score","season":"2024-25"},"#
        + #""items":[{"key":"espn/box/401.json","params":{"game_id":"401"}},"#
        + #"{"key":"espn/box/402.json","params":{"game_id":"402"}}],"settings":{"depth":2}}"# + "\n"
    )
    #expect(bench.text(bench.folder + "/modes") == "600\n700\n")
  }

  @Test func anObjectThatTheLakeCannotKeepIsAPermanentFault() async throws {
    // Files that are being written are called so, and are no objects.
    let key = "espn/box/.adce-tmp-401.json"
    let script = """
      mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
      echo x > "$ADCE_OUTPUT_DIR/\(key)"
      """
    let all = try await bench.run(scraper(script), .fixture([key]))
    #expect(results(all) == [.failed(.scraperFault)])
    #expect(all.permanent)
    #expect(all.message.contains("a part of it begins with .adce-tmp-"))
    // With another that has failed in its own way, it is no word on the whole attempt.
    let some = try await bench.run(scraper(script), .fixture([key, "espn/box/402.json"]))
    #expect(results(some) == [.failed(.scraperFault), .failed(.scraperFault)])
    #expect(!some.permanent)
  }

  @Test func whatStandsInAnObjectsWayIsAFaultOfTheLake() async throws {
    // Somebody can put it away: the object is tried again.
    _ = try bench.put("espn", [1])
    let script = """
      mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
      echo x > "$ADCE_OUTPUT_DIR/espn/box/401.json"
      """
    let end = try await bench.run(scraper(script), .fixture(["espn/box/401.json"]))
    #expect(results(end) == [.failed(.ownFault)])
    #expect(!end.permanent)
    #expect(end.message.contains("stands in its way"))
  }

  @Test func aWorkDirectoryIsFoundFromWhereTheScraperRuns() async throws {
    let relative = String(repeating: "../", count: 32) + bench.workDirectory.dropFirst()
    let executor = try ScraperExecutor(
      scrapers: [scraper("[ -f \"$ADCE_TASK\" ] && [ -d \"$ADCE_OUTPUT_DIR\" ]")],
      lake: bench.lake, client: bench.client, workDirectory: relative)
    #expect(await executor.run(.fixture([])).failure == nil)
  }

  @Test func whatATaskWithoutKeysAskedForIsAskedOfTheCaller() async throws {
    let executor = try bench.executor(
      scraper(
        """
        mkdir -p "$ADCE_OUTPUT_DIR/espn/box"
        printf one > "$ADCE_OUTPUT_DIR/espn/box/401.json"
        printf two > "$ADCE_OUTPUT_DIR/other"
        """), accepts: { _, key in key.starts(with: "espn/".utf8) })
    let end = await executor.run(.fixture([]))
    #expect(end.failure == nil)
    #expect(end.items.isEmpty)
    #expect(end.message == "stray file other")
    #expect(try bench.read(keys[0]) == Array("one".utf8))
    #expect(try bench.read("other") == nil)
  }
}
