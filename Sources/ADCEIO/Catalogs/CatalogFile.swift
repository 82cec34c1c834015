package import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Why a catalog cannot be read: the last good copy of it is then kept.
package enum CatalogFileProblem: Error, Hashable, Sendable {
  /// `errno` of the call that failed.
  case unreadable(path: String, errno: Int32)
  /// Over `CatalogFile.bytesMax` bytes, packed or unpacked.
  case tooLarge(path: String)
  case damagedGzip(path: String, GzipError)
  case text(path: String, CatalogTextProblem)
}

extension CatalogFileProblem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let errno): "\(path): \(String(cString: strerror(errno)))"
    case .tooLarge(let path): "\(path): larger than \(CatalogFile.bytesMax) bytes"
    case .damagedGzip(let path, let problem): "\(path): \(problem)"
    case .text(let path, .empty): "\(path): no header row"
    case .text(let path, .notUTF8(let offset)): "\(path): not UTF-8 at byte \(offset)"
    case .text(let path, .unclosedQuote(let line)):
      "\(path):\(line): a quoted field does not end"
    case .text(let path, .tooLarge): "\(path): too large"
    }
  }
}

/// Reads catalogs from disk: CSV or TSV, plain or gzip (CONFIG.md §5, Catalogs).
package enum CatalogFile {
  /// Of the file, and of what it unpacks to.
  package static let bytesMax = 1 << 30

  /// `.csv` and `.tsv`, also before `.gz`, say what it is; else a tab in the header does. Gzip is
  /// known by its magic bytes, whatever the name.
  package static func read(_ path: String) throws(CatalogFileProblem) -> CatalogTable {
    try table(bytes(of: path), path: path)
  }

  /// So much of a catalog is looked at for its header.
  private static let headBytes = 1 << 16

  /// The columns of a catalog, by its first line alone; nil if they cannot be told so: of a file that
  /// is not there, is no regular one or damaged, or whose first line is longer than `headBytes` or
  /// ends inside of quotes. Whoever reads the rows says what is wrong.
  package static func columns(_ path: String) -> [String]? {
    // A pipe that nobody writes to would hold up whoever opens it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var chunk = [UInt8](repeating: 0, count: headBytes)
    let count = readChunk(descriptor, &chunk)
    guard count > 0 else { return nil }
    var head = Array(chunk[..<count])
    do throws(GzipError) {
      if Gzip.begins(head) { head = try Gzip.head(of: head, limit: headBytes) }
    } catch {
      return nil
    }
    guard let end = head.firstIndex(of: 0x0A) else { return nil }
    do throws(CatalogFileProblem) {
      return try table(Array(head[...end]), path: path).columns
    } catch {
      return nil
    }
  }

  /// The table in a catalog's bytes; `path` is its name.
  package static func table(
    _ bytes: [UInt8], path: String
  ) throws(CatalogFileProblem) -> CatalogTable {
    var text = bytes
    if Gzip.begins(bytes) {
      do throws(GzipError) {
        text = try Gzip.decompress(bytes, limit: bytesMax)
      } catch .overLimit {
        throw .tooLarge(path: path)
      } catch {
        throw .damagedGzip(path: path, error)
      }
    }
    do throws(CatalogTextProblem) {
      return try CatalogTable(text: text, separator: separator(of: path))
    } catch {
      throw .text(path: path, error)
    }
  }

  private static func separator(of path: String) -> CatalogTable.Separator? {
    var name = path.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    if name.hasSuffix(".tsv") { return .tab }
    return name.hasSuffix(".csv") ? .comma : nil
  }

  /// The system call, which `CatalogFile.read` would hide.
  private static func readChunk(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int {
    chunk.withUnsafeMutableBytes { buffer in
      #if canImport(Glibc)
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
  }

  private static func bytes(of path: String) throws(CatalogFileProblem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard status.st_size <= bytesMax else { throw .tooLarge(path: path) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(status.st_size))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = readChunk(descriptor, &chunk)
      if count < 0 {
        if errno == EINTR { continue }
        throw .unreadable(path: path, errno: errno)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= bytesMax else { throw .tooLarge(path: path) }
    }
  }
}
