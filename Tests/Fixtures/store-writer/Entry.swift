import ADCEKernel

/// A record for the tests: a number and some bytes of filling, under a number.
struct Entry: Record {
  struct Key: RecordKey {
    var number: UInt64

    func encode(into encoder: inout Encoder) { encoder.putBigEndian(number) }

    init(number: UInt64) { self.number = number }
    init(from decoder: inout Decoder) throws(DecodingFailure) { number = try decoder.bigEndian() }

    static func < (a: Key, b: Key) -> Bool { a.number < b.number }
  }

  static let table = TableID.keys
  static let version: UInt8 = 1

  var value: UInt64
  var filling: [UInt8]

  func encode(into encoder: inout Encoder) {
    encoder.put(value)
    encoder.put(bytes: filling)
  }

  init(value: UInt64, filling: [UInt8]) {
    self.value = value
    self.filling = filling
  }

  init(from decoder: inout Decoder) throws(DecodingFailure) {
    value = try decoder.integer()
    filling = try decoder.byteArray()
  }
}
