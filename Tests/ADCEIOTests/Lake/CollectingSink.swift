import ADCEIO
import ADCEKernel

/// Keeps every object that it is shown, under its key, and counts those shown twice.
struct CollectingSink: ObjectSink, Equatable {
  var objects: [[UInt8]: ObjectFacts] = [:]
  var repeats = 0

  mutating func observe(key: UnsafeRawBufferPointer, facts: ObjectFacts) {
    if objects.updateValue(facts, forKey: Array(key)) != nil { repeats += 1 }
  }

  mutating func merge(_ other: consuming CollectingSink) {
    repeats += other.repeats
    for (key, facts) in other.objects where objects.updateValue(facts, forKey: key) != nil {
      repeats += 1
    }
  }

  var keys: [String] { objects.keys.map { String(decoding: $0, as: UTF8.self) }.sorted() }
}
