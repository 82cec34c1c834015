import ADCEKernel
import Testing

@testable import ADCEIO

/// What of a program's output its task keeps.
@Suite struct LastWordsTests {
  private func words(
    errors: String = "", output: String = "", secrets: [String] = []
  ) -> String? {
    var outcome = SupervisedCommand.Outcome(exit: .code(1))
    outcome.errorTail = Array(errors.utf8)
    outcome.outputTail = Array(output.utf8)
    return LastWords.of(outcome, Redaction(secrets))
  }

  @Test func theLastLinesAreKeptAsManyAsFit() {
    #expect(
      words(errors: "Traceback:\n  line 3\n\nValueError: no such game\n")
        == "Traceback: | line 3 | ValueError: no such game")
    #expect(words(errors: " \n\t\n", output: "of the output\n") == "of the output")
    #expect(words() == nil)
    let many = words(errors: (1...9).map { "line \($0)\n" }.joined())
    #expect(many == "line 5 | line 6 | line 7 | line 8 | line 9")
    let long = String(repeating: "a", count: 150)
    #expect(words(errors: "\(long)\nlast words\n") == "last words")
  }

  @Test func ofALineThatIsTooLongItsBeginningIsKept() {
    let line = String(repeating: "é", count: 200)
    #expect(words(errors: line) == String(repeating: "é", count: 80) + "…")
    #expect(words(errors: String(repeating: " ", count: 200) + "x") != nil)
  }

  @Test func aSecretGoesBeforeAnythingIsCut() {
    let secret = "hunter2hunter2hunter2"
    for before in [0, 145, 155, 380, 395] {
      let line = String(repeating: "a", count: before) + secret + String(repeating: "b", count: 390)
      #expect(words(errors: line, secrets: [secret])?.contains("hunter") == false)
    }
    // The stream's own cut, 64 KiB before its end, goes through a secret too.
    let half = String(secret.suffix(15)) + String(repeating: "b", count: (64 << 10) - 15)
    #expect(words(errors: half, secrets: [secret])?.contains("hunter") == false)
  }
}
