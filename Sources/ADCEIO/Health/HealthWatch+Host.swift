internal import ADCEKernel

extension Host.Observer {
  /// Lets a watch see all that this observer sees. `timings` are those of the last cycle.
  public mutating func report(
    to watch: HealthWatch, timings: @escaping () -> Host.Timings
  ) {
    let (event, effect, step, refusal) = (onEvent, onEffect, onStep, onRefusal)
    onEvent = { taken, kernel, now in
      watch.took(taken, kernel, now)
      event(taken, kernel, now)
    }
    onEffect = { released, kernel, now in
      watch.released(released, timings: timings())
      effect(released, kernel, now)
    }
    onStep = { kernel, now in
      watch.stepped(kernel, now)
      step(kernel, now)
    }
    onRefusal = { message in
      watch.troubled(message)
      refusal(message)
    }
  }
}

/// Asks the loop, every so often, how its components are; so that a change is said although nobody
/// looks, and a loop that hangs is known to.
public final class HealthCheck: Sendable {
  private let task: Task<Void, Never>

  public init(_ watch: HealthWatch) {
    task = Task {
      while !Task.isCancelled {
        watch.ask(.status)
        // Cancelled by `stop`: the loop above sees it.
        try? await Task.sleep(for: .milliseconds(watch.rules.checkEvery))
      }
    }
  }

  public func stop() { task.cancel() }
}
