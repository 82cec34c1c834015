/// Calls `body` with 0 ..< `count` on as many threads of their own, waits for all, and returns what
/// they returned, in that order: for work that waits more than it computes, to which `inParallel`
/// would give no more threads than there are processors.
///
/// If the system gives fewer threads, those do it all: `body` takes its work from where all take it.
///
/// - Throws: if there is no thread at all.
func onOwnThreads<Result: Sendable>(
  _ count: Int, _ body: @Sendable (Int) -> Result
) throws(ThreadRefused) -> [Result] {
  let results = Locked([Result?](repeating: nil, count: count))
  // It does not escape: every thread is joined, and has let go of it by then.
  let refused = withoutActuallyEscaping(body) { body -> ThreadRefused? in
    var threads: [DedicatedThread] = []
    var refused: ThreadRefused?
    do throws(ThreadRefused) {
      for index in 0..<count {
        threads.append(
          try DedicatedThread {
            let result = body(index)
            results.withLock { $0[index] = result }
          })
      }
    } catch {
      refused = error
    }
    for thread in threads { thread.join() }
    return threads.isEmpty ? refused : nil
  }
  if let refused { throw refused }
  return results.withLock { $0.compactMap { $0 } }
}
