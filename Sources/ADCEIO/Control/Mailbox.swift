internal import Glibc

/// One value from one thread to another that waits for it.
final class Mailbox<Value: Sendable>: Sendable {
  // Sound: the lock guards the value, and both live on the heap, where a pthread mutex must stay,
  // as long as the mailbox.
  private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private nonisolated(unsafe) let arrived: UnsafeMutablePointer<pthread_cond_t>
  private nonisolated(unsafe) var value: Value?

  init() {
    mutex = .allocate(capacity: 1)
    arrived = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(arrived, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(arrived)
    pthread_mutex_destroy(mutex)
    arrived.deallocate()
    mutex.deallocate()
  }

  /// The first value stays.
  func put(_ new: Value) {
    pthread_mutex_lock(mutex)
    if value == nil { value = new }
    pthread_cond_signal(arrived)
    pthread_mutex_unlock(mutex)
  }

  /// The value, once it is there; nil if it does not come within that time.
  func take(waitingMilliseconds milliseconds: Int64) -> Value? {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanoseconds = Int64(deadline.tv_nsec) + milliseconds % 1000 * 1_000_000
    deadline.tv_sec += Int(milliseconds / 1000 + nanoseconds / 1_000_000_000)
    deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while value == nil {
      if pthread_cond_timedwait(arrived, mutex, &deadline) == ETIMEDOUT { break }
    }
    return value
  }
}
