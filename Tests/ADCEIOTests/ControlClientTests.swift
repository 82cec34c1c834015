import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

/// What a command makes of a daemon that does not hear it out.
struct ControlClientTests {
  @Test func `an answer that comes before the question is heard`() throws {
    let folder = TemporaryFolder()
    let socket = try ControlSocket.listen(folder.path).release()
    defer { close(socket) }
    // As the daemon does with one visitor too many: it says so and hangs up.
    Thread {
      let visitor = accept(socket, nil, nil)
      let answer = Array((ControlReply.refused(75, "busy").json.json + "\n").utf8)
      _ = send(visitor, answer, answer.count, Int32(MSG_NOSIGNAL))
      close(visitor)
    }.start()
    // More than a socket holds: it is still being sent then.
    let keys = (0..<20_000).map { Array("\($0)\(String(repeating: "k", count: 100))".utf8) }
    let reply = try ControlClient.ask(
      .act(.waive(keys: keys, reason: "none", until: nil)), stateDirectory: folder.path)
    #expect(reply.exitCode == 75)
  }
}
