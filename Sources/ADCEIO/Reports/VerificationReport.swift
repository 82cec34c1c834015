extension Verification {
  public var json: SettingValue {
    .map([
      .init("sound", .bool(isSound)), .init("sequence", .integer(Int64(meta.sequence))),
      .init("committed_at", .text(meta.writtenAt.iso)),
      .init("digest", .text(meta.digest.hex)), .init("found_digest", .text(digest.hex)),
      .init("records", .count(records)), .init("bytes", .count(bytes)),
      .init("faults", .count(faultCount)),
      .init(
        "first_faults",
        .list(
          faults.map {
            .map([
              .init("table", .text("\($0.table)")), .init("key", .text($0.key)),
              .init("reason", .text("\($0.reason)")),
            ])
          })),
    ])
  }

  /// The same for people.
  public var text: String {
    var lines = [
      isSound ? "sound" : "NOT SOUND",
      "commit     \(meta.sequence) of \(meta.writtenAt.iso)",
      "digest     \(meta.digest.hex)" + (digest == meta.digest ? "" : ", found \(digest.hex)"),
      "records    \(HumanText.count(records)), \(HumanText.bytes(Int64(bytes)))",
    ]
    for fault in faults { lines.append("  \(fault.table) \(fault.key): \(fault.reason)") }
    if faultCount > faults.count { lines.append("  and \(faultCount - faults.count) more") }
    return lines.joined(separator: "\n")
  }
}
