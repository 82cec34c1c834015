import ADCEKernel
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension DirectoryLake {
  /// Walks the whole tree, on as many threads as there are processors (at most eight).
  ///
  /// Files that come or go meanwhile may be seen or not. A folder that cannot be read ends the
  /// scan, because a lake half seen looks like a lake half empty.
  public func scan<Sink: ObjectSink>(
    into makeSink: @Sendable () -> Sink
  ) throws(LakeError) -> (sink: Sink, outcome: ScanOutcome) {
    let began = Self.earliestUnseenChange()
    let root = try openRoot()
    let workers = min(processorCount(), 8)
    var walk = TreeWalk(sink: makeSink())
    // From the top until there are folders enough to share; then each thread takes the next one
    // and walks all that is below it.
    var folders: [[UInt8]] = [[]]
    var level: [[UInt8]] = []
    repeat {
      level = folders
      folders = []
      for folder in level { try walk.visit(folder, below: root, subfolders: &folders) }
    } while !folders.isEmpty && folders.count < workers * 8
    if !folders.isEmpty {
      for result in Self.walkBelow(folders, root, workers, makeSink) {
        walk.merge(try result.get())
      }
    }
    let outcome = ScanOutcome(
      source: .directory, began: began, objects: walk.objects, bytes: walk.bytes)
    return (walk.sink, outcome)
  }

  private static func walkBelow<Sink: ObjectSink>(
    _ folders: [[UInt8]], _ root: borrowing OpenFile, _ workers: Int,
    _ makeSink: @Sendable () -> Sink
  ) -> [Result<TreeWalk<Sink>, LakeError>] {
    let next = Atomic(0)
    let failed = Atomic(false)
    return inParallel(min(workers, folders.count)) { _ in
      var walk = TreeWalk(sink: makeSink())
      do throws(LakeError) {
        while !failed.load(ordering: .relaxed) {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < folders.count else { break }
          try walk.visitAll(below: folders[index], root)
        }
        return .success(walk)
      } catch {
        failed.store(true, ordering: .relaxed)
        return .failure(error)
      }
    }
  }
}

/// One thread's walk: its sink, and what it has counted.
struct TreeWalk<Sink: ObjectSink>: Sendable {
  private(set) var sink: Sink
  private(set) var objects = 0
  private(set) var bytes: Int64 = 0
  /// The key of the entry at hand; its front is the path of the folder.
  private var key: [UInt8] = []

  init(sink: Sink) { self.sink = sink }

  mutating func merge(_ other: TreeWalk) {
    sink.merge(other.sink)
    objects += other.objects
    bytes += other.bytes
  }

  mutating func visitAll(
    below folder: [UInt8], _ root: borrowing OpenFile
  ) throws(LakeError) {
    var open = [folder]
    while let next = open.popLast() { try visit(next, below: root, subfolders: &open) }
  }

  /// Observes the files of one folder (its path below the root; empty = the root itself), and
  /// adds the paths of the folders in it to `subfolders`.
  mutating func visit(
    _ folder: [UInt8], below root: borrowing OpenFile, subfolders: inout [[UInt8]]
  ) throws(LakeError) {
    do throws(SystemCallFailure) {
      try list(folder, root, &subfolders)
    } catch {
      // Gone, or replaced by a file or a link, since its parent was read.
      let isGone = error.code == ENOENT || error.code == ENOTDIR || error.code == ELOOP
      guard isGone, error.call == "openat" else { throw .unreadable(error) }
    }
  }

  private mutating func list(
    _ folder: [UInt8], _ root: borrowing OpenFile, _ subfolders: inout [[UInt8]]
  ) throws(SystemCallFailure) {
    let path = folder.isEmpty ? [0x2E] : folder
    let opened = try root.open(below: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    var listing = try FolderListing.of(opened)
    key = folder.isEmpty ? [] : folder + [0x2F]
    let front = key.count
    while let entry = try listing.next() {
      if entry.name.starts(with: DirectoryLake.temporaryPrefix.utf8) { continue }
      key.removeSubrange(front...)
      key.append(contentsOf: entry.name)
      switch entry.kind {
      case .folder: subfolders.append(key)
      case .file, .link, .unknown:
        guard var status = try opened.status(below: entry.path, followingLinks: false) else {
          continue
        }
        if status.kind == .link {
          guard let target = try opened.status(below: entry.path, followingLinks: true),
            target.kind == .file
          else { continue }
          status = target
        }
        switch status.kind {
        case .file: observe(status)
        case .folder: subfolders.append(key)
        case .link, .other: continue
        }
      case .other: continue
      }
    }
  }

  private mutating func observe(_ status: FileStatus) {
    objects += 1
    bytes += status.bytes
    let facts = ObjectFacts(bytes: status.bytes, modifiedSeconds: status.modifiedSeconds)
    key.withUnsafeBytes { sink.observe(key: $0, facts: facts) }
  }
}

extension DirectoryLake {
  /// Now, such that every file written from now on has an mtime at or after it.
  ///
  /// The system stamps files with a clock that may be one tick (at most 10 ms) behind the one
  /// that can be asked, and mtimes are kept in whole seconds.
  static func earliestUnseenChange() -> Instant {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let tick = 10_000_000
    return Instant(seconds: Int64(now.tv_sec) - (now.tv_nsec < tick ? 1 : 0))
  }
}
