internal import Glibc

/// The folder of one attempt of a command: its task, and where it leaves its files. Mode 0700.
struct PrivateFolder: Sendable {
  let path: String

  var taskFile: String { path + "/task.json" }
  var outputFolder: String { path + "/out" }

  /// Makes an empty one; what was left there by a run that was cut off goes first.
  init(path: String, task: String) throws(AttemptFault) {
    self.path = path
    remove()
    for folder in [path, path + "/out"] {
      guard mkdir(folder, 0o700) == 0 else { throw PrivateFolder.fault("mkdir", folder) }
    }
    let file = open(taskFile, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw PrivateFolder.fault("open", taskFile) }
    defer { close(file) }
    let bytes = Array(task.utf8)
    let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw PrivateFolder.fault("write", taskFile) }
  }

  func remove() { PrivateTree.remove(path) }

  private static func fault(_ call: String, _ path: String) -> AttemptFault {
    AttemptFault(.ownFault, "\(call) \(path): \(String(cString: strerror(errno)))")
  }
}

/// Walks folders without ever following a link.
package enum PrivateTree {
  static let depthMax = 64

  /// The regular files below a folder, as paths relative to it, sorted; and what else is there.
  ///
  /// - Parameter limit: no more than that many of either.
  static func files(
    below root: String, limit: Int
  ) -> (files: [[UInt8]], others: [[UInt8]]) {
    var found: (files: [[UInt8]], others: [[UInt8]]) = ([], [])
    var folders: [[UInt8]] = [[]]
    while let folder = folders.popLast() {
      for name in names(root + (folder.isEmpty ? "" : "/" + text(folder))) {
        let path = folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
        let depth = path.count { $0 == UInt8(ascii: "/") }
        switch kind(root + "/" + text(path)) {
        case S_IFREG where found.files.count < limit: found.files.append(path)
        case S_IFDIR where depth < depthMax: folders.append(path)
        default: if found.others.count < limit { found.others.append(path) }
        }
      }
    }
    found.files.sort { $0.lexicographicallyPrecedes($1) }
    found.others.sort { $0.lexicographicallyPrecedes($1) }
    return found
  }

  /// Reads a regular file, no link; nil if it is none, cannot be read, or is larger than `limit`.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit
    else { return nil }
    let size = Int(status.st_size)
    var isWhole = true
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress! + count, size - count)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { break }
        count += got
      }
      isWhole = count == size
    }
    return isWhole ? bytes : nil
  }

  /// Removes a folder and all below it, as far as we may.
  package static func remove(_ root: String) { remove(Array(root.utf8)) }

  /// By bytes: a scraper may have given its files names that are not UTF-8.
  static func remove(_ root: [UInt8]) {
    var folders = [root]
    var emptied: [[UInt8]] = []
    while let folder = folders.popLast() {
      // A scraper may have taken the right to look into its own folders from us.
      _ = withPath(folder) { chmod($0, 0o700) }
      emptied.append(folder)
      for name in names(folder) {
        let path = folder + [UInt8(ascii: "/")] + name
        if kind(path) == S_IFDIR {
          folders.append(path)
        } else {
          _ = withPath(path) { unlink($0) }
        }
      }
    }
    for folder in emptied.reversed() { _ = withPath(folder) { rmdir($0) } }
  }

  static func names(_ folder: String) -> [[UInt8]] { names(Array(folder.utf8)) }

  private static func names(_ folder: [UInt8]) -> [[UInt8]] {
    guard let stream = withPath(folder, { opendir($0) }) else { return [] }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(name) }
    }
    return names
  }

  private static func kind(_ path: String) -> mode_t { kind(Array(path.utf8)) }

  private static func kind(_ path: [UInt8]) -> mode_t {
    var status = stat()
    return withPath(path) { lstat($0, &status) } == 0 ? status.st_mode & S_IFMT : 0
  }

  private static func withPath<Result>(
    _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result
  ) -> Result {
    // Sound: the array lives for the call, and ends with the NUL that C looks for.
    (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }

  /// A name that is not UTF-8 becomes one that is not there, and so none of ours.
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
