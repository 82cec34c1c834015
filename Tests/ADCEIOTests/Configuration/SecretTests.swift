import Testing

@testable import ADCEIO

/// What must not be shown, and what must not be written.
struct SecretTests {
  private let hook = "https://hooks.slack.example/T0/B0/abcdefgh"

  @Test func `a webhook inside the data inventory is not shown`() throws {
    var project = Project()
    project.inventory = """
      reconciliation_config:
        notifications: {enabled: true, slack: {webhook_url: "\(hook)"}}
        gap_detection: {critical_threshold_days: 3}
      """
    let outcome = project.load()
    #expect(outcome.errors == [])
    let json = ConfigurationReport.json(outcome.settings).json
    #expect(!json.contains("abcdefgh"))
    // It is shown where it counts.
    let merged = try #require(
      outcome.settings.first {
        $0.path == "reconciliation_config.gap_detection.critical_threshold_days"
      })
    #expect(merged.value.json == "3")
    #expect(
      merged.origin.description == "/p/inventory/data_inventory.yaml:3"
        || merged.origin.description == "/p/config/data_inventory.yaml:3")
  }

  @Test(arguments: [
    "{slack_webhook: 'HOOK'}", "{webhook_url: 'HOOK'}", "{webhook: {url: 'HOOK'}}",
    "{webhooks: ['HOOK']}", "{notify: 'https://hooks.slack.com/abcdefgh'}",
  ])
  func `a webhook in a free field is not shown`(settings: String) {
    let text = settings.replacing("HOOK", with: "https://example.org/abcdefgh")
    let outcome = Project(
      scrapers: "scrapers:\n  a:\n    custom_settings: \(text)\n    command: [/bin/true]\n"
    ).load()
    #expect(outcome.errors == [])
    #expect(!ConfigurationReport.json(outcome.settings).json.contains("abcdefgh"))
  }

  @Test func `a literal secret in a field that nobody knows is refused`() {
    let outcome = Project(
      scrapers: """
        scrapers:
          a:
            headres: {Authorization: "Bearer abcdefgh12345678"}
        pasword: hunter2hunter2
        """
    ).load()
    #expect(
      outcome.told(.error) == [
        "scraper_config.yaml:3:30 scraper_config.scrapers.a.headres.Authorization: a literal "
          + "secret is refused; write a reference (env:NAME, file:PATH, profile:NAME or exec:PATH)"
      ])
    #expect(outcome.warnings.count { $0.message.hasPrefix("unknown field") } == 2)
  }
}
