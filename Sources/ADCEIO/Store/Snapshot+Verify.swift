public import ADCEKernel

/// What a look at every record found.
public struct Verification: Hashable, Sendable {
  /// A record that cannot be believed.
  public struct Fault: Hashable, Sendable {
    public var table: TableID
    /// Its text if it is plain ASCII, else `0x` and hexadecimal.
    public var key: String
    public var reason: DecodingFailure
  }

  /// The last commit's record.
  public var meta: StoreMeta
  public var records: Int
  /// Of keys and stored bodies.
  public var bytes: Int
  /// The sum of the hashes of the good records.
  public var digest: Hash128
  public var faultCount: Int
  /// The first of them.
  public var faults: [Fault]

  /// Every record matches its checksum, and together they are what the last commit said.
  public var isSound: Bool { faultCount == 0 && digest == meta.digest }

  /// The first thing that is wrong, as a failure with its message and exit code.
  public func failure(path: String) -> StoreFailure? {
    if let first = faults.first {
      return .corruptRecord(table: first.table, key: first.key, reason: first.reason)
    }
    guard digest != meta.digest else { return nil }
    return .digestMismatch(path: path, stored: meta.digest, found: digest)
  }
}

extension Snapshot {
  /// Checks every record against its checksum and all of them against the digest.
  ///
  /// Run it in a process of its own where the file is in doubt: damaged pages can crash whoever
  /// reads through the map.
  public func verify(faultsMax: Int = 20) throws(StoreFailure) -> Verification {
    var result = Verification(
      meta: try meta(), records: 0, bytes: 0, digest: .zero, faultCount: 0, faults: [])
    for table in TableID.allCases {
      try forEach(table) { key, body throws(StoreFailure) in
        result.records += 1
        result.bytes += key.count + body.count
        do throws(DecodingFailure) {
          result.digest =
            result.digest &+ (try StoredForm.verify(table: table, key: key, body: body))
        } catch {
          result.faultCount += 1
          if result.faults.count < faultsMax {
            result.faults.append(
              Verification.Fault(table: table, key: key.printable, reason: error))
          }
        }
      }
    }
    return result
  }
}
