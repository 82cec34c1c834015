import Testing

@testable import ADCESimulation

struct PerformanceBudgetTests {
  /// The repository's own.
  private static let path = Repository.root + "/config/performance_budget.yaml"

  private func lines() throws -> [String] {
    let budget = try PerformanceBudget(path: Self.path)
    return String(decoding: budget.bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  /// What is said of the repository's budget with one line written otherwise.
  private func complaint(_ line: String, instead other: String) throws -> String {
    var lines = try lines()
    let index = try #require(lines.firstIndex(of: line))
    lines[index] = other
    do {
      _ = try PerformanceBudget(bytes: Array(lines.joined(separator: "\n").utf8), path: "b.yaml")
      return ""
    } catch {
      let place = "b.yaml:\(index + 1):"
      return "\(error)".replacing(place, with: "HERE:")
    }
  }

  @Test func `every figure has its line in the budget of the repository`() throws {
    let budget = try PerformanceBudget(path: Self.path)
    #expect(Set(budget.entries.keys) == Set(Figure.Name.allCases))
    #expect(budget.entries[.reconcileExpected]?.bound == .exact(172_754))
    #expect(budget.entries[.reconcileSeconds]?.bound == .atMost(120))
    #expect(budget.entries[.dayFirst]?.bound == .atLeast(91))
  }

  @Test(arguments: [
    ("  items: {exact: 10000}", "  itmes: {exact: 10000}", #"did you mean "items"?"#),
    ("queue:", "qeue:", #"did you mean "queue"?"#),
    ("  items: {exact: 10000}", "  items: {at_most: 10000}", "expected {exact: NUMBER}"),
    ("  items: {exact: 10000}", "  items: {exact: many}", "a whole number, found text"),
    ("  items: {exact: 10000}", "  items: {exact: 1.5}", "a whole number, found a number"),
    ("  items: {exact: 10000}", "  items: 10000", "found a whole number"),
    ("  items: {exact: 10000}", "  items: {exact: 1, at_most: 2}", "found a mapping of 2"),
    ("  seconds: {at_most: 120}", "  seconds: {at_most: .nan}", "expected a number"),
    ("  seconds: {at_most: 120}", "  seconds: {at_least: 120}", "expected {at_most: NUMBER}"),
  ])
  func `what is wrong is told with its place`(line: String, other: String, words: String) throws {
    let complaint = try complaint(line, instead: other)
    #expect(complaint.hasPrefix("HERE:"), "\(complaint)")
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test func `a figure without a line is told, with what to write`() throws {
    let complaint = try complaint("  items: {exact: 10000}", instead: "")
    #expect(complaint.contains("nothing is said of queue.items"), "\(complaint)")
    #expect(complaint.contains("`items: {exact: NUMBER}` under `queue`"), "\(complaint)")
  }

  @Test func `every fault is told, not the first alone`() throws {
    do {
      _ = try PerformanceBudget(
        bytes: Array("day: 1\nnight: {}\nqueue: {items: {exact: x}}\n".utf8), path: "b.yaml")
      Issue.record("it was read")
    } catch {
      #expect(error.description.split(separator: "\n").count == 3, "\(error)")
    }
  }

  @Test(arguments: ["", "- 1\n", "day: {steps: {exact: 1}", "\u{0}"])
  func `what is no budget is refused`(_ text: String) {
    #expect(throws: PerformanceBudget.Unreadable.self) {
      try PerformanceBudget(bytes: Array(text.utf8), path: "b.yaml")
    }
  }

  @Test func `an update writes counts, and leaves all else as it was`() throws {
    let budget = try PerformanceBudget(path: Self.path)
    let updated = budget.updated(with: [
      Figure(name: .queueItems, value: .count(7)), Figure(name: .daySteps, value: .count(123)),
      Figure(name: .queueRatio, value: .timed(99)),
    ])
    let again = try PerformanceBudget(bytes: updated, path: "b.yaml")
    #expect(again.entries[.queueItems]?.bound == .exact(7))
    #expect(again.entries[.daySteps]?.bound == .exact(123))
    #expect(again.entries[.queueRatio]?.bound == budget.entries[.queueRatio]?.bound)
    let text = String(decoding: updated, as: UTF8.self).split(separator: "\n")
    let changed = zip(String(decoding: budget.bytes, as: UTF8.self).split(separator: "\n"), text)
      .filter { $0 != $1 }.map(\.1)
    #expect(changed == ["  steps: {exact: 123}", "  items: {exact: 7}"])
    #expect(again.updated(with: [Figure(name: .queueItems, value: .count(7))]) == updated)
  }

  @Test func `two numbers of one line are both found`() throws {
    var text = try lines().joined(separator: "\n")
    text.replace("  items: {exact: 10000}\n  tasks: {exact: 1000}\n", with: "")
    text.replace("queue:\n", with: "queue:\n  # ä\n")
    text.append("# end\n")
    // Beside each other, behind letters of two bytes.
    text.replace(
      "queue:\n  # ä\n",
      with: "queue:\n  \"items\": {\"exact\": 10000}\n  tasks: {exact: 1000} # ä\n")
    let budget = try PerformanceBudget(bytes: Array(text.utf8), path: "b.yaml")
    let updated = budget.updated(with: [
      Figure(name: .queueItems, value: .count(123_456_789)),
      Figure(name: .queueTasks, value: .count(1)),
    ])
    let again = try PerformanceBudget(bytes: updated, path: "b.yaml")
    #expect(again.entries[.queueItems]?.bound == .exact(123_456_789))
    #expect(again.entries[.queueTasks]?.bound == .exact(1))
  }
}

struct JudgementTests {
  private func verdict(
    _ value: Figure.Value, _ bound: Bound, isOptimised: Bool = true
  ) -> Judgement.Verdict {
    Judgement(Figure(name: .queueItems, value: value), bound, isOptimised: isOptimised).verdict
  }

  @Test func `a count is kept or has moved, whichever way`() {
    #expect(verdict(.count(5), .exact(5)) == .kept)
    #expect(verdict(.count(6), .exact(5)) == .moved)
    #expect(verdict(.count(4), .exact(5)) == .moved)
    #expect(verdict(.count(4), .exact(5), isOptimised: false) == .moved)
  }

  @Test func `a bound is kept up to itself`() {
    #expect(verdict(.rate(1.5), .atMost(1.5)) == .kept)
    #expect(verdict(.rate(1.51), .atMost(1.5)) == .missed)
    #expect(verdict(.timed(1.5), .atLeast(1.5)) == .kept)
    #expect(verdict(.timed(1.49), .atLeast(1.5)) == .missed)
    #expect(verdict(.rate(1.51), .atMost(1.5), isOptimised: false) == .missed)
  }

  @Test func `a time says nothing in a build for debugging, and no number keeps no bound`() {
    #expect(verdict(.timed(9), .atMost(1), isOptimised: false) == .unjudged)
    #expect(verdict(.rate(.nan), .atMost(1)) == .missed)
    #expect(verdict(.timed(.infinity), .atMost(1)) == .missed)
  }

  @Test func `how far a count has moved is told`() {
    let figure = Figure(name: .queueItems, value: .count(110))
    #expect(Judgement(figure, .exact(100), isOptimised: true).difference == "+10 (+10 %)")
    #expect(Judgement(figure, .exact(120), isOptimised: true).difference == "-10 (-8.33 %)")
    #expect(Judgement(figure, .exact(110), isOptimised: true).difference == "")
  }
}
