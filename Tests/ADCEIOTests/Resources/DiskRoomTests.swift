import Testing

@testable import ADCEIO

/// What file systems say of themselves, strange ones included.
struct DiskRoomTests {
  @Test func `blocks become bytes`() {
    let room = DiskRoom(blockBytes: 4096, free: 10, total: 100)
    #expect(room == DiskRoom(freeBytes: 40_960, totalBytes: 409_600))
  }

  @Test func `a number below zero is no room`() {
    // Some network file systems tell so that root has written into its reserve.
    let room = DiskRoom(blockBytes: 4096, free: UInt64(bitPattern: -5), total: 100)
    #expect(room == DiskRoom(freeBytes: 0, totalBytes: 409_600))
  }

  @Test func `a size beyond all numbers is the largest`() {
    let room = DiskRoom(blockBytes: 1 << 20, free: .max, total: .max)
    #expect(room == DiskRoom(freeBytes: .max, totalBytes: .max))
  }
}
