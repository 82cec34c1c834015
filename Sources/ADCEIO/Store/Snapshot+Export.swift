public import ADCEKernel

extension Snapshot {
  /// Gives the whole state as JSON lines, without their newline: first what the last commit says
  /// of itself, then a line a record in the order of tables and keys.
  ///
  /// `{"meta":{"sequence","digest","written_at","migrations"}}`, then
  /// `{"table","key","text","version","record"}`: `key` in hexadecimal; `text` where it is plain
  /// ASCII; `record` is what `render` makes of it (a JSON value). Where that gives nil, `body`
  /// holds the fields in hexadecimal instead. Checksums are not looked at: `verify` does.
  public func export(
    render: (TableID, _ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer)
      throws(StoreFailure) -> String? = { _, _, _ in nil },
    emit: (String) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    let meta = try meta()
    let names = meta.migrations.map { SettingValue.text($0).json }.joined(separator: ",")
    try emit(
      "{\"meta\":{\"sequence\":\(meta.sequence),\"digest\":\"\(meta.digest.hex)\","
        + "\"written_at\":\"\(meta.writtenAt.iso)\",\"migrations\":[\(names)]}}")
    for table in TableID.allCases {
      try forEach(table) { key, body throws(StoreFailure) in
        let rendered = try render(table, key, body)
        try emit(line(table, key, body, rendered))
      }
    }
  }

  private func line(
    _ table: TableID, _ key: UnsafeRawBufferPointer, _ body: UnsafeRawBufferPointer,
    _ rendered: String?
  ) -> String {
    var line = "{\"table\":\"\(table)\",\"key\":\"\(hexadecimal(key))\""
    if key.isPlainText {
      line += ",\"text\":\(SettingValue.text(String(decoding: key, as: UTF8.self)).json)"
    }
    if let version = body.first { line += ",\"version\":\(version)" }
    if let rendered { return line + ",\"record\":\(rendered)}" }
    let fields = body.dropFirst().dropLast(StoredForm.checksumBytes)
    return line + ",\"body\":\"\(hexadecimal(fields))\"}"
  }
}
