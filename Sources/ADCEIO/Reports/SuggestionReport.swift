public import ADCEKernel

extension ObservedLake {
  /// What the last cycle found of each data type.
  public static func counts(of kernel: borrowing Kernel) -> [Count] {
    let space = kernel.space
    let desired = kernel.configuration.desired
    let coverage = kernel.coverage
    return space.types.indices.map { index in
      let type = space.types[index]
      let source = desired.sources[type.source]
      let keys = type.segments.reduce(0) { sum, segment in
        let words = space.segments[segment].base / 64
        let count = (space.segments[segment].count + 63) / 64
        return sum + coverage.present[words..<words + count].reduce(0) { $0 + $1.nonzeroBitCount }
      }
      let found = type.slots.reduce(0) { $0 + coverage.found[$1] }
      return Count(
        source: source.name, dataType: source.dataTypes[type.dataType].name,
        objects: keys + found + coverage.surplusByType[index])
    }
  }
}

extension LoadedConfiguration {
  /// Suggestions as YAML with a comment above each: to be copied into the files.
  public static func text(_ suggestions: [ConfigurationSuggestion]) -> String {
    guard !suggestions.isEmpty else { return "nothing to suggest: all that is expected is exact" }
    return suggestions.map { suggestion in
      let gain = suggestion.objects.map { " (\(HumanText.count($0)) objects)" } ?? ""
      return "# \(suggestion.title)\(gain)\n\(suggestion.yaml)"
    }.joined(separator: "\n\n")
  }
}
