public import ADCEKernel

/// What can be said of a configuration only with its catalogs at hand.
public enum CatalogCheck {
  /// Reads the catalogs, builds the key space as of `now`, and gives what both have to say: warnings,
  /// for a catalog may come later, and what depends on it is unknown until then.
  public static func problems(
    of loaded: LoadedConfiguration, at now: Instant
  ) -> [ConfigurationProblem] {
    var problems: [ConfigurationProblem] = []
    var tables: [CatalogTable?] = []
    for (index, path) in loaded.catalogFiles.enumerated() {
      do throws(CatalogFileProblem) {
        tables.append(try CatalogFile.read(path))
      } catch {
        tables.append(nil)
        let name = loaded.kernel.desired.catalogs[index].name
        problems.append(
          problem(.warning, "catalogs.\(name)", "\(error); what depends on it is unknown"))
      }
    }
    let space = KeySpace(desired: loaded.kernel.desired, catalogs: tables, now: now)
    problems += loaded.news(in: space.findings).map {
      problem(.warning, "expected_coverage", $0.description)
    }
    problems += gameCounts(loaded, tables)
    return problems
  }

  /// `expected_game_counts` against the rows of each season of a catalog named `games`.
  private static func gameCounts(
    _ loaded: LoadedConfiguration, _ tables: [CatalogTable?]
  ) -> [ConfigurationProblem] {
    let expected = loaded.expectedGames
    guard let index = loaded.kernel.desired.catalogs.firstIndex(where: { $0.name == "games" }),
      let table = tables[index], let name = loaded.kernel.desired.catalogs[index].season,
      let column = table.column(named: name)
    else { return [] }
    var counts: [String: Int] = [:]
    for row in 0..<table.rowCount {
      counts[String(decoding: table.cell(row: row, column: column), as: UTF8.self), default: 0] += 1
    }
    // The last season may be under way: it is not complete yet.
    return counts.keys.sorted().dropLast().compactMap { season in
      let count = counts[season] ?? 0
      if let least = expected.totalMin, count < least {
        return problem(
          .warning, "catalogs.games", "season \(season) has \(count) games, fewer than \(least)")
      }
      if let most = expected.totalMax, count > most {
        return problem(
          .warning, "catalogs.games", "season \(season) has \(count) games, more than \(most)")
      }
      return nil
    }
  }

  private static func problem(
    _ severity: ConfigurationProblem.Severity, _ path: String, _ message: String
  ) -> ConfigurationProblem {
    ConfigurationProblem(
      severity: severity, file: "", line: 0, column: 0, path: path,
      message: "\(path): \(message)")
  }
}
