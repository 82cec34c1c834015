extension FieldTable {
  /// CONFIG.md §4.
  static func inventoryFile() -> [ConfigurationField] {
    var t = FieldTable(.inventory)
    t.addTop()
    t.add("expected_coverage", .entries, "What should be there, by source.")
    t.add("expected_coverage.*", .section, "One source.")
    t.add(
      "expected_coverage.*.enabled", .bool, "False: neither expected nor scraped.", is: "true",
      ours: true)
    t.add(
      "expected_coverage.*.seasons", .seasons,
      "Its seasons: a list, or a map from league to years as `1946-2025`.")
    t.add("expected_coverage.*.description", .anything, "Shown.", use: .described)
    t.addDimensions("expected_coverage.*.dimensions", "An overlay for the source.")
    t.add("expected_coverage.*.data_types", .entries, "Its data types.")
    t.addDataType("expected_coverage.*.data_types.*")
    t.addCounts()
    t.addCatalogs()
    t.addDimensions("dimensions", "What a placeholder can be.")
    t.add(
      "season_start", .entries, "Month and day on which a league's season begins.", ours: true)
    t.add("season_start.*", .monthDay, "MM-DD.", ours: true)
    t.add("waivers", .items, "Gaps that nobody wants filled.", ours: true)
    t.add("waivers.[]", .section, "One waiver.", ours: true)
    t.add("waivers.[].key", .text, "The object's key.", ours: true)
    t.add("waivers.[].pattern", .pattern, "Keys, written like a path pattern.", ours: true)
    t.add("waivers.[].reason", .text, "Why.", ours: true)
    t.add("waivers.[].until", .date, "The last day on which it holds.", ours: true)
    return t.fields
  }

  private mutating func addDataType(_ p: String) {
    add(p, .section, "One data type.")
    add("\(p).required", .bool, "Its gaps keep their priority.", is: "false")
    add("\(p).priority", .text, "Collection order: IMMEDIATE, HIGH, MEDIUM, LOW or EXECUTE.")
    add("\(p).tier", .anything, "Shown.", use: .described)
    add("\(p).freshness_days", .days, "After which an object that can still change is stale.")
    add("\(p).path_patterns", .patterns, "Its objects are the union of all.")
    add("\(p).completeness_threshold", .number, "Below it: an alert.", in: Bound.share)
    add("\(p).description", .anything, "Shown.", use: .described)
    add("\(p).estimated_records", .anything, "Shown.", use: .described)
    add("\(p).expected_per_season", .counts, "Objects a season, where keys cannot be named.")
    add("\(p).expected_years", .integer, "Objects for the whole.", in: Bound.count)
    add("\(p).scraper", .text, "The scraper that fills it.", ours: true)
    add("\(p).league", .text, "Picks one entry of a seasons map.", ours: true)
    add("\(p).seasons", .seasons, "Replaces the source's seasons.", ours: true)
    addDimensions("\(p).dimensions", "An overlay for the type.")
    add(
      "\(p).season_format", .choice(["name", "start_year", "end_year"]),
      "How {season} is written.", is: "name", ours: true)
    add(
      "\(p).year_is", .choice(["start", "end"]), "Which year of a season {year} is.", is: "end",
      ours: true)
    add("\(p).available_after_days", .wholeDays, "Due so long after its date.", is: "0", ours: true)
    add(
      "\(p).available_after_hours", .wholeHours, "Added for rows with a time.", is: "0", ours: true)
    add(
      "\(p).freshness", .choice(["open", "always", "final"]), "What can still change.", is: "open",
      ours: true)
    add(
      "\(p).settle_hours", .wholeHours, "A copy captured earlier is fetched again.", is: "0",
      ours: true)
    add(
      "\(p).min_file_size_bytes", .integer, "Below it an object is undersized.", in: Bound.count,
      ours: true)
    add("\(p).content_type", .text, "That its objects must have.", ours: true)
    add(
      "\(p).verify_older_than_hours", .hours,
      "Evidence older than this is checked before a first attempt.", is: "1", ours: true)
  }

  private mutating func addCounts() {
    add("expected_game_counts", .section, "Games that a season's catalog should have.")
    for name in ["regular_season", "playoffs_min", "playoffs_max", "total_min", "total_max"] {
      add("expected_game_counts.\(name)", .integer, "Games.", in: Bound.count)
    }
    add("expected_file_counts", .entries, "Objects for the whole, by source and type.")
    add("expected_file_counts.*", .entries, "By type.")
    add("expected_file_counts.*.*", .integer, "Objects.", in: Bound.count)
    add("quality_requirements", .section, "For all types.")
    add(
      "quality_requirements.min_file_size_bytes", .integer, "For types without one.", is: "0",
      in: Bound.count)
    add(
      "quality_requirements.max_file_age_days", .days, "freshness_days of types without one.")
    add("quality_requirements.required_fields", .entries, "JSON fields by data type.")
    add("quality_requirements.required_fields.*", .texts, "Fields.")
    add("priority_rules", .anything, "Shown.", use: .described)
    add(
      "reconciliation_config", .anything,
      "Counts where reconciliation_config.yaml has no such field.")
  }

  private mutating func addCatalogs() {
    add("catalogs", .entries, "Tables of what exists.", ours: true)
    add("catalogs.*", .section, "One table.", ours: true)
    add("catalogs.*.file", .text, "CSV or TSV, plain or gzip; a path.", ours: true)
    add("catalogs.*.season", .text, "The column of a row's season.", ours: true)
    add("catalogs.*.date", .text, "The column of a row's date.", ours: true)
    add("catalogs.*.time", .text, "The column of a row's timestamp.", ours: true)
  }

  private mutating func addDimensions(_ p: String, _ meaning: String) {
    add(p, .entries, meaning, ours: true)
    add("\(p).*", .section, "One placeholder.", ours: true)
    add("\(p).*.catalog", .text, "The catalog that holds its values.", ours: true)
    add("\(p).*.column", .text, "Their column.", ours: true)
    add(
      "\(p).*.format",
      .choice(["yyyymmdd", "yyyy-mm-dd", "start_year", "end_year", "first", "lower", "upper"]),
      "How they are written in a key.", ours: true)
    add("\(p).*.where", .entries, "Rows that count: column and text.", ours: true)
    add("\(p).*.where.*", .text, "Text as written.", ours: true)
    add("\(p).*.values", .texts, "The values themselves.", ours: true)
  }
}
