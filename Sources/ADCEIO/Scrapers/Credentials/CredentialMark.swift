internal import Glibc
internal import Synchronization

/// Marks the processes of one run of a credential program: a `NAME=VALUE` of their environment.
///
/// Many attempts may ask the same program at the same time, and at its end each run kills what
/// carries its mark: so no two runs may have the same, nor one that begins like another.
enum CredentialMark {
  private static let counter = Atomic<UInt64>(0)

  /// - Parameter name: the program or the profile, for whoever looks at the process.
  static func next(_ name: String) -> String {
    let number = counter.add(1, ordering: .relaxed).oldValue
    return "ADCE_CREDENTIAL=\(getpid())-\(number):\(name)"
  }
}
