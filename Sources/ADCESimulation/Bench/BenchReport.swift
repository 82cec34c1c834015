internal import ADCEIO

/// What people and programs see of a benchmark.
public struct BenchReport: Sendable {
  public let outcome: Bench.Outcome
  /// Empty where nothing was compared.
  public let judgements: [Judgement]

  public init(_ outcome: Bench.Outcome, _ judgements: [Judgement] = []) {
    self.outcome = outcome
    self.judgements = judgements
  }

  /// Every figure is what it has to be, as far as it can be told.
  public var isKept: Bool {
    judgements.allSatisfy { $0.verdict == .kept || $0.verdict == .unjudged }
  }

  /// A table, and a line that sums it up.
  public var text: String {
    judgements.isEmpty ? figures : comparison
  }

  private var figures: String {
    var table = TextTable([.init("figure"), .init("seen", .right)])
    for figure in outcome.figures { table.append([figure.name.rawValue, figure.text]) }
    return "\(table.text())\n\n\(calibration)"
  }

  private var comparison: String {
    var table = TextTable([
      .init("figure"), .init("budget", .right), .init("seen", .right), .init("verdict"), .init(""),
    ])
    for judgement in judgements {
      table.append([
        judgement.figure.name.rawValue, judgement.bound.text, judgement.figure.text,
        judgement.verdict.rawValue, judgement.difference,
      ])
    }
    let counts = [Judgement.Verdict.kept, .moved, .missed, .unjudged].compactMap { verdict in
      let count = judgements.count { $0.verdict == verdict }
      return count > 0 || verdict == .kept ? "\(count) \(verdict.rawValue)" : nil
    }
    var text = "\(table.text())\n\n\(counts.joined(separator: ", ")). \(calibration)"
    if judgements.contains(where: { $0.verdict == .moved }) {
      text += "\nIf what moved was meant to: `adce-sim bench --update` writes what was counted."
    }
    return text
  }

  private var calibration: String {
    "A pass of the calibration loop took \(Figure.decimal(outcome.passSeconds * 1000, digits: 1)) ms."
  }

  /// One JSON document.
  public var json: String {
    let byName = Dictionary(uniqueKeysWithValues: judgements.map { ($0.figure.name, $0) })
    let figures = outcome.figures.map { figure -> SettingValue in
      var members: [SettingValue.Member] = [
        .init("figure", .text(figure.name.rawValue)), .init("seen", figure.json),
      ]
      if let judgement = byName[figure.name] {
        members.append(judgement.bound.json)
        members.append(.init("verdict", .text(judgement.verdict.rawValue)))
      }
      return .map(members)
    }
    var members: [SettingValue.Member] = [
      .init("calibration_seconds", .number("\(outcome.passSeconds)")),
      .init("optimised", .bool(Bench.isOptimised)), .init("figures", .list(figures)),
    ]
    if !judgements.isEmpty { members.append(.init("kept", .bool(isKept))) }
    return SettingValue.map(members).json
  }
}

extension Figure {
  fileprivate var json: SettingValue {
    switch value {
    case .count(let count): .integer(count)
    case .rate(let number), .timed(let number):
      number.isFinite ? .number("\(number)") : .null
    }
  }
}

extension Bound {
  fileprivate var json: SettingValue.Member {
    switch self {
    case .exact(let count): .init(Word.exact.rawValue, .integer(count))
    case .atMost(let most): .init(Word.atMost.rawValue, .number("\(most)"))
    case .atLeast(let least): .init(Word.atLeast.rawValue, .number("\(least)"))
    }
  }
}
