internal import ADCEKernel

/// Dates, times of day, schedules, references and seasons.
extension Decode {
  static func date(_ node: YAMLNode) -> Result<CivilDay, FieldFault> {
    let text = node.scalar?.text ?? node.kindForMessages
    if let day = CivilDay(iso: text.utf8) { return .success(day) }
    return .failure(
      FieldFault(mark: node.mark, message: "\(Wording.quoted(text)) is not a date (YYYY-MM-DD)"))
  }

  /// `MM-DD`, a day that every year has.
  static func monthDay(_ node: YAMLNode) -> Result<(month: Int, day: Int), FieldFault> {
    let text = node.scalar?.text ?? node.kindForMessages
    if let day = CivilDay(iso: ("2001-" + text).utf8) {
      return .success((day.components.month, day.components.dayOfMonth))
    }
    return .failure(
      FieldFault(
        mark: node.mark,
        message: "\(Wording.quoted(text)) is not a month and day that every year has (MM-DD)"))
  }

  /// Minutes after midnight; `24:00` is the midnight that ends the day.
  static func clock(_ node: YAMLNode) -> Result<Int, FieldFault> {
    let text = node.scalar?.text ?? node.kindForMessages
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
      let hour = number(parts[0]), let minute = number(parts[1]), minute < 60,
      hour < 24 || (hour == 24 && minute == 0)
    {
      return .success(hour * 60 + minute)
    }
    return .failure(
      FieldFault(mark: node.mark, message: "\(Wording.quoted(text)) is not a time of day (HH:MM)"))
  }

  /// Decimal digits and nothing else.
  static func number(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  static func reference(_ node: YAMLNode) -> Result<CredentialReference, FieldFault> {
    let text = node.scalar?.text ?? ""
    if let reference = CredentialReference(text) { return .success(reference) }
    return .failure(
      FieldFault(
        mark: node.mark,
        message: "expected a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"
          + "; a literal secret is refused"))
  }

  /// The three forms of CONFIG.md §5.
  static func seasons(_ node: YAMLNode) -> Result<Desired.Seasons, FieldFault> {
    switch node.content {
    case .scalar:
      return .failure(
        FieldFault(
          mark: node.mark,
          message: "expected a list of seasons, or a mapping of leagues to years, found "
            + "a scalar"))
    case .list(let items): return listed(items)
    case .map(let entries): return leagues(entries)
    }
  }

  private static func listed(_ items: [YAMLNode]) -> Result<Desired.Seasons, FieldFault> {
    var names: [Desired.SeasonName] = []
    for item in items {
      switch SeasonText(item.scalar?.text ?? item.kindForMessages).listed {
      case .success(let some): names += some
      case .failure(let fault):
        return .failure(FieldFault(mark: item.mark, message: fault.message))
      }
    }
    return .success(.list(names))
  }

  private static func leagues(_ entries: [YAMLEntry]) -> Result<Desired.Seasons, FieldFault> {
    var spans: [Desired.LeagueSpan] = []
    for entry in entries where !entry.value.isAbsent {
      guard let text = entry.value.scalar?.text else {
        return .failure(
          FieldFault(
            mark: entry.value.mark,
            message: "expected a span of years (1946-2025, or 1946-), found "
              + entry.value.kindForMessages))
      }
      switch SeasonText(text).span {
      case .success(let (first, last)):
        spans.append(
          Desired.LeagueSpan(league: entry.key, firstStartYear: first, lastEndYear: last))
      case .failure(let fault):
        return .failure(FieldFault(mark: entry.value.mark, message: fault.message))
      }
    }
    return .success(.leagues(spans))
  }
}

/// A season or years, as text.
struct SeasonText {
  struct Fault: Error { var message: String }

  let text: String
  init(_ text: String) { self.text = text }

  /// At most so many years in one span (CONFIG.md §5).
  static let yearsMax = 150
  private static let years = 1800...2200

  /// `2024-25`, `2024`, `2006-2024`.
  var listed: Result<[Desired.SeasonName], Fault> {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 1, let year = Self.year(parts[0]) { return .success([.year(year)]) }
    if parts.count == 2, let first = Self.year(parts[0]) {
      if parts[1].utf8.count == 2, let last = Decode.number(parts[1]) {
        if (first + 1) % 100 == last { return .success([.named(startYear: first)]) }
        return .failure(
          Fault(message: "\(Wording.quoted(text)) is no season: \(first)-… ends in the year after"))
      }
      if let last = Self.year(parts[1]) {
        return check(first, last, least: first).map { range in range.map { .year($0) } }
      }
    }
    return .failure(
      Fault(
        message: "\(Wording.quoted(text)) is not a season: expected 2024-25, a year, or 2006-2024"))
  }

  /// `1946-2025` (begins in … ends in …) or `1946-`.
  var span: Result<(Int, Int?), Fault> {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 2, let first = Self.year(parts[0]) {
      if parts[1].isEmpty { return .success((first, nil)) }
      if let last = Self.year(parts[1]) {
        return check(first, last, least: first + 1).map { (first, $0.upperBound) }
      }
    }
    return .failure(
      Fault(
        message:
          "\(Wording.quoted(text)) is not a span of years: expected 1946-2025, or 1946- for up to now"
      ))
  }

  private func check(_ first: Int, _ last: Int, least: Int) -> Result<ClosedRange<Int>, Fault> {
    guard last >= least else {
      return .failure(
        Fault(message: "\(Wording.quoted(text)) runs backwards"))
    }
    guard last - first <= Self.yearsMax else {
      return .failure(
        Fault(message: "\(Wording.quoted(text)) spans over \(Self.yearsMax) years"))
    }
    return .success(first...last)
  }

  private static func year(_ part: Substring) -> Int? {
    guard part.utf8.count == 4, let year = Decode.number(part), years.contains(year) else {
      return nil
    }
    return year
  }
}
