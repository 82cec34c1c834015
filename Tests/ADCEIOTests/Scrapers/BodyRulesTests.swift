import ADCEIO
import ADCEKernel
import Testing

@Suite struct BodyRulesTests {
  private func reason(
    _ body: String, type: String? = "application/json", key: String = "a/b.json",
    comesByHTTP: Bool = true, _ adjust: (inout BodyRules) -> Void
  ) -> String? {
    var rules = BodyRules()
    adjust(&rules)
    do throws(BodyFault) {
      try rules.check(
        Array(body.utf8), declaredType: type, key: Array(key.utf8),
        of: .init(source: "espn", name: "box"), sizeMin: 1,
        comesByHTTP: comesByHTTP)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func theContentTypeIsComparedWithoutItsParameters() {
    for type in ["application/json", "Application/JSON; charset=utf-8"] {
      #expect(reason("{}", type: type) { $0.contentType = "application/json" } == nil)
    }
    #expect(reason("x", type: "image/png") { $0.contentType = "image/*" } == nil)
    #expect(reason("{}", type: "text/html") { $0.contentType = "application/json" } != nil)
    #expect(reason("{}", type: nil) { $0.contentType = "application/json" } != nil)
    #expect(
      reason("{}", type: nil, comesByHTTP: false) { $0.contentType = "application/json" } == nil)
  }

  @Test func theScrapersContentTypeWinsOverThatOfTheDataType() {
    let types: (inout BodyRules) -> Void = {
      $0.contentTypes = [.init(source: "espn", name: "box"): "text/csv"]
    }
    #expect(reason("{}", types) != nil)
    #expect(reason("a,b", type: "text/csv", types) == nil)
    #expect(
      reason("{}") {
        types(&$0)
        $0.contentType = "application/json"
      } == nil)
  }

  @Test func whatIsToBeJSONMustBeWhole() {
    #expect(reason("{\"a\":") { $0.contentType = "application/json" } != nil)
    #expect(reason("{\"a\":1} x") { $0.contentType = "application/json" } != nil)
    #expect(reason("{\"a\":") { _ in } == nil)
  }

  @Test func fieldsAreAskedOfEachObject() {
    let wanted: (inout BodyRules) -> Void = { $0.jsonFields = ["id", "na\"me"] }
    #expect(reason(#"{"id":null,"na\"me":[{"x":1}]}"#, wanted) == nil)
    #expect(reason(#"[{"id":1,"na\u0022me":2},{"na\"me":3,"id":4}]"#, wanted) == nil)
    #expect(reason("[]", wanted) == nil)
    #expect(reason(#"[{"id":1,"na\"me":2},{"id":4}]"#, wanted)?.contains("na\"me") == true)
    #expect(reason(#"{"other":{"id":1,"na\"me":2}}"#, wanted) != nil)
    #expect(reason(#"[{"id":1,"na\"me":2}, 5]"#, wanted) != nil)
    #expect(reason(#"[[{"id":1,"na\"me":2}]]"#, wanted) != nil)
    #expect(reason("id", wanted) != nil)
  }

  @Test func requiredFieldsAreAskedOnlyOfJSONObjects() {
    let wanted: (inout BodyRules) -> Void = { $0.requiredFields = ["box": ["id"]] }
    #expect(reason("<html>", key: "a/b.html", wanted) == nil)
    #expect(reason("[1,2]", wanted) == nil)
    #expect(reason("{}", wanted) != nil)
    #expect(reason("{}") { $0.requiredFields = ["other": ["id"]] } == nil)
  }

  @Test func withValidationOffOnlyTheSizeCounts() {
    let off: (inout BodyRules) -> Void = {
      $0.isEnabled = false
      $0.jsonFields = ["id"]
      $0.minBytes = 100
      $0.errorPatterns = [ErrorPattern(match: "x", meaning: .invalid)]
    }
    #expect(reason("x", off) == nil)
    #expect(reason("", off) != nil)
  }

  @Test func `a pattern decides alike on many threads, and one that is none matches nothing`()
    async
  {
    let pattern = ErrorPattern(match: "(?i)rate +limit", meaning: .throttled)
    let matched = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask { pattern.matches(number % 2 == 0 ? "a Rate  Limit" : "a fine body") }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(matched == 100)
    #expect(!ErrorPattern(match: "(", meaning: .invalid).matches("("))
  }

  @Test(arguments: [
    "", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{1:2}", "01", "1.", "-", "1e", "nul",
    "\"\\x\"",
    "\"\\u12g4\"", "\"a", "[1 2]", "\"\u{1}\"", "+1", "[]]", "{}{}", "// x",
  ])
  func textsThatAreNoJSON(text: String) {
    #expect(JSONValue(parsing: Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    "null", "true", "-0.5e+10", "[]", "{}", "[[],{}]", "{\"a\":[1,{\"b\":null}],\"c\":\"\"}",
  ])
  func jsonIsWrittenAsItWasRead(text: String) {
    #expect(JSONValue(parsing: Array(text.utf8))?.serialised == text)
  }

  @Test func escapesAreUndoneAndMadeAgain() {
    let value = JSONValue(parsing: Array(#""a\"\\\/\b\f\n\r\t\u00e9\ud83c\udfc0""#.utf8))
    #expect(value?.text == "a\"\\/\u{8}\u{c}\n\r\té🏀")
    #expect(value?.serialised == #""a\"\\/\u0008\u000c\n\r\té🏀""#)
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(JSONValue(parsing: Array(deep.utf8)) != nil)
    #expect(JSONValue(parsing: Array("[\(deep)]".utf8)) == nil)
  }

  @Test func aMessageIsCutBetweenCharactersAndHoldsNoSecret() {
    let redaction = Redaction(["p@ss word", "abc"])
    #expect(
      redaction.message("x p@ss word\ny p%40ss%20word abc") == "x [redacted] y [redacted] abc")
    let long = redaction.message(String(repeating: "é", count: 400))
    #expect(long == String(repeating: "é", count: 256))
  }
}
