import ADCEIO
import Testing

/// How a bucket is searched for reports, in requests.
@Suite struct InventorySearchTests {
  /// A page of a listing: folders, and keys, below a prefix.
  private static func page(_ folders: [String], _ keys: [String] = []) -> ScriptedServer.Answer {
    let text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult>"
      + "<Name>bucket</Name><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>"
      + keys.map {
        "<Contents><Key>\($0)</Key><LastModified>2025-01-01T00:00:00.000Z</LastModified>"
          + "<Size>1</Size></Contents>"
      }.joined()
      + folders.map { "<CommonPrefixes><Prefix>\($0)</Prefix></CommonPrefixes>" }.joined()
      + "</ListBucketResult>"
    return .response("200 OK", ["Content-Type: application/xml"], Array(text.utf8))
  }

  /// The prefix that a request asks for.
  private static func prefix(_ head: String) -> String {
    guard let query = head.split(separator: "prefix=").dropFirst().first else { return "" }
    return String(query.prefix { $0 != "&" && $0 != " " }).replacing("%2F", with: "/")
  }

  /// A lake of folders without end, and in it the reports of its bucket.
  private static func wide(_ prefix: String) -> ScriptedServer.Answer {
    switch prefix {
    case "bucket/": page(["bucket/daily/"])
    case "bucket/daily/": page(["bucket/daily/2025-01-01T00-00Z/", "bucket/daily/data/"])
    default: page((0..<10).map { "\(prefix)f\($0)/" })
    }
  }

  @Test func whereAWSPutsThemFewRequestsFindThem() throws {
    let server = try ScriptedServer { head, _ in Self.wide(Self.prefix(head)) }
    let files = S3InventoryFiles(client: try S3Stage.client(server), source: "bucket")
    #expect(
      try files.manifests(below: "s3://bucket")
        == ["s3://bucket/bucket/daily/2025-01-01T00-00Z/manifest.json"])
    #expect(server.requests.count == 2)
  }

  @Test func aTreeWithoutEndIsGivenUpAndTheSettingNamed() throws {
    let server = try ScriptedServer { head, _ in
      let prefix = Self.prefix(head)
      return prefix == "other/" ? Self.page([]) : Self.wide("x" + prefix)
    }
    let files = S3InventoryFiles(client: try S3Stage.client(server), source: "other")
    do throws(InventoryError) {
      _ = try files.manifests(below: "s3://bucket")
      Issue.record("it was searched to its end")
    } catch {
      #expect(error.description.contains("inventory_prefix"), "\(error)")
    }
    #expect(server.requests.count == 200)
  }
}
