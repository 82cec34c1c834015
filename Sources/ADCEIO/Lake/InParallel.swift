import Dispatch

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The processors that this process may expect to have, at least one.
package func processorCount() -> Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

/// Calls `body` with 0 ..< `workers` on as many threads, this one among them, waits for all, and
/// returns what they returned, in that order.
func inParallel<Result: Sendable>(
  _ workers: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  guard workers > 1 else { return [body(0)] }
  return [Result](unsafeUninitializedCapacity: workers) { buffer, count in
    // Each worker initialises its own element and no other; concurrentPerform returns after all
    // of them have, so every element is initialised once and read afterwards only.
    nonisolated(unsafe) let elements = buffer
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      elements.initializeElement(at: worker, to: body(worker))
    }
    count = workers
  }
}
