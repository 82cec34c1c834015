#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The commented starter set that `adce init` writes: a directory lake, one source, two data types.
public enum StarterProject {
  /// Writes the files that are not there yet, below `directory`; returns their paths.
  ///
  /// Refuses (EEXIST) if one of them is there, before anything is written.
  public static func write(to directory: String) throws(SystemCallFailure) -> [String] {
    let root = PathText.normalised(
      PathText.join(PathText.workingDirectory, directory))
    for file in files {
      let path = PathText.join(root, file.path)
      guard try !FileTree.exists(path) else {
        throw SystemCallFailure(call: "init", path: path, code: EEXIST)
      }
    }
    var written: [String] = []
    for file in files {
      let path = PathText.join(root, file.path)
      try FileTree.makeFolders(PathText.parent(path))
      try FileTree.write(
        Array(file.text.replacing("@LAKE@", with: lakeURL(PathText.join(root, "lake"))).utf8),
        to: path)
      written.append(path)
    }
    try FileTree.makeFolders(PathText.join(root, "lake"))
    return written
  }

  /// As a URL has to be written (RFC 3986 §2), and as YAML takes it: a path may hold anything.
  private static func lakeURL(_ path: String) -> String {
    "\"file://\(PercentEncoding.encode(path.utf8, keeping: UInt8(ascii: "/")))\""
  }

  private static let files: [(path: String, text: String)] = [
    ("config/scraper_config.yaml", scrapers), ("config/reconciliation_config.yaml", lake),
    ("config/autonomous_config.yaml", loop), ("inventory/data_inventory.yaml", inventory),
    ("inventory/catalogs/games.csv", games),
  ]

  private static let scrapers = """
    # What fetches. Every field: adce config fields; what is effective: adce config show
    scrapers:
      example_summary:
        base_url: http://127.0.0.1:8000        # where the source answers
        url_pattern: /summary/{game_id}.json   # {name} is a placeholder of the data type
        kind: http                             # fetched by adce itself; `command` runs a program
        user_agent: adce (mail@example.org)    # say who you are
        rate_limit:
          requests_per_second: 1               # never more than the source allows
          burst_size: 1
        retry: {max_attempts: 3, base_delay: 2, max_delay: 60, exponential_backoff: true, jitter: true}
        timeout: 30
        source: example

    """

  private static let lake = """
    # Where the objects are, and what makes a gap urgent.
    lake: @LAKE@                               # or s3://bucket/prefix
    gap_detection:
      critical_threshold_days: 7               # required and of the last week: CRITICAL
      high_priority_seasons: ["2024-25"]
    task_queue:
      max_tasks_per_run: 1000

    """

  private static let loop = """
    # The loop.
    enabled: true
    reconciliation_interval_minutes: 60
    max_concurrent_scrapers: 5
    rate_limiting:
      enabled: true
      source_limits:
        example: {requests_per_minute: 30, min_delay_seconds: 1}

    """

  private static let inventory = """
    # What the lake should hold: sources × data types × the values of the placeholders.
    expected_coverage:
      example:
        seasons: ["2024-25"]
        data_types:
          summary:
            required: true
            path_patterns: ["example/{season}/{game_id}.json"]
            scraper: example_summary
            settle_hours: 12                   # a copy fetched before that is fetched again
            min_file_size_bytes: 100
    catalogs:                                  # tables of what exists; paths start at this file
      games: {file: catalogs/games.csv, season: season, date: date}
    dimensions:                                # what a placeholder can be
      game_id: {catalog: games, column: id}
    season_start: {nba: "10-01"}

    """

  private static let games = """
    id,season,date
    0022400061,2024-25,2024-10-22
    0022400062,2024-25,2024-10-22
    0022400063,2024-25,2024-10-23

    """
}
