import ADCEIO
import ArgumentParser

/// `adce status`: what runs, and how it is.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show whether adce runs, its components, the queue, the inventory and the cycles.",
    usage: "adce status",
    discussion: "Exits with 3 if no process runs the loop on this state.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let loaded = try global.load(quietly: true)
    let writer = Store.writer(of: global.stateDirectory)
    let observation = try global.observe(loaded, orEmpty: true)
    let status = StatusReport(
      observation.kernel, at: observation.now, writer: writer, dims: nil)
    global.show(status.json, table: status.text)
    if !status.isRunning { throw ExitCode(3) }
  }
}
