internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The catalogs' files, read again only when they have changed, or when the kernel did not keep
/// what was read.
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

  private struct Seen {
    var version: Version
    var fingerprint: Hash128
  }

  private let paths: [String]
  private var seen: [Seen?]

  init(_ paths: [String]) {
    self.paths = paths
    seen = [Seen?](repeating: nil, count: paths.count)
  }

  /// Reads them, on the calling thread. `kept` is the fingerprint of what the kernel holds of each.
  mutating func load(kept: (Int) -> Hash128?) -> [Event.CatalogLoad] {
    paths.indices.map { index in
      // Taken before the file is read: what changes meanwhile is read again next time.
      let version = Version(paths[index])
      if let last = seen[index], last.version == version, last.fingerprint == kept(index) {
        return .unchanged
      }
      seen[index] = nil
      do throws(CatalogFileProblem) {
        let content = try CatalogFile.read(paths[index])
        seen[index] = version.map { Seen(version: $0, fingerprint: content.fingerprint) }
        return .content(content)
      } catch {
        return .failed(error.description)
      }
    }
  }
}
