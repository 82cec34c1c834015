internal import ADCEKernel

// The kernel's requests as the control socket carries them.

extension Request.Action {
  var controlName: String {
    switch self {
    case .reconcile: "reconcile_later"
    case .pause: "pause"
    case .resume: "resume"
    case .retry: "retry"
    case .cancel: "cancel"
    case .waive: "waive"
    case .clearQueue: "clear_queue"
    case .acceptVanished: "accept_vanished"
    case .drain: "stop"
    }
  }

  var controlMembers: [SettingValue.Member] {
    switch self {
    case .reconcile, .clearQueue, .acceptVanished, .drain: return []
    case .pause(let source), .resume(let source):
      return [.init("source", source.map { .text($0) } ?? .null)]
    case .retry(let tasks), .cancel(let tasks):
      return [.init("tasks", .list(tasks.map { .integer(Int64(clamping: $0.number)) }))]
    case .waive(let keys, let reason, let until):
      return [
        .init("keys", .list(keys.map { .text(String(decoding: $0, as: UTF8.self)) })),
        .init("reason", .text(reason)),
        .init("until", until.map { .text($0.iso) } ?? .null),
      ]
    }
  }

  init(control name: String, _ document: JSONValue) throws(ControlCommand.Misread) {
    switch name {
    case "reconcile_later": self = .reconcile
    case "pause": self = .pause(source: document["source"]?.text)
    case "resume": self = .resume(source: document["source"]?.text)
    case "retry": self = .retry(try Self.tasks(document))
    case "cancel": self = .cancel(try Self.tasks(document))
    case "clear_queue": self = .clearQueue
    case "accept_vanished": self = .acceptVanished
    case "stop": self = .drain
    case "waive":
      let keys = (document["keys"]?.elements ?? []).compactMap(\.text)
      guard !keys.isEmpty, let reason = document["reason"]?.text else {
        throw .init(reason: "waive wants keys and a reason")
      }
      var until: CivilDay?
      if let text = document["until"]?.text {
        until = CivilDay(iso: text.utf8)
        if until == nil { throw .init(reason: "\"\(text)\" is no day") }
      }
      self = .waive(keys: keys.map { Array($0.utf8) }, reason: reason, until: until)
    default: throw .init(reason: "the daemon knows no command \"\(name)\"")
    }
  }

  private static func tasks(_ document: JSONValue) throws(ControlCommand.Misread) -> [TaskID] {
    let numbers = document["tasks"]?.elements ?? []
    let tasks = numbers.compactMap { $0.integer.flatMap { UInt64(exactly: $0) } }
    guard !tasks.isEmpty, tasks.count == numbers.count else {
      throw .init(reason: "no numbers of tasks")
    }
    return tasks.map { TaskID($0) }
  }
}
