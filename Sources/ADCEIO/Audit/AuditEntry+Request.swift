internal import ADCEKernel

extension AuditEntry {
  /// Of a list of keys or tasks so many are named.
  private static let listedMax = 100

  /// An operator's request, as it was asked or with what came of it; now.
  init(_ request: OperatorRequest, outcome: String) {
    var what: [SettingValue.Member] = []
    var why = request.why
    if case .map(let members) = request.command.json {
      for member in members {
        switch (member.name, member.value) {
        case ("version", _), ("command", _), (_, .null): break
        case ("reason", .text(let reason)): why = reason
        case (let name, .list(let items)) where items.count > Self.listedMax:
          what.append(.init(name, .list(Array(items.prefix(Self.listedMax)))))
          what.append(.init("\(name)_total", .count(items.count)))
        default: what.append(member)
        }
      }
    }
    self.init(
      at: Instant(milliseconds: SystemClock.wallMilliseconds), by: Actor(request.by),
      request.command.name, what, why: why, outcome: outcome)
  }

  /// The same with its answer.
  init(_ request: OperatorRequest, _ reply: ControlReply) {
    let done = reply.count.map { "accepted \($0)" } ?? "ok"
    self.init(
      request, outcome: reply.exitCode == 0 ? done : "refused: \(reply.message ?? "")")
  }
}

extension AuditEntry.Actor {
  init(_ person: Operator) {
    self.init(name: person.name, userID: person.userID, way: person.way.rawValue)
  }
}
