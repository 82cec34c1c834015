internal import ADCEKernel

// The files that users' tools read, written beside the loop.

extension Host {
  /// Has the views of the kernel as it stands written, if this host writes any.
  func publishViews() {
    guard options.writesViews else { return }
    views.publish(
      kernel, at: clock.now, scanMilliseconds: scanBegan > 0 ? timings.scan : nil,
      ViewSettings(loaded))
    tellTroublesOfViews()
  }

  func tellTroublesOfViews() {
    for trouble in views.takeTroubles() { observer.onTrouble(trouble) }
  }

  /// Before the process goes: what was published is on disk, or is said not to be.
  func finishViews() {
    views.finish(withinMilliseconds: 10_000)
    tellTroublesOfViews()
  }
}
