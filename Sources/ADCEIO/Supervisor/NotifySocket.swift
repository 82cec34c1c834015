internal import Glibc

/// Tells systemd how a service is (sd_notify(3)): datagrams to the socket that it names.
public struct NotifySocket: Sendable {
  private let address: UnixAddress
  /// How often the service must show that it goes on (`WatchdogSec=`); nil = it need not.
  public let watchdogMilliseconds: Int64?

  /// Nil unless systemd, or somebody like it, wants to be told.
  public init?(environment: [String: String]) {
    guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@"),
      let address = UnixAddress(name)
    else { return nil }
    self.address = address
    let isMeant = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    watchdogMilliseconds =
      isMeant ? microseconds.flatMap { $0 >= 1000 ? $0 / 1000 : nil } : nil
  }

  public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  public func status(_ status: String) { send("STATUS=\(status)") }
  public func stopping() { send("STOPPING=1\nSTATUS=stopping") }
  public func watchdog() { send("WATCHDOG=1") }

  /// Until `ready` is told again. The time is what systemd asks for since version 253.
  public func reloading() {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let microseconds = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=reloading")
  }

  /// Nobody who listens is no reason not to go on: what cannot be told is not.
  private func send(_ text: String) {
    let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
    address.use { _ = sendto(descriptor, bytes, bytes.count, flags, $0, $1) }
  }
}

/// Feeds a watchdog as long as it is called, a few times within its limit.
public final class WatchdogFeed: Sendable {
  private let socket: NotifySocket
  private let interval: Int64
  private let lastFed = Locked(Int64.min / 2)

  /// Nil if nobody watches.
  public init?(_ socket: NotifySocket?) {
    guard let socket, let limit = socket.watchdogMilliseconds else { return nil }
    self.socket = socket
    interval = max(1, limit / 4)
  }

  /// How often `pulse` must be called.
  public var pulseMilliseconds: Int64 { interval }

  public func pulse() {
    let now = monotonicMilliseconds()
    let isDue = lastFed.withLock { last in
      guard now - last >= interval else { return false }
      last = now
      return true
    }
    if isDue { socket.watchdog() }
  }
}
