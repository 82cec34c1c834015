internal import Glibc

/// A few threads that run closures in their order, for work that blocks on disks.
final class WorkerThreads: Sendable {
  private final class Queue: @unchecked Sendable {
    // Sound: every field is touched between lock and unlock of `mutex` only, and the mutex and
    // the condition live on the heap, because they must not move.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [@Sendable () -> Void] = []
    private var next = 0
    private var isClosed = false

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(arrived, nil)
    }

    deinit {
      pthread_cond_destroy(arrived)
      pthread_mutex_destroy(mutex)
      arrived.deallocate()
      mutex.deallocate()
    }

    func add(_ job: @escaping @Sendable () -> Void) {
      pthread_mutex_lock(mutex)
      jobs.append(job)
      pthread_cond_signal(arrived)
      pthread_mutex_unlock(mutex)
    }

    func close() {
      pthread_mutex_lock(mutex)
      isClosed = true
      pthread_cond_broadcast(arrived)
      pthread_mutex_unlock(mutex)
    }

    /// The next job; nil once the queue is closed and empty.
    func take() -> (@Sendable () -> Void)? {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      while next == jobs.count {
        if isClosed { return nil }
        pthread_cond_wait(arrived, mutex)
      }
      let job = jobs[next]
      next += 1
      // Taken jobs are let go of as soon as there is nothing else, and at the latest here.
      if next == jobs.count || next > 1024 {
        jobs.removeFirst(next)
        next = 0
      }
      return job
    }
  }

  private let queue = Queue()

  init(count: Int) throws(ThreadRefused) {
    let queue = queue
    do throws(ThreadRefused) {
      for _ in 0..<count {
        try DedicatedThread { while let job = queue.take() { job() } }.detach()
      }
    } catch {
      queue.close()
      throw error
    }
  }

  deinit { queue.close() }

  func run(_ job: @escaping @Sendable () -> Void) { queue.add(job) }
}
