import Testing

@testable import ADCEIO
@testable import ADCEKernel

#if canImport(Glibc)
  import Glibc
#endif

struct ControlCommandTests {
  private static let commands: [ControlCommand] = [
    .ping, .reload, .act(.reconcile), .act(.pause(source: nil)), .act(.pause(source: "a\"b")),
    .act(.resume(source: nil)), .act(.retry([TaskID(1), TaskID(2)])), .act(.cancel([TaskID(7)])),
    .act(.waive(keys: [Array("a/é.json".utf8)], reason: "gone", until: nil)),
    .act(.waive(keys: [[0x61]], reason: "", until: CivilDay(day: 20_000))), .act(.clearQueue),
    .act(.acceptVanished), .act(.drain),
    .reconcile(.init()),
  ]

  @Test(arguments: commands)
  func `a command is read as it was written`(_ command: ControlCommand) throws {
    let document = try #require(JSONValue(parsing: Array(command.json.json.utf8)))
    #expect(try ControlCommand(document) == command)
    #expect(!command.json.json.contains("\n"))
  }

  @Test func `so is a reply`() throws {
    let reply = ControlReply(
      exitCode: 78, message: "a\nb", result: .map([.init("pct", .number("99.5000"))]), text: "t")
    #expect(ControlReply(parsing: Array(reply.json.json.utf8)) == reply)
    #expect(ControlReply(parsing: Array("{\"version\":2,\"exit\":0}".utf8)) == nil)
    #expect(ControlReply(parsing: Array("{".utf8)) == nil)
  }
}

struct SleepWatchTests {
  @Test func `a sleep of the machine is noticed once, by the clock that stood still`() {
    var watch = SleepWatch()
    #expect(watch.look(boot: 1000, monotonic: 1000) == nil)
    #expect(watch.look(boot: 9000, monotonic: 9000) == nil)
    #expect(watch.look(boot: 70_000, monotonic: 10_000) == 60_000)
    #expect(watch.look(boot: 71_000, monotonic: 11_000) == nil)
    #expect(watch.look(boot: 71_999, monotonic: 11_000) == nil)
  }
}

struct InboxTests {
  @Test func `what is posted is taken at once and in order, and nothing is lost`() throws {
    let inbox = try Inbox()
    #expect(inbox.take(waitingMilliseconds: 0).isEmpty)
    #expect(inbox.take(waitingMilliseconds: 20).isEmpty)
    let count = 20_000
    let poster = try DedicatedThread {
      for number in 0..<count { inbox.post(.trouble(String(number))) }
    }
    var taken: [String] = []
    // Waits for an hour each time: a signal that is lost would be seen.
    while taken.count < count {
      for case .trouble(let text) in inbox.take(waitingMilliseconds: 3_600_000) {
        taken.append(text)
      }
    }
    poster.join()
    #expect(taken == (0..<count).map(String.init))
  }

  @Test func `answers for a kernel that is no more are dropped, questions are not`() throws {
    let inbox = try Inbox()
    inbox.post(.woken)
    inbox.post(.requested(Request(id: 1, action: .drain)))
    inbox.post(.trouble("said"))
    inbox.removeAnswers()
    #expect(inbox.contains { if case .trouble = $0 { true } else { false } })
    #expect(inbox.take(waitingMilliseconds: 0).count == 2)
  }
}

struct ComponentsTests {
  private struct Broken: Error, CustomStringConvertible {
    var description: String
  }

  @Test func `a part that fails is started again, counted, and told of`() {
    let told = Locked<[String]>([])
    let components = Components { name, message in
      told.withLock { $0.append("\(name): \(message)") }
    }
    let tries = Locked(0)
    let isDone = Mailbox<Bool>()
    components.keep("part", backoff: Backoff(firstMilliseconds: 1, maxMilliseconds: 2)) {
      let number = tries.withLock { tries in
        tries += 1
        return tries
      }
      if number < 4 { throw Broken(description: "try \(number)") }
      isDone.put(true)
    }
    #expect(isDone.take(waitingMilliseconds: 60_000) == true)
    #expect(told.withLock { $0 } == ["part: try 1", "part: try 2", "part: try 3"])
    let condition = components.conditions.first
    #expect(condition?.name == "part")
    #expect(condition?.restarts == 3)
    #expect(condition?.lastError == "try 3")
    #expect(condition?.lastFailure != nil)
  }

  @Test func `failures that are only noted count as well`() {
    let components = Components { _, _ in }
    components.failed("store", "the disk is gone")
    #expect(components.conditions.first?.isUp == false)
    components.restarted("store")
    #expect(components.conditions.map(\.isUp) == [true])
    #expect(components.conditions.map(\.restarts) == [1])
  }
}

struct SupervisorRecordTests {
  @Test func `it is read as it was written, and garbage is nothing`() {
    var record = SupervisorRecord(pid: 12, since: Instant(seconds: 1_700_000_000))
    record.child = 13
    record.restarts = 4
    record.lastExit = .signal(9)
    record.lastExitAt = Instant(seconds: 1_700_000_100)
    #expect(SupervisorRecord(parsing: Array(record.json.json.utf8)) == record)
    record.lastExit = .code(78)
    record.child = nil
    record.nextStart = Instant(seconds: 1_700_000_200)
    #expect(SupervisorRecord(parsing: Array(record.json.json.utf8)) == record)
    for text in ["", "{}", "{\"version\":2}", "[1]"] {
      #expect(SupervisorRecord(parsing: Array(text.utf8)) == nil)
    }
  }
}
