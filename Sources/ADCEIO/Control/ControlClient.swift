internal import Glibc

/// Speaks to the daemon that holds a state directory.
public enum ControlClient {
  public enum Failure: Error, Sendable {
    /// No process listens there.
    case noDaemon
    /// One does, and does not answer as it should.
    case failed(String)
  }

  /// Asks for something and waits for the answer.
  ///
  /// - Parameter waitingMilliseconds: for the answer; nil = as long as it takes.
  public static func ask(
    _ command: ControlCommand, stateDirectory: String, waitingMilliseconds: Int64? = 30_000
  ) throws(Failure) -> ControlReply {
    let socket: ControlSocket
    do throws(SystemCallFailure) {
      socket = try ControlSocket.connect(stateDirectory)
    } catch {
      switch error.code {
      // Nothing is there, or it is what a dead process left.
      case ENOENT, ENOTDIR, ECONNREFUSED: throw .noDaemon
      default: throw .failed(error.description)
      }
    }
    do throws(ControlLine.Failure) {
      let now = monotonicMilliseconds()
      do throws(ControlLine.Failure) {
        try ControlLine.write(
          command.json.json, to: socket.descriptor,
          deadline: now + ControlServer.transferMilliseconds)
      } catch .closed {
        // It has answered without listening, as one that is busy does, or that is not for us.
      }
      let line = try ControlLine.read(
        socket.descriptor, bytesMax: ControlLine.replyBytesMax,
        deadline: waitingMilliseconds.map { now + $0 })
      guard let reply = ControlReply(parsing: line) else {
        throw .closed
      }
      return reply
    } catch {
      switch error {
      case .tooSlow:
        throw .failed("the daemon does not answer: whether it was done is not known")
      case .closed, .tooLong:
        throw .failed("the daemon ended the conversation: whether it was done is not known")
      case .call(let failure): throw .failed(failure.description)
      }
    }
  }
}
