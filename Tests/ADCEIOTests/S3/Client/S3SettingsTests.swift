import ADCEIO
import ADCEKernel
import Testing

/// Region, endpoint and the addresses that come of them.
@Suite struct S3SettingsTests {
  private let folder = TemporaryFolder()

  private func settings(
    _ variables: [String: String], configured: ConfiguredAWS = ConfiguredAWS()
  ) throws(S3Failure) -> S3Settings {
    try S3Settings.found(
      in: AWSEnvironment(variables.merging(["HOME": folder.path]) { $1 }), configured: configured)
  }

  private func config(_ text: String) throws {
    try FileTree.makeFolders(folder.path + "/.aws")
    try FileTree.write(Array(text.utf8), to: folder.path + "/.aws/config")
  }

  @Test func theRegionIsTheFirstThatIsSet() throws {
    try config("[default]\nregion = profile-1\n")
    let configured = ConfiguredAWS(region: "config-1")
    let both = ["AWS_REGION": "env-1", "AWS_DEFAULT_REGION": "env-2"]
    #expect(try settings(both, configured: configured).region == "env-1")
    #expect(
      try settings(["AWS_DEFAULT_REGION": "env-2"], configured: configured).region == "env-2")
    #expect(try settings([:], configured: configured).region == "config-1")
    #expect(try settings([:]).region == "profile-1")
    try config("")
    #expect(try settings([:]).region == "us-east-1")
  }

  @Test func theEndpointIsTheFirstThatIsSet() throws {
    try config(
      "[default]\nservices = mine\nendpoint_url = https://all.example\n[services mine]\n"
        + "dynamodb =\n  endpoint_url = https://dynamo.example\n"
        + "s3 =\n  endpoint_url = https://s3.example\n  max_attempts = 1\n")
    let both = ["AWS_ENDPOINT_URL": "http://localhost:1", "AWS_ENDPOINT_URL_S3": "http://[::1]:2"]
    #expect("\(try settings(both).endpoint)" == "http://[::1]:2")
    #expect(
      "\(try settings(["AWS_ENDPOINT_URL": "http://localhost:1/"]).endpoint)"
        == "http://localhost:1")
    #expect("\(try settings([:]).endpoint)" == "https://s3.example")
    let ignored = try settings(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"])
    #expect(!ignored.endpoint.isExplicit)
  }

  @Test(arguments: [
    ("http://s3.eu-west-1.amazonaws.com", "unencrypted"),
    ("http://minio.example:9000", "unencrypted"), ("ftp://x", "no address"),
    ("nonsense", "no address"), ("https://user:hush@host", "name or password"),
  ])
  func anEndpointWithoutTLSOrWithoutSenseIsRefused(url: String, words: String) {
    let failure = S3Stage.failure { () throws(S3Failure) in
      _ = try settings(["AWS_ENDPOINT_URL": url])
    }
    #expect(failure?.kind == .configuration)
    #expect(failure?.exitCode == 78)
    #expect(failure?.message.contains(words) == true)
    #expect(failure?.message.contains("hush") == false)
  }

  @Test(
    arguments: [
      (nil, "lake", "eu-west-1", "https://lake.s3.eu-west-1.amazonaws.com/k"),
      (nil, "lake", "cn-north-1", "https://lake.s3.cn-north-1.amazonaws.com.cn/k"),
      (nil, "my.lake", "us-east-1", "https://s3.us-east-1.amazonaws.com/my.lake/k"),
      (nil, "Old_Lake", "us-east-1", "https://s3.us-east-1.amazonaws.com/Old_Lake/k"),
      ("http://127.0.0.1:9000", "lake", "x", "http://127.0.0.1:9000/lake/k"),
      ("http://localhost:80", "lake", "x", "http://localhost/lake/k"),
      ("https://minio.example/base/", "lake", "x", "https://minio.example/base/lake/k"),
      (
        "https://s3.eu-west-1.amazonaws.com:8443", "lake", "x",
        "https://lake.s3.eu-west-1.amazonaws.com:8443/k"
      ),
    ] as [(String?, String, String, String)])
  func theAddressIsOfTheRightStyle(
    endpoint: String?, bucket: String, region: String, url: String
  ) throws {
    let place = try endpoint.map { try S3Endpoint($0) } ?? .aws
    let address = place.address(
      bucket: bucket, key: Array("k".utf8), query: "", region: region)
    #expect(address.url == url)
  }

  @Test func aBucketsOwnAddressHasNoKey() throws {
    let place = try S3Endpoint("http://127.0.0.1:9000")
    #expect(
      place.address(bucket: "lake", key: [], query: "list-type=2", region: "x").url
        == "http://127.0.0.1:9000/lake?list-type=2")
    #expect(
      S3Endpoint.aws.address(bucket: "lake", key: [], query: "", region: "us-east-1").url
        == "https://lake.s3.us-east-1.amazonaws.com/")
  }

  @Test func aLocationIsABucketAndWhatFollows() throws {
    let whole = try S3Location("s3://lake/nba data/x")
    #expect(whole.bucket == "lake")
    #expect(whole.prefix == Array("nba data/x".utf8))
    #expect(whole.folder == Array("nba data/x/".utf8))
    #expect("\(whole)" == "s3://lake/nba data/x")
    #expect(try S3Location("s3://lake").folder.isEmpty)
    #expect(try S3Location("s3://lake/").prefix.isEmpty)
    for wrong in ["s3://", "s3:///x", "http://lake", "s3://a b/c", "lake", "s3://ab"] {
      #expect(S3Stage.failure { () throws(S3Failure) in _ = try S3Location(wrong) } != nil)
    }
  }
}
