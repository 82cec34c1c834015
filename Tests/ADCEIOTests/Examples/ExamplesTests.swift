import ADCEKernel
import Testing

@testable import ADCEIO

@Suite(
  .enabled(
    if: Examples.areThere,
    "the shared examples are not beside the package; ADCE_EXAMPLES can say where they are"))
struct ExamplesTests {
  @Test(arguments: Examples.all)
  func `an example's totals, types and gaps are as its answer says`(_ folder: String) throws {
    let answer = try ExampleAnswer.expected(in: folder)
    let ours = try ExampleAnswer.computed(in: folder)
    #expect(ours == answer, "\(difference(from: answer, to: ours))")
  }

  /// Lines that only one side has, in their order.
  private func difference(from answer: [String], to ours: [String]) -> String {
    var lines = ours.difference(from: answer).map { change in
      switch change {
      case .insert(let offset, let element, _): (offset, "  ours:   \(element)")
      case .remove(let offset, let element, _): (offset, "  answer: \(element)")
      }
    }
    lines.sort { $0.0 < $1.0 }
    return "\n" + lines.map(\.1).joined(separator: "\n")
  }
}

/// An example's answer as lines of text, one a fact.
enum ExampleAnswer {
  struct Unreadable: Error {
    var what: String
  }

  /// What `expected.json` says.
  static func expected(in folder: String) throws -> [String] {
    let root = try json(file(folder + "/expected.json"))
    var lines: [String] = []
    for name in ["objects", "unmatched", "attainable"] {
      lines.append("\(name) \(text(root, name))")
    }
    lines.append("total \(numbers(root))")
    let counted = root["counted"]!
    lines.append("counted \(["expected", "present", "missing"].map { text(counted, $0) })")
    for source in root["by_source"]!.map! {
      lines.append("\(source.key) \(numbers(source.value))")
      for type in source.value["data_types"]!.map! {
        let name = "\(source.key).\(type.key)"
        lines.append(
          "\(name) \(text(type.value, "basis")) \(numbers(type.value)) "
            + "surplus \(text(type.value, "surplus")) by \(text(type.value, "scraper"))")
      }
    }
    for gap in root["gaps"]!.list! {
      let what = gap["count"] == nil ? text(gap, "key") : "#" + text(gap, "count")
      lines.append(
        "\(text(gap, "source")).\(text(gap, "data_type")) \(text(gap, "season")) \(what) "
          + "\(text(gap, "kind")) \(text(gap, "priority"))")
    }
    return lines
  }

  /// What the configuration loader, the catalog reader and the kernel say.
  static func computed(in folder: String) throws -> [String] {
    let outcome = ConfigurationLoader.load(
      ConfigurationLocations(configDirectory: folder + "/config"))
    guard let configuration = outcome.configuration else {
      throw Unreadable(what: "\(outcome.errors)")
    }
    let desired = configuration.kernel.desired
    let catalogs = configuration.catalogFiles.map { path in
      do { return Optional(try CatalogFile.read(path)) } catch { return nil }
    }
    let clock = String(decoding: try file(folder + "/now.txt"), as: UTF8.self)
    let now = Instant(iso: Array(clock.utf8.filter { $0 > 0x20 }))!
    let space = KeySpace(desired: desired, catalogs: catalogs, now: now)
    let map = try scan(folder + "/listing.jsonl", space)
    let analysis = Analysis(
      space: space, map: map, desired: desired, policy: configuration.kernel.gaps, now: now,
      unattainable: space.waived(at: now))
    return lines(configuration, space, map, analysis, now)
  }

  private static func scan(_ listing: String, _ space: KeySpace) throws -> CoverageMap {
    var map = CoverageMap(for: space)
    for line in try file(listing).split(separator: 0x0A) {
      let object = try json(Array(line))
      let modified = Instant(iso: Array(text(object, "last_modified").utf8))!
      let facts = ObjectFacts(
        bytes: Int64(text(object, "size"))!, modifiedSeconds: modified.seconds)
      Array(text(object, "key").utf8).withUnsafeBytes {
        map.observe(key: $0, facts: facts, in: space)
      }
    }
    return map
  }

