private let quote: UInt8 = 0x22
private let comma: UInt8 = 0x2C
private let newline: UInt8 = 0x0A
private let carriageReturn: UInt8 = 0x0D

/// Finds rows and fields in a window of CSV (RFC 4180).
///
/// Sound because every index lies in `position ..< end` when it is used, but for the word reads
/// of `nextQuote`, which may touch `InventoryRows.slack` bytes behind the end.
struct CSVCursor {
  let start: UnsafeMutablePointer<UInt8>
  let end: Int

  /// A row of which every field is quoted and none holds a quote, and which is whole: the index
  /// of the next row. nil for every other row.
  @inline(__always)
  func plainRow(
    at position: Int, _ roles: [InventorySchema.Role], _ fields: inout InventoryFields
  ) -> Int? {
    var i = position
    let last = roles.count - 1
    for column in 0...last {
      guard i < end, start[i] == quote else { return nil }
      let first = i + 1
      i = nextQuote(from: first)
      guard i + 1 < end else { return nil }
      fields.set(roles[column], first, i)
      let separator = start[i + 1]
      i += 2
      if column < last {
        guard separator == comma else { return nil }
      } else if separator == carriageReturn {
        return i < end && start[i] == newline ? i + 1 : nil
      } else {
        return separator == newline ? i : nil
      }
    }
    return nil
  }

  /// The index of the first quote at or after `from`; at least `end` if there is none.
  @inline(__always)
  private func nextQuote(from: Int) -> Int {
    let words = UnsafeRawPointer(start)
    var i = from
    while i < end {
      let word = UInt64(littleEndian: words.loadUnaligned(fromByteOffset: i, as: UInt64.self))
      let found = zeroBytes(word ^ 0x2222_2222_2222_2222)
      if found != 0 { return i &+ found.trailingZeroBitCount &>> 3 }
      i &+= 8
    }
    return i
  }

  /// Any row: its contents without the line end, and the index of the next; nil if it is not
  /// whole yet.
  func quotedRow(
    at position: Int, isLast: Bool
  ) throws(InventoryRowFault) -> (contents: Range<Int>, next: Int)? {
    var i = position
    var atFieldStart = true
    while i < end {
      let byte = start[i]
      if byte == quote, atFieldStart {
        guard let closed = try closing(i, isLast) else { return nil }
        i = closed
        atFieldStart = false
      } else if byte == newline {
        let hasReturn = i > position && start[i - 1] == carriageReturn
        return (position..<(hasReturn ? i - 1 : i), i + 1)
      } else {
        atFieldStart = byte == comma
        i += 1
      }
    }
    return isLast ? (position..<end, end) : nil
  }

  /// Behind the quote that closes the field whose opening quote is at `opening`; nil if the
  /// window ends too early to tell.
  private func closing(_ opening: Int, _ isLast: Bool) throws(InventoryRowFault) -> Int? {
    var i = opening + 1
    while i < end {
      if start[i] != quote {
        i += 1
      } else if i + 1 == end {
        return isLast ? end : nil
      } else if start[i + 1] == quote {
        i += 2
      } else {
        let isReturn = start[i + 1] == carriageReturn
        if isReturn, i + 2 == end, !isLast { return nil }
        let after = isReturn && i + 2 < end ? start[i + 2] : start[i + 1]
        guard after == newline || (after == comma && !isReturn) else { throw .quoting }
        return i + 1
      }
    }
    if isLast { throw .quoting }
    return nil
  }

  /// Removes the quoting of a row found by `quotedRow`, in place (it only shrinks), notes its
  /// fields, and returns how many there are.
  func unescape(
    _ row: Range<Int>, _ roles: [InventorySchema.Role], _ fields: inout InventoryFields
  ) -> Int {
    var from = row.lowerBound
    var to = row.lowerBound
    var columns = 0
    while true {
      let first = to
      if from < row.upperBound, start[from] == quote {
        from += 1
        while from < row.upperBound {
          if start[from] == quote {
            from += 1
            guard from < row.upperBound, start[from] == quote else { break }
          }
          start[to] = start[from]
          to += 1
          from += 1
        }
      } else {
        while from < row.upperBound, start[from] != comma {
          start[to] = start[from]
          to += 1
          from += 1
        }
      }
      if columns < roles.count { fields.set(roles[columns], first, to) }
      columns += 1
      guard from < row.upperBound else { return columns }
      from += 1
    }
  }
}
