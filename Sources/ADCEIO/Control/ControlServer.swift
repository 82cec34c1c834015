internal import Glibc

/// Answers commands on the control socket of a state directory: one thread takes connections, each
/// connection has one more. Bounded in connections, bytes and time.
final class ControlServer: Sendable {
  typealias Reply = @Sendable (ControlReply) -> Void

  static let connectionsMax = 16
  /// For a command to arrive, and for its reply to be taken.
  static let transferMilliseconds: Int64 = 5000

  private struct State {
    var connections = 0
    var isStopping = false
  }

  private let stateDirectory: String
  private let submit: @Sendable (OperatorRequest, @escaping Reply) -> Void
  private let state = Locked(State())

  /// `submit` must call its reply exactly once, from any thread.
  init(
    stateDirectory: String,
    submit: @escaping @Sendable (OperatorRequest, @escaping Reply) -> Void
  ) {
    self.stateDirectory = stateDirectory
    self.submit = submit
  }

  /// Takes connections until `stop`; throws what ends that before.
  func serve() throws(SystemCallFailure) {
    let socket = try ControlSocket.listen(stateDirectory)
    while !state.withLock({ $0.isStopping }) {
      // Woken twice a second to see whether it is to stop: closing a socket that another thread
      // waits on would not end the wait.
      var watched = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, 500) > 0 else { continue }
      guard let connection = try socket.accept() else { continue }
      serve(connection)
    }
  }

  /// Takes no more connections, and waits a moment for those that still get an answer.
  func stop() {
    state.withLock { $0.isStopping = true }
    unlink(ControlSocket.path(stateDirectory))
    var polls = 0
    while state.withLock({ $0.connections > 0 }), polls < 100 {
      usleep(10_000)
      polls += 1
    }
  }

  private func serve(_ connection: consuming ControlSocket) {
    let isWithin = state.withLock { state in
      guard state.connections < ControlServer.connectionsMax else { return false }
      state.connections += 1
      return true
    }
    guard isWithin else {
      return ControlServer.send(
        .refused(75, "the daemon is busy with \(ControlServer.connectionsMax) others: try again"),
        to: connection.descriptor)
    }
    // Owned by the thread, or, if there is none, by us again.
    let descriptor = connection.release()
    do throws(ThreadRefused) {
      try DedicatedThread { [self] in
        converse(ControlSocket(descriptor: descriptor))
        state.withLock { $0.connections -= 1 }
      }.detach()
    } catch {
      state.withLock { $0.connections -= 1 }
      let connection = ControlSocket(descriptor: descriptor)
      ControlServer.send(
        .refused(75, "no thread for the connection (errno \(error.errno))"),
        to: connection.descriptor)
    }
  }

  /// One command, one reply.
  private func converse(_ connection: consuming ControlSocket) {
    let descriptor = connection.descriptor
    let command: ControlCommand
    let by: Operator
    do {
      let user = try connection.peer()
      guard user == geteuid() || user == 0 else {
        return ControlServer.send(
          .refused(77, "the daemon belongs to another user than \(user)"), to: descriptor)
      }
      by = Operator(userID: user, way: .control)
      let line = try ControlLine.read(
        descriptor, bytesMax: ControlLine.commandBytesMax,
        deadline: monotonicMilliseconds() + ControlServer.transferMilliseconds)
      guard let document = JSONValue(parsing: line) else {
        return ControlServer.send(.refused(65, "no JSON document"), to: descriptor)
      }
      command = try ControlCommand(document)
    } catch let misread as ControlCommand.Misread {
      return ControlServer.send(.refused(65, misread.reason), to: descriptor)
    } catch ControlLine.Failure.tooLong {
      let max = ControlLine.commandBytesMax
      return ControlServer.send(.refused(65, "longer than \(max) bytes"), to: descriptor)
    } catch {
      // Too slow, or gone: nobody to tell.
      return
    }
    let answer = Mailbox<ControlReply>()
    submit(OperatorRequest(command, by: by)) { answer.put($0) }
    // Whoever asked may go away before a long comparison has ended.
    while true {
      if let reply = answer.take(waitingMilliseconds: 1000) {
        return ControlServer.send(reply, to: descriptor)
      }
      if ControlServer.isGone(descriptor) { return }
    }
  }

  private static func isGone(_ descriptor: Int32) -> Bool {
    // Closed on both sides: one that only says no more may still listen.
    var watched = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&watched, 1, 0) > 0
  }

  private static func send(_ reply: ControlReply, to descriptor: Int32) {
    do throws(ControlLine.Failure) {
      try ControlLine.write(
        reply.json.json, to: descriptor, deadline: monotonicMilliseconds() + transferMilliseconds)
    } catch {
      // Nobody listens any more. What was asked for was done or not all the same.
    }
  }
}
