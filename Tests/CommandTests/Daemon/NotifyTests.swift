import ADCEIO
import Foundation
import Testing

/// What systemd is told, by the socket that it would name.
@Suite(.waitsForProcesses) struct NotifyTests {
  @Test(arguments: [false, true])
  func `it says when it is ready, that it goes on, when it reloads and stops`(
    _ isAbstract: Bool
  ) throws {
    let lake = try DemoLake()
    let ear = try NotifyEar(lake.folder, isAbstract: isAbstract)
    let run = try lake.start("run", environment: ear.environment(watchdogMilliseconds: 400))
    #expect(wait(20) { ear.heard.contains { $0.hasPrefix("READY=1\nSTATUS=") } }, "\(ear.heard)")
    #expect(wait(20) { ear.heard.contains { $0.hasPrefix("STATUS=cycle ") } }, "\(ear.heard)")
    let fed = ear.heard.count { $0 == "WATCHDOG=1" }
    #expect(wait(10) { ear.heard.count { $0 == "WATCHDOG=1" } >= fed + 3 }, "\(ear.heard)")
    run.send(SIGHUP)
    #expect(wait(10) { ear.heard.count { $0.hasPrefix("READY=1") } == 2 }, "\(ear.heard)")
    let reloading = try #require(ear.heard.firstIndex { $0.hasPrefix("RELOADING=1\n") })
    #expect(ear.heard[reloading].contains("\nMONOTONIC_USEC="))
    #expect(try #require(ear.heard.lastIndex { $0.hasPrefix("READY=1") }) > reloading)
    run.send(SIGTERM)
    #expect(try run.end(within: 10).code == 0)
    #expect(ear.heard.contains { $0.hasPrefix("STOPPING=1") }, "\(ear.heard)")
  }

  @Test func `a loop that hangs no longer feeds the watchdog, though its other threads live`()
    throws
  {
    let lake = try DemoLake()
    let ear = try NotifyEar(lake.folder, isAbstract: false)
    let run = try lake.start("run", environment: ear.environment(watchdogMilliseconds: 400))
    #expect(wait(20) { ear.heard.contains { $0.hasPrefix("STATUS=cycle ") } }, "\(ear.heard)")
    // Reading the catalogs is the loop's own work, and a pipe that nobody writes to never ends.
    let games = lake.folder.path("catalogs/games.csv")
    try FileManager.default.removeItem(atPath: games)
    try #require(mkfifo(games, 0o600) == 0)
    let state = lake.folder.path("state")
    let asker = try Program.adce.start(lake.options + ["reconcile"])
    defer { asker.send(SIGKILL) }
    usleep(1_500_000)
    let fed = ear.heard.count { $0 == "WATCHDOG=1" }
    usleep(1_500_000)
    #expect(ear.heard.count { $0 == "WATCHDOG=1" } == fed)
    // The socket still takes connections: a thread of its own.
    close(try controlConnection(state))
    run.send(SIGKILL)
  }

  @Test func `what systemd tells its own process is not told on to the background`() throws {
    let lake = try DemoLake()
    let ear = try NotifyEar(lake.folder, isAbstract: false)
    let daemon = BackgroundDaemon(lake)
    let start = try Program.adce.run(
      lake.options + ["start"], environment: ear.environment(watchdogMilliseconds: 400))
    #expect(start.code == 0, "\(start)")
    #expect(try daemon.adce("stop").code == 0)
    #expect(ear.heard == [])
  }
}

@Suite(.waitsForProcesses) struct UnitFileTests {
  private static let unit = Repository.path + "/packaging/adce.service"

  @Test func `systemd starts again what may pass by itself, and not what only a person can help`()
    throws
  {
    let unit = String(decoding: try Files.bytes(UnitFileTests.unit), as: UTF8.self)
    let line = unit.split(separator: "\n").first { $0.hasPrefix("RestartPreventExitStatus=") }
    #expect(line == "RestartPreventExitStatus=64 65 78")
    #expect(unit.contains("\nStartLimitIntervalSec=0\n"))
  }

  @Test(.enabled(if: Machine.hasSystemdAnalyze, "needs systemd-analyze (Debian: systemd)"))
  func `systemd finds nothing wrong with the unit, and little exposed`() throws {
    let tool = Machine.systemdAnalyze
    // The program is looked for where the unit says, and is not there.
    let folder = try TemporaryFolder()
    let unit = String(decoding: try Files.bytes(UnitFileTests.unit), as: UTF8.self)
    try folder.write(
      unit.replacing("/usr/local/bin/adce", with: "/bin/true"), to: "adce.service")
    let verified = try RunningProgram(
      tool, ["verify", "--man=no", folder.path("adce.service")]
    ).end(within: 30)
    #expect(verified.code == 0, "\(verified)")
    #expect(!verified.errors.contains("adce.service"), "\(verified)")
    let security = try RunningProgram(
      tool, ["security", "--offline=true", "--threshold=30", folder.path("adce.service")]
    ).end(within: 30)
    #expect(security.code == 0, "\(security)")
    #expect(security.output.contains("Overall exposure level for adce.service: "))
  }
}

/// The other end of a NOTIFY_SOCKET.
final class NotifyEar {
  private let descriptor: Int32
  private let name: String
  private var messages: [String] = []

  init(_ folder: TemporaryFolder, isAbstract: Bool) throws {
    name = isAbstract ? "@adce-test-\(UUID().uuidString)" : folder.path("notify.sock")
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if isAbstract { bytes[0] = 0 }
    try #require(bytes.count < 108)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
    let code = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(size))
      }
    }
    try #require(code == 0, "\(String(cString: strerror(errno)))")
  }

  deinit { close(descriptor) }

  func environment(watchdogMilliseconds: Int) -> [String: String] {
    ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": String(watchdogMilliseconds * 1000)]
  }

  /// All messages so far, in order.
  var heard: [String] {
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { return messages }
      messages.append(String(decoding: chunk[..<count], as: UTF8.self))
    }
  }
}
