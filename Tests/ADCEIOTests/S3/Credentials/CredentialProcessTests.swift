import Testing

@testable import ADCEIO

@Suite struct CredentialProcessTests {
  @Test func oneProcessServesManyAtATime() async throws {
    let program = CredentialProgram(
      command: """
        /bin/sh -c 'sleep 0.$(($$ % 5)); echo "{\\"Version\\": 1, \\"AccessKeyId\\": \\"PROG\\", \
        \\"SecretAccessKey\\": \\"s\\"}"'
        """,
      environment: AWSEnvironment(variable: { $0 == "PATH" ? "/usr/bin:/bin" : nil }))
    let found = Locked<[String]>([])
    let threads = try (1...16).map { _ in
      try DedicatedThread {
        do throws(S3Failure) {
          let keys = try program.load("work")
          found.withLock { $0.append(keys.accessKeyID) }
        } catch {
          found.withLock { $0.append(error.message) }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(found.withLock { $0 } == [String](repeating: "PROG", count: 16))
  }
}
