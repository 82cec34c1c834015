internal import ADCEIO
internal import ADCEKernel
internal import ADCESimulation

/// A lake of the world's objects, kept compactly: of an object that is there only its time, unless
/// somebody stored it, or something else under its key. Keys that are none of the world's, and
/// bodies that are not the world's, are kept whole, within bounds.
final class WireLake: Sendable {
  /// What is known of an object besides its key.
  struct Object: Sendable {
    enum Content: Sendable {
      case world(WireBody)
      case own([UInt8])
    }

    var content: Content
    var modified: Instant
    /// With its quotes.
    var etag: String
    /// Fields that were stored with it, and are given with it.
    var fields: [HTTPHeader] = []

    var count: Int {
      switch content {
      case .world(let body): body.count
      case .own(let bytes): bytes.count
      }
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
      switch content {
      case .world(let body): body.bytes(range)
      case .own(let bytes): Array(bytes[range])
      }
    }
  }

  private struct State {
    /// Of the world's objects, by index: seconds since 1970; 0 = not there.
    var modified: [UInt32]
    /// Those of them that somebody stored.
    var stored: [Int32: Object] = [:]
    /// All others, sorted.
    var others: [(key: [UInt8], object: Object)] = []
    /// What is kept of objects: bodies that are not the world's, and fields.
    var ownBytes = 0
  }

  let world: World
  private let seed: UInt64
  private let keys: SortedKeys
  private let state: Locked<State>

  /// Of one object.
  static let objectBytesMax = 64 << 20
  /// Of all that is kept of objects together.
  static let ownBytesMax = 512 << 20
  /// Objects that are not the world's.
  static let othersMax = 100_000

  /// - Parameter absent: how many of the world's objects that are due are not there.
  init(_ world: World, seed: UInt64, absent: Int, now: Instant) {
    self.world = world
    self.seed = seed
    keys = SortedKeys(world)
    let due = (0..<world.objectCount).filter { world.isDue($0, at: now) }
    var modified = [UInt32](repeating: 0, count: world.objectCount)
    for index in due {
      let captured = min(world.settled(index) + Span.day, now)
      modified[index] = UInt32(clamping: max(1, captured.seconds))
    }
    // Exactly so many, and with one more of them the others stay the same.
    let holes = due.map { (world.draw.bits(.world, UInt64($0), 4), $0) }.sorted { $0 < $1 }
    for (_, index) in holes.prefix(absent) { modified[index] = 0 }
    state = Locked(State(modified: modified))
  }

  func body(_ index: Int) -> WireBody {
    WireBody(key: world.key(index), seed: seed, count: world.size(of: index))
  }

  /// The tag of an object that was there at the beginning: of the form that parts give, which is no
  /// MD5 of the body.
  private func etag(_ index: Int) -> String {
    "\"\(Hash128(of: world.key(index), seed: seed).hex)-1\""
  }
}

// MARK: - One object

extension WireLake {
  enum Refusal: Error { case tooLarge, full, conditionFailed, noSuchKey }

  enum Condition: Hashable, Sendable {
    case absent
    case matches(etag: String)
  }

  func object(_ key: [UInt8]) -> Object? { state.withLock { object(key, $0) } }

  private func object(_ key: [UInt8], _ state: State) -> Object? {
    if let index = world.index(of: key) {
      if let stored = state.stored[Int32(index)] { return stored }
      guard state.modified[index] > 0 else { return nil }
      return Object(
        content: .world(body(index)), modified: Instant(seconds: Int64(state.modified[index])),
        etag: etag(index))
    }
    let place = WireLake.place(of: key, in: state.others)
    guard place < state.others.count, state.others[place].key == key else { return nil }
    return state.others[place].object
  }

