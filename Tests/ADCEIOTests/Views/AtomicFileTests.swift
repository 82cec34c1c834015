import Foundation
import Testing

@testable import ADCEIO

struct AtomicFileTests {
  @Test func `a file is replaced whole, its folders made, and no draft is left`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/a/b/view.json"
    for text in ["first", "second, and longer", "3"] {
      try AtomicFile.write(Array(text.utf8), to: path)
      #expect(try FileTree.read(path) == Array(text.utf8))
    }
    #expect(try FileTree.names(in: folder.path + "/a/b") == ["view.json"])
  }

  @Test func `drafts that were left behind go, and those that may be being written stay`() throws {
    let folder = TemporaryFolder()
    // Process ids repeat: a draft of "our" number is another's who was killed, or lives elsewhere.
    try folder.write("x", to: ".adce-draft-\(getpid())-0-view.json")
    try folder.write("x", to: ".adce-draft-\(getpid())-1-view.json")
    let old = [timeval](repeating: timeval(tv_sec: 1_700_000_000, tv_usec: 0), count: 2)
    #expect(utimes(folder.path + "/.adce-draft-\(getpid())-0-view.json", old) == 0)
    for _ in 0..<3 { try AtomicFile.write([0x31], to: folder.path + "/view.json") }
    #expect(
      try FileTree.names(in: folder.path) == [".adce-draft-\(getpid())-1-view.json", "view.json"])
  }

  private static func status(_ path: String) throws -> stat {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status
  }

  @Test func `what others read can be read by them, and keeps the mode that it was given`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/new/view.json"
    try AtomicFile.write([0x31], to: path)
    #expect(try Self.status(path).st_mode & 0o777 == 0o644)
    #expect(try Self.status(folder.path + "/new").st_mode & 0o777 == 0o755)
    chmod(path, 0o660)
    let isRoot = chown(path, uid_t.max, 12345) == 0
    try AtomicFile.write([0x32], to: path)
    #expect(try Self.status(path).st_mode & 0o777 == 0o660)
    if isRoot { #expect(try Self.status(path).st_gid == 12345) }
  }

  @Test func `a link stays, and what it leads to is replaced`() throws {
    let folder = TemporaryFolder()
    try folder.write("old", to: "real/metrics.yaml")
    let link = folder.path + "/metrics.yaml"
    try #require(symlink("real/metrics.yaml", link) == 0)
    try AtomicFile.write(Array("new".utf8), to: link)
    #expect(try FileTree.read(folder.path + "/real/metrics.yaml") == Array("new".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/metrics.yaml")
  }

  @Test func `what somebody else has changed meanwhile is not replaced`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/metrics.yaml"
    #expect(try AtomicFile.write([0x31], to: path, over: nil))
    let version = try FileVersion.of(path)
    try folder.write("theirs", to: "metrics.yaml")
    #expect(try !AtomicFile.write([0x32], to: path, over: version))
    #expect(try !AtomicFile.write([0x32], to: path, over: nil))
    #expect(try FileTree.read(path) == Array("theirs".utf8))
    #expect(try AtomicFile.write([0x32], to: path, over: FileVersion.of(path)))
    #expect(try FileTree.names(in: folder.path) == ["metrics.yaml"])
  }

  @Test func `where it cannot be written the old one stays`() throws {
    let folder = TemporaryFolder()
    try folder.write("old", to: "view.json/inside")
    #expect(throws: SystemCallFailure.self) {
      try AtomicFile.write([0x31], to: folder.path + "/view.json")
    }
    #expect(try FileTree.names(in: folder.path) == ["view.json"])
  }
}
