import ADCEIO
import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Starts and stops the daemon of a state directory.
struct DaemonSession {
  let global: GlobalOptions
  /// For the supervisor, beside the options that every command takes.
  var supervisorOptions: [String] = []
  private let progress: ProgressText

  init(_ global: GlobalOptions, supervisorOptions: [String] = []) {
    self.global = global
    self.supervisorOptions = supervisorOptions
    progress = ProgressText(isShown: Terminal.showsProgress && !global.quiet)
  }

  private var directory: String { global.stateDirectory }
  private var files: DaemonFiles { DaemonFiles(stateDirectory: directory) }

  /// Returns once the daemon answers, or ends the command with why it does not.
  func start(_ loaded: LoadedConfiguration) throws {
    let log = files.log(of: loaded)
    if let pid = runningPID {
      Terminal.error("adce: adce is running already (process \(pid))")
      throw ExitCode(75)
    }
    let logBefore = LogReader.size(of: log)
    let supervisor: Int32
    do throws(SupervisorFailure) {
      supervisor = try Supervisor.spawn(
        stateDirectory: directory, log: log,
        arguments: ["adce", "supervise", "--log-file", log] + global.arguments
          + supervisorOptions)
    } catch {
      Terminal.error("adce: \(error)")
      throw ExitCode(error.exitCode)
    }
    defer { progress.end() }
    for tick in 0..<500 {
      if let reply = answer(), case .integer(let pid)? = reply.result["pid"] {
        progress.end()
        global.show(
          .map([.init("running", .bool(true)), .init("pid", .integer(pid))]),
          table: "adce is running, process \(pid); `adce logs` shows what it says")
        return
      }
      var status: Int32 = 0
      if waitpid(supervisor, &status, WNOHANG) == supervisor {
        progress.end()
        say(log, since: logBefore)
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 70
        Terminal.error("adce: adce did not start")
        throw ExitCode(code == 0 ? 1 : code)
      }
      if tick == 100 { progress.show("waiting for adce to answer …") }
      usleep(20_000)
    }
    progress.end()
    say(log, since: logBefore)
    let exit = SupervisorRecord.read(stateDirectory: directory)?.lastExit
    Terminal.error(
      "adce: adce does not answer" + (exit.map { " (it ended with \($0.text))" } ?? " yet")
        + "; its supervisor goes on trying: `adce logs --follow` shows how it fares, `adce stop` ends it"
    )
    throw ExitCode(1)
  }

  /// Returns once nothing runs on the state; false if nothing did.
  func stop() throws -> Bool {
    defer { progress.end() }
    if let supervisor = Supervisor.running(stateDirectory: directory)?.pid {
      let child = SupervisorRecord.read(stateDirectory: directory)?.child
      kill(supervisor, SIGTERM)
      // It kills what has not drained in time by itself.
      guard ends(within: 45, { Supervisor.running(stateDirectory: directory) == nil }) else {
        if let child { kill(-child, SIGKILL) }
        kill(supervisor, SIGKILL)
        ScraperPrograms.kill(stateDirectory: directory)
        Terminal.error("adce: the supervisor did not end: killed")
        return true
      }
      return true
    }
    guard let writer = Store.writer(of: directory) else {
      try global.requireSight()
      return false
    }
    // Not ours to supervise: `adce run`, in a terminal or under another supervisor.
    do throws(ControlClient.Failure) {
      _ = try ControlClient.ask(.act(.drain), stateDirectory: directory)
    } catch {
      if let pid = writer.pid { kill(pid, SIGTERM) }
    }
    let hasEnded = { Store.writer(of: directory) == nil }
    guard !ends(within: 30, hasEnded), let pid = writer.pid else { return true }
    // The second signal breaks off what runs; asked by the socket, it has had none yet.
    kill(pid, SIGTERM)
    usleep(200_000)
    kill(pid, SIGTERM)
    if !ends(within: 8, hasEnded) {
      kill(pid, SIGKILL)
      _ = ends(within: 2, hasEnded)
      ScraperPrograms.kill(stateDirectory: directory)
      Terminal.error("adce: process \(pid) has not ended within 38 s: killed")
    }
    return true
  }

  private func ends(within seconds: Int, _ hasEnded: () -> Bool) -> Bool {
    for tick in 0..<(seconds * 50) {
      if hasEnded() { return true }
      if tick == 100 { progress.show("waiting for what runs to end …") }
      usleep(20_000)
    }
    return hasEnded()
  }

  /// Whoever holds the state, or watches over it.
  private var runningPID: String? {
    if let writer = Store.writer(of: directory) { return writer.pid.map(String.init) ?? "?" }
    guard let supervisor = Supervisor.running(stateDirectory: directory) else { return nil }
    return supervisor.pid.map(String.init) ?? "?"
  }

  private func answer() -> ControlReply? {
    do throws(ControlClient.Failure) {
      return try ControlClient.ask(.ping, stateDirectory: directory, waitingMilliseconds: 1000)
    } catch {
      return nil
    }
  }

  private func say(_ log: String, since offset: Int64) {
    let lines = String(decoding: LogReader.bytes(of: log, from: offset), as: UTF8.self)
      .split(separator: "\n")
    for line in lines.suffix(20) { Terminal.error(String(line)) }
  }
}

/// A line that says what is waited for; only where somebody sees it.
final class ProgressText {
  private let isShown: Bool
  private var isThere = false

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ text: String) {
    guard isShown else { return }
    Terminal.progress(text)
    isThere = true
  }

  func end() {
    if isThere { Terminal.endProgress() }
    isThere = false
  }
}
