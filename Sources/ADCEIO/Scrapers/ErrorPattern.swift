package import ADCEKernel

/// A text by which a scraper's output or a source's body is known to be an error.
package struct ErrorPattern: Sendable {
  package typealias Meaning = ScraperSettings.ErrorPattern.Class

  /// A regular expression in Swift's dialect: that of Perl and Python, as far as users go.
  package let match: String
  package let meaning: Meaning
  /// Locked, for an expression makes its program at its first use.
  private let compiled: Locked<Regex<AnyRegexOutput>>?

  /// Compiles the expression, once for all texts. One that does not compile matches nothing: the
  /// configuration refuses it.
  package init(match: String, meaning: Meaning) {
    self.match = match
    self.meaning = meaning
    compiled = (try? Regex(match)).map { Locked($0) }
  }

  /// Whether it matches anywhere in a text; from any thread.
  package func matches(_ text: String) -> Bool {
    compiled?.withLock { text.firstMatch(of: $0) != nil } ?? false
  }
}

extension ErrorPattern.Meaning {
  package var failureClass: FailureClass {
    switch self {
    case .transient: .transient
    case .throttled: .throttled
    case .permanent: .scraperFault
    case .source: .refused
    case .invalid: .invalid
    }
  }
}
