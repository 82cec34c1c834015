public import ADCEKernel

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Writes the views of a kernel, each file whole or not at all, and those alone that have changed.
public struct ViewWriter: Sendable {
  /// All that the slow files show, but for the times in them.
  private struct Shown: Equatable {
    var settings: ViewSettings
    var space: Hash128
    var tasks: Hash128
    var map: CoverageMap
    var segments: [Analysis.Numbers]
    var groups: [GapGroup]
    var counted: [CountedGap]
  }

  private var last: Shown?
  private var saidUnknown: [String] = []

  public init() {}

  /// Writes what has changed; files that still hold have their time of modification set to now,
  /// so that it tells when they were last found to be so.
  ///
  /// - Returns: what went wrong, a line each.
  public mutating func write(
    _ kernel: borrowing Kernel, at now: Instant, scanMilliseconds: Int64?, _ settings: ViewSettings
  ) -> [String] {
    let analysis = kernel.analyse(at: now)
    let shown = Shown(
      settings: settings, space: kernel.space.fingerprint, tasks: kernel.tasksDigest,
      map: kernel.coverage, segments: analysis.bySegment, groups: analysis.groups,
      counted: analysis.countedGaps)
    var troubles = metricsTroubles(kernel, at: now, analysis, settings)
    if shown == last, touch(ViewFiles.unchanging(settings)) {
      troubles += put(
        [
          ViewFiles.inventory(kernel, at: now, settings, scanMilliseconds: scanMilliseconds)
        ], settings)
      return troubles
    }
    last = nil
    let files = ViewFiles.all(
      kernel, at: now, queueFile: settings.queueFile, lake: settings.lake,
      scanMilliseconds: scanMilliseconds)
    let failures = put(files, settings)
    if failures.isEmpty { last = shown }
    return troubles + failures
  }

  private mutating func metricsTroubles(
    _ kernel: borrowing Kernel, at now: Instant, _ analysis: Analysis, _ settings: ViewSettings
  ) -> [String] {
    guard settings.writesMetrics else { return [] }
    let total = analysis.total
    let gaps = total.missing + total.stale + total.undersized + analysis.counted.missing
    if settings.onlyWithGaps, gaps == 0 { return [] }
    var troubles = ViewWriter.writeMetrics(kernel, at: now, settings)
    let unknown = MetricsFile.unknown(settings.metrics)
    if !unknown.isEmpty, unknown != saidUnknown {
      troubles.append(
        "metrics_to_track: there is no metric \(unknown.joined(separator: ", ")); known are "
          + MetricsFile.names.joined(separator: ", "))
      saidUnknown = unknown
    }
    return troubles
  }

  /// Writes each of them that can be; a place that cannot be written is one message.
  private func put(_ files: [ViewFiles.File], _ settings: ViewSettings) -> [String] {
    var failures: [SystemCallFailure] = []
    for file in files {
      do throws(SystemCallFailure) {
        try AtomicFile.write(
          Array((file.content.json + "\n").utf8), to: settings.path(file.path))
      } catch {
        failures.append(error)
      }
    }
    guard let first = failures.first else { return [] }
    let others = failures.count - 1
    return [
      "a view cannot be written: \(first)"
        + (others > 0 ? "; nor can \(Wording.counted(others, "other view"))" : "")
    ]
  }

  /// Whether all of them are there; their time is now.
  private func touch(_ paths: [String]) -> Bool {
    paths.allSatisfy { utimensat(AT_FDCWD, $0, nil, 0) == 0 }
  }
}

extension ViewFiles {
  /// Those that stay as they are while nothing changes.
  static func unchanging(_ settings: ViewSettings) -> [String] {
    [settings.queueFile, coveragePath, gapsPath].map { settings.path($0) }
  }

  static func inventory(
    _ kernel: borrowing Kernel, at now: Instant, _ settings: ViewSettings,
    scanMilliseconds: Int64?
  ) -> File {
    File(
      path: inventoryPath,
      content: inventory(
        CoverageReport(kernel, at: now), lake: settings.lake, scanMilliseconds: scanMilliseconds))
  }
}
