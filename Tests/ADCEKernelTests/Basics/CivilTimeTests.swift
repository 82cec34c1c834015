import ADCEKernel
import Testing

struct CivilTimeTests {
  private func day(_ text: String) -> CivilDay? { CivilDay(iso: Array(text.utf8)) }
  private func instant(_ text: String) -> Instant? { Instant(iso: Array(text.utf8)) }

  @Test(arguments: [
    ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11016), ("2024-02-29", 19782),
    ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
  ])
  func `a date is so many days from 1970`(_ text: String, _ days: Int32) {
    #expect(day(text)?.day == days)
    #expect(CivilDay(day: days).iso == text)
  }

  @Test func `every day of four centuries is its own and the next`() throws {
    var previous = try #require(CivilDay(year: 1799, month: 12, dayOfMonth: 31))
    for number in previous.day + 1..<previous.day + 146_098 {
      let day = CivilDay(day: number)
      let parts = day.components
      #expect(
        CivilDay(year: parts.year, month: parts.month, dayOfMonth: parts.dayOfMonth) == day)
      #expect(previous.end == day.start)
      previous = day
    }
    #expect(previous.iso == "2199-12-31")
  }

  @Test(arguments: [
    "", "2024-2-9", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10",
    "2024-01-00", "2024/01/01", "20240101", "2024-01-01T00:00:00Z", " 2024-01-01", "２０２４-01-01",
  ])
  func `what is no ISO date is refused`(_ text: String) {
    #expect(day(text) == nil)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2024-02-28T16:00:00-08:00", 1_709_164_800_000),
    ("2024-02-29T05:30:00+0530", 1_709_164_800_000), ("2024-02-29t02:00:00+02", 1_709_164_800_000),
    ("2024-02-29 00:00Z", 1_709_164_800_000), ("2024-02-29T00:00:00.1239z", 1_709_164_800_123),
    ("2024-02-29T00:00:00,5Z", 1_709_164_800_500), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ("1969-12-31T23:59:59.999Z", -1),
  ])
  func `a timestamp with its zone is a moment`(_ text: String, _ milliseconds: Int64) {
    #expect(instant(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "2024-02-29", "2024-02-29T00:00:00", "19:30:00Z", "2024-02-29T24:00:00Z",
    "2024-02-29T00:60:00Z", "2024-02-29T00:00:61Z", "2024-02-30T00:00:00Z",
    "x2024-02-29T00:00:00Z", "2024-02-29T00:00:00Zx", "2024-02-29T00:00:00.Z",
    "2024-02-29T00:00:00+24:00", "2024-02-29T00:00:00+05:3", "1700000000", "TBD", "",
  ])
  func `what is no full timestamp is refused`(_ text: String) {
    #expect(instant(text) == nil)
  }

  @Test func `seconds round down and days begin at midnight`() {
    #expect(Instant(milliseconds: -1).seconds == -1)
    #expect(Instant(milliseconds: 999).seconds == 0)
    #expect(CivilDay(containing: Instant(milliseconds: -1)).day == -1)
    #expect(CivilDay(containing: Instant(seconds: 86_400)).day == 1)
    #expect(Instant(milliseconds: -1).iso == "1969-12-31T23:59:59Z")
    #expect(Instant(seconds: 1_709_251_199).iso == "2024-02-29T23:59:59Z")
  }
}
