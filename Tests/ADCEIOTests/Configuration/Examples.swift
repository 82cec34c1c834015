#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The shared cases with their answers: beside the package, or where `ADCE_EXAMPLES` says.
enum Examples {
  static let directory: String = {
    if let named = getenv("ADCE_EXAMPLES") { return String(cString: named) }
    // Tests/ADCEIOTests/Configuration/Examples.swift is four levels below the package.
    let package = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return "/\(package)/../shared/examples"
  }()

  static let all: [String] = (1...48).map { number in
    "\(directory)/\(number < 10 ? "0" : "")\(number)"
  }

  static let areThere = access(directory, R_OK) == 0
}
