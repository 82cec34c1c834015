import ADCEKernel
import Foundation
import Testing

@testable import ADCEIO

struct ResourceJudgeTests {
  private static func sample(
    memory: Int64? = nil, cpu: Int64? = nil, disk: Int64? = nil
  ) -> ResourceSample {
    ResourceSample(memoryBytes: memory, cpuMilliseconds: cpu, diskFreeBytes: disk)
  }

  private static func resources(_ pressure: Pressure?) -> [Pressure.Resource]? {
    pressure?.shortages.map(\.resource)
  }

  @Test func `memory is short above its limit, and until a tenth is free again`() {
    var limits = ResourceLimits()
    limits.memoryBytesMax = 1000
    var judge = ResourceJudge()
    var clock: Int64 = 0
    func judged(_ memory: Int64) -> [Pressure.Resource]? {
      clock += 5000
      return Self.resources(judge.judge(Self.sample(memory: memory), at: clock, limits))
    }
    #expect(judged(1000) == nil)
    #expect(judged(1001) == [.memory])
    #expect(judged(2000) == nil)
    #expect(judged(901) == nil)
    #expect(judged(900) == [])
    #expect(judged(1000) == nil)
  }

  @Test func `disk is short below its limit, and until there is a tenth more`() {
    var limits = ResourceLimits()
    limits.diskFreeBytesMin = 1000
    var judge = ResourceJudge()
    #expect(Self.resources(judge.judge(Self.sample(disk: 1000), at: 0, limits)) == nil)
    #expect(Self.resources(judge.judge(Self.sample(disk: 999), at: 1, limits)) == [.disk])
    #expect(Self.resources(judge.judge(Self.sample(disk: 1099), at: 2, limits)) == nil)
    #expect(Self.resources(judge.judge(Self.sample(disk: 1100), at: 3, limits)) == [])
  }

  @Test func `CPU is judged over half a minute: a burst is no shortage`() {
    var limits = ResourceLimits()
    limits.cpuPercentMax = 50
    var judge = ResourceJudge()
    var clock: Int64 = 0
    var used: Int64 = 0
    /// Five seconds at so many percent of a core.
    func pass(_ percent: Int64) -> [Pressure.Resource]? {
      clock += 5000
      used += 50 * percent
      return Self.resources(judge.judge(Self.sample(cpu: used), at: clock, limits))
    }
    _ = judge.judge(Self.sample(cpu: 0), at: 0, limits)
    // 100 % for a quarter of a minute, then nothing: half of it in the window.
    for _ in 0..<3 { #expect(pass(100) == nil) }
    for _ in 0..<3 { #expect(pass(0) == nil) }
    // 60 % for half a minute.
    var changes = (0..<6).compactMap { _ in pass(60) }
    #expect(changes == [[.cpu]])
    // At 45 % it is still short; below 40 % no longer.
    changes = (0..<12).compactMap { _ in pass(45) }
    #expect(changes == [])
    changes = (0..<12).compactMap { _ in pass(35) }
    #expect(changes == [[]])
  }

  @Test func `without limits nothing is short, and lifting one ends its shortage`() {
    var judge = ResourceJudge()
    let sample = Self.sample(memory: 1 << 40, cpu: 0, disk: 0)
    #expect(judge.judge(sample, at: 0, ResourceLimits()) == nil)
    var limits = ResourceLimits()
    limits.diskFreeBytesMin = 1
    #expect(Self.resources(judge.judge(sample, at: 1, limits)) == [.disk])
    #expect(Self.resources(judge.judge(sample, at: 2, ResourceLimits())) == [])
  }

  @Test func `a sample counts what a child uses`() throws {
    let before = ResourceSample.now(paths: ["/"])
    let memory = try #require(before.memoryBytes)
    #expect(memory > 0)
    #expect(try #require(before.diskFreeBytes) > 0)
    #expect(ResourceSample.freeBytes(at: "/nowhere/at/all") == ResourceSample.freeBytes(at: "/"))
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/sleep")
    child.arguments = ["20"]
    try child.run()
    defer { child.terminate() }
    #expect(ProcessTree.descendants(of: getpid()).contains(child.processIdentifier))
    #expect(ProcessTree.anonymousBytes(of: child.processIdentifier) ?? 0 > 0)
  }
}
