extension Lowering {
  /// What a command scraper runs: its `command`, else the first program that its id finds.
  mutating func lowerCommand(
    _ setting: Setting, _ scraper: inout ScraperSettings, disk: some ConfigurationDisk
  ) {
    if let megabytes = setting["max_memory_mb"].intIfKnown, megabytes > 0 {
      scraper.memoryBytesMax = Int64(megabytes) << 20
    }
    if let command = setting["command"].texts, let first = command.first, !first.isEmpty {
      scraper.command = interpreted(command, setting)
      if let missing = missing(in: command, disk: disk) {
        scraper.cannotRun = missing
        problems.warn(
          setting["command"].mark, setting["command"].path,
          "scraper `\(scraper.id)` cannot run: \(missing)")
      }
      return
    }
    let candidates = Self.programs(of: scraper.id)
    if let program = candidates.first(where: { disk.isFile(result.projectPath($0)) }) {
      scraper.command = interpreted([program], setting)
    } else {
      scraper.cannotRun =
        "it has no `command`, and none of \(candidates.joined(separator: ", "))"
        + " is there"
    }
  }

  /// CONFIG.md §1, `command`.
  static func programs(of id: String) -> [String] {
    [
      "scripts/etl/\(id).py", "scripts/scrapers/\(id).py", "scripts/autonomous/\(id).py",
      "scripts/autonomous/\(id).sh", "scripts/\(id).py", "scripts/\(id).sh",
    ]
  }

  /// With its interpreter before it, where the first word's suffix has one.
  private func interpreted(_ command: [String], _ setting: Setting) -> [String] {
    guard let suffix = command.first.flatMap(Self.suffix) else { return command }
    let written =
      setting["interpreter"].entries.first { $0.entry.key == suffix }
      ?? settings.root(.scrapers)["global.interpreter"].entries.first { $0.entry.key == suffix }
    if let interpreter = written?.setting.texts { return interpreter + command }
    switch suffix {
    case "py": return ["python3"] + command
    case "sh": return ["bash"] + command
    default: return command
    }
  }

  private static func suffix(_ path: String) -> String? {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    return String(name[name.index(after: dot)...])
  }

  /// What of a command is not there; nil if it can run (CONFIG.md §4, Which scraper).
  private func missing(in command: [String], disk: some ConfigurationDisk) -> String? {
    if let script = command.first(where: { $0.hasSuffix(".py") || $0.hasSuffix(".sh") }) {
      return disk.isFile(result.projectPath(script)) ? nil : "\(script) is not there"
    }
    guard let program = command.first else { return "its command is empty" }
    if program.contains("/") {
      let path = result.projectPath(program)
      if disk.isExecutable(path) { return nil }
      return disk.isFile(path) ? "\(program) is not executable" : "\(program) is not there"
    }
    let folders = (overrides.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
      .split(separator: ":")
    let isOnPath = folders.contains { disk.isExecutable(PathText.join(String($0), program)) }
    return isOnPath ? nil : "\(program) is not on PATH"
  }
}
