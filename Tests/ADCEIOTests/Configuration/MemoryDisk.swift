@testable import ADCEIO

/// A disk in memory: what a load asks of the real one.
struct MemoryDisk: ConfigurationDisk {
  var files: [String: [UInt8]] = [:]

  func read(_ path: String) -> ConfigurationReading {
    files[path].map { .bytes($0) } ?? .absent
  }
  func columns(ofCatalog path: String) -> [String]? {
    files[path].flatMap { try? CatalogFile.table($0, path: path).columns }
  }
  func isFile(_ path: String) -> Bool { files[path] != nil }
  func isFolder(_ path: String) -> Bool { files.keys.contains { $0.hasPrefix(path + "/") } }
  func isExecutable(_ path: String) -> Bool { files[path] != nil && path.hasPrefix("/bin/") }
}

/// The four files of a project at `/p`, as texts.
struct Project {
  var scrapers: String?
  var reconciliation: String?
  var autonomous: String?
  var inventory: String? = "version: 1\n"
  /// Other files by path under the project folder.
  var others: [String] = []
  /// Texts by name, beside the four files.
  var catalogs: [String: String] = [:]
  var overrides = ConfigurationOverrides(environment: ["PATH": "/bin"])

  var disk: MemoryDisk {
    var disk = MemoryDisk()
    let texts = [
      "scraper_config": scrapers, "reconciliation_config": reconciliation,
      "autonomous_config": autonomous, "data_inventory": inventory,
    ]
    for (name, text) in texts {
      if let text { disk.files["/p/config/\(name).yaml"] = Array(text.utf8) }
    }
    for (name, text) in catalogs { disk.files["/p/config/" + name] = Array(text.utf8) }
    for path in others { disk.files[path.hasPrefix("/") ? path : "/p/" + path] = [] }
    return disk
  }

  func load() -> ConfigurationOutcome {
    ConfigurationLoader.load(
      ConfigurationLocations(configDirectory: "/p/config"), overrides: overrides, disk: disk)
  }
}

extension ConfigurationOutcome {
  /// `scraper_config.yaml:3:5 message`, without the folder.
  func told(_ severity: ConfigurationProblem.Severity) -> [String] {
    problems.filter { $0.severity == severity }.map { problem in
      let file = problem.file.split(separator: "/").last.map(String.init) ?? ""
      return "\(file):\(problem.line):\(problem.column) \(problem.message)"
    }
  }
}
