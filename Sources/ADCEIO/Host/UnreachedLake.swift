internal import ADCEKernel

/// The lake of a host that compares a report and runs nothing: whatever is asked of it fails.
struct UnreachedLake: Lake {
  let url: String

  func scan<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(LakeError) -> (sink: Sink, outcome: ScanOutcome) {
    throw .noLake(path: url)
  }

  func store(
    _ key: [UInt8], _ contents: ObjectContents, compressing: Bool
  ) throws(LakeError) -> ObjectFacts {
    throw .noLake(path: url)
  }

  func lookUp(_ key: [UInt8]) throws(LakeError) -> ObjectFacts? { throw .noLake(path: url) }

  func read(_ key: [UInt8], limit: Int) throws(LakeError) -> [UInt8]? {
    throw .noLake(path: url)
  }
}
