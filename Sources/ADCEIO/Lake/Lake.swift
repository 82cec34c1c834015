public import ADCEKernel

/// Where the objects are: a directory, or a bucket.
///
/// All calls block, and may come from several threads at once.
public protocol Lake: Sendable {
  /// Pours every object into sinks, and returns them merged.
  func scan<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(LakeError) -> (sink: Sink, outcome: ScanOutcome)

  /// Why no object of that key can be kept here, now or ever; nil if nothing speaks against it.
  func fault(of key: [UInt8]) -> KeyFault?

  /// Stores an object, in place of any older one: when the call returns, it is durable and whole;
  /// when it throws, the older one may still be there, or the new one, but never half of either.
  ///
  /// Returns what the lake says of the object afterwards.
  func store(
    _ key: [UInt8], _ contents: ObjectContents, compressing: Bool
  ) throws(LakeError) -> ObjectFacts

  /// What the lake says of an object; nil if it has none of that key.
  func lookUp(_ key: [UInt8]) throws(LakeError) -> ObjectFacts?

  /// The same for many, in their order.
  func lookUp(_ keys: [[UInt8]]) throws(LakeError) -> [ObjectFacts?]

  /// An object's bytes as they are stored, at most `limit` of them; nil if it is not there.
  func read(_ key: [UInt8], limit: Int) throws(LakeError) -> [UInt8]?

  /// Ends all that waits for the lake, and whatever is asked of it from now on, with a failure.
  /// Waits for nobody.
  func abandon()

  /// What there is to say of the lake since the last call, beside the answers.
  func takeNotes() -> [String]
}

extension Lake {
  public func fault(of key: [UInt8]) -> KeyFault? { nil }

  /// A disk answers, or nothing can be done about it.
  public func abandon() {}

  public func takeNotes() -> [String] { [] }

  public func lookUp(_ keys: [[UInt8]]) throws(LakeError) -> [ObjectFacts?] {
    var found: [ObjectFacts?] = []
    found.reserveCapacity(keys.count)
    for key in keys { found.append(try lookUp(key)) }
    return found
  }
}

/// What an object is made of.
public enum ObjectContents: Sendable {
  case bytes([UInt8])
  /// The contents of a file, which is read as it is stored, in pieces.
  case file(path: String)
}

/// Why a lake did not do what it was asked.
public enum LakeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The lake itself is not there: not the same as a lake without objects.
  case noLake(path: String)
  /// A folder of the lake cannot be read, so that what it holds is unknown.
  case unreadable(SystemCallFailure)
  /// Such a key cannot be kept in this lake, now or ever.
  case unstorableKey(String, KeyFault)
  /// The object is larger than the caller takes, in bytes.
  case tooLarge(key: String, limit: Int)
  case system(SystemCallFailure)
  /// The server that keeps the lake said no, or did not answer.
  case remote(RemoteFailure)

  public var description: String {
    switch self {
    case .noLake(let path): "\(path): no such directory, so there is no lake"
    case .unreadable(let failure): "cannot read \(failure)"
    case .unstorableKey(let key, let fault): "cannot store \(key): \(fault)"
    case .tooLarge(let key, let limit): "\(key): larger than \(limit) bytes"
    case .system(let failure): failure.description
    case .remote(let failure): failure.description
    }
  }

  /// Of a command that fails for it (sysexits.h).
  public var exitCode: Int32 {
    switch self {
    case .remote(let failure): failure.exitCode
    case .unreadable(let failure), .system(let failure): failure.isRefusal ? 77 : 74
    case .noLake, .unstorableKey, .tooLarge: 74
    }
  }
}

/// What keeps a key out of a directory lake.
public enum KeyFault: Hashable, Sendable, CustomStringConvertible {
  case empty
  /// It begins with `/`, ends with it, or holds `//`.
  case emptyComponent
  /// `.` or `..` between two slashes.
  case dotComponent
  case holdsNUL
  case notUTF8
  /// Over 1,024 bytes (the limit of S3), or a component over 255 (that of file systems).
  case tooLong
  /// A component begins like the files that are being written, which a scan leaves out.
  case temporaryName
  /// What should be a folder is a file or a link, or what should be a file is a folder.
  case clash(path: String)

  /// Nothing that is done to the lake makes it a key that can be stored.
  var isForGood: Bool {
    if case .clash = self { false } else { true }
  }

  public var description: String {
    switch self {
    case .empty: "an empty key"
    case .emptyComponent: "a part between two slashes is empty"
    case .dotComponent: "a part of it is . or .."
    case .holdsNUL: "it holds a NUL byte"
    case .notUTF8: "it is not UTF-8"
    case .tooLong: "longer than 1,024 bytes, or a part of it than 255"
    case .temporaryName: "a part of it begins with \(DirectoryLake.temporaryPrefix)"
    case .clash(let path): "\(path) stands in its way"
    }
  }
}
