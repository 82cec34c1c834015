import Testing

@Suite(.waitsForProcesses) struct FieldReferenceTests {
  @Test func `docs/FIELDS.md is what adce config fields says`() throws {
    let said = try Program.adce.run(["config", "fields"])
    #expect(said.code == 0, "\(said)")
    let page = String(decoding: try Files.bytes(Repository.path + "/docs/FIELDS.md"), as: UTF8.self)
    #expect(page == said.output, "make it again: adce config fields > docs/FIELDS.md")
    for file in ["scraper_config", "reconciliation_config", "autonomous_config", "data_inventory"] {
      #expect(page.contains("## \(file).yaml\n"))
    }
  }
}
