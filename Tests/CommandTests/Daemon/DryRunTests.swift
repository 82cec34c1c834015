import ADCEIO
import Foundation
import Testing

/// A dry run holds no lock, so whatever it finds may be a living daemon's.
@Suite(.waitsForProcesses) struct DryRunTests {
  @Test func `a dry run beside a daemon leaves its scrapers alone`() throws {
    let project = try CommandProject(
      """
      echo x >> calls
      until [ -f go ]; do sleep 0.05; done
      \(CommandProject.good)
      """, loop: "health_check: {enabled: false}")
    let daemon = BackgroundDaemon(
      options: project.options, state: project.folder.path("state"))
    try daemon.start()
    try #require(wait(20) { Files.exist(project.folder.path("calls")) }, "\(daemon.log)")
    let compared = try project.adce("reconcile", "--dry-run")
    #expect(compared.code == 0, "\(compared)")
    let run = try project.adce("run", "--once", "--dry-run")
    #expect(run.code == 0, "\(run)")
    try project.folder.write("", to: "go")
    #expect(wait(20) { Files.exist(project.folder.path("lake/notes/d.txt")) }, "\(daemon.log)")
    // Whoever is killed is started again.
    #expect(try project.folder.text(of: "calls") == "x\n")
    #expect(try daemon.adce("stop").code == 0)
  }

  @Test func `a dry run makes no folder`() throws {
    let project = try CommandProject(CommandProject.good)
    #expect(try project.adce("reconcile", "--dry-run").code == 0)
    #expect(!Files.exist(project.folder.path("state")))
    #expect(try project.adce("reconcile").code == 0)
    #expect(try project.adce("reconcile", "--dry-run").code == 0)
    #expect(!Files.exist(project.folder.path("state/work")))
  }
}
