import ADCEIO
import ADCEKernel
import Foundation

/// A record for these tests: some text under some text.
struct Note: Record {
  struct Key: RecordKey, ExpressibleByStringLiteral {
    var text: String

    init(_ text: String) { self.text = text }
    init(stringLiteral text: String) { self.text = text }
    init(from decoder: inout Decoder) throws(DecodingFailure) {
      text = String(decoding: decoder.rest(), as: UTF8.self)
    }
    func encode(into encoder: inout Encoder) { encoder.putRaw(text.utf8) }
    static func < (a: Key, b: Key) -> Bool {
      Array(a.text.utf8).lexicographicallyPrecedes(b.text.utf8)
    }
  }

  static let table = TableID.ledger
  static let version: UInt8 = 1

  var text: String

  init(_ text: String) { self.text = text }
  init(from decoder: inout Decoder) throws(DecodingFailure) { text = try decoder.string() }
  func encode(into encoder: inout Encoder) { encoder.put(text) }
}

/// A state directory of its own for one test, deleted afterwards.
struct StateFixture: ~Copyable {
  let root: String
  var directory: String { root + "/state" }
  var dataFile: String { directory + "/data.mdb" }

  init() {
    root = NSTemporaryDirectory() + "adce-store-\(UUID().uuidString)"
    mkdir(root, 0o755)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: root)
    } catch {
      print("left behind: \(root): \(error)")
    }
  }

  func contents() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: dataFile)) }

  func overwrite(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: dataFile)) }
}

/// A store with what a kernel would know of it: the hash of each record, and their sum.
struct Notebook: ~Copyable {
  var store: Store
  private var hashes: [Note.Key: Hash128] = [:]
  private(set) var digest: Hash128

  init(
    _ directory: String, mapSize: Store.MapSize = .standard
  ) throws(StoreFailure) {
    var found: [Note.Key: Hash128] = [:]
    let opened = try Store.open(directory: directory, mode: .readWrite, mapSize: mapSize)
    let meta = try opened.read { snapshot throws(StoreFailure) in
      let verification = try snapshot.verify()
      if let failure = verification.failure(path: directory) { throw failure }
      try snapshot.forEach(.ledger) { key, body throws(StoreFailure) in
        let name = String(decoding: key, as: UTF8.self)
        do throws(DecodingFailure) {
          found[Note.Key(name)] = try StoredForm.verify(table: .ledger, key: key, body: body)
        } catch {
          throw .corruptRecord(table: .ledger, key: name, reason: error)
        }
      }
      return verification.meta
    }
    store = opened
    hashes = found
    digest = meta.digest
  }

  var count: Int { hashes.count }

  /// Commits changes in one transaction: text writes, nil deletes.
  mutating func commit(_ changes: [(Note.Key, String?)]) throws(StoreFailure) {
    var decision = Decision()
    var after = hashes
    for (key, text) in changes {
      if let text {
        after[key] = decision.put(Note(text), at: key, replacing: after[key])
      } else if let old = after.removeValue(forKey: key) {
        decision.remove(Note.self, at: key, replacing: old)
      }
    }
    let sum = digest &+ decision.takeDigestChange()
    try store.commit(
      decision, sequence: store.meta.sequence + 1, digest: sum, at: Instant(seconds: 1000))
    hashes = after
    digest = sum
  }

  /// The notes as they lie in the store, in its order.
  func notes() throws(StoreFailure) -> [String] { try Notebook.notes(of: store) }

  static func notes(of store: borrowing Store) throws(StoreFailure) -> [String] {
    var result: [String] = []
    try store.read { snapshot throws(StoreFailure) in
      try snapshot.forEach(.ledger) { key, body throws(StoreFailure) in
        // A version byte, a length of four bytes, the text, a checksum of eight bytes.
        let text = String(decoding: body.dropFirst(5).dropLast(8), as: UTF8.self)
        result.append("\(String(decoding: key, as: UTF8.self))=\(text)")
      }
    }
    return result
  }
}

extension Store {
  func verify() throws(StoreFailure) -> Verification {
    try read { snapshot throws(StoreFailure) in try snapshot.verify() }
  }
}

/// The failure of opening a state; nil if it opens and all its records are right.
func failure(
  opening directory: String, _ mode: Store.Mode = .readWrite
) -> StoreFailure? {
  do throws(StoreFailure) {
    let store = try Store.open(directory: directory, mode: mode)
    return try store.verify().failure(path: directory)
  } catch {
    return error
  }
}
