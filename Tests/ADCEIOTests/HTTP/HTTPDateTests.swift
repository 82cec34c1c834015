import ADCEIO
import ADCEKernel
import Testing

@Suite struct HTTPDateTests {
  private let now = Instant(seconds: 1_735_689_600)  // 2025-01-01T00:00:00Z
  private let moment = Instant(iso: "1994-11-06T08:49:37Z".utf8)

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ])
  func allThreeFormsOfADateAreRead(text: String) {
    #expect(HTTPDate.parse(text, now: now) == moment)
  }

  @Test(arguments: [
    "", "soon", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:49 GMT", "06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
  ])
  func whatIsNoDateIsRefused(text: String) {
    #expect(HTTPDate.parse(text, now: now) == nil)
  }

  @Test func aYearOfTwoDigitsLiesAtMostFiftyYearsAhead() {
    let near = HTTPDate.parse("Sunday, 06-Nov-75 08:49:37 GMT", now: now)
    let far = HTTPDate.parse("Sunday, 06-Nov-76 08:49:37 GMT", now: now)
    #expect(near?.iso == "2075-11-06T08:49:37Z")
    #expect(far?.iso == "1976-11-06T08:49:37Z")
  }

  @Test func aWrittenDateReadsAsTheSameSecond() {
    for seconds in stride(from: Int64(0), to: 4_000_000_000, by: 86_399 * 977) {
      let instant = Instant(seconds: seconds)
      #expect(HTTPDate.parse(HTTPDate.format(instant), now: now) == instant)
    }
    #expect(HTTPDate.format(moment!) == "Sun, 06 Nov 1994 08:49:37 GMT")
  }

  @Test func retryAfterIsSecondsOrADate() {
    func wait(_ text: String, serverNow: Instant? = nil) -> Int64? {
      RetryAfter.milliseconds(text, serverNow: serverNow, now: now)
    }
    #expect(wait("120") == 120_000)
    #expect(wait(" 7 ") == 7000)
    #expect(wait("0") == 0)
    #expect(wait("Wed, 01 Jan 2025 00:02:00 GMT") == 120_000)
    #expect(wait("Tue, 31 Dec 2024 00:00:00 GMT") == 0)
    #expect(wait("99999999999999999999") == 10_000_000_000_000)
    #expect(wait("-5") == nil)
    #expect(wait("1.5") == nil)
    #expect(wait("later") == nil)
  }

  @Test func aRetryAfterDateIsReadByTheServersClock() {
    let serverNow = now - 3600 * 1000
    let text = "Tue, 31 Dec 2024 23:00:30 GMT"
    #expect(RetryAfter.milliseconds(text, serverNow: serverNow, now: now) == 30_000)
  }
}
