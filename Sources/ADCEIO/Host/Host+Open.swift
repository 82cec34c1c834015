public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Host {
  /// Opens the state, recovers the kernel, and makes the ports.
  public static func open(
    stateDirectory: String, loaded: LoadedConfiguration, options: Options
  ) throws(HostFailure) -> Host {
    let lake = try lake(of: loaded, options)
    let configuration = configuration(of: loaded, options)
    // A dry run decides on a copy of what is there, and writes to no file.
    var store: Store? =
      options.isDryRun ? nil : try open(stateDirectory, .readWrite, options.mapSize)
    let recovered = try recovered(store, stateDirectory, configuration)
    let known = recovered.lake
    let kernel = recovered.kernel
    try refuseOtherLake(
      kernel, known: known, loaded, isAccepted: options.acceptsLake, directory: stateDirectory)
    store?.lake = loaded.lake.identity ?? known
    // The state is ours alone now, and so are half-written files of attempts that were cut off.
    if !options.isDryRun, kernel.attemptsRunning > 0, let directory = lake as? DirectoryLake {
      do throws(LakeError) { _ = try directory.removeLeftovers() } catch .noLake {
        // The first scan says so, and whatever else is wrong with it.
      } catch {
        throw .lake(error.description)
      }
    }
    let clock = SystemClock(continuing: kernel.bootClock, wall: options.pretendedNow)
    let expected = Locked(Expected(space: kernel.space, desired: loaded.kernel.desired))
    let ports = try ports(of: loaded, lake, stateDirectory, expected)
    // A dry run holds no lock: what it finds may be a living daemon's scrapers.
    if !options.isDryRun { ports.executor.removeLeftovers() }
    let host = Host(
      loaded: loaded, options: options, clock: clock, stateDirectory: stateDirectory,
      ports: ports, kernel: kernel, store: store)
    if options.acceptsLake { host.acceptLake(from: known) }
    return host
  }

  /// It is the state's with the next commit, which tells of it.
  private func acceptLake(from known: String?) {
    let names = [("from", known), ("to", loaded.lake.identity)]
    let what = names.map { SettingValue.Member($0.0, $0.1.map { .text($0) } ?? .null) }
    tell("accept_lake", what)
    lakeAccepted = what
  }

  /// What the kernel is told: the configuration, as far as this process is to act on it.
  static func configuration(of loaded: LoadedConfiguration, _ options: Options) -> Configuration {
    var configuration = loaded.kernel
    if options.isDryRun { configuration.loop.executes = false }
    // A person, or a timer, waits for these: they are told at once what is wrong.
    if options.mode != .loop { configuration.loop.cycleRetry.maxAttempts = 1 }
    return configuration
  }

  /// The kernel, and the lake that its records are about.
  private static func recovered(
    _ store: borrowing Store?, _ directory: String, _ configuration: Configuration
  ) throws(HostFailure) -> Recovered {
    switch store {
    case .some(let store):
      return Recovered(kernel: try kernel(of: store, configuration), lake: store.meta.lake)
    case .none:
      do throws(HostFailure) {
        let store = try open(directory, .readOnly)
        return Recovered(kernel: try kernel(of: store, configuration), lake: store.meta.lake)
      } catch .store(.absent) {
        return Recovered(kernel: Kernel(configuration: configuration), lake: nil)
      }
    }
  }

  /// What touches the world.
  struct Ports {
    var lake: any Lake
    var lakes: LakesInUse
    var executor: ScraperExecutor
    var threads: WorkerThreads
    var expected: Locked<Expected>
    var inbox: Inbox
  }

  private struct Recovered: ~Copyable {
    let kernel: Kernel
    let lake: String?
  }

  private static func ports(
    of loaded: LoadedConfiguration, _ lake: any Lake, _ stateDirectory: String,
    _ expected: Locked<Expected>
  ) throws(HostFailure) -> Ports {
    let client: HTTPClient
    do throws(HTTPFailure) { client = try HTTPClient() } catch {
      throw .ports(String(describing: error))
    }
    let inbox = try Inbox()
    let lakes = LakesInUse()
    do throws(ThreadRefused) {
      let executor = try ScraperExecutor(
        scrapers: RunnableScraper.all(of: loaded), lake: lake, client: client,
        workDirectory: workDirectory(stateDirectory), lakes: lakes,
        accepts: { work, key in
          let now = expected.withLock { $0 }
          return now.space?.counts(
            key, for: work.source, work.dataType, season: work.season, in: now.desired) ?? false
        })
      return Ports(
        lake: lake, lakes: lakes, executor: executor, threads: try WorkerThreads(count: 2),
        expected: expected,
        inbox: inbox)
    } catch {
      throw .ports("no thread could be started (errno \(error.errno))")
    }
  }

  /// The kernel that a store holds.
  public static func kernel(
    of store: borrowing Store, _ configuration: Configuration
  ) throws(HostFailure) -> Kernel {
    let directory = store.directory
    var failure: RecoveryFailure?
    do throws(StoreFailure) {
      let kernel = try store.read { snapshot throws(StoreFailure) -> Kernel? in
        let meta = try snapshot.meta()
        do throws(RecoveryFailure) {
          return try Kernel(
            recovering: snapshot, configuration: configuration, digest: meta.digest)
        } catch {
          failure = error
          return nil
        }
      }
      if let kernel { return kernel }
    } catch {
      throw .store(error)
    }
    guard let failure else { preconditionFailure("no kernel, and no reason why") }
    throw .recovery(directory: directory, failure)
  }

  /// A read-only look at the state, for the commands that only read: they work beside a daemon.
  public static func observe(
    stateDirectory: String, configuration: Configuration
  ) throws(HostFailure) -> Kernel {
    try kernel(of: open(stateDirectory, .readOnly), configuration)
  }

  static func open(
    _ directory: String, _ mode: Store.Mode, _ mapSize: Store.MapSize = .standard
  ) throws(HostFailure) -> Store {
    do throws(StoreFailure) {
      return try Store.open(directory: directory, mode: mode, mapSize: mapSize)
    } catch {
      throw .store(error)
    }
  }

  /// Where commands find their tasks, absolute: they run in the project folder, not in ours.
  private static func workDirectory(_ stateDirectory: String) -> String {
    PathText.normalised(
      PathText.join(PathText.workingDirectory, PathText.join(stateDirectory, "work")))
  }
}

/// Files of this machine, as URLs name them.
public enum LocalFile {
  /// A path as every process of this machine understands it; URLs stay as they are.
  public static func absolute(_ text: String) -> String {
    text.contains("://")
      ? text : PathText.normalised(PathText.join(PathText.workingDirectory, text))
  }

  /// The path of a `file://` URL (RFC 8089), or a path as it is; nil for any other URL.
  public static func path(_ text: String) -> String? {
    guard text.hasPrefix("file://") else { return text.contains("://") ? nil : text }
    let rest = text.dropFirst("file://".count)
    let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
    guard path.hasPrefix("/") else { return nil }
    return PercentEncoding.decode(String(path))
  }
}
