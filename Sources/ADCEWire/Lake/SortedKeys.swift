internal import ADCEKernel
internal import ADCESimulation

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// All keys of a world in the order of their bytes, as S3 lists them: one text, and where each ends.
struct SortedKeys: Sendable {
  private let text: [UInt8]
  private let starts: [Int32]
  /// The world's index of the key with a rank.
  private let indices: [Int32]

  init(_ world: World) {
    var unsorted: [UInt8] = []
    var bounds: [Int32] = [0]
    for index in 0..<world.objectCount {
      unsorted += world.key(index)
      bounds.append(Int32(unsorted.count))
    }
    let order = unsorted.withUnsafeBytes { text in
      (0..<Int32(world.objectCount)).sorted { a, b in
        let x = text[Int(bounds[Int(a)])..<Int(bounds[Int(a) + 1])]
        let y = text[Int(bounds[Int(b)])..<Int(bounds[Int(b) + 1])]
        return Self.order(UnsafeRawBufferPointer(rebasing: x), UnsafeRawBufferPointer(rebasing: y))
          < 0
      }
    }
    var text: [UInt8] = []
    text.reserveCapacity(unsorted.count)
    var starts: [Int32] = [0]
    for index in order {
      text += unsorted[Int(bounds[Int(index)])..<Int(bounds[Int(index) + 1])]
      starts.append(Int32(text.count))
    }
    self.text = text
    self.starts = starts
    indices = order
  }

  var count: Int { indices.count }

  func index(_ rank: Int) -> Int { Int(indices[rank]) }

  func key(_ rank: Int) -> ArraySlice<UInt8> { text[Int(starts[rank])..<Int(starts[rank + 1])] }

  /// The first rank whose key does not come before `key`.
  func lowerBound(_ key: [UInt8]) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if Self.isBefore(self.key(middle), key[...]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  static func isBefore(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
    a.withUnsafeBytes { a in b.withUnsafeBytes { b in order(a, b) < 0 } }
  }

  private static func order(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let shared = min(a.count, b.count)
    if shared > 0, let x = a.baseAddress, let y = b.baseAddress {
      let order = memcmp(x, y, shared)
      if order != 0 { return Int(order) }
    }
    return a.count - b.count
  }
}
