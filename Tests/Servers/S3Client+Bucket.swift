package import ADCEIO

extension S3Client {
  /// Makes a bucket; one that a first try made already, whose answer was lost or late, is ours.
  package func makeBucket(_ name: String) throws(S3Failure) {
    do throws(S3Failure) {
      _ = try send(S3Request(.put, bucket: name))
    } catch {
      guard "\(error)".contains("BucketAlreadyOwnedByYou") else { throw error }
    }
  }
}
