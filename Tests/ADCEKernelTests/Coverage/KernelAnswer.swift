import ADCEKernel

/// What the kernel says of a case, in the words of `NaiveAnswer`.
struct KernelAnswer {
  let input: GeneratedCase
  let space: KeySpace

  init(_ input: GeneratedCase) {
    self.input = input
    space = KeySpace(desired: input.desired, catalogs: input.catalogs, now: input.now)
  }

  var keys: [String] {
    space.segments.flatMap { segment in
      (segment.base..<(segment.base + segment.count)).map(key)
    }
  }

  func key(_ ordinal: Int) -> String {
    var bytes: [UInt8] = []
    space.appendKey(of: ordinal, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func map(_ lake: [LakeObject]) -> CoverageMap {
    var map = CoverageMap(for: space)
    for object in lake {
      Array(object.key.utf8).withUnsafeBytes {
        map.observe(
          key: $0, facts: ObjectFacts(bytes: object.bytes, modifiedSeconds: object.modified),
          in: space)
      }
    }
    return map
  }

  func analysis(_ map: CoverageMap, at now: Instant) -> Analysis {
    Analysis(
      space: space, map: map, desired: input.desired, policy: input.policy, now: now,
      unattainable: space.waived(at: now))
  }

  func lines(_ map: CoverageMap) -> [String] {
    let analysis = analysis(map, at: input.now)
    var lines = ["unmatched \(map.unmatched)"]
    for (index, type) in space.types.enumerated() {
      let numbers = analysis.byType[index]
      switch type.basis {
      case .keys:
        lines.append(
          "\(name(index)) keys expected \(numbers.expected) missing \(numbers.missing) "
            + "attainable \(numbers.attainable)")
      case .count:
        lines.append(
          "\(name(index)) count expected \(numbers.expected) missing \(numbers.missing) "
            + "surplus \(analysis.surplusByType[index])")
      case .unbounded:
        lines.append("\(name(index)) unbounded surplus \(analysis.surplusByType[index])")
      }
    }
    lines += gaps(map, analysis, at: input.now)
    for gap in analysis.countedGaps {
      let slot = space.slots[gap.slot]
      lines.append(
        "\(name(slot.type)) \(slot.season?.name ?? "-") #\(gap.missing) missing "
          + gap.priority.name)
    }
    return lines.sorted()
  }

  func gaps(_ map: CoverageMap, _ analysis: Analysis, at now: Instant) -> [String] {
    var lines: [String] = []
    for group in analysis.groups {
      let before = lines.count
      analysis.forEachGap(
        in: group, space: space, map: map, now: now, desired: input.desired, policy: input.policy
      ) { ordinal in
        lines.append(
          "\(name(group.type)) \(space.segments[group.segment].season?.name ?? "-") "
            + "\(key(ordinal)) \(group.kind.name) \(group.priority.name)")
        return true
      }
      precondition(lines.count - before == group.count, "a group's count is that of its gaps")
    }
    return lines
  }

  private func name(_ index: Int) -> String {
    let source = input.desired.sources[space.types[index].source]
    return "\(source.name).\(source.dataTypes[space.types[index].dataType].name)"
  }
}
