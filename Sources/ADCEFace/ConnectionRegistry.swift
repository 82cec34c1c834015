internal import ADCEIO
internal import NIOCore

/// The open connections, oldest first; bounded.
final class ConnectionRegistry: Sendable {
  private struct Entries {
    var channels: [UInt64: any Channel] = [:]
    var oldest: UInt64 = 0
    var next: UInt64 = 0
    var accepted = 0
    var evicted = 0
    var timedOut = 0
  }

  private let entries = Locked(Entries())
  private let connectionsMax: Int

  init(connectionsMax: Int) { self.connectionsMax = connectionsMax }

  /// Takes a connection in, and closes the oldest if there are too many.
  func add(_ channel: any Channel) -> UInt64 {
    let (id, excess) = entries.withLock { entries -> (UInt64, (any Channel)?) in
      let id = entries.next
      entries.next += 1
      entries.accepted += 1
      entries.channels[id] = channel
      guard entries.channels.count > connectionsMax else { return (id, nil) }
      while entries.channels[entries.oldest] == nil { entries.oldest += 1 }
      entries.evicted += 1
      return (id, entries.channels.removeValue(forKey: entries.oldest))
    }
    excess?.close(promise: nil)
    return id
  }

  func remove(_ id: UInt64) { entries.withLock { $0.channels[id] = nil } }

  func countTimeout() { entries.withLock { $0.timedOut += 1 } }

  var figures: (open: Int, accepted: Int, evicted: Int, timedOut: Int) {
    entries.withLock { ($0.channels.count, $0.accepted, $0.evicted, $0.timedOut) }
  }
}
