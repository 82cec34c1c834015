import ADCEKernel
import ArgumentParser

/// A seed: a number, or the hash of a commit.
struct Seed: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
  var value: UInt64

  var description: String { String(value) }

  init(_ value: UInt64) { self.value = value }

  init?(argument: String) {
    if let number = UInt64(argument) {
      value = number
    } else if argument.count >= 7, argument.allSatisfy(\.isHexDigit) {
      value = Hash128(of: Array(argument.lowercased().utf8)).low >> 1
    } else {
      return nil
    }
  }
}

/// `A..B`, both included, or one seed from which `--count` seeds go on.
struct SeedRange: ExpressibleByArgument, Sendable {
  var first: UInt64
  /// nil: as many as are asked for.
  var last: UInt64?

  init(first: UInt64) { self.first = first }

  init?(argument: String) {
    let ends = argument.split(separator: "..", omittingEmptySubsequences: false)
    guard let from = ends.first.flatMap({ Seed(argument: String($0)) }) else { return nil }
    first = from.value
    switch ends.count {
    case 1: last = nil
    case 2:
      guard let end = UInt64(ends[1]), end >= first else { return nil }
      last = end
    default: return nil
    }
  }
}
