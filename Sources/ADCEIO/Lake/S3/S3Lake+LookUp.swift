package import ADCEKernel
import Synchronization

extension S3Lake {
  /// So many keys cost as much by HEAD as one page of a listing (S3's prices: 0.4 and 5 dollars a
  /// million).
  private static let keysWorthAListing = 13
  private static let headsAtATime = 8

  /// By HEAD; a key that no bucket can hold is not there.
  package func lookUp(_ key: [UInt8]) throws(LakeError) -> ObjectFacts? {
    let whole: [UInt8]
    do throws(LakeError) { whole = try objectKey(key) } catch {
      guard case .unstorableKey = error else { throw error }
      return nil
    }
    do throws(S3Failure) {
      if let object = try client.head(location.bucket, whole) {
        noteSeen()
        guard let modified = object.modified else {
          throw S3Failure(.malformed, "\(location): the server names no LastModified")
        }
        return ObjectFacts(bytes: object.bytes, modifiedSeconds: modified.seconds)
      }
    } catch {
      throw .remote(RemoteFailure(error))
    }
    try requireBucket()
    return nil
  }

  /// Many: by one page of a listing, where that is cheaper and holds them; the rest by HEAD, a few
  /// at a time.
  package func lookUp(_ keys: [[UInt8]]) throws(LakeError) -> [ObjectFacts?] {
    var known: [[UInt8]: ObjectFacts?] = [:]
    if keys.count >= Self.keysWorthAListing { known = try listed(keys) }
    let found = known
    let open = keys.indices.filter { found[keys[$0]] == nil }
    let answers: [[(Int, Result<ObjectFacts?, LakeError>)]]
    do throws(ThreadRefused) {
      let next = Atomic(0)
      answers =
        open.isEmpty
        ? []
        : try onOwnThreads(min(open.count, Self.headsAtATime)) { _ in
          var answers: [(Int, Result<ObjectFacts?, LakeError>)] = []
          while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < open.count else { return answers }
            do throws(LakeError) {
              answers.append((open[index], .success(try lookUp(keys[open[index]]))))
            } catch {
              answers.append((open[index], .failure(error)))
              // One that fails, fails them all: the others need not be asked.
              next.store(open.count, ordering: .relaxed)
            }
          }
        }
    } catch {
      throw .system(SystemCallFailure(call: "pthread_create", path: "thread", code: error.errno))
    }
    var result = keys.map { found[$0] ?? nil }
    for (index, answer) in answers.joined() { result[index] = try answer.get() }
    return result
  }

  /// What one page of a listing says of these keys: all of them that do not come after its last.
  private func listed(_ keys: [[UInt8]]) throws(LakeError) -> [[UInt8]: ObjectFacts?] {
    let sorted = keys.sorted(by: ByteOrder.isBefore)
    guard let first = sorted.first, let last = sorted.last, !first.isEmpty else { return [:] }
    let shared = zip(first, last).prefix { $0 == $1 }.count
    var range = ListingRange(prefix: root + Self.wholeScalars(first[..<shared]))
    // Nothing lies between it and the first key but what begins with it.
    let before = Self.wholeScalars(first.dropLast())
    if before.count > shared { range.after = root + before }
    let page: ListingPage
    do throws(ListingFailure) {
      page = try S3ListingSource(client: client, bucket: location.bucket).page(of: range)
    } catch {
      throw .remote(RemoteFailure(error))
    }
    noteSeen()
    guard page.fault(prefix: range.prefix, after: range.after) == nil else { return [:] }
    var there: [[UInt8]: ObjectFacts] = [:]
    page.forEach(in: 0..<page.count) { there[Array($0.dropFirst(root.count))] = $1 }
    let end = page.isTruncated ? page.lastKey.map { Array($0.dropFirst(root.count)) } : nil
    var known: [[UInt8]: ObjectFacts?] = [:]
    for key in keys {
      if let end, ByteOrder.isBefore(end, key) { continue }
      known[key] = .some(there[key])
    }
    return known
  }

  /// Without a scalar that is cut in two: what is not UTF-8, S3 refuses.
  private static func wholeScalars(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var bytes = Array(bytes)
    while !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
    return bytes
  }

  package func read(_ key: [UInt8], limit: Int) throws(LakeError) -> [UInt8]? {
    let whole = try objectKey(key)
    do throws(S3Failure) {
      // A refusal has a body too, which may be larger than the object is.
      if let found = try client.get(location.bucket, whole, limit: max(Int64(limit), 1 << 16)) {
        noteSeen()
        guard found.body.count <= limit else {
          throw S3Failure(.tooLarge, "larger than \(limit) bytes")
        }
        return found.body
      }
    } catch {
      guard error.kind == .tooLarge else { throw .remote(RemoteFailure(error)) }
      throw .tooLarge(key: String(decoding: key, as: UTF8.self), limit: limit)
    }
    try requireBucket()
    return nil
  }
}

// To a HEAD, S3 says 404 for an object that is not there, and just so for a bucket.
extension S3Lake {
  /// For so long a bucket that was there is believed to be there still.
  private static let believedMilliseconds: Int64 = 60_000

  func noteSeen() { seen.withLock { $0 = monotonicMilliseconds() } }

  /// - Throws: if the bucket itself is not there, which is not the same as an object that is not.
  private func requireBucket() throws(LakeError) {
    let last = seen.withLock { $0 }
    if let last, monotonicMilliseconds() - last < Self.believedMilliseconds { return }
    var request = S3Request(.get, bucket: location.bucket)
    request.permission = "s3:ListBucket"
    request.query = [.init("list-type", "2"), .init("max-keys", "1")]
    do throws(S3Failure) { _ = try client.send(request) } catch {
      throw .remote(RemoteFailure(error))
    }
    noteSeen()
  }
}
