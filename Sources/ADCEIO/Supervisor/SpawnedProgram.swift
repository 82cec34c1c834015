internal import CProcess
internal import Glibc

/// Starts this program once more, as a process of its own.
enum SpawnedProgram {
  enum Place {
    /// A session of its own: it outlives the terminal.
    case session
    /// A process group of its own: it can be ended with all that it started.
    case group
  }

  /// Output and errors go to `log`; input is empty, and no other descriptor of ours is passed on,
  /// whoever opened it. No signal is blocked or ignored.
  static func start(
    _ arguments: [String], environment: [String], log: borrowing OpenFile, in place: Place
  ) throws(SystemCallFailure) -> pid_t {
    let program = "/proc/self/exe"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // In this order: `log` may be one of the three itself, where our own caller has closed them.
    posix_spawn_file_actions_adddup2(&actions, log.descriptor, 1)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    adce_spawn_closes_from(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    switch place {
    // POSIX_SPAWN_SETSID, which Swift's Glibc module leaves out (glibc's <spawn.h>).
    case .session: flags |= 0x80
    case .group:
      flags |= POSIX_SPAWN_SETPGROUP
      posix_spawnattr_setpgroup(&attributes, 0)
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var argv = arguments.map { strdup($0) }
    var variables = environment.map { strdup($0) }
    defer { for copy in argv + variables { free(copy) } }
    argv.append(nil)
    variables.append(nil)
    var child = pid_t()
    let code = posix_spawn(&child, program, &actions, &attributes, argv, variables)
    guard code == 0 else {
      throw SystemCallFailure(call: "posix_spawn", path: program, code: code)
    }
    return child
  }

  /// Our own variables, without those that only concern the process which systemd started.
  static var environment: [String] {
    let notOurs = [
      "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_FDS=", "LISTEN_PID=",
    ]
    var result: [String] = []
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if !notOurs.contains(where: { pair.hasPrefix($0) }) { result.append(pair) }
      entry += 1
    }
    return result
  }
}
