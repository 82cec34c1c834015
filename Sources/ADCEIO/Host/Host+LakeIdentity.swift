internal import ADCEKernel

extension LakeSettings {
  /// The lake's name as the state remembers it: `file://` and the absolute path, or the URL as
  /// written, without slashes at its end; nil where no lake is named.
  public var identity: String? {
    guard let url, !url.isEmpty else { return nil }
    let path = LocalFile.path(url).map {
      PathText.normalised(PathText.join(PathText.workingDirectory, $0))
    }
    var name = path.map { "file://" + $0 } ?? url
    while name.hasSuffix("/"), !name.hasSuffix("://") { name.removeLast() }
    return name
  }
}

extension Host {
  /// Refuses a state that knows another lake than the one that is named: what it believes to be
  /// there, and what it has written, would be believed of this one.
  ///
  /// - Parameters:
  ///   - known: the lake that the last commit names.
  ///   - isAccepted: an operator says that it is the same lake, by another name.
  static func refuseOtherLake(
    _ kernel: borrowing Kernel, known: String?, _ loaded: LoadedConfiguration, isAccepted: Bool,
    directory: String
  ) throws(HostFailure) {
    guard let known, let named = loaded.lake.identity, known != named, !isAccepted,
      // Until a lake was looked at the state is about none.
      kernel.snapshot != nil
    else { return }
    throw .otherLake(directory: directory, known: known, named: named)
  }
}
