/// The settings of the four files, decoded by the schema, with the precedence between them.
struct Settings {
  private let roots: [Setting]

  /// By `ConfigurationFile.rawValue`; the reconciliation tree already filled from the inventory's.
  init(roots nodes: [YAMLNode?]) {
    roots = ConfigurationFile.allCases.map { file in
      Setting(
        node: nodes[Int(file.rawValue)], place: ConfigurationSchema.shared.root(file),
        path: file.prefix)
    }
  }

  func root(_ file: ConfigurationFile) -> Setting { roots[Int(file.rawValue)] }

  /// The setting that counts where several files can say the same thing: the first that is written
  /// in the order of `Precedence`, else the first with its default.
  func effective(_ file: ConfigurationFile, _ path: String) -> Setting {
    let head = root(file)[path]
    if head.isWritten { return head }
    for place in Precedence.after(file, path) {
      let setting = root(place.file)[place.path]
      if setting.isWritten { return setting }
    }
    return head
  }
}

/// CONFIG.md, "Two files say the same thing", as a table: the first that is written wins.
///
/// `reconciliation_config:` inside the data inventory has by then been filled into the reconciliation
/// file's tree, field by field.
enum Precedence {
  struct Place: Hashable, Sendable {
    var file: ConfigurationFile
    var path: String

    init(_ file: ConfigurationFile, _ path: String) {
      self.file = file
      self.path = path
    }
  }

  static let chains: [[Place]] = [
    [
      Place(.autonomous, "reconciliation_interval_minutes"),
      Place(.autonomous, "reconciliation_interval_hours"),
      Place(.reconciliation, "reconciliation_loop.interval_hours"),
    ],
    [
      Place(.autonomous, "task_processing.max_tasks_per_run"),
      Place(.reconciliation, "task_queue.max_tasks_per_run"),
    ],
    [Place(.autonomous, "max_retries"), Place(.reconciliation, "reconciliation_loop.max_retries")],
    [Place(.autonomous, "dry_run.enabled"), Place(.reconciliation, "dry_run.enabled")],
    [Place(.autonomous, "use_aws_inventory"), Place(.reconciliation, "s3.use_aws_inventory")],
    [Place(.autonomous, "fallback_to_sample"), Place(.reconciliation, "s3.fallback_to_sample")],
    [Place(.autonomous, "task_queue_file"), Place(.reconciliation, "task_queue.output_file")],
    [
      Place(.autonomous, "logging.level"), Place(.reconciliation, "logging.level"),
      Place(.scrapers, "global.logging.level"),
    ],
    [Place(.autonomous, "logging.file"), Place(.scrapers, "global.logging.file")],
    [
      Place(.autonomous, "logging.max_size_mb"), Place(.reconciliation, "logging.max_file_size_mb"),
    ],
    [Place(.autonomous, "logging.backup_count"), Place(.reconciliation, "logging.backup_count")],
    [
      Place(.autonomous, "integration.dims.enabled"),
      Place(.reconciliation, "integration.dims.enabled"),
    ],
    [
      Place(.autonomous, "integration.dims.update_on_cycle_complete"),
      Place(.reconciliation, "integration.dims.update_on_complete"),
    ],
    [
      Place(.autonomous, "alerts.channels.email.subject_prefix"),
      Place(.reconciliation, "notifications.email.subject_prefix"),
    ],
    [
      Place(.autonomous, "alerts.channels.slack.webhook_url"),
      Place(.reconciliation, "notifications.slack.webhook_url"),
      Place(.scrapers, "global.alerts.slack_webhook"),
    ],
    [
      Place(.autonomous, "alerts.channels.slack.channel"),
      Place(.reconciliation, "notifications.slack.channel"),
    ],
    [
      Place(.autonomous, "performance.reconciliation_max_minutes"),
      Place(.reconciliation, "performance.full_cycle_max_minutes"),
    ],
  ]

  /// The places that come after this one, if it begins a chain.
  static func after(_ file: ConfigurationFile, _ path: String) -> ArraySlice<Place> {
    let chain = chains.first { $0.first == Place(file, path) }
    return chain?.dropFirst() ?? []
  }
}
