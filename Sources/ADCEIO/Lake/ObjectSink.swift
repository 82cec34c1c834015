public import ADCEKernel

/// What a scan pours the objects of a lake into; a coverage map, as a rule.
///
/// A scan makes several, fills each from one thread, and merges them. The result must depend
/// neither on the order of the calls nor on how the objects are divided: `merge` is associative
/// and commutative.
public protocol ObjectSink: Sendable {
  /// One object. The key's bytes are valid only during the call.
  mutating func observe(key: UnsafeRawBufferPointer, facts: ObjectFacts)
  mutating func merge(_ other: consuming Self)
}

/// What is known of a scan beside what it poured into its sinks.
public struct ScanOutcome: Hashable, Sendable {
  public enum Source: Hashable, Sendable { case inventory, listing, directory }

  public var source: Source
  /// No change before this moment, by the clock of the lake, was missed.
  public var began: Instant
  /// Objects seen, whatever their keys.
  public var objects: Int
  /// The sum of their sizes.
  public var bytes: Int64
  /// Rows of a report that are no current objects: old versions, delete markers.
  public var superseded: Int
  /// Of a listing: how many requests it took, and in how many ranges; else 0.
  public var requests = 0
  public var ranges = 0

  public init(
    source: Source, began: Instant, objects: Int, bytes: Int64, superseded: Int = 0
  ) {
    self.source = source
    self.began = began
    self.objects = objects
    self.bytes = bytes
    self.superseded = superseded
  }
}
