public import ADCEKernel

/// The JSON files that users' tools read, made of a kernel as it stands: the queue, and what the
/// last cycle found. Nothing reads them back.
///
/// Field names are those of the program that users come from. Lists are capped, and say so:
/// `truncated` beside the count of all.
public struct ViewFiles: Sendable {
  /// Of a task or a gap, in each list.
  public static let filesMax = 100
  /// Of the queue, best first by the kernel's order of making.
  public static let tasksMax = 5000
  /// Of each priority.
  public static let gapsMax = 1000

  public struct File: Sendable {
    /// Under the project folder, or absolute.
    public var path: String
    public var content: SettingValue
  }

  public static let inventoryPath = "inventory/cache/current_inventory.json"
  public static let coveragePath = "inventory/cache/coverage_analysis.json"
  public static let gapsPath = "inventory/cache/detected_gaps.json"

  /// The four files.
  ///
  /// - Parameters:
  ///   - now: by the kernel's steady clock.
  ///   - queueFile: where the queue goes.
  ///   - lake: its URL.
  ///   - scanMilliseconds: how long the last scan took, if this process made it.
  public static func all(
    _ kernel: borrowing Kernel, at now: Instant, queueFile: String, lake: String,
    scanMilliseconds: Int64?
  ) -> [File] {
    let coverage = CoverageReport(kernel, at: now)
    return [
      File(path: queueFile, content: queue(kernel, at: now)),
      File(
        path: inventoryPath,
        content: inventory(coverage, lake: lake, scanMilliseconds: scanMilliseconds)),
      File(path: coveragePath, content: analysis(coverage)),
      File(path: gapsPath, content: gaps(kernel, at: now)),
    ]
  }

  /// At most `max` of a list, and whether that was not all.
  static func capped(
    _ name: String, _ items: [SettingValue], of count: Int, max: Int
  ) -> [SettingValue.Member] {
    [
      .init(name, .list(Array(items.prefix(max)))),
      .init("\(name)_total", .count(count)),
      .init("truncated", .bool(count > min(items.count, max))),
    ]
  }

  static func byPriority(_ counts: [Int]) -> SettingValue {
    .map(Priority.allCases.map { .init($0.name, .count(counts[Int($0.rawValue)])) })
  }

  /// Names in their order.
  static func sorted(_ counts: [String: Int]) -> SettingValue {
    .map(counts.sorted { $0.key < $1.key }.map { .init($0.key, .count($0.value)) })
  }
}
