public import ADCEKernel

extension ViewWriter {
  /// Puts our section into the metrics file.
  ///
  /// - Returns: what went wrong, a line each.
  public static func writeMetrics(
    _ kernel: borrowing Kernel, at now: Instant, _ settings: ViewSettings
  ) -> [String] {
    let metrics = MetricsFile.tracked(settings.metrics, of: MetricsFile.all(kernel, at: now))
    let section = MetricsFile.section(metrics, verified: now + kernel.wallOffsetMilliseconds)
    let path = settings.metricsPath
    // Others write into the file too: what they wrote since it was read must not be lost.
    for _ in 0..<writesTriedMax {
      let old: [UInt8]
      let version: FileVersion?
      do throws(SystemCallFailure) {
        version = try FileVersion.of(path)
        old = version == nil ? [] : try FileTree.read(path)
      } catch {
        return ["the metrics cannot be read: \(error)"]
      }
      let new: [UInt8]
      do throws(MetricsFile.Refusal) {
        new = try MetricsFile.replaced(section, in: old)
      } catch {
        return ["\(path): left as it was: \(error)"]
      }
      do throws(SystemCallFailure) {
        if try AtomicFile.write(new, to: path, over: version) { return [] }
      } catch {
        return ["the metrics cannot be written: \(error)"]
      }
    }
    return ["\(path): left as it was: somebody else goes on changing it"]
  }

  private static let writesTriedMax = 5

  /// The metrics that the file has otherwise, or not at all.
  public static func outdatedMetrics(
    _ kernel: borrowing Kernel, at now: Instant, _ settings: ViewSettings
  ) throws(SystemCallFailure) -> [MetricsFile.Difference] {
    let metrics = MetricsFile.tracked(settings.metrics, of: MetricsFile.all(kernel, at: now))
    let path = settings.metricsPath
    let written = try FileTree.exists(path) ? MetricsFile.values(in: FileTree.read(path)) : nil
    return metrics.compactMap { metric in
      let value = written?[metric.name]
      guard value != metric.value.json else { return nil }
      return MetricsFile.Difference(name: metric.name, written: value, now: metric.value.json)
    }
  }
}

extension MetricsFile {
  /// A metric that is not as it is written.
  public struct Difference: Hashable, Sendable {
    public var name: String
    /// nil = it is not there.
    public var written: String?
    public var now: String

    public var json: SettingValue {
      .map([
        .init("name", .text(name)), .init("written", written.map { .text($0) } ?? .null),
        .init("now", .text(now)),
      ])
    }

    public static func table(_ differences: [Difference]) -> String {
      var table = TextTable([.init("METRIC"), .init("WRITTEN", .right), .init("NOW", .right)])
      for one in differences { table.append([one.name, one.written ?? "", one.now]) }
      return table.text()
    }
  }
}
