public import ADCEKernel

extension Snapshot {
  /// Reads every record for recovery, table by table in the order of `TableID`, keys in theirs.
  ///
  /// `restore` decodes a record, verifying its checksum, and gives its hash (`Table.restore`
  /// does). The first bad record ends it, named; so does a sum of hashes that is not the digest
  /// of the last commit. What `restore` has built by then is to be dropped.
  public func restore(
    _ restore: (TableID, _ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(DecodingFailure) -> Hash128
  ) throws(StoreFailure) -> StoreMeta {
    let meta = try meta()
    var digest = Hash128.zero
    for table in TableID.allCases {
      try forEach(table) { key, body throws(StoreFailure) in
        do throws(DecodingFailure) {
          digest = digest &+ (try restore(table, key, body))
        } catch {
          throw .corruptRecord(table: table, key: key.printable, reason: error)
        }
      }
    }
    guard digest == meta.digest else {
      throw .digestMismatch(path: path, stored: meta.digest, found: digest)
    }
    return meta
  }
}
