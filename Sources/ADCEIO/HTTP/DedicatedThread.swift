internal import Glibc

/// A POSIX thread that runs one closure, for work that blocks or that a C library ties to one
/// thread.
package struct DedicatedThread: Sendable {
  private let thread: pthread_t

  /// - Throws: the `errno` of `pthread_create` (EAGAIN: the limit of threads is reached).
  package init(_ body: @escaping @Sendable () -> Void) throws(ThreadRefused) {
    let context = Unmanaged.passRetained(Body(run: body))
    var created = pthread_t()
    let status = pthread_create(
      &created, nil,
      { context in
        // Balances `passRetained` above: the thread owns its body.
        Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      context.release()
      throw ThreadRefused(errno: status)
    }
    thread = created
  }

  package var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

  /// Waits until the closure has returned. Call `join` or `detach`, once.
  package func join() { pthread_join(thread, nil) }

  package func detach() { pthread_detach(thread) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// The system gave us no thread.
package struct ThreadRefused: Error {
  package var errno: Int32
}
