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
      filter.limit = limit?.count
      let tasks = filter.tasks(of: observation.kernel, at: observation.now)
      if global.isJSON {
        for task in tasks { print(task.json.json) }
      } else {
        global.say(tasks.isEmpty ? "no tasks" : TaskView.table(tasks, now: observation.now))
      }
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
      usage: "adce tasks retry <ids> ...")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Numbers of tasks.") var ids: [UInt64]

    func run() throws {
      try OperatorSession(global).perform(.retry(ids.map { TaskID($0) })) {
        "\($0) tasks are ready again"
      }
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cancel tasks; their keys stay out of new tasks for a cool-down.",
      usage: "adce tasks cancel <ids> ...")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Numbers of tasks.") var ids: [UInt64]

    func run() throws {
      try OperatorSession(global).perform(.cancel(ids.map { TaskID($0) })) {
        "cancelled \($0) tasks"
      }
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
