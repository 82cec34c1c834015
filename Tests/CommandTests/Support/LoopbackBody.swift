import ADCEOrigin

/// What the source serves for an object.
enum LoopbackBody {
  static func of(_ object: DemoLake.Object) -> [UInt8] {
    object.target.map { LoopbackOrigin.body(for: $0) } ?? []
  }
}
