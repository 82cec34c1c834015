public import ADCEKernel

extension Host {
  /// Carries out an operator's wish on a state that no daemon holds, and commits it.
  ///
  /// - Parameter onRequest: told of it with its outcome, as a running host's desk does.
  public static func perform(
    _ action: Request.Action, stateDirectory: String, configuration: Configuration,
    onRequest: (OperatorRequest, ControlReply) -> Void = { _, _ in }
  ) throws(HostFailure) -> ControlReply {
    let reply = ControlReply(
      try answer(action, stateDirectory: stateDirectory, configuration: configuration))
    onRequest(OperatorRequest(.act(action), by: .ours(.command)), reply)
    return reply
  }

  /// Effects other than the answer concern a running daemon only: there is none.
  private static func answer(
    _ action: Request.Action, stateDirectory: String, configuration: Configuration
  ) throws(HostFailure) -> Effect.Answer {
    // To act on nothing makes nothing: this throws `absent` where there is no state.
    try open(stateDirectory, .readOnly).close()
    var store = try open(stateDirectory, .readWrite)
    var kernel = try kernel(of: store, configuration)
    let clock = SystemClock(continuing: kernel.bootClock)
    var decision = Decision()
    // No host's: what a daemon that was killed left under way is carried on, too, and answered.
    let number = UInt64.max
    kernel.step(
      .started(Event.Start(after: .observer, mode: .observer)), at: clock.now, into: &decision)
    kernel.step(
      .requested(Request(id: number, action: action)), at: clock.now, into: &decision)
    // What is too much for one step goes on in the next.
    while decision.wakeAt <= clock.now {
      kernel.step(.woken, at: clock.now, into: &decision)
    }
    var answer: Effect.Answer?
    for case .answered(number, let given) in decision.effects { answer = given }
    guard let answer else { preconditionFailure("the kernel did not answer \(action)") }
    // Before it is done: nothing is done that the audit log does not tell; and then what came of it.
    let request = OperatorRequest(.act(action), by: .ours(.command))
    let audit = AuditLog(stateDirectory: stateDirectory)
    audit.record([AuditEntry(request, outcome: "asked")], durably: true)
    do throws(StoreFailure) {
      if !decision.mutations.isEmpty {
        try store.commit(
          decision, sequence: store.meta.sequence + 1, digest: kernel.digest, at: clock.now)
      }
    } catch {
      let reply = ControlReply.refused(error.exitCode, error.message)
      audit.record([AuditEntry(request, reply)], durably: true)
      throw .store(error)
    }
    audit.record([AuditEntry(request, ControlReply(answer))], durably: true)
    return answer
  }

  /// Stops what is running, without waiting for it to end by itself; from any thread.
  public var stopper: @Sendable () -> Void {
    let (executor, lakes) = (executor, lakes)
    return {
      executor.cancelAll(graceMilliseconds: 5000)
      lakes.abandonAll()
    }
  }
}

extension ControlReply {
  /// What the kernel answered.
  init(_ answer: Effect.Answer) {
    switch answer {
    case .accepted(let count): self = .accepted(count)
    case .refused(let reason): self = .refused(1, reason)
    }
  }
}
