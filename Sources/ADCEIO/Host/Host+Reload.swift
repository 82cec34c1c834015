internal import ADCEKernel

// Another configuration for a running host. It was read and checked on the asker's thread; here it
// is taken whole or not at all.

extension Host {
  /// The event that makes the kernel take it; nil if it was refused.
  func reload(_ operation: Operation) -> Event? {
    guard let outcome = operation.configuration else {
      preconditionFailure("a reload without what was read")
    }
    guard let new = outcome.configuration else {
      let errors = outcome.errors.map(\.text)
      operation.reply(
        ControlReply(
          exitCode: 78,
          message: (errors + ["the configuration has errors: the old one stays"])
            .joined(separator: "\n"),
          result: .map([.init("errors", .list(errors.map { .text($0) }))])))
      return nil
    }
    if let reason = whyNotLive(new) {
      operation.reply(.refused(78, reason + ": the old configuration stays"))
      return nil
    }
    do throws(HostFailure) {
      // With the credentials that it names now.
      lake = try Host.lake(of: new)
    } catch {
      operation.reply(.refused(error.exitCode, "\(error): the old configuration stays"))
      return nil
    }
    // What runs goes on as it was started; what starts from now on is of the new one. Nothing
    // starts in between: effects are released after the step that takes the event.
    executor.replace(scrapers: RunnableScraper.all(of: new), lake: lake)
    if new.catalogFiles != loaded.catalogFiles { catalogs = CatalogFiles(new.catalogFiles) }
    expected.withLock { $0.desired = new.kernel.desired }
    loaded = new
    observer.onReload(new)
    waiting.promise(
      operation.reply,
      ControlReply(
        result: .map([
          .init("reloaded", .bool(true)),
          .init("warnings", .list(outcome.warnings.map { .text($0.text) })),
        ])))
    return .configurationChanged(Host.configuration(of: new, options))
  }

  /// What cannot change while the process runs, as a sentence.
  private func whyNotLive(_ new: LoadedConfiguration) -> String? {
    if new.lake.url != loaded.lake.url {
      return "the lake cannot change while adce runs (\(loaded.lake.url ?? "none") is in use, "
        + "\(new.lake.url ?? "none") is configured): `adce restart`, with a state of its own"
    }
    if new.loop.isDryRun != loaded.loop.isDryRun {
      return "a dry run cannot begin or end while adce runs: `adce restart`"
    }
    if !new.loop.isEnabled {
      return "`enabled: false` does not end what runs: `adce stop` does"
    }
    return nil
  }
}
