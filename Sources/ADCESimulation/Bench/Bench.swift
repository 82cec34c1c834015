internal import ADCEIO
import ADCEKernel
internal import Foundation

/// The reference scenarios, measured. What is counted is the same in every run, process and build;
/// what is timed is compared with a calibration loop that is timed in turn with it.
///
/// It writes to a temporary folder, which it removes.
public struct Bench {
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// A world of some hundred objects, and few rounds: to try it out. Its figures are others.
  public var isSmall = false
  /// Is told what begins.
  public var progress: (String) -> Void = { _ in }

  public init() {}

  /// What a run came to.
  public struct Outcome: Sendable {
    /// In the order of their names.
    public var figures: [Figure]
    /// The processor's time of a pass of the calibration loop, the least of all.
    public var passSeconds: Double
  }

  /// False in a build for debugging, whose times say nothing.
  public static var isOptimised: Bool {
    var result = true
    func note() -> Bool {
      result = false
      return true
    }
    // Not evaluated in an optimised build.
    assert(note())
    return result
  }

  /// Measures everything, a minute at most on a machine of today.
  public func run() throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.path + "/adce-bench-\(UUID().uuidString)"
    do throws(SystemCallFailure) { try FileTree.makeFolders(folder) } catch {
      throw Failure(description: "no folder for its files: \(error.description)")
    }
    defer { PrivateTree.remove(folder) }
    var measurement = Measurement(Calibration(divisor: isSmall ? 32 : 1))
    progress("reconcile")
    try reconcile(in: folder, &measurement)
    progress("day")
    day(&measurement)
    progress("queue")
    queue(&measurement)
    progress("kernel")
    kernel(&measurement)
    progress("store")
    try store(in: folder, &measurement)
    // What is compared with nothing cannot fail, nor what is not measured.
    if let name = Figure.Name.allCases.first(where: { measurement[$0] == nil }) {
      throw Failure(description: "nothing has measured \(name.rawValue)")
    }
    return Outcome(figures: measurement.sorted, passSeconds: measurement.passSeconds)
  }

  var plan: WorldPlan { isSmall ? .small : .full }
  func rounds(_ count: Int) -> Int { isSmall ? 2 : count }
}

/// Figures while they are gathered.
struct Measurement {
  private var calibration: Calibration
  private var values: [Figure.Name: Figure.Value] = [:]
  private(set) var passSeconds = Double.infinity

  init(_ calibration: Calibration) { self.calibration = calibration }

  /// One round of a scenario.
  struct Round {
    /// Compared between rounds.
    var counts: [Figure.Name: Int64] = [:]
    /// The same, where it is no number: of the state at the end, say.
    var digest = Hash128.zero
    var watch = Stopwatch()
  }

  /// The best of some rounds, in passes of the calibration loop and in seconds.
  struct Best {
    var cpu = Double.infinity
    var wall = Double.infinity
    var pass = Double.infinity

    var ratio: Double { cpu / pass }
  }

  /// Measures rounds and passes in turn. What the first round counted is noted, and how many of the
  /// others counted otherwise.
  mutating func measure(
    rounds: Int, differing: Figure.Name, _ body: () throws -> Round
  ) rethrows -> Best {
    var best = Best()
    var first: Round?
    var others: Int64 = 0
    for _ in 0..<rounds {
      var watch = Stopwatch()
      let sum = watch.time { calibration.pass() }
      precondition(sum != 0, "the calibration loop was not run")
      best.pass = min(best.pass, watch.cpu)
      let round = try body()
      best.cpu = min(best.cpu, round.watch.cpu)
      best.wall = min(best.wall, round.watch.wall)
      if let first {
        if first.counts != round.counts || first.digest != round.digest { others += 1 }
      } else {
        first = round
      }
    }
    passSeconds = min(passSeconds, best.pass)
    for (name, count) in first?.counts ?? [:] { values[name] = .count(count) }
    values[differing] = .count(others)
    return best
  }

  subscript(name: Figure.Name) -> Figure.Value? {
    get { values[name] }
    set { values[name] = newValue }
  }

  var sorted: [Figure] {
    Figure.Name.allCases.compactMap { name in values[name].map { Figure(name: name, value: $0) } }
  }
}
