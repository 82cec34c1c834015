internal import ADCEKernel

/// The way of a validated body into the lake.
struct ObjectWriting {
  let lake: any Lake
  let storage: ObjectStorage

  /// Stores a body, unless the stored one equals it and `deduplication` is on.
  ///
  /// - Parameter sizeMin: the least size in bytes of an object that does not count as undersized.
  func write(
    _ body: [UInt8], _ item: AttemptWork.Item, sizeMin: Int64
  ) throws(LakeError) -> ItemResult {
    if storage.deduplication, let stored = item.stored, try isStored(body, item.key, stored) {
      return .current(stored)
    }
    var facts = try lake.store(item.key, .bytes(body), compressing: storage.compression)
    if storage.compression, facts.bytes < sizeMin {
      // Compressed, it would count as undersized and be fetched for ever.
      facts = try lake.store(item.key, .bytes(body), compressing: false)
    }
    return .stored(facts, contentHash: Hash128(of: body))
  }

  private func isStored(
    _ body: [UInt8], _ key: [UInt8], _ facts: ObjectFacts
  ) throws(LakeError) -> Bool {
    // What is compressed has another size than the body; else sizes that differ settle it.
    guard storage.compression || facts.bytes == Int64(body.count) else { return false }
    guard let stored = try lake.read(key, limit: Int(facts.bytes)) else { return false }
    return stored == body || (storage.compression && stored == Gzip.compress(body))
  }
}
