public import ADCEKernel

/// Recovery reads the records out of one consistent transaction.
extension Snapshot: RecordSource {
  public func forEach(
    _ table: TableID,
    _ body: (_ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(DecodingFailure) -> Void
  ) throws(DecodingFailure) {
    var failure: DecodingFailure?
    do throws(StoreFailure) {
      try forEach(table, from: []) { key, stored throws(StoreFailure) in
        guard failure == nil else { return }
        do throws(DecodingFailure) { try body(key, stored) } catch { failure = error }
      }
    } catch {
      throw .malformed(error.message)
    }
    if let failure { throw failure }
  }
}
