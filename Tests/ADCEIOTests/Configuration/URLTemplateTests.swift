import Testing

@testable import ADCEIO

struct URLTemplateTests {
  private let values = [
    "season": "2024-25", "year": "2025", "date": "2025-01-31", "name": "José O'Neal/x?",
    "slug": "jamesle01", "empty": "",
  ]

  @Test(arguments: [
    ("/a/b.html", "/a/b.html"), ("/{season}/x", "/2024-25/x"),
    ("/{season|start_year}-{season|end_year}", "/2024-2025"), ("/{year|start_year}", "/2025"),
    ("/{slug|first}/{slug}", "/j/jamesle01"), ("/{slug|upper}", "/JAMESLE01"),
    ("/{name}", "/Jos%C3%A9%20O%27Neal%2Fx%3F"), ("/{name|lower}", "/jos%C3%A9%20o%27neal%2Fx%3F"),
    ("/?d={date|yyyymmdd}&e={date}", "/?d=20250131&e=2025-01-31"), ("/{empty}.", "/."),
    ("/a}b", "/a}b"),
  ])
  func `a template expands with every value percent-encoded`(
    _ text: String, _ url: String
  ) throws {
    #expect(try URLTemplate(text).expand { values[$0] } == url)
  }

  @Test(arguments: [
    ("/x/{season", 3, "unclosed placeholder"), ("/{}", 1, "empty placeholder"),
    ("/{a{b}", 1, "unclosed placeholder"), ("/{a|b}", 3, "unknown form `b`"),
    ("/{|first}", 2, "a form without a name"),
  ])
  func `what is no template is refused where it goes wrong`(
    _ text: String, _ offset: Int, _ message: String
  ) {
    let fault = #expect(throws: URLTemplate.SyntaxFault.self) { try URLTemplate(text) }
    #expect(fault?.offset == offset)
    #expect(fault?.message.hasPrefix(message) == true)
  }

  @Test func `a value that is unknown or has no such form is refused`() throws {
    #expect(throws: URLTemplate.ExpansionFault.unknownName("x")) {
      try URLTemplate("/{x}").expand { values[$0] }
    }
    for (name, form) in [
      ("slug", URLTemplate.Form.yyyymmdd), ("slug", .startYear), ("empty", .first),
    ] {
      #expect(
        throws: URLTemplate.ExpansionFault.unfit(name: name, value: values[name] ?? "", form: form)
      ) {
        try URLTemplate("/{\(name)|\(form.rawValue)}").expand { values[$0] }
      }
    }
  }
}
