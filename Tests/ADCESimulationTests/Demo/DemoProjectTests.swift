import ADCEIO
import ADCESimulation
import Foundation
import Testing

@Suite struct DemoProjectTests {
  @Test func `only a folder of its own is a demo's to empty`() throws {
    let root = NSTemporaryDirectory() + "adce-demo-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let project = DemoProject(directory: root) { _ in [] }
    #expect(try project.isOurs())
    try FileManager.default.createDirectory(
      atPath: root + "/config", withIntermediateDirectories: true)
    #expect(try !project.isOurs())
    try FileManager.default.removeItem(atPath: root + "/config")
    #expect(try project.isOurs())
    try project.begin()
    try FileManager.default.createDirectory(
      atPath: root + "/config", withIntermediateDirectories: true)
    #expect(try project.isOurs())
    #expect(try project.isThere())
  }
}
