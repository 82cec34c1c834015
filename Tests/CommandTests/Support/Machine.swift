import Foundation
import Testing

/// What this machine lets tests do, asked once, before those begin that need it: they are skipped,
/// and counted as skipped, where it is not so.
enum Machine {
  static let isRoot = geteuid() == 0

  /// Whether root can become somebody else, or give up some of its rights.
  static let hasSetpriv = Files.exist(setpriv)
  static let setpriv = "/usr/bin/setpriv"

  static let python = "/usr/bin/python3"
  static let hasPython = Files.exist(python)

  /// Whether somebody without root's rights can be had: we, or whom root becomes.
  static let hasCommoner = !isRoot || hasSetpriv

  /// Whether somebody who is not root can be had who may run a copy of adce.
  static let nobodyRunsCopies: Bool =
    !isRoot
    || succeeds { folder in
      let copy = folder.path("adce-copy")
      try FileManager.default.copyItem(atPath: Program.adce.path, toPath: copy)
      chmod(copy, 0o755)
      chmod(folder.path, 0o755)
      let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", copy, "--version"]
      // A process that another test started meanwhile may hold the copy open for writing, a moment.
      return try wait(5) {
        let end = try RunningProgram(setpriv, nobody).end()
        guard end.errors.contains("busy") else {
          if end.code != 0 { throw CocoaError(.executableNotLoadable) }
          return true
        }
        return false
      }
    }

  /// Whether a file system in memory can be mounted, and a folder over itself.
  static let canMount: Bool = succeeds { folder in
    let options = "size=64k,mode=0700"
    guard try run("/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.path) else {
      return false
    }
    // On the mount itself: if anything goes wrong, one lazy end takes both with it.
    let bound = try run("/bin/mount", "--bind", folder.path, folder.path)
    if bound { _ = try run("/bin/umount", "--lazy", folder.path) }
    _ = try run("/bin/umount", "--lazy", folder.path)
    return bound
  }

  static let strace = "/usr/bin/strace"
  /// Whether strace is there, and may make calls of a program fail.
  static let canMakeCallsFail: Bool = succeeds { folder in
    guard Files.exist(strace) else { return false }
    return try run(
      strace, "-f", "-o", folder.path("log"), "-e", "trace=fdatasync", "-e",
      "inject=fdatasync:error=EIO", "/bin/true")
  }

  /// Whether a library can be made that the loader puts before the C library.
  static let canShiftClocks: Bool = succeeds { folder in
    #if os(Linux)
      try folder.write("int nothing;\n", to: "probe.c")
      return try run(
        "/usr/bin/env", "cc", "-shared", "-fPIC", "-o", folder.path("probe.so"),
        folder.path("probe.c"))
    #else
      return false
    #endif
  }

  static let systemdAnalyze = "/usr/bin/systemd-analyze"
  static let hasSystemdAnalyze = Files.exist(systemdAnalyze)

  private static func run(_ path: String, _ arguments: String...) throws -> Bool {
    try RunningProgram(path, arguments).end().code == 0
  }

  /// What cannot even be tried is not there.
  private static func succeeds(_ probe: (TemporaryFolder) throws -> Bool) -> Bool {
    do { return try probe(try TemporaryFolder()) } catch { return false }
  }
}

extension Trait where Self == ConditionTrait {
  /// A test that mounts something.
  static var mounts: Self {
    .enabled(if: Machine.canMount, "needs leave to mount a file system in memory")
  }
}
