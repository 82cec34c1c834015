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

  @Test func `drafts of dead processes go, and those of living ones stay`() throws {
    let folder = TemporaryFolder()
    // No process has such a number (pid_max is at most 2^22).
    try folder.write("x", to: ".adce-draft-99999999-0-view.json")
    try folder.write("x", to: ".adce-draft-1-0-view.json")
    try AtomicFile.write([0x31], to: folder.path + "/view.json")
    #expect(
      try FileTree.names(in: folder.path) == [".adce-draft-1-0-view.json", "view.json"])
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
