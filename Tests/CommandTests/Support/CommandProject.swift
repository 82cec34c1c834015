import Foundation

/// A project whose only scraper is a script of the test; it fills `notes/NAME.txt`.
struct CommandProject {
  let folder: TemporaryFolder

  /// - Parameter more: members of the scraper, as YAML.
  init(
    _ script: String, upload: String = "adce", attempts: Int = 2, itemsPerTask: Int = 4,
    names: [String] = ["a", "b", "c", "d"], loop: String = "", timeout: Int = 20,
    more: String = ""
  ) throws {
    folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\n" + script, to: "scripts/fetch.sh")
    try folder.write(
      """
      min_tasks_to_trigger: 1
      task_processing: {items_per_task: \(itemsPerTask)}
      \(loop)

      """, to: "config/autonomous_config.yaml")
    try folder.write(
      "lake: file://\(folder.path("lake"))\n", to: "config/reconciliation_config.yaml")
    try folder.write(
      """
      scrapers:
        fetch:
          command: [scripts/fetch.sh]
          interpreter: {sh: [/bin/sh]}
          data_type: notes
          source: notes
          upload: \(upload)
          timeout: \(timeout)
          accepted_parameters: [season]
          retry: {max_attempts: \(attempts), base_delay: 0.01, max_delay: 0.02}
          \(more)

      """, to: "config/scraper_config.yaml")
    try folder.write(
      """
      expected_coverage:
        notes:
          data_types:
            notes:
              path_patterns: ["notes/{name}.txt"]
      dimensions:
        name: {values: [\(names.joined(separator: ", "))]}

      """, to: "inventory/data_inventory.yaml")
    try FileManager.default.createDirectory(
      atPath: folder.path("lake"), withIntermediateDirectories: true)
  }

  var options: [String] {
    ["--config-dir", folder.path("config"), "--state-dir", folder.path("state")]
  }

  func adce(_ arguments: String...) throws -> Outcome {
    try Program.adce.run(options + arguments)
  }

  func tasks(_ arguments: String...) throws -> [JSON] {
    try Program.adce.run(options + ["tasks", "--output", "json"] + arguments).jsonLines()
  }

  func gaps() throws -> [JSON] { try adce("gaps", "--output", "json").jsonLines() }

  /// A script that makes the four notes.
  static let good = """
    for name in a b c d; do
      mkdir -p "$ADCE_OUTPUT_DIR/notes"
      echo "note $name" > "$ADCE_OUTPUT_DIR/notes/$name.txt"
    done
    echo '{"adce":1,"objects":[],"requests":4}'
    """
}
