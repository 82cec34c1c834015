import ADCEIO
import ADCEKernel
import ArgumentParser

/// `adce state`: the durable state itself.
struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state",
    abstract: "Verify or export the durable state.",
    usage: "adce state verify|export",
    discussion: """
        adce state verify
        adce state export > state.jsonl
      """,
    subcommands: [Verify.self, Export.self])

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
          try snapshot.export(emit: { print($0) })
        }
      } catch {
        throw global.report(.store(error))
      }
    }
  }
}