  private static func lines(
    _ configuration: LoadedConfiguration, _ space: KeySpace, _ map: CoverageMap,
    _ analysis: Analysis, _ now: Instant
  ) -> [String] {
    let sources = configuration.kernel.desired.sources
    var lines = [
      "objects \(map.objects)", "unmatched \(map.unmatched)",
      "attainable \(analysis.total.attainable)", "total \(numbers(analysis.total))",
      "counted "
        + "\([analysis.counted.expected, analysis.counted.present, analysis.counted.missing].map(String.init))",
    ]
    for (s, source) in sources.enumerated() {
      var sum = Analysis.Numbers()
      var own: [String] = []
      for (index, type) in space.types.enumerated() where type.source == s {
        if type.basis == .keys { sum += analysis.byType[index] }
        let choice = configuration.dataTypes[s][type.dataType].choice
        let scraper = choice.scraper.map { configuration.scrapers[$0].id } ?? "null"
        own.append(
          "\(source.name).\(source.dataTypes[type.dataType].name) \(type.basis) "
            + "\(numbers(analysis.byType[index])) surplus \(analysis.surplusByType[index]) "
            + "by \(scraper)")
      }
      lines.append("\(source.name) \(numbers(sum))")
      lines += own
    }
    return lines + gaps(configuration, space, map, analysis, now)
  }

  /// Sorted by source, data type, season, key.
  private static func gaps(
    _ configuration: LoadedConfiguration, _ space: KeySpace, _ map: CoverageMap,
    _ analysis: Analysis, _ now: Instant
  ) -> [String] {
    let desired = configuration.kernel.desired
    var gaps: [(order: [String], line: String)] = []
    func add(_ type: Int, _ season: String?, _ key: String?, _ what: String, _ rest: String) {
      let source = desired.sources[space.types[type].source]
      let name = source.dataTypes[space.types[type].dataType].name
      gaps.append(
        (
          [source.name, name, season ?? "", key ?? ""],
          "\(source.name).\(name) \(season ?? "null") \(what) \(rest)"
        ))
    }
    for group in analysis.groups {
      analysis.forEachGap(
        in: group, space: space, map: map, now: now, desired: desired,
        policy: configuration.kernel.gaps
      ) { ordinal in
        var bytes: [UInt8] = []
        space.appendKey(of: ordinal, to: &bytes)
        let key = String(decoding: bytes, as: UTF8.self)
        add(
          group.type, space.segments[group.segment].season?.name, key, key,
          "\(group.kind.name) \(group.priority.name)")
        return true
      }
    }
    for gap in analysis.countedGaps {
      let slot = space.slots[gap.slot]
      add(
        slot.type, slot.season?.name, nil, "#\(gap.missing)", "missing \(gap.priority.name)")
    }
    // By code points, as the answers are.
    gaps.sort {
      $0.order.map { Array($0.unicodeScalars.map(\.value)) }
        .lexicographicallyPrecedes($1.order.map { Array($0.unicodeScalars.map(\.value)) }) {
          $0.lexicographicallyPrecedes($1)
        }
    }
    return gaps.map(\.line)
  }

  private static func numbers(_ numbers: Analysis.Numbers) -> [String] {
    [numbers.expected, numbers.present, numbers.missing, numbers.stale, numbers.undersized]
      .map(String.init)
  }

  private static func numbers(_ node: YAMLNode) -> [String] {
    ["expected", "present", "missing", "stale", "undersized"].map { text(node, $0) }
  }

  private static func text(_ node: YAMLNode, _ name: String) -> String {
    node[name]?.scalar?.text ?? "?"
  }

  private static func file(_ path: String) throws -> [UInt8] {
    guard case .bytes(let bytes) = LocalDisk().read(path) else { throw Unreadable(what: path) }
    return bytes
  }

  /// JSON is YAML.
  private static func json(_ bytes: [UInt8]) throws -> YAMLNode {
    guard let root = YAMLDocument(bytes: bytes, file: 0).root else {
      throw Unreadable(what: String(decoding: bytes, as: UTF8.self))
    }
    return root
  }
}
