#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A value behind a pthread mutex, on whose change other threads can wait.
package final class Monitor<Value>: @unchecked Sendable {
  // Sound: `value` is touched between lock and unlock only. Mutex and condition live on the heap,
  // because neither may move, as long as the monitor.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  package init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    changed = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    #if canImport(Glibc)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    #endif
    let status = pthread_mutex_init(mutex, nil)
    precondition(status == 0, "pthread_mutex_init: \(status)")
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Changes the value, and lets everyone who waits look at it again.
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(changed)
      pthread_mutex_unlock(mutex)
    }
    return try body(&value)
  }

  /// Waits until `body` gives a result, which may change the value too; nil when the time is over.
  ///
  /// - Parameter milliseconds: at most so long; nil = for ever.
  @discardableResult
  package func wait<Result>(
    milliseconds: Int64? = nil, until body: (inout Value) -> Result?
  ) -> Result? {
    let end = milliseconds.map { monotonicMilliseconds() + max(0, $0) }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) {
        pthread_cond_broadcast(changed)
        return result
      }
      guard let end else {
        pthread_cond_wait(changed, mutex)
        continue
      }
      let left = end - monotonicMilliseconds()
      guard left > 0 else { return nil }
      var deadline = timespec(tv_sec: Int(end / 1000), tv_nsec: Int(end % 1000) * 1_000_000)
      pthread_cond_timedwait(changed, mutex, &deadline)
    }
  }
}
