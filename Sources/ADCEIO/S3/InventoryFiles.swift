#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Where the files of reports are: on disk, or in a bucket. Paths are of one kind throughout.
package protocol InventoryFiles: Sendable {
  /// A file's bytes, at most `InventoryReport.manifestBytesMax`; nil if there is no such file.
  func contents(of path: String) throws(InventoryError) -> [UInt8]?

  /// The manifests below a folder, newest first: complete or not, and perhaps some that are not
  /// there after all.
  func manifests(below folder: String) throws(InventoryError) -> [String]

  /// Whether a path is that of a folder, or may be.
  func isFolder(_ path: String) throws(InventoryError) -> Bool

  /// What the parts' keys are to be put behind; nil if the first part is nowhere.
  func partsRoot(of part: String, manifest: String) throws(InventoryError) -> String?

  /// Hands a part's bytes over, piece by piece, in order; false if it is not there.
  func read(
    part path: String, _ take: (UnsafeRawBufferPointer) -> Void
  ) throws(InventoryError) -> Bool

  /// How many parts are read at a time.
  var readers: Int { get }

  /// Calls `body` on so many threads, as `inParallel` does.
  func inParallel<Result: Sendable>(
    _ readers: Int, _ body: @Sendable (Int) -> Result
  ) throws(InventoryError) -> [Result]
}

/// Reports on disk.
package struct DiskInventoryFiles: InventoryFiles {
  package init() {}

  package func contents(of path: String) throws(InventoryError) -> [UInt8]? {
    do throws(SystemCallFailure) {
      return try OpenFile.open(path, O_RDONLY).readAll(limit: InventoryReport.manifestBytesMax)
    } catch {
      if error.isAbsence { return nil }
      throw .system(error)
    }
  }

  package func manifests(below folder: String) throws(InventoryError) -> [String] {
    try manifestsOnDisk(folder)
  }

  package func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The folder at which the parts' keys start: the nearest one above the manifest in which the
  /// first part exists. With a slash at its end, or empty.
  package func partsRoot(of part: String, manifest: String) -> String? {
    var folder = InventoryReport.folder(of: manifest)
    while access(folder + part, F_OK) != 0 {
      let parent = InventoryReport.folder(of: String(folder.dropLast()))
      // A relative path is followed up to the working directory, and no further.
      guard parent != folder, !folder.isEmpty else { return nil }
      folder = parent
    }
    return folder
  }

  private static let pieceBytes = 64 << 10

  package func read(
    part path: String, _ take: (UnsafeRawBufferPointer) -> Void
  ) throws(InventoryError) -> Bool {
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Self.pieceBytes, alignment: 64)
    defer { piece.deallocate() }
    do throws(SystemCallFailure) {
      let file = try OpenFile.open(path, O_RDONLY)
      while true {
        let count = try file.read(into: piece)
        take(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        if count < piece.count { return true }
      }
    } catch {
      if error.call == "open", error.isAbsence { return false }
      throw .system(error)
    }
  }

  package var readers: Int { processorCount() }

  package func inParallel<Result: Sendable>(
    _ readers: Int, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    ADCEIO.inParallel(readers, body)
  }
}

extension SystemCallFailure {
  /// No such file.
  var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
}
