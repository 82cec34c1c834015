/// The tables of the durable state. Raw values reach the disk: never reuse or renumber one.
public enum TableID: UInt8, CaseIterable, Sendable {
  case control = 1
  case names = 2
  case catalogs = 3
  case snapshots = 4
  case segments = 5
  case ledger = 6
  case tasks = 7
  case taskItems = 8
  case attempts = 9
  case keys = 10
  case sources = 11
  case scrapers = 12
  case quanta = 13
}

/// A value that outlives a crash: one type a table, with its codec.
///
/// The stored form is a version byte, then little-endian fields that are only ever appended to: a
/// decoder fills with defaults what an older record lacks, and ignores what a newer one adds.
public protocol Record: Hashable, Sendable {
  associatedtype Key: RecordKey
  static var table: TableID { get }
  static var version: UInt8 { get }
  func encode(into encoder: inout Encoder)
  init(from decoder: inout Decoder) throws(DecodingFailure)
}

/// A key whose bytes sort in the order in which its table is read. At most 511 bytes (LMDB's
/// default limit).
public protocol RecordKey: Hashable, Comparable, Sendable {
  func encode(into encoder: inout Encoder)
  init(from decoder: inout Decoder) throws(DecodingFailure)
}

/// Why stored bytes could not be read.
public enum DecodingFailure: Error, Hashable, Sendable {
  case truncated
  case malformed(String)
  case checksum
  case newerVersion(UInt8)
}
