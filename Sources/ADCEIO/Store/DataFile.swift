#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The data file, looked at with reads and not through a map: a map over a file that is too short
/// kills the process that touches what is missing (SIGBUS).
///
/// The layout is that of LMDB's data version 1 on a 64-bit machine (mdb.c of 0.9: `MDB_meta`,
/// `MDB_db`, `MDB_page`, `MDB_node`), integers in the machine's order.
struct DataFile: ~Copyable {
  private let descriptor: Int32
  let path: String

  /// Refuses what is not an LMDB file, and one that lacks pages in use.
  ///
  /// A file may rightly end before its last page: pages taken and given back within one commit are
  /// never written. So a short one is refused only if a missing page is not on the free list.
  static func refuseDamaged(_ path: String) throws(StoreFailure) {
    let file = try DataFile.at(path)
    var seen: UInt64?
    var refusal: StoreFailure?
    for _ in 0..<attemptsMax {
      let meta = try file.newestMeta()
      let bytes = try file.size()
      let present = bytes / meta.pageBytes
      if present > meta.lastPage { return }
      let missing = present..<meta.lastPage + 1
      if try file.freePages(in: missing, by: meta)?.count == missing.count { return }
      // A writer may have gone on between the reads; what the same meta page says twice is so.
      refusal = .truncated(path: path, bytes: bytes, needed: meta.neededBytes)
      if seen == meta.transaction { break }
      seen = meta.transaction
    }
    if let refusal { throw refusal }
  }

  private static let attemptsMax = 100

  static func at(_ path: String) throws(StoreFailure) -> DataFile {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path, "open it", errno) }
    return DataFile(descriptor: descriptor, path: path)
  }

  deinit { close(descriptor) }

  func size() throws(StoreFailure) -> UInt64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path, "look at it", errno) }
    return UInt64(status.st_size)
  }

  /// `count` bytes at `offset`, or nil if the file ends before.
  func bytes(at offset: UInt64, count: Int) throws(StoreFailure) -> [UInt8]? {
    var result = [UInt8](repeating: 0, count: count)
    let read = pread(descriptor, &result, count, off_t(offset))
    guard read >= 0 else { throw .file(path, "read it", errno) }
    return read == count ? result : nil
  }
}

extension DataFile {
  /// What a meta page says.
  struct Meta: Hashable {
    static let bytes = 152
    static let magic: UInt32 = 0xBEEF_C0DE
    static let version: UInt32 = 1

    var pageBytes: UInt64
    /// The root of the free list, or all ones.
    var freeRoot: UInt64
    var lastPage: UInt64
    var transaction: UInt64

    var neededBytes: UInt64 { (lastPage + 1) * pageBytes }
  }

  /// The one of the two meta pages that was written last.
  func newestMeta() throws(StoreFailure) -> Meta {
    let first = try meta(at: 0)
    let second = try meta(at: first.pageBytes)
    return first.transaction < second.transaction ? second : first
  }

  private func meta(at offset: UInt64) throws(StoreFailure) -> Meta {
    guard let page = try bytes(at: offset, count: Meta.bytes) else {
      throw .truncated(path: path, bytes: try size(), needed: offset + UInt64(Meta.bytes))
    }
    guard page.load(16, as: UInt32.self) == Meta.magic else {
      throw .notAStore(path: path, reason: "it does not begin like an LMDB file")
    }
    let version = page.load(20, as: UInt32.self)
    guard version == Meta.version else {
      throw .notAStore(path: path, reason: "it is of LMDB's data version \(version)")
    }
    let meta = Meta(
      pageBytes: UInt64(page.load(40, as: UInt32.self)), freeRoot: page.load(80, as: UInt64.self),
      lastPage: page.load(136, as: UInt64.self), transaction: page.load(144, as: UInt64.self))
    guard (9...16).contains(meta.pageBytes.trailingZeroBitCount),
      meta.pageBytes.nonzeroBitCount == 1, meta.lastPage < 1 << 48
    else {
      throw .damaged(
        path: path, doing: "read a meta page", reason: "its page size or count is absurd")
    }
    return meta
  }
}

extension [UInt8] {
  /// An integer in the machine's order; the caller keeps within the bounds, which are checked.
  func load<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }
}
