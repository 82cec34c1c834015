public import ADCEKernel

/// Why a host could not start or go on.
public enum HostFailure: Error, Sendable, CustomStringConvertible {
  case store(StoreFailure)
  case recovery(directory: String, RecoveryFailure)
  case noLake
  /// The lake cannot be used as it is.
  case lake(String)
  case unsupportedLake(String)
  /// The lake is on a server, and the settings for it cannot be used.
  case remote(RemoteFailure)
  /// The state is about another lake than the one that is named.
  case otherLake(directory: String, known: String, named: String)
  /// A thread or libcurl was refused.
  case ports(String)

  public var description: String {
    switch self {
    case .store(let failure): failure.message
    case .recovery(let directory, .unreadable(let table, let key, let failure)):
      "\(directory): a record of table \(table) cannot be read (key \(key): \(failure)); "
        + "nothing was changed: run `adce state verify`, then restore a backup"
    case .recovery(let directory, .digestDiffers(let stored, let found)):
      "\(directory): its records add up to \(found.hex), but \(stored.hex) was committed; "
        + "nothing was changed: run `adce state verify`, then restore a backup"
    case .noLake:
      "no lake is named: set `lake: file:///path` or `s3.bucket` in reconciliation_config.yaml, "
        + "or --lake"
    case .lake(let reason): reason
    case .unsupportedLake(let url):
      "\(url) is no lake: expected file:///path or s3://bucket[/prefix]"
    case .remote(let failure): failure.description
    case .otherLake(let directory, let known, let named):
      "\(directory): this state is about the lake \(known), not \(named); nothing was changed: name "
        + "that lake (--lake, or `lake:`), or another --state-dir; if it is the same lake and has "
        + "only moved: `adce reconcile --accept-lake`"
    case .ports(let reason): reason
    }
  }

  /// The exit code of a process that ends for this.
  public var exitCode: Int32 {
    switch self {
    case .store(let failure): failure.exitCode
    case .recovery: 65
    case .noLake, .otherLake: 78
    case .lake: 74
    case .unsupportedLake: 78
    case .remote(let failure): failure.exitCode
    case .ports: 74
    }
  }
}
