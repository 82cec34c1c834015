#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The programs that scrapers run, seen from outside of the process that started them.
public enum ScraperPrograms {
  /// The mark of all attempts' programs below a state's `work` folder, in their environment.
  static func mark(workDirectory: String) -> String {
    "ADCE_TASK=\(workDirectory)/\(CommandScraper.folderPrefix)"
  }

  /// Kills the programs of a process that was killed: with it only those die that it started itself,
  /// not what these started. Nobody may run on this state meanwhile.
  public static func kill(stateDirectory: String) {
    guard let resolved = realpath(StateDirectory(stateDirectory).path + "/work", nil) else {
      return
    }
    defer { free(resolved) }
    ProcessCensus.kill(session: nil, mark: mark(workDirectory: String(cString: resolved)))
  }
}
