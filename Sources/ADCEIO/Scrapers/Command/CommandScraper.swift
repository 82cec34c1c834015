internal import ADCEKernel
internal import Glibc

/// Carries out attempts of a `command` scraper (CONFIG.md §6): one run for all open items.
struct CommandScraper: Sendable {
  /// Files that a run may leave; more are strays unread.
  static let filesMax = 10_000
  static let fileBytesMax = 512 << 20

  let settings: CommandScraperSettings
  let lake: any Lake
  let credentials: CredentialResolution
  /// Where the private folders of attempts are made.
  let workDirectory: String
  /// Whether a task of basis count asked for an object with this key.
  let accepts: @Sendable (AttemptWork, [UInt8]) -> Bool

  /// Blocks until the run has ended and what came of it is in the lake.
  func run(_ work: AttemptWork, _ command: SupervisedCommand) -> AttemptEnd {
    do throws(AttemptFault) {
      return try carryOut(work, command)
    } catch {
      return work.ended(error)
    }
  }

  private func carryOut(
    _ work: AttemptWork, _ command: SupervisedCommand
  ) throws(AttemptFault) -> AttemptEnd {
    guard !settings.argv.isEmpty else { throw AttemptFault(.scraperFault, "no command") }
    let folder = try PrivateFolder(
      path: CommandScraper.folder(of: work.attempt, in: workDirectory),
      task: TaskDocument.make(work, settings))
    defer { folder.remove() }
    let environment: CommandEnvironment
    do {
      environment = try CommandEnvironment(settings, folder: folder, credentials: credentials)
    } catch {
      throw AttemptFault(.ownFault, "credentials: \(error)")
    }
    let redaction = Redaction(environment.secrets)
    let today = CivilDay(containing: Instant(milliseconds: wallMilliseconds()))
    let outcome: SupervisedCommand.Outcome
    do {
      outcome = try command.run(
        ChildProcess.Options(
          argv: settings.argv + CommandArguments.make(work, settings, today: today),
          environment: environment.list, workingDirectory: settings.workingDirectory,
          memoryBytesMax: settings.memoryBytesMax),
        mark: "ADCE_TASK=\(folder.taskFile)", timeoutMilliseconds: settings.timeoutMilliseconds,
        graceMilliseconds: settings.graceMilliseconds)
    } catch {
      throw CommandScraper.fault(error)
    }
    var end = conclude(work, outcome, folder, redaction)
    end.message = redaction.message(end.message)
    return end
  }

  static let folderPrefix = "attempt-"

  static func folder(of attempt: AttemptID, in directory: String) -> String {
    "\(directory)/\(folderPrefix)\(attempt.number)"
  }

  /// A program that is not there is the scraper's fault; a machine without room is ours.
  private static func fault(_ refused: ChildProcess.Refused) -> AttemptFault {
    let isOurs = [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(refused.code)
    return AttemptFault(
      isOurs ? .ownFault : .scraperFault,
      "cannot start \(refused.call): \(String(cString: strerror(refused.code)))")
  }
}
