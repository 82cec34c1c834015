import ADCEIO
import ADCEKernel
import Glibc

/// A lake, a client and an executor of their own in a temporary folder, removed at the end.
final class ScraperBench: Sendable {
  let folder: String
  let lake: DirectoryLake
  let client: HTTPClient

  init() throws {
    var template = Array("/tmp/adce-scrapers-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw HTTPFailure(.own, "mkdtemp") }
    folder = String(cString: made)
    mkdir(folder + "/lake", 0o755)
    lake = DirectoryLake(root: folder + "/lake")
    client = try HTTPClient()
  }

  deinit {
    client.shutdown()
    ScraperBench.remove(folder)
  }

  var workDirectory: String { folder + "/work" }

  func executor(
    _ scrapers: RunnableScraper..., environment: (@Sendable (String) -> String?)? = nil,
    accepts: @escaping @Sendable (AttemptWork, [UInt8]) -> Bool = { _, _ in false }
  ) throws -> ScraperExecutor {
    try ScraperExecutor(
      scrapers: scrapers, lake: lake, client: client, workDirectory: workDirectory,
      environment: environment, accepts: accepts)
  }

  /// Runs one attempt to its end.
  func run(
    _ scraper: RunnableScraper, _ work: AttemptWork,
    environment: (@Sendable (String) -> String?)? = nil
  ) async throws -> AttemptEnd {
    try await executor(scraper, environment: environment).run(work)
  }

  func read(_ key: String) throws -> [UInt8]? {
    try lake.read(Array(key.utf8), limit: 1 << 30)
  }

  func put(_ key: String, _ bytes: [UInt8]) throws -> ObjectFacts {
    try lake.store(Array(key.utf8), .bytes(bytes), compressing: false)
  }

  /// Writes a shell script and returns its path.
  func script(_ text: String, name: String = "scraper.sh") throws -> String {
    let path = "\(folder)/\(name)"
    write(path, text)
    return path
  }

  func write(_ path: String, _ text: String, mode: mode_t = 0o700) {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    precondition(file >= 0, "\(path): errno \(errno)")
    let bytes = Array(text.utf8)
    precondition(Glibc.write(file, bytes, bytes.count) == bytes.count)
    close(file)
  }

  /// A file's text; empty if it is not there.
  func text(_ path: String) -> String {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = Glibc.read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  private static func remove(_ path: String) {
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
          String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { remove(path + "/" + name) }
      }
      closedir(stream)
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

extension ScraperExecutor {
  /// Runs one attempt to its end.
  func run(_ work: AttemptWork) async -> AttemptEnd {
    await withCheckedContinuation { continuation in
      start(work) { continuation.resume(returning: $0) }
    }
  }
}

extension AttemptWork {
  /// Work for these keys, each with its last part as `game_id`.
  static func fixture(
    _ keys: [String], season: String? = "2024-25", attempt: UInt64 = 1, minBytes: Int64 = 1
  ) -> AttemptWork {
    let items = keys.enumerated().map { index, key in
      AttemptWork.Item(
        index: index, key: Array(key.utf8),
        parameters: [
          .init(
            name: "game_id", value: String(key.split(separator: "/").last!.prefix { $0 != "." }))
        ], columns: [])
    }
    return AttemptWork(
      attempt: AttemptID(attempt), task: TaskID(7), attemptNumber: 1, scraper: 0, source: "espn",
      dataType: "box_score", season: season, priority: .high, items: items, dates: nil,
      minBytes: minBytes)
  }
}
