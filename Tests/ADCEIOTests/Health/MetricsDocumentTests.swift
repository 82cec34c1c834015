import ADCEIO
import ADCEKernel
import Testing

struct MetricsDocumentTests {
  /// Metrics of a world in which attempts have ended, some well.
  private func text(present: Int = 12) throws -> String {
    var world = HealthWorld()
    let folder = TemporaryFolder()
    let watch = HealthWatch(stateDirectory: folder.path, rules: world.rules, post: { _ in })
    world.start()
    world.cycle(present: present)
    for case .start(let attempt) in world.effects {
      let failure: FailureClass? = attempt.number % 2 == 0 ? .throttled : nil
      let facts = ObjectFacts(bytes: 1000, modifiedSeconds: world.now.seconds)
      let item = AttemptEnd.Item(
        index: 0, result: failure.map { .failed($0) } ?? .stored(facts, contentHash: .zero))
      let end = Event.attemptEnded(
        AttemptEnd(attempt: attempt, failure: failure, items: [item]))
      watch.took(end, world.kernel, world.now + 1500)
    }
    watch.released(
      .alert(Alert(.vanished, "much is gone")),
      timings: .init())
    watch.components.restarted("http_face")
    watch.ask(.figures)
    watch.stepped(world.kernel, world.now)
    return try #require(watch.metricsText())
  }

  @Test func `each sample belongs to the family begun last, which has a help and a type`() throws {
    var family = ""
    var kind = ""
    var families: Set<String> = []
    for line in try text().split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3)
      if line.hasPrefix("# HELP ") {
        family = String(words[2])
        #expect(words.count == 4 && !words[3].isEmpty)
        #expect(families.insert(family).inserted, "\(family) comes twice")
        kind = ""
      } else if line.hasPrefix("# TYPE ") {
        #expect(words[2] == family)
        kind = String(words[3])
      } else {
        let name = line.prefix { $0 != "{" && $0 != " " }
        #expect(
          name == family
            || kind == "summary" && ["\(family)_sum", "\(family)_count"].contains(name))
        #expect(line.contains(/^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+$/))
        #expect(family.hasSuffix("_total") == (kind == "counter"), "\(family) is a \(kind)")
      }
    }
    #expect(families.count > 50)
  }

  @Test func `the figures are those of the world`() throws {
    let lines = Set(try text().split(separator: "\n").map(String.init))
    let type = #"{source="stats",data_type="box",basis="keys"}"#
    for expected in [
      "adce_coverage_expected_objects\(type) 20", "adce_coverage_present_objects\(type) 12",
      "adce_coverage_missing_objects\(type) 8", "adce_completeness_ratio 0.600000",
      #"adce_gaps{priority="high"} 8"#, #"adce_tasks{state="running"} 8"#,
      #"adce_attempts_total{scraper="stats_box",outcome="succeeded"} 4"#,
      #"adce_attempts_total{scraper="stats_box",outcome="throttled"} 4"#,
      #"adce_attempt_duration_seconds_sum{scraper="stats_box"} 12.000"#,
      #"adce_attempt_duration_seconds_count{scraper="stats_box"} 8"#,
      #"adce_attempts_running{scraper="stats_box"} 8"#,
      "adce_objects_stored_total 4", "adce_stored_bytes_total 4000",
      #"adce_limit_requests{scope="global",source="",window="minute"} 600"#,
      #"adce_limit_used_requests{scope="source",source="stats",window="minute"} 8"#,
      "adce_cycles_total 1", #"adce_alerts_total{kind="vanished"} 1"#,
      #"adce_component_restarts_total{component="http_face"} 1"#,
      #"adce_component_status{component="s3",status="ok"} 1"#,
      #"adce_lake_snapshot_timestamp_seconds{source="directory"} 1736942400.000"#,
    ] {
      #expect(lines.contains(expected), "\(expected) is missing")
    }
  }

  @Test func `the process tells of itself`() throws {
    let text = try text()
    for name in [
      "process_cpu_seconds_total", "process_resident_memory_bytes",
      "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
      "process_start_time_seconds", "adce_build_info",
    ] {
      #expect(text.contains("\n\(name)"), "\(name)")
    }
  }

  @Test func `labels are escaped`() {
    var out = PrometheusText()
    out.begin("x", .gauge, "a\\b\nc\"d")
    out.sample(1, ["path": "a\"b\\c\nd"])
    #expect(out.text == "# HELP x a\\\\b\\nc\"d\n# TYPE x gauge\nx{path=\"a\\\"b\\\\c\\nd\"} 1\n")
    #expect(PrometheusText.seconds(-5) == "-0.005")
    #expect(PrometheusText.seconds(61_050) == "61.050")
  }

  @Test func `tasks are bounded and filtered`() throws {
    var world = HealthWorld()
    let folder = TemporaryFolder()
    let watch = HealthWatch(stateDirectory: folder.path, rules: world.rules, post: { _ in })
    world.start()
    world.cycle(present: 12)
    watch.ask(.tasks)
    watch.stepped(world.kernel, world.now)
    let board = try #require(watch.current?.tasks)
    var filter = TaskFilter()
    filter.limit = 3
    let some = board.json(filter)
    #expect(some["matching"] == .integer(8))
    #expect(some["shown"] == .integer(3))
    #expect(some["by_source"]?["stats"] == .integer(8))
    filter.state = .parked
    #expect(board.json(filter)["matching"] == .integer(0))
    filter.state = .running
    #expect(board.lines(filter).split(separator: "\n").count == 3)
  }
}
