import ADCEKernel

/// One entry of a scenario's schedule of faults.
public struct Fault: Hashable, Sendable, Codable {
  /// What its draws are about: unlike the others', and kept when a scenario is shrunk.
  public var number: UInt32
  public var kind: FaultClass
  /// Milliseconds from the beginning of the simulation.
  public var begins: Int64
  public var ends: Int64
  /// Of a chance: in millionths of the occasions. Else a measure of how bad it is.
  public var micro: Int
  /// Of one source alone; nil = of all.
  public var source: Int?

  public init(
    number: UInt32, kind: FaultClass, begins: Int64, ends: Int64, micro: Int, source: Int? = nil
  ) {
    self.number = number
    self.kind = kind
    self.begins = begins
    self.ends = ends
    self.micro = micro
    self.source = source
  }

  func isActive(_ time: Int64) -> Bool { begins <= time && time < ends }
}

/// The faults of a scenario, and what they have come to.
struct FaultSchedule {
  let faults: [Fault]
  private let draw: Draw
  private var byClass: [[Fault]]
  /// How often each class has done something.
  private(set) var fired = [Int](repeating: 0, count: FaultClass.count)

  init(_ faults: [Fault], seed: UInt64) {
    self.faults = faults
    draw = Draw(seed: seed)
    byClass = [[Fault]](repeating: [], count: FaultClass.count)
    for fault in faults { byClass[Int(fault.kind.rawValue)].append(fault) }
  }

  /// The fault of a class that strikes an occasion, if one does. `subject` and `turn` say which
  /// occasion it is: the same are struck whatever else the scenario holds.
  mutating func strikes(
    _ kind: FaultClass, at time: Int64, _ subject: UInt64, _ turn: UInt64 = 0, source: Int? = nil
  ) -> Fault? {
    for fault in byClass[Int(kind.rawValue)] where fault.isActive(time) {
      if let only = fault.source, only != source { continue }
      let about = UInt64(fault.number) << 32 ^ subject
      if kind.shape == .chance, draw.millionth(.faults, about, turn) >= fault.micro { continue }
      fired[Int(kind.rawValue)] += 1
      return fault
    }
    return nil
  }

  /// Whether something of a class holds now; says nothing of its having done anything.
  func isActive(_ kind: FaultClass, at time: Int64) -> Bool {
    byClass[Int(kind.rawValue)].contains { $0.isActive(time) }
  }

  mutating func count(_ kind: FaultClass) { fired[Int(kind.rawValue)] += 1 }

  /// Uniform bits about a fault.
  func bits(_ fault: Fault, _ subject: UInt64 = 0, _ turn: UInt64 = 0) -> UInt64 {
    draw.bits(.faults, UInt64(fault.number) << 32 ^ subject ^ 0x5555_0000_0000_0000, turn)
  }
}

extension FaultClass {
  /// One more than the largest raw value.
  static let count = Int(allCases.map(\.rawValue).max() ?? 0) + 1
}
