internal import ADCEKernel

extension TaskBoard {
  /// Tasks in one answer, at most.
  public static let limitMax = 1000
  /// Where nothing is said.
  public static let limitStandard = 100

  /// As `/tasks` gives it: totals of all, and the tasks that pass, at most `filter.limit`.
  ///
  /// Ended ones only if their state is asked for, as on the command line.
  public func json(_ filter: TaskFilter) -> SettingValue {
    let passing = tasks.filter { filter.passes($0) }
    let shown = passing.prefix(filter.limit ?? TaskBoard.limitStandard)
    var bySource: [String: Int] = [:]
    for task in tasks where task.state.isLive { bySource[task.source, default: 0] += 1 }
    return .map([
      .init("generated_at", .text(made.iso)),
      .init("total", .count(openByPriority.reduce(0, +))),
      .init(
        "by_priority",
        .map(Priority.allCases.map { .init($0.name, .count(openByPriority[Int($0.rawValue)])) })),
      .init("by_state", .map(byState.map { .init($0.name, .count($0.count)) })),
      .init(
        "by_source",
        .map(bySource.sorted { $0.key < $1.key }.map { .init($0.key, .count($0.value)) })),
      .init("matching", .count(passing.count)), .init("shown", .count(shown.count)),
      .init("tasks", .list(shown.map(\.json))),
    ])
  }

  /// A JSON document a line, as `adce tasks --output json` prints them.
  public func lines(_ filter: TaskFilter) -> String {
    tasks.lazy.filter { filter.passes($0) }.prefix(filter.limit ?? TaskBoard.limitStandard)
      .map { $0.json.json + "\n" }.joined()
  }
}
