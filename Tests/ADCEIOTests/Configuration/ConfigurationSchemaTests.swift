import Testing

@testable import ADCEIO

struct ConfigurationSchemaTests {
  @Test func `every field has a sentence, one path, and a place above it`() {
    let fields = ConfigurationSchema.shared.fields
    var paths: Set<String> = []
    for field in fields {
      let path = "\(field.file.prefix) \(field.path)"
      #expect(paths.insert(path).inserted, "\(path) stands twice")
      #expect(field.meaning.hasSuffix("."), "\(path)")
      if let dot = field.path.lastIndex(of: ".") {
        #expect(
          fields.contains { $0.file == field.file && $0.path == field.path[..<dot] }, "\(path)")
      }
    }
  }

  @Test func `every default is a value that its own field accepts`() {
    for file in ConfigurationFile.allCases {
      var check = ConfigurationCheck(
        problems: ProblemList(
          sources: [""] + [String](repeating: "", count: 255), texts: SourceTexts(bytes: []),
          isStrict: true))
      for field in ConfigurationSchema.shared.fields where field.file == file {
        guard field.standard != nil else { continue }
        var place = ConfigurationSchema.shared.root(file)
        for segment in field.path.split(separator: ".") {
          guard let next = segment == "[]" ? place.item : place.child(String(segment)) else {
            Issue.record("\(field.path) has no place")
            break
          }
          place = next
        }
        check.check(Setting(node: place.standard, place: place, path: field.path))
      }
      let wrong = check.problems.sorted.filter { $0.severity == .error }
      #expect(wrong == [])
    }
  }

  @Test func `every place in a chain of precedence is a field`() {
    for place in Precedence.chains.joined() {
      #expect(
        ConfigurationSchema.shared.fields.contains {
          $0.file == place.file && $0.path == place.path
        }, "\(place)")
    }
  }

  @Test(arguments: [
    ("time_out", "timeout"), ("timout", "timeout"), ("tiemout", "timeout"), ("TIMEOUT", "timeout"),
    ("retries", "retry"), ("zzz", nil), ("rate-limit", "rate_limit"),
  ])
  func `the nearest name is the one that was meant`(_ wanted: String, _ meant: String?) {
    #expect(Nearest.name(to: wanted, among: ["timeout", "retry", "rate_limit"]) == meant)
  }

  @Test func `a secret is never shown`() {
    let hook = "https://hooks.slack.example/T0/B0/abcdefgh"
    let outcome = Project(
      autonomous: "alerts: {channels: {slack: {webhook_url: \(hook)}, webhook: {url: env:HOOK}}}"
    ).load()
    let json = ConfigurationReport.json(outcome.settings).json
    #expect(!json.contains("abcdefgh"))
    #expect(json.contains("env:HOOK"))
    let slack = outcome.configuration?.alerts.slack
    #expect(slack == .literal(hook))
    #expect(slack.map { "\($0) \(String(reflecting: $0))" } == "(secret) (secret)")
  }
}
