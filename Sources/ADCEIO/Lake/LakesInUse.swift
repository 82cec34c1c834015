/// The lakes that are waited for right now, so that the waiting can be ended: the one of the
/// configuration, and those of before a reload for as long as somebody still asks them.
package final class LakesInUse: Sendable {
  private struct State {
    var last: UInt64 = 0
    var lakes: [UInt64: any Lake] = [:]
    var isAbandoned = false
  }

  private let state = Locked(State())

  package init() {}

  /// Asks a lake, and waits for what it answers.
  package func asking<Answer>(_ lake: any Lake, _ body: () -> Answer) -> Answer {
    let (number, isAbandoned) = state.withLock { state in
      state.last += 1
      state.lakes[state.last] = lake
      return (state.last, state.isAbandoned)
    }
    defer { state.withLock { $0.lakes[number] = nil } }
    // What was on its way when all was given up would begin to wait again.
    if isAbandoned { lake.abandon() }
    return body()
  }

  /// Ends every wait with a failure, those too that would begin later. A lake that was abandoned
  /// answers nobody any more.
  package func abandonAll() {
    let lakes = state.withLock { state in
      state.isAbandoned = true
      return Array(state.lakes.values)
    }
    for lake in lakes { lake.abandon() }
  }

  /// Lakes that are opened anew may be asked.
  package func reopen() { state.withLock { $0.isAbandoned = false } }
}