  private static func place(
    of key: [UInt8], in others: [(key: [UInt8], object: Object)]
  ) -> Int {
    var low = 0
    var high = others.count
    while low < high {
      let middle = (low + high) / 2
      if SortedKeys.isBefore(others[middle].key[...], key[...]) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Stores an object, if the condition holds at that moment.
  ///
  /// - Parameter etag: with its quotes.
  func put(
    _ key: [UInt8], _ bytes: [UInt8], etag: String, fields: [HTTPHeader], _ condition: Condition?,
    now: Instant
  ) throws(Refusal) {
    guard bytes.count <= Self.objectBytesMax else { throw .tooLarge }
    let index = world.index(of: key)
    var object = Object(content: .own(bytes), modified: now, etag: etag, fields: fields)
    if let index, world.size(of: index) == bytes.count {
      let body = body(index)
      if body.bytes == bytes { object.content = .world(body) }
    }
    let stored = object
    try state.withLock { (state) throws(Refusal) in
      let old = self.object(key, state)
      switch condition {
      case nil: break
      case .absent: if old != nil { throw .conditionFailed }
      case .matches(let etag):
        guard let old else { throw .noSuchKey }
        if old.etag != etag { throw .conditionFailed }
      }
      let change = Self.ownBytes(stored) - (old.map(Self.ownBytes) ?? 0)
      guard change <= 0 || state.ownBytes + change <= Self.ownBytesMax else { throw .full }
      if let index {
        state.stored[Int32(index)] = stored
        state.modified[index] = UInt32(clamping: now.seconds)
      } else {
        let place = Self.place(of: key, in: state.others)
        if old != nil {
          state.others[place].object = stored
        } else {
          guard state.others.count < Self.othersMax else { throw .full }
          state.others.insert((key, stored), at: place)
        }
      }
      state.ownBytes += change
    }
  }

  /// What is not there is deleted already.
  func delete(_ key: [UInt8]) {
    state.withLock { state in
      guard let old = object(key, state) else { return }
      state.ownBytes -= Self.ownBytes(old)
      if let index = world.index(of: key) {
        state.stored[Int32(index)] = nil
        state.modified[index] = 0
      } else {
        state.others.remove(at: Self.place(of: key, in: state.others))
      }
    }
  }

  private static func ownBytes(_ object: Object) -> Int {
    let fields = object.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    return switch object.content {
    case .world: fields
    case .own(let bytes): fields + bytes.count
    }
  }
}

// MARK: - Many

extension WireLake {
  struct Entry: Sendable {
    var key: [UInt8]
    var bytes: Int
    var modified: Instant
    var etag: String
  }

  struct Page: Sendable {
    var entries: [Entry] = []
    var folders: [[UInt8]] = []
    /// Where the next page begins, if there is one.
    var next: Position?

    var count: Int { entries.count + folders.count }
  }

  /// A place between two keys.
  enum Position: Hashable, Sendable {
    case after(key: [UInt8])
    /// Behind all keys that begin with it.
    case past(folder: [UInt8])
  }

  /// The objects whose keys begin with `prefix`, in the order of their bytes, from a place on; what
  /// has `delimiter` behind the prefix is one folder.
  func page(
    prefix: [UInt8], delimiter: [UInt8], from position: Position?, keysMax: Int
  ) -> Page {
    var first = prefix
    switch position {
    case .after(let key)?:
      // The key that comes next after a key is that key and a zero.
      if !SortedKeys.isBefore(key[...], prefix[...]) { first = key + [0] }
    case .past(let folder)?: first = Self.later(first, WireLake.end(of: folder))
    case nil: break
    }
    guard keysMax > 0 else { return Page() }
    return state.withLock { state in
      var page = Page()
      var cursor = Cursor(
        rank: keys.lowerBound(first), other: Self.place(of: first, in: state.others))
      while let key = next(&cursor, state), key.starts(with: prefix) {
        let folder = WireLake.folder(of: key, prefix: prefix, delimiter)
        if page.count == keysMax {
          page.next = cursor.previous
          return page
        }
        if let folder {
          page.folders.append(folder)
          let end = WireLake.end(of: folder)
          cursor.rank = keys.lowerBound(end)
          cursor.other = Self.place(of: end, in: state.others)
          cursor.previous = .past(folder: folder)
        } else {
          page.entries.append(entry(key, at: cursor, state))
          cursor.previous = .after(key: Array(key))
          cursor.step()
        }
      }
      return page
    }
  }

  /// Where a walk through both kinds of objects is.
  private struct Cursor {
    var rank: Int
    var other: Int
    var isOther = false
    /// What came last.
    var previous: Position?

    mutating func step() { if isOther { other += 1 } else { rank += 1 } }
  }

  /// The key at the cursor, which it moves on to the next object that is there.
  private func next(_ cursor: inout Cursor, _ state: State) -> ArraySlice<UInt8>? {
    while cursor.rank < keys.count, state.modified[keys.index(cursor.rank)] == 0 {
      cursor.rank += 1
    }
    let mine = cursor.rank < keys.count ? keys.key(cursor.rank) : nil
    let others = cursor.other < state.others.count ? state.others[cursor.other].key[...] : nil
    guard let others else {
      cursor.isOther = false
      return mine
    }
    cursor.isOther = mine.map { SortedKeys.isBefore(others, $0) } ?? true
    return cursor.isOther ? others : mine
  }

  private func entry(
    _ key: ArraySlice<UInt8>, at cursor: Cursor, _ state: State
  ) -> Entry {
    if cursor.isOther {
      let object = state.others[cursor.other].object
      return Entry(
        key: Array(key), bytes: object.count, modified: object.modified, etag: object.etag)
    }
    let index = keys.index(cursor.rank)
    if let object = state.stored[Int32(index)] {
      return Entry(
        key: Array(key), bytes: object.count, modified: object.modified, etag: object.etag)
    }
    return Entry(
      key: Array(key), bytes: world.size(of: index),
      modified: Instant(seconds: Int64(state.modified[index])), etag: etag(index))
  }

  private static func folder(
    of key: ArraySlice<UInt8>, prefix: [UInt8], _ delimiter: [UInt8]
  ) -> [UInt8]? {
    guard !delimiter.isEmpty,
      let found = key.dropFirst(prefix.count).firstRange(of: delimiter)
    else { return nil }
    return Array(key[..<found.upperBound])
  }

  /// The first that comes behind all keys that begin with `folder`.
  private static func end(of folder: [UInt8]) -> [UInt8] {
    var end = folder
    // A byte of 0xFF is in no UTF-8.
    if let last = end.popLast() { end.append(last &+ 1) }
    return end
  }

  private static func later(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    SortedKeys.isBefore(a[...], b[...]) ? b : a
  }
}

// MARK: - What it comes to

/// How a lake that is served compares with its world.
public struct WireCheck: Hashable, Sendable {
  /// Objects of the world that are due.
  public var expected = 0
  public var present = 0
  /// Not there, and the source has them.
  public var missingAttainable = 0
  /// Not there, and the source will never have them.
  public var missingForEver = 0
  /// There, and not what the source serves.
  public var different = 0
  /// Objects that are none of the world's.
  public var others = 0
}

extension WireLake {
  /// - Parameter isAttainable: whether the source of an object has it, now or later.
  func check(now: Instant, isAttainable: (Int) -> Bool) -> WireCheck {
    state.withLock { state in
      var check = WireCheck()
      check.others = state.others.count
      for index in 0..<world.objectCount where world.isDue(index, at: now) {
        check.expected += 1
        if state.modified[index] == 0 {
          if isAttainable(index) {
            check.missingAttainable += 1
          } else {
            check.missingForEver += 1
          }
          continue
        }
        check.present += 1
        if case .own? = state.stored[Int32(index)]?.content { check.different += 1 }
      }
      return check
    }
  }
}
