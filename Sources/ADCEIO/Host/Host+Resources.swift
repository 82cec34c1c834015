internal import ADCEKernel

// `resource_limits`: what is short is told to the kernel, which admits less.

extension Host {
  /// Begins to measure; nil where nothing is ever run.
  func watchResources() -> ResourceWatch? {
    guard !options.isDryRun, options.mode != .reconcile else { return nil }
    let poster = poster
    let watch = ResourceWatch(ResourceLimits(loaded.loop), paths: writtenPaths) { pressure in
      poster(.pressureChanged(pressure))
    }
    pressure = watch.measure()
    do throws(ThreadRefused) { try watch.start() } catch {
      observer.onTrouble("resource_limits are not watched: no thread (errno \(error.errno))")
    }
    return watch
  }

  /// Folders that we write to: the state, the views and, if it is here, the lake.
  var writtenPaths: [String] {
    [store?.directory, loaded.projectDirectory, loaded.lake.url.flatMap { LocalFile.path($0) }]
      .compactMap { $0 }
  }
}
