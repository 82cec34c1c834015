import ADCEIO
import ADCEKernel
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An operator's wish: the daemon that holds the state carries it out, or, if there is none, it is
/// carried out on the state itself.
struct OperatorSession {
  let global: GlobalOptions

  init(_ global: GlobalOptions) { self.global = global }

  /// `done` says what happened, from how many it concerned.
  func perform(_ action: Request.Action, _ done: (Int) -> String) throws {
    let reply: ControlReply
    if let answer = try ask(.act(action)) {
      reply = answer
    } else {
      let loaded = try global.load(quietly: true)
      do throws(HostFailure) {
        reply = try Host.perform(
          action, stateDirectory: global.stateDirectory, configuration: loaded.kernel)
      } catch {
        throw global.report(error)
      }
    }
    try refuse(reply)
    global.show(reply.result, table: done(reply.count ?? 0))
  }

  /// Does something to tasks, and says of each that it was not done to why; then the command ends
  /// with 1.
  func perform(
    on ids: [UInt64], wanted: String, _ isFit: (TaskView) -> Bool,
    _ action: ([TaskID]) -> Request.Action, done: (Int) -> String
  ) throws {
    let unfit = global.peek { kernel, now in
      ids.compactMap { id -> (id: UInt64, why: String)? in
        guard let task = kernel.task(TaskID(id), at: now) else {
          return (id, "there is no task \(id) (ended ones are kept for a week)")
        }
        return isFit(task) ? nil : (id, "task \(id) is \(task.state.name), not \(wanted)")
      }
    }
    for (_, why) in unfit ?? [] { Terminal.error("adce: \(why)") }
    let fit = ids.filter { id in !(unfit ?? []).contains { $0.id == id } }
    if !fit.isEmpty { try perform(action(fit.map { TaskID($0) }), done) }
    if unfit?.isEmpty == false { throw ExitCode(1) }
  }

  /// What the daemon that holds the state answers; nil if there is none.
  func ask(
    _ command: ControlCommand, waitingMilliseconds: Int64? = 30_000
  ) throws -> ControlReply? {
    // One that has just begun listens in a moment; one that ends lets the state go in a moment.
    for attempt in 0..<40 {
      guard let writer = Store.writer(of: global.stateDirectory) else {
        try global.requireSight()
        return nil
      }
      do throws(ControlClient.Failure) {
        return try ControlClient.ask(
          command, stateDirectory: global.stateDirectory,
          waitingMilliseconds: waitingMilliseconds)
      } catch {
        switch error {
        case .failed(let reason):
          Terminal.error("adce: \(reason)")
          throw ExitCode(75)
        case .noDaemon where attempt == 39:
          throw global.report(
            .store(
              .heldBy(
                directory: global.stateDirectory, pid: writer.pid, since: writer.since)))
        case .noDaemon: usleep(50_000)
        }
      }
    }
    return nil
  }

  /// The same, for what only a daemon can do: without one the command ends with 3.
  func askDaemon(_ command: ControlCommand) throws -> ControlReply {
    guard let reply = try ask(command) else { throw notRunning() }
    return reply
  }

  /// Says that there is no daemon, and gives the exit code for it.
  func notRunning() -> ExitCode {
    Terminal.error("adce: no daemon holds \(global.stateDirectory): it is not running")
    return ExitCode(3)
  }

  /// Ends the command if the answer is a no.
  func refuse(_ reply: ControlReply) throws {
    guard reply.exitCode != 0 else { return }
    Terminal.error("adce: \(reply.message ?? "refused")")
    throw ExitCode(reply.exitCode)
  }
}

extension GlobalOptions {
  /// Ends the command with 77 if this user may not see whether a process holds the state: that
  /// nobody is seen does not mean then that nobody is there.
  func requireSight() throws {
    guard let refusal = Supervisor.refusal(stateDirectory: stateDirectory) else { return }
    Terminal.error("adce: whether adce runs cannot be seen: \(refusal)")
    throw ExitCode(77)
  }
}
