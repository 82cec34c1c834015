import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce state`: the durable state itself.
struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state",
    abstract: "Verify, export, back up or compact the durable state.",
    usage: """
      adce state verify|export
      adce state backup <dir>
      adce state compact
      """,
    discussion: """
        adce state verify
        adce state export > state.jsonl
        adce state backup /backup/adce-monday
        adce state compact

      \(GlobalOptions.hint)
      """,
    subcommands: [Verify.self, Export.self, Backup.self, Compact.self])

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check every record and the digest of them all.",
      usage: "adce state verify",
      discussion: "Exits with 65 if anything is wrong. Works beside a daemon.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: .private) var here = false

    func run() throws {
      guard here else {
        // A damaged map can crash its reader: the child's crash is then the answer.
        throw ExitCode(try ChildProcess.repeatCommand(adding: "--here"))
      }
      let verification: Verification
      do throws(StoreFailure) {
        let store = try Store.open(directory: global.stateDirectory, mode: .readOnly)
        verification = try store.read { snapshot throws(StoreFailure) in try snapshot.verify() }
      } catch {
        throw global.report(.store(error))
      }
      global.show(verification.json, table: verification.text)
      if let failure = verification.failure(path: global.stateDirectory) {
        throw global.report(.store(failure))
      }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the whole state as JSON lines. Works beside a daemon.",
      usage: "adce state export")

    @OptionGroup var global: GlobalOptions

    func run() throws {
      do throws(StoreFailure) {
        let store = try Store.open(directory: global.stateDirectory, mode: .readOnly)
        try store.read { snapshot throws(StoreFailure) in
          try snapshot.export(emit: { Output.line($0) })
        }
      } catch {
        throw global.report(.store(error))
      }
    }
  }

  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy the state into a new directory, and verify the copy.",
      usage: "adce state backup <dir>",
      discussion: """
        Works beside a daemon. The directory must not be there, or be empty; it appears
        when the copy is whole. To restore, stop adce and put the copy's data.mdb in
        the place of the state's. What was done since the backup is then unknown, and
        found again by the next scan.
        """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: .init("A directory that is not there yet.", valueName: "dir")) var target:
      String
    @Flag(help: .private) var here = false

    func run() throws {
      guard here else {
        // A damaged map can crash its reader: the child's crash is then the answer.
        throw ExitCode(try ChildProcess.repeatCommand(adding: "--here"))
      }
      do throws(StoreFailure) {
        let copy = try global.telling("state_backup", [.init("directory", .text(target))]) {
          () throws(StoreFailure) in
          try Store.backup(directory: global.stateDirectory, to: target)
        }
        guard case .map(let members) = copy.json else { return }
        global.show(
          .map([.init("directory", .text(target))] + members), table: "\(target)\n\(copy.text)")
      } catch {
        guard case .cannotCreate(let path, let reason) = error else {
          throw global.report(.store(error))
        }
        Terminal.error("adce: \(path): cannot create it: \(reason); name another directory for it")
        throw ExitCode(error.exitCode)
      }
    }
  }

  struct Compact: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rewrite the state's file without its unused space.",
      usage: "adce state compact",
      discussion: """
        Only while nothing else has the state open: with a daemon running it changes
        nothing and ends with 75. The old file is kept until the new one is verified.
        """)

    @OptionGroup var global: GlobalOptions
    @Flag(help: .private) var here = false

    func run() throws {
      guard here else {
        throw ExitCode(try ChildProcess.repeatCommand(adding: "--here"))
      }
      do throws(StoreFailure) {
        let (before, after, state) = try global.telling("state_compact") {
          () throws(StoreFailure) in
          try Store.compact(directory: global.stateDirectory)
        }
        guard case .map(let members) = state.json else { return }
        global.show(
          .map(
            [
              .init("bytes_before", .integer(Int64(before))),
              .init("bytes_after", .integer(Int64(after))),
            ] + members),
          table: """
            \(HumanText.bytes(Int64(before))) before, \(HumanText.bytes(Int64(after))) now
            \(state.text)
            """)
      } catch {
        throw global.report(.store(error))
      }
    }
  }
}

extension GlobalOptions {
  /// Does something to the state that the audit log tells of, before it and after.
  fileprivate func telling<Result>(
    _ action: String, _ what: [SettingValue.Member] = [],
    _ deed: () throws(StoreFailure) -> Result
  ) throws(StoreFailure) -> Result {
    try AuditLog.telling(
      action, what, stateDirectory: stateDirectory, reason: { $0.message },
      onTrouble: { Terminal.error("adce: \($0)") }, deed)
  }
}
