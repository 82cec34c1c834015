internal import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Events on their way to the kernel: any thread puts one in, the host's takes all out.
final class Inbox: Sendable {
  // Sound: the lock guards the events, and both live as long as the inbox, on the heap, where a
  // pthread mutex must stay. ThreadSanitizer understands pthread mutexes.
  private nonisolated(unsafe) let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(
    capacity: 1)
  private nonisolated(unsafe) let condition =
    UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private nonisolated(unsafe) var events: [Event] = []

  init() {
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func post(_ event: Event) {
    pthread_mutex_lock(mutex)
    events.append(event)
    pthread_cond_signal(condition)
    pthread_mutex_unlock(mutex)
  }

  /// All events that are there, at once; if there are none, waits for the first, at most so long.
  func take(waitingMilliseconds milliseconds: Int64) -> [Event] {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if events.isEmpty, milliseconds > 0 {
      var deadline = timespec()
      clock_gettime(CLOCK_MONOTONIC, &deadline)
      let capped = min(milliseconds, 3_600_000)
      deadline.tv_sec += Int(capped / 1000)
      deadline.tv_nsec += Int(capped % 1000) * 1_000_000
      if deadline.tv_nsec >= 1_000_000_000 {
        deadline.tv_sec += 1
        deadline.tv_nsec -= 1_000_000_000
      }
      while events.isEmpty {
        if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { break }
      }
    }
    defer { events = [] }
    return events
  }

  /// Forgets the answers that are there: they were meant for a kernel that is no more. What
  /// operators asked for stays.
  func removeAnswers() {
    pthread_mutex_lock(mutex)
    events.removeAll { event in
      if case .requested = event { false } else { true }
    }
    pthread_mutex_unlock(mutex)
  }
}
