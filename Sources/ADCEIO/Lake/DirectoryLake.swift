import ADCEKernel

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lake that is a directory: keys are the paths of regular files below it, as bytes; an
/// object's time is its file's mtime.
///
/// Links to folders are not followed, neither in reading nor in writing; a link to a regular file
/// counts as that file.
public struct DirectoryLake: Lake {
  /// How the names of files begin that are still being written.
  public static let temporaryPrefix = ".adce-tmp-"

  /// As it was given; read anew on every call, so that a disk mounted later is seen.
  public let root: String

  public init(root: String) { self.root = root }

  func openRoot() throws(LakeError) -> OpenFile {
    do {
      return try OpenFile.open(root, O_RDONLY | O_DIRECTORY)
    } catch {
      throw error.code == ENOENT || error.code == ENOTDIR
        ? .noLake(path: root) : .unreadable(error)
    }
  }

  /// Why a key may not be a path below the root; nil if it may.
  static func fault(of key: [UInt8]) -> KeyFault? {
    if key.isEmpty { return .empty }
    if key.count > 1024 { return .tooLong }
    if key.contains(0) { return .holdsNUL }
    for part in key.split(separator: 0x2F, omittingEmptySubsequences: false) {
      if part.isEmpty { return .emptyComponent }
      if part.count > 255 { return .tooLong }
      if part.elementsEqual([0x2E]) || part.elementsEqual([0x2E, 0x2E]) { return .dotComponent }
      if part.starts(with: temporaryPrefix.utf8) { return .temporaryName }
    }
    return nil
  }

  public func fault(of key: [UInt8]) -> KeyFault? { Self.fault(of: key) }

  /// The parts of a key between its slashes.
  static func components(of key: [UInt8]) -> [[UInt8]] {
    key.split(separator: 0x2F).map(Array.init)
  }
}
