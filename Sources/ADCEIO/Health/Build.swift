/// Which program this is.
public enum Build {
  /// Semantic versioning (semver.org).
  public static let version = "0.1.0"
}
