import ADCEIO
import ADCEKernel
import ArgumentParser

/// An operator's wish, carried out on the state itself while no daemon holds it.
struct OperatorSession {
  let global: GlobalOptions

  init(_ global: GlobalOptions) { self.global = global }

  /// `done` says what happened, from how many it concerned.
  func perform(_ action: Request.Action, _ done: (Int) -> String) throws {
    let loaded = try global.load(quietly: true)
    let answer: Effect.Answer
    do throws(HostFailure) {
      answer = try Host.perform(
        action, stateDirectory: global.stateDirectory, configuration: loaded.kernel)
    } catch {
      throw global.report(error)
    }
    switch answer {
    case .accepted(let count):
      global.show(.map([.init("accepted", .integer(Int64(count)))]), table: done(count))
    case .refused(let reason):
      Terminal.error("adce: \(reason)")
      throw ExitCode(1)
    }
  }
}
