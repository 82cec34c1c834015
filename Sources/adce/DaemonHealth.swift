import ADCEFace
import ADCEIO
import Logging

/// What looks after a loop that goes round for ever: its components are checked now and then, and
/// the HTTP face tells how they are.
final class DaemonHealth {
  let watch: HealthWatch
  private let log: Locked<Logger?>
  private let face: Face
  private var check: HealthCheck?

  init(_ host: Host, _ loaded: LoadedConfiguration, stateDirectory: String) {
    let log = Locked<Logger?>(nil)
    self.log = log
    watch = HealthWatch(
      stateDirectory: stateDirectory, rules: HealthRules(loaded), components: host.components,
      post: host.poster,
      onChange: { change in log.withLock { $0 }.map { DaemonHealth.say(change, $0) } })
    face = Face(
      loaded.health, watch: watch,
      say: { notice in log.withLock { $0 }.map { DaemonHealth.say(notice, $0) } })
  }

  /// Before the host runs.
  func begin(_ observer: inout Host.Observer, of host: Host, _ logger: Logger) {
    log.withLock { $0 = logger }
    observer.report(to: watch) { host.timings }
    let reloaded = observer.onReload
    observer.onReload = { [self] loaded in
      follow(loaded)
      reloaded(loaded)
    }
    check = HealthCheck(watch)
    face.start()
  }

  /// After a reload.
  func follow(_ loaded: LoadedConfiguration) {
    watch.follow(HealthRules(loaded))
    face.follow(loaded.health)
  }

  /// After the host has run.
  func end() {
    check?.stop()
    face.stop()
  }

  private static func say(_ change: HealthWatch.Change, _ log: Logger) {
    let component = change.now
    switch component.condition {
    case .failed: log.error("\(component.name) failed: \(component.message)")
    case .degraded: log.warning("\(component.name) degraded: \(component.message)")
    case .ok where change.was == .failed || change.was == .degraded:
      log.notice("\(component.name) is well again: \(component.message)")
    case .ok, .unknown:
      log.debug("\(component.name) \(component.condition.rawValue): \(component.message)")
    }
  }

  private static func say(_ notice: Face.Notice, _ log: Logger) {
    switch notice {
    case .listening(let url): log.info("the HTTP face listens on \(url)")
    case .open(let address):
      log.warning("the HTTP face listens on \(address): whoever reaches it can read the state")
    case .refused(let reason): log.error("\(reason)")
    }
  }
}
