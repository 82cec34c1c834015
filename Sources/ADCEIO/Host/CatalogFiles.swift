internal import ADCEKernel

/// The catalogs' files, read again only when they have changed, or when the kernel did not keep
/// what was read.
struct CatalogFiles: Sendable {
  private struct Seen {
    var version: FileVersion
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
      let version = FileVersion(paths[index])
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
