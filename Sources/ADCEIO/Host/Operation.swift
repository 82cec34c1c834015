internal import ADCEKernel

/// An operator's request on its way to the host's thread, with what was made ready for it.
struct Operation: Sendable {
  var request: OperatorRequest
  /// Called exactly once, on any thread.
  var reply: @Sendable (ControlReply) -> Void
  /// Of `reconcile` with a report: that report.
  var report: InventoryReport?
  /// Of `reload`: what was read.
  var configuration: ConfigurationOutcome?
}

/// Where every operator's request goes through, by whatever way it comes: the control socket, a
/// signal, the HTTP face.
public struct OperatorDesk: Sendable {
  public typealias Reply = @Sendable (ControlReply) -> Void

  let inbox: Inbox
  /// Reads the configuration as the process's command line says; nil = this host cannot reload.
  let loadConfiguration: (@Sendable () -> ConfigurationOutcome)?
  /// Whose reports are read, by the configuration that holds now.
  let lake: Locked<LakeSettings>
  let audit: AuditLog?
  /// Told of each request that changes something, with its outcome, on any thread.
  let onRequest: @Sendable (OperatorRequest, ControlReply) -> Void

  /// Hands a request to the host, and returns once that is done: files may be read before, on the
  /// calling thread. `reply` is called exactly once.
  public func submit(_ request: OperatorRequest, reply: @escaping Reply) {
    let (audit, onRequest) = (audit, onRequest)
    // Before it is done, and then what came of it.
    if !request.command.isHarmless {
      audit?.record([AuditEntry(request, outcome: "asked")], durably: true)
    }
    let tellsBoth: Reply = { answer in
      if !request.command.isHarmless {
        audit?.record([AuditEntry(request, answer)], durably: true)
        onRequest(request, answer)
      }
      reply(answer)
    }
    var operation = Operation(request: request, reply: tellsBoth)
    switch request.command {
    case .ping, .act: break
    case .reload:
      guard let loadConfiguration else {
        return tellsBoth(.refused(64, "this process does not reload: it ends by itself"))
      }
      operation.configuration = loadConfiguration()
    case .reconcile(let wish):
      guard let url = wish.report else { break }
      do throws(InventoryError) {
        operation.report = try Host.report(at: url, of: lake.withLock { $0 })
      } catch {
        return tellsBoth(.refused(error.exitCode, error.description))
      }
    }
    inbox.post(.operation(operation))
  }
}
