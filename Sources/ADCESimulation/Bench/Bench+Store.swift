import ADCEIO
import ADCEKernel

extension Bench {
  /// A thousand objects of an empty lake, each batch committed to LMDB as a host does, and what was
  /// committed read back. The time is that of the commits, of the processor alone: how long a disk
  /// takes says nothing of us.
  func store(in folder: String, _ measurement: inout Measurement) throws {
    let world = Bench.emptyLake(isSmall: true)
    var number = 0
    var written: Int64 = 0
    let best = try measurement.measure(rounds: rounds(5), differing: .storeDiffering) {
      number += 1
      var round = Measurement.Round()
      let directory = "\(folder)/store-\(number)"
      var store = try Store.open(directory: directory, mode: .readWrite)
      var host = BareHost(world, .once, .answering, batch: 16)
      var watch = Stopwatch()
      let before = try Bench.bytesWritten()
      try host.run { decision, sequence, digest in
        try watch.time {
          try store.commit(decision, sequence: sequence, digest: digest, at: WorldPlan.begin)
        }
      }
      written = try Bench.bytesWritten() - before
      round.watch = watch
      round.digest = host.kernel.digest
      let verified = try store.read { snapshot throws(StoreFailure) in try snapshot.verify() }
      let again = try Host.kernel(of: store, world.configuration)
      let isLost = !verified.isSound || again.digest != host.kernel.digest
      round.counts = [
        .storeCommits: host.counts.commits, .storeMutations: host.counts.mutations,
        .storeBytes: host.counts.bytes, .storeRecords: Int64(verified.records),
        .storeLost: isLost ? 1 : 0,
      ]
      return round
    }
    measurement[.storeRatio] = .timed(best.ratio)
    if case .count(let bytes)? = measurement[.storeBytes] {
      measurement[.storeWrittenPerByte] = .rate(Double(written) / Double(max(1, bytes)))
    }
  }

  /// What this process has given the system to write so far (proc_pid_io(5), `wchar`).
  private static func bytesWritten() throws -> Int64 {
    let path = "/proc/self/io"
    let bytes: [UInt8]
    do throws(SystemCallFailure) { bytes = try FileTree.read(path) } catch {
      throw Failure(description: "\(path): \(error.description)")
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("wchar:") {
      if let count = Int64(line.drop { !$0.isNumber }) { return count }
    }
    throw Failure(description: "\(path) does not tell what was written")
  }
}
