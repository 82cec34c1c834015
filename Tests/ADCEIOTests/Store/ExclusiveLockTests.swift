import Foundation
import Testing

@testable import ADCEIO

@Suite struct ExclusiveLockTests {
  @Test func whoOnlyLooksDoesNotKeepAWriterOut() throws {
    let fixture = StateFixture()
    // The lock belongs to the opening of the file, so that one process can stand for two.
    let path = fixture.root + "/lock"
    let (writer, reader) = (open(path, O_RDWR | O_CREAT, 0o600), open(path, O_RDONLY))
    defer { for descriptor in [writer, reader] { close(descriptor) } }
    try #require(flock(reader, LOCK_SH) == 0)
    var pauses = 0
    let code = ExclusiveLock.take(writer) {
      pauses += 1
      if pauses == 3 { flock(reader, LOCK_UN) }
    }
    #expect(code == 0)
    #expect(pauses == 3)
  }

  @Test func whoStaysKeepsAWriterOutInTheEnd() throws {
    let fixture = StateFixture()
    let path = fixture.root + "/lock"
    let (writer, holder) = (open(path, O_RDWR | O_CREAT, 0o600), open(path, O_RDWR))
    defer { for descriptor in [writer, holder] { close(descriptor) } }
    try #require(flock(holder, LOCK_EX) == 0)
    var pauses = 0
    #expect(ExclusiveLock.take(writer) { pauses += 1 } == EWOULDBLOCK)
    #expect(pauses == ExclusiveLock.attempts)
  }
}
