internal import ADCEKernel

// The audit log of what ADCE does by itself; what operators ask for is written where it comes in.

extension Host {
  /// Writes what a batch was about. A dry run does nothing, and says so nowhere.
  func auditBatch(_ events: [Event]) {
    guard let audit else { return }
    let entries = trail.entries(of: events, decision.effects, kernel, at: clock.now)
    guard !entries.isEmpty else { return }
    audit.record(entries, durably: false)
    // A cycle's end is often enough: what the system has not yet written by then, it writes now.
    if entries.contains(where: { $0.action == "cycle_end" || $0.action == "stop" }) {
      audit.synchronise()
    }
    for trouble in audit.takeTroubles() { observer.onTrouble(trouble) }
  }
}
