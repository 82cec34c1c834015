internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The catalogs' files, read again only when they have changed.
struct CatalogFiles: Sendable {
  /// Tells a file that was replaced or rewritten from the one that was read.
  private struct Version: Hashable {
    var device: UInt64
    var inode: UInt64
    var bytes: Int64
    var modified: Int64
    var modifiedNanoseconds: Int64

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      bytes = Int64(status.st_size)
      #if canImport(Glibc)
        modified = Int64(status.st_mtim.tv_sec)
        modifiedNanoseconds = Int64(status.st_mtim.tv_nsec)
      #else
        modified = Int64(status.st_mtimespec.tv_sec)
        modifiedNanoseconds = Int64(status.st_mtimespec.tv_nsec)
      #endif
    }
  }

  private let paths: [String]
  private var seen: [Version?]

  init(_ paths: [String]) {
    self.paths = paths
    seen = [Version?](repeating: nil, count: paths.count)
  }

  /// Reads them all, on the calling thread; remembers which were read whole.
  mutating func load() -> [Event.CatalogLoad] {
    paths.indices.map { index in
      // Taken before the file is read: what changes meanwhile is read again next time.
      let version = Version(paths[index])
      if let version, seen[index] == version { return .unchanged }
      seen[index] = nil
      do throws(CatalogFileProblem) {
        let content = try CatalogFile.read(paths[index])
        seen[index] = version
        return .content(content)
      } catch {
        return .failed(error.description)
      }
    }
  }
}
