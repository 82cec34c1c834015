/// Why a server did not do what it was asked, as far as callers go by it.
public struct RemoteFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence with the server's code and what to do; never a secret.
  public var description: String
  /// Of a command that fails for it (sysexits.h): 69 out of reach, 77 permission, 78 configuration.
  public var exitCode: Int32
  /// Whether it may go by itself.
  public var isTransient: Bool

  package init(_ failure: S3Failure) {
    self.init(failure.description, exitCode: failure.exitCode, isTransient: failure.isTransient)
  }

  init(_ failure: ListingFailure) {
    switch failure {
    case .request(let failure): self.init(failure)
    case .page, .threads: self.init(failure.description, exitCode: 69, isTransient: true)
    }
  }

  private init(_ description: String, exitCode: Int32, isTransient: Bool) {
    self.description = description
    self.exitCode = exitCode
    self.isTransient = isTransient
  }
}
