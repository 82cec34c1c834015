internal import ADCEKernel

// One scraper with all its settings.

extension ScraperReport {
  public func details(_ index: Int) -> SettingValue {
    let settings = loaded.scrapers[index]
    let kernel = loaded.kernel.scrapers[index]
    guard case .map(var members) = lines[index].json else { return .null }
    members += [
      .init("data_type", settings.dataType.map { .text($0) } ?? .null),
      .init("accepted_parameters", .list(settings.acceptedNames.map { .text($0) })),
      .init("timeout_seconds", .seconds(settings.timeoutMilliseconds)),
      .init("max_attempts", .count(kernel.retry.maxAttempts)),
      .init("requests_per_second", .number("\(Double(kernel.requestsPerSecondMicro) / 1e6)")),
      .init("burst_size", .count(kernel.burst)),
      .init("max_concurrent", .count(kernel.maxConcurrent)),
      .init("user_agent", settings.userAgent.map { .text($0) } ?? .null),
      .init("robots", .text(settings.obeysRobots ? "obey" : "ignore")),
      .init("upload", .text(settings.upload == .itself ? "self" : "adce")),
      .init("storage", settings.storage),
      .init("credentials", .list(settings.credentials.map { .text($0.description) })),
      .init("custom_settings", settings.customSettings),
    ]
    let named = Set(members.map(\.name))
    return .map(members + settings.described.filter { !named.contains($0.name) })
  }

  /// The same for people: a line each, what is inside of a field under its dotted name; what is not
  /// set is left out.
  public func detailsText(_ index: Int) -> String {
    var rows: [(name: String, text: String)] = []
    ScraperReport.flatten(details(index), "", into: &rows)
    let line = lines[index]
    if line.finished > 0 {
      let micro = Int64(line.succeeded) * 1_000_000 / Int64(line.finished)
      let text = HumanText.percent(micro: micro)
      for row in rows.indices where rows[row].name == "success_rate" {
        rows[row].text =
          "\(text) of \(Wording.counted(line.finished, "attempt")) in 7 days"
      }
    }
    let width = rows.map(\.name.columns).max() ?? 0
    return rows.map { row in
      row.name + String(repeating: " ", count: width - row.name.columns + 2) + row.text
    }.joined(separator: "\n")
  }

  private static func flatten(
    _ value: SettingValue, _ name: String, into rows: inout [(name: String, text: String)]
  ) {
    switch value {
    case .null: break
    case .bool(let value): rows.append((name, value ? "yes" : "no"))
    case .integer, .number: rows.append((name, value.json))
    case .text(let text): rows.append((name, String(text.map { $0.isNewline ? " " : $0 })))
    case .list(let items):
      guard !items.isEmpty else { return }
      let texts = items.map { if case .text(let text) = $0 { text } else { $0.json } }
      rows.append((name, texts.joined(separator: " ")))
    case .map(let members):
      for member in members {
        flatten(member.value, name.isEmpty ? member.name : "\(name).\(member.name)", into: &rows)
      }
    }
  }
}

extension ScraperSettings {
  /// The known ones in the order of CONFIG.md, then the others as they are written.
  fileprivate var acceptedNames: [String] {
    Parameter.allCases.filter { accepted.contains($0) }.map(\.rawValue) + acceptedOtherwise
  }

  fileprivate var storage: SettingValue {
    .map([
      .init("s3_bucket", bucket.map { .text($0) } ?? .null),
      .init("s3_prefix", prefix.map { .text($0) } ?? .null),
      .init("local_output_dir", localOutputDirectory.map { .text($0) } ?? .null),
      .init("compression", .bool(compresses)), .init("deduplication", .bool(deduplicates)),
    ])
  }
}
