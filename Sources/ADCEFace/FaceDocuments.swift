internal import ADCEIO

/// Answers that are the same for everybody until the loop publishes again: made once.
final class FaceDocuments: Sendable {
  enum Name: Hashable, Sendable { case health, status, tasks, metrics }

  private let made = Locked<[Name: (number: UInt64, answer: FaceAnswer)]>([:])

  /// The answer made of a bulletin before, or `make`'s. Two clients may make it at the same time;
  /// one that is not of the loop's own making is never kept.
  func document(_ name: Name, of bulletin: Bulletin, _ make: () -> FaceAnswer) -> FaceAnswer {
    guard !bulletin.isOverridden else { return make() }
    if let kept = made.withLock({ $0[name] }), kept.number == bulletin.number {
      return kept.answer
    }
    let answer = make()
    made.withLock { $0[name] = (bulletin.number, answer) }
    return answer
  }
}
