import ADCEIO
import ArgumentParser

/// `adce init`: something to begin with.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a commented starter set of the four files.",
    usage: "adce init <directory>",
    discussion: """
      Makes DIR with config/, inventory/ and a small catalog; overwrites nothing.

        adce init my-lake
        cd my-lake && adce config check && adce reconcile
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The folder to make.") var directory: String

  func run() throws {
    do throws(SystemCallFailure) {
      let written = try StarterProject.write(to: directory)
      if !global.quiet || global.isJSON {
        global.show(
          .map([.init("written", .list(written.map { .text($0) }))]),
          table: (written.map { "wrote \($0)" } + ["next: cd \(directory) && adce config check"])
            .joined(separator: "\n"))
      }
    } catch {
      Terminal.error("adce: \(error.description)")
      throw ExitCode(73)
    }
  }
}
