internal import ADCEKernel

/// Which views are written, and where.
public struct ViewSettings: Hashable, Sendable {
  /// Absolute.
  var folder: String
  /// Where the queue goes, under the folder.
  var queueFile: String
  var lake: String
  /// Names of the metrics that are tracked; none = all.
  var metrics: [String]
  /// Whether the metrics file is written with the views.
  public var writesMetrics: Bool
  /// The metrics are written only when there are gaps.
  var onlyWithGaps: Bool

  /// - Parameter other: a folder in place of the project's.
  public init(_ loaded: LoadedConfiguration, into other: String? = nil) {
    let outputs = loaded.outputs
    let named = outputs.queueFile.isEmpty ? "inventory/gaps.json" : outputs.queueFile
    folder = PathText.join(PathText.workingDirectory, other ?? loaded.projectDirectory)
    // In another folder nothing is written outside of it.
    queueFile =
      other == nil || !named.hasPrefix("/") && !PathText.normalised(named).hasPrefix("..")
      ? named : String(named.split(separator: "/").last ?? "gaps.json")
    lake = loaded.lake.url ?? ""
    metrics = outputs.dimsMetrics
    writesMetrics = outputs.writesDIMS && outputs.updatesDIMSAfterCycle
    onlyWithGaps =
      !outputs.dimsTriggers.isEmpty && !outputs.dimsTriggers.contains("reconciliation_complete")
  }

  func path(_ name: String) -> String { PathText.join(folder, name) }

  public var metricsPath: String { path(MetricsFile.path) }

  /// The four views, the queue first.
  public var viewPaths: [String] {
    [queueFile, ViewFiles.inventoryPath, ViewFiles.coveragePath, ViewFiles.gapsPath].map {
      path($0)
    }
  }
}

extension LoopSettings {
  /// Whether a command writes views. Its own `--dry-run` writes nothing, unless the files say
  /// `save_results: true` in so many words.
  public func writesViews(dryRunFlag: Bool) -> Bool {
    if dryRunFlag { return savesResultsWritten == true }
    return !isDryRun || savesResults
  }
}
