/// What this process is short of, as the host measured it last: while it is, fewer attempts are
/// admitted, or none.
///
/// Not a record: it is about this process and this moment. A host measures before its first event
/// (`Event.Start.pressure`), and tells each change (`Event.pressureChanged`).
public struct Pressure: Hashable, Sendable {
  public enum Resource: UInt8, Hashable, Sendable, CaseIterable {
    case memory = 0
    case cpu = 1
    case disk = 2

    public var name: String {
      switch self {
      case .memory: "memory"
      case .cpu: "cpu"
      case .disk: "disk"
      }
    }

    /// How many attempts may still run at a time while it is short. One attempt after the other
    /// uses little CPU, and work goes on; memory and disk have to be given back first.
    var runningMax: Int {
      switch self {
      case .memory, .disk: 0
      case .cpu: 1
      }
    }
  }

  /// One resource that is short.
  public struct Shortage: Hashable, Sendable {
    public var resource: Resource
    /// The measure and its bound, for people.
    public var message: String

    public init(_ resource: Resource, _ message: String) {
      self.resource = resource
      self.message = message
    }
  }

  /// At most one a resource, in their order.
  public let shortages: [Shortage]

  public static let none = Pressure([])

  public init(_ shortages: [Shortage]) {
    self.shortages = Resource.allCases.compactMap { resource in
      shortages.first { $0.resource == resource }
    }
  }

  /// How many attempts may run at a time; nil = it bounds nothing.
  public var runningMax: Int? { shortages.map(\.resource.runningMax).min() }

  func isShort(of resource: Resource) -> Bool {
    shortages.contains { $0.resource == resource }
  }
}

extension Kernel {
  /// What the machine is short of.
  public var pressure: Pressure { lastPressure }

  /// How many attempts may run at the same time.
  var concurrencyMax: Int {
    min(max(1, configuration.globalLimits.maxConcurrent), lastPressure.runningMax ?? .max)
  }

  /// Takes a measure; says what has become short and what is so no longer. What is running goes on.
  mutating func take(_ pressure: Pressure, at now: Instant, _ decision: inout Decision) {
    for shortage in pressure.shortages where !lastPressure.isShort(of: shortage.resource) {
      decision.effects.append(
        .alert(
          Alert(
            .pressureBegan,
            shortage.resource.runningMax == 0
              ? "\(shortage.message): nothing new is started until there is more"
              : "\(shortage.message): one attempt at a time until there is more")))
    }
    for shortage in lastPressure.shortages where !pressure.isShort(of: shortage.resource) {
      decision.effects.append(
        .alert(
          Alert(.pressureEnded, "\(shortage.resource.name) is no longer short: work goes on")))
    }
    if lastPressure.runningMax != 0 { pressedSince = now }
    lastPressure = pressure
  }

  /// `run --once` under pressure: until when it waits for an end of it.
  var pressureWaitEnd: Instant { pressedSince + run.waitMilliseconds }
}
