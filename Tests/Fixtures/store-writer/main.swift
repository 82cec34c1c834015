import ADCEIO
import ADCEKernel

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// store-writer write DIR         commits for ever; prints each sequence once it is on disk
// store-writer hold DIR          opens the state for writing, prints "open", waits for the end of stdin
// store-writer fill DIR BYTES    commits with files limited to BYTES until refused, then goes on
// store-writer open DIR UID      opens the state for writing as another user
//
// The last line is what went wrong: the exit code, a blank, the message.

/// Prints a line at once: whoever reads may kill us before a buffer is full.
func say(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { bytes in
    let written = write(1, bytes.baseAddress, bytes.count)
    precondition(written == bytes.count, "cannot write to stdout")
  }
}

/// Commits made-up changes, knowing the hashes of the records as the kernel does.
struct Writer: ~Copyable {
  private var store: Store
  private var hashes: [Entry.Key: Hash128] = [:]
  private var digest: Hash128
  private(set) var sequence: UInt64

  init(_ directory: String) throws(StoreFailure) {
    var found: [Entry.Key: Hash128] = [:]
    let store = try Store.open(directory: directory, mode: .readWrite)
    let meta = try store.read { snapshot throws(StoreFailure) in
      let verification = try snapshot.verify()
      if let failure = verification.failure(path: directory) { throw failure }
      try snapshot.forEach(Entry.table) { key, body throws(StoreFailure) in
        var decoder = Decoder(key)
        do throws(DecodingFailure) {
          found[try Entry.Key(from: &decoder)] = try StoredForm.verify(
            table: Entry.table, key: key, body: body)
        } catch {
          throw .corruptRecord(table: Entry.table, key: "", reason: error)
        }
      }
      return verification.meta
    }
    self.store = store
    hashes = found
    digest = meta.digest
    sequence = meta.sequence
  }

  /// Writes `count` records of about `bytes` bytes among 500, and deletes some.
  mutating func commit(_ count: UInt64, bytes: Int) throws(StoreFailure) {
    var decision = Decision()
    var changed = hashes
    for index in 0..<count {
      let seed = Hash128(of: "\(sequence) \(index)").low
      let key = Entry.Key(number: seed % 500)
      if seed % 7 == 0, let old = changed.removeValue(forKey: key) {
        decision.remove(Entry.self, at: key, replacing: old)
      } else {
        let filling = [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: bytes)
        changed[key] = decision.put(
          Entry(value: seed, filling: filling), at: key, replacing: changed[key])
      }
    }
    let after = digest &+ decision.takeDigestChange()
    try store.commit(
      decision, sequence: sequence + 1, digest: after, at: Instant(seconds: 1_700_000_000))
    sequence += 1
    digest = after
    hashes = changed
  }
}

func write(_ directory: String) throws(StoreFailure) {
  var writer = try Writer(directory)
  while true {
    try writer.commit(20, bytes: 900)
    say("\(writer.sequence)")
  }
}

func hold(_ directory: String) throws(StoreFailure) {
  let writer = try Writer(directory)
  say("open")
  var byte: UInt8 = 0
  while read(0, &byte, 1) > 0 {}
  say("\(writer.sequence)")
}

/// No file may grow beyond this: it stands for a full disk.
func limitFiles(toBytes bytes: rlim_t) {
  var limit = rlimit(rlim_cur: bytes, rlim_max: rlim_t.max)
  #if canImport(Glibc)
    let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  #else
    let resource = RLIMIT_FSIZE
  #endif
  let code = setrlimit(resource, &limit)
  precondition(code == 0, "cannot limit the size of files")
}

func fill(_ directory: String, bytes: UInt64) throws(StoreFailure) {
  var writer = try Writer(directory)
  signal(SIGXFSZ, SIG_IGN)
  limitFiles(toBytes: rlim_t(bytes))
  do throws(StoreFailure) {
    while true { try writer.commit(50, bytes: 3000) }
  } catch {
    guard error.isCleanRefusal else { throw error }
    say("refused \(error.exitCode) \(error.message)")
  }
  limitFiles(toBytes: rlim_t.max)
  let refused = writer.sequence
  try writer.commit(50, bytes: 3000)
  say("went on \(writer.sequence - refused)")
}

func run() {
  let arguments = CommandLine.arguments
  precondition(arguments.count >= 3, "store-writer write|hold|fill|open DIR …")
  let directory = arguments[2]
  do throws(StoreFailure) {
    switch arguments[1] {
    case "write": try write(directory)
    case "hold": try hold(directory)
    case "fill": try fill(directory, bytes: UInt64(arguments[3])!)
    case "open":
      precondition(setuid(uid_t(arguments[3])!) == 0, "cannot become another user")
      _ = try Writer(directory)
      say("open")
    case let other: preconditionFailure("no command \(other)")
    }
  } catch {
    say("\(error.exitCode) \(error.message)")
    exit(error.exitCode)
  }
}

run()
