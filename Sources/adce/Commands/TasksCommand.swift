import ADCEIO
public import ADCEKernel
public import ArgumentParser

/// `adce tasks`: the queue.
struct TasksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tasks",
    abstract: "List tasks, show one, retry or cancel some.",
    usage: """
      adce tasks [--priority <priority>] [--source <source>] [--state <state>]
                 [--limit <n>]
      adce tasks show <id>
      adce tasks retry|cancel <ids> ...
      """,
    discussion: """
        adce tasks
        adce tasks list --state parked --source espn
        adce tasks show 17
        adce tasks retry 17 18
        adce tasks cancel 19

      \(GlobalOptions.hint)
      """,
    subcommands: [List.self, Show.self, Retry.self, Cancel.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List tasks that are under way, or those in one state.",
      usage: """
        adce tasks [--priority <priority>] [--source <source>] [--state <state>]
                   [--limit <n>]
        """)

    @OptionGroup var global: GlobalOptions
    @Option(help: "critical, high, medium or low.") var priority: Priority?
    @Option(help: "Only of this source.") var source: String?
    @Option(
      help: "pending, admitted, running, backing_off, parked, done or cancelled.")
    var state: TaskRecord.State?
    @Option(help: .init("At most so many.", valueName: "n")) var limit: Limit?

    func run() throws {
      let loaded = try global.load(quietly: true)
      let observation = try global.observe(loaded)
      var filter = TaskFilter()
      filter.priority = priority
      filter.source = source
      filter.state = state
      do throws(UnknownName) {
        try filter.check(against: observation.kernel, at: observation.now)
      } catch {
        throw global.refuse(error)
      }
      let all = filter.tasks(of: observation.kernel, at: observation.now)
      let tasks = Array(all.prefix(limit?.count ?? .max))
      if global.isJSON {
        for task in tasks { Output.line(task.json.json) }
        return
      }
      guard !all.isEmpty else { return global.say("no tasks") }
      if !tasks.isEmpty {
        global.say(TaskView.table(tasks, now: observation.now, Terminal.outputColumns))
      }
      global.sayShown(tasks.count, of: all.count)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a task and its keys.", usage: "adce tasks show <id>")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The task's number.") var id: UInt64

    func run() throws {
      let loaded = try global.load(quietly: true)
      let observation = try global.observe(loaded)
      guard let task = observation.kernel.task(TaskID(id), at: observation.now) else {
        Terminal.error("adce: there is no task \(id) (ended ones are kept for a week)")
        throw ExitCode(1)
      }
      let keys = observation.kernel.keys(of: TaskID(id))
      global.show(task.json(keys: keys), table: task.text(keys: keys))
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make parked or waiting tasks ready again, their attempts at zero.",
      usage: "adce tasks retry <ids> ...",
      discussion: "Exits with 1 if one of them is not there, or neither parked nor waiting.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Numbers of tasks.") var ids: [UInt64]

    func run() throws {
      try OperatorSession(global).perform(
        on: ids, wanted: "parked or backing off",
        { $0.state == .parked || $0.state == .backingOff }, { .retry($0) },
        done: {
          "\(Wording.counted($0, "task")) \($0 == 1 ? "is" : "are") ready again"
        })
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cancel tasks; their keys stay out of new tasks for a cool-down.",
      usage: "adce tasks cancel <ids> ...",
      discussion: "Exits with 1 if one of them is not there, or has ended.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Numbers of tasks.") var ids: [UInt64]

    func run() throws {
      try OperatorSession(global).perform(
        on: ids, wanted: "under way", { $0.state.isLive }, { .cancel($0) },
        done: {
          "cancelled \(Wording.counted($0, "task"))"
        })
    }
  }
}

extension TaskRecord.State: ExpressibleByArgument {
  public init?(argument: String) {
    guard let state = TaskRecord.State.allCases.first(where: { $0.name == argument }) else {
      return nil
    }
    self = state
  }

  public static var allValueStrings: [String] { allCases.map(\.name) }
}
