public import ADCEKernel

/// What may be used: `resource_limits`. nil = no limit.
public struct ResourceLimits: Hashable, Sendable {
  public var memoryBytesMax: Int64?
  /// Of one core: 200 is two.
  public var cpuPercentMax: Double?
  public var diskFreeBytesMin: Int64?

  public init() {}

  init(_ loop: LoopSettings) {
    memoryBytesMax = loop.memoryMegabytesMax.flatMap { Self.bytes($0, 1_048_576) }
    cpuPercentMax = loop.cpuPercentMax.flatMap { $0 > 0 ? $0 : nil }
    diskFreeBytesMin = loop.diskFreeGigabytesMin.flatMap { Self.bytes($0, 1_000_000_000) }
  }

  private static func bytes(_ value: Double, _ unit: Double) -> Int64? {
    value > 0 ? Int64(min(value * unit, 9e18)) : nil
  }

  var isEmpty: Bool { self == ResourceLimits() }
}

/// Tells from samples what is short. A shortage ends only when there is clearly more again, so
/// that it does not come and go with every attempt.
public struct ResourceJudge: Sendable {
  private struct Measure {
    var at: Int64
    var cpuMilliseconds: Int64
  }

  /// CPU is judged over so long: a short burst is no shortage.
  static let cpuWindowMilliseconds: Int64 = 30_000

  public private(set) var pressure = Pressure.none
  private var measures: [Measure] = []

  public init() {}

  /// Takes a sample made at a moment of the boot clock, in milliseconds.
  ///
  /// - Returns: the pressure, if it has changed in kind.
  public mutating func judge(
    _ sample: ResourceSample, at milliseconds: Int64, _ limits: ResourceLimits
  ) -> Pressure? {
    let found = Pressure(
      [memory(sample, limits), cpu(sample, milliseconds, limits), disk(sample, limits)]
        .compactMap { $0 })
    let before = pressure.shortages.map(\.resource)
    guard found.shortages.map(\.resource) != before else { return nil }
    pressure = found
    return found
  }

  private func isShort(_ resource: Pressure.Resource) -> Bool {
    pressure.shortages.contains { $0.resource == resource }
  }

  /// Begins above the limit, ends below nine tenths of it.
  private func memory(_ sample: ResourceSample, _ limits: ResourceLimits) -> Pressure.Shortage? {
    guard let most = limits.memoryBytesMax, let used = sample.memoryBytes else { return nil }
    guard used > (isShort(.memory) ? most / 10 * 9 : most) else { return nil }
    return Pressure.Shortage(
      .memory,
      "memory: \(HumanText.bytes(used)) of at most \(HumanText.bytes(most)) are used "
        + "(resource_limits.max_memory_mb)")
  }

  /// Begins above the limit, ends below eight tenths of it, both over the whole window.
  private mutating func cpu(
    _ sample: ResourceSample, _ now: Int64, _ limits: ResourceLimits
  ) -> Pressure.Shortage? {
    guard let most = limits.cpuPercentMax, let used = sample.cpuMilliseconds else {
      measures = []
      return nil
    }
    measures.append(Measure(at: now, cpuMilliseconds: used))
    // The newest that is a whole window old stays: it is what the window begins with.
    while measures.count > 1, measures[1].at <= now - Self.cpuWindowMilliseconds {
      measures.removeFirst()
    }
    let span = now - measures[0].at
    guard span >= Self.cpuWindowMilliseconds else {
      return pressure.shortages.first { $0.resource == .cpu }
    }
    // Programs that ended have taken their time with them.
    let spent = max(0, used - measures[0].cpuMilliseconds)
    let percent = Double(spent) * 100 / Double(span)
    guard percent > (isShort(.cpu) ? most * 0.8 : most) else { return nil }
    return Pressure.Shortage(
      .cpu,
      "cpu: \(Int(percent)) % of a core over \(span / 1000) s, of at most \(Int(most)) % "
        + "(resource_limits.max_cpu_percent)")
  }

  /// Begins below the limit, ends a tenth above it.
  private func disk(_ sample: ResourceSample, _ limits: ResourceLimits) -> Pressure.Shortage? {
    guard let least = limits.diskFreeBytesMin, let free = sample.diskFreeBytes else { return nil }
    guard free < (isShort(.disk) ? least + least / 10 : least) else { return nil }
    return Pressure.Shortage(
      .disk,
      "disk: \(HumanText.bytes(free)) are free of at least \(HumanText.bytes(least)) "
        + "(resource_limits.disk_space_threshold_gb)")
  }
}
