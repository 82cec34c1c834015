import ArgumentParser

@main
struct AdceSim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adce-sim",
    abstract: "The kernel of adce on virtual time, against a simulated world.",
    usage: "adce-sim <subcommand>",
    discussion: """
      The same decisions as in the daemon, in a world made from a seed: a lake of
      172,754 objects, sources that sometimes fail, seasons that go on.

        adce-sim run --seed 7 --duration 24h
        adce-sim run --seed 7 --json
      """,
    subcommands: [
      RunCommand.self, SwarmCommand.self, ReplayCommand.self, ShrinkCommand.self,
      CrashPointsCommand.self, BenchCommand.self, ServeCommand.self, DemoCommand.self,
      OriginCommand.self, FixturesCommand.self, WorldCommand.self,
    ])
}
