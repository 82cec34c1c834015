#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The state directories that this process has open.
///
/// LMDB does not refuse to open a file twice in a process, and closing one of the two then drops
/// the locks of the other (fcntl locks belong to the process), so we refuse it.
final class OpenDirectories: @unchecked Sendable {
  struct Identity: Hashable, Sendable {
    var device: UInt64
    var inode: UInt64
  }

  static let shared = OpenDirectories()

  // Sound as Sendable: `open` is touched only while `mutex` is held, and the mutex lives at one
  // address for ever, since `shared` is never freed.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var open: Set<Identity> = []

  private init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    let code = pthread_mutex_init(mutex, nil)
    precondition(code == 0, "pthread_mutex_init: \(code)")
  }

  /// False if it is open already.
  func insert(_ identity: Identity) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return open.insert(identity).inserted
  }

  func remove(_ identity: Identity) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    open.remove(identity)
  }
}
