import ADCEIO
import ADCEKernel
import Testing

@Suite("A page of a listing")
struct ListingPageTests {
  static func xml(_ keys: [String], encoding: String? = nil, extra: String = "") -> String {
    let contents = keys.enumerated().map { index, key in
      """
      <Contents><Key>\(key)</Key><LastModified>2024-05-01T12:00:0\(index % 10).000Z</LastModified>\
      <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>\(index * 3)</Size>\
      <Owner><ID>x</ID><DisplayName>Key</DisplayName></Owner>\
      <StorageClass>STANDARD</StorageClass></Contents>
      """
    }
    // As MinIO orders it, the encoding comes last; AWS sends it first.
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name>\
      <Prefix></Prefix><KeyCount>\(keys.count)</KeyCount><MaxKeys>1000</MaxKeys>\
      <IsTruncated>false</IsTruncated>\(extra)\(contents.joined())\
      \(encoding.map { "<EncodingType>\($0)</EncodingType>" } ?? "")</ListBucketResult>
      """
  }

  static func keys(_ page: ListingPage) -> [String] {
    (0..<page.count).map { String(decoding: page.key($0), as: UTF8.self) }
  }

  @Test("Keys are decoded if the server says that it encoded them")
  func encoding() throws {
    let encoded = ["a%2Bb", "a+b", "%01", "n%C3%A9e/%E7%90%83", "100%25", "plain/key.json"]
    let page = try ListingPage(xml: Array(Self.xml(encoded, encoding: "url").utf8))
    #expect(Self.keys(page) == ["a+b", "a b", "\u{1}", "née/球", "100%", "plain/key.json"])
    let raw = try ListingPage(xml: Array(Self.xml(["a+b%41", "x &amp; y"]).utf8))
    #expect(Self.keys(raw) == ["a+b%41", "x & y"])
    #expect(raw.isTruncated == false && raw.nextToken == nil)
  }

  @Test("Token and truncation are read")
  func truncation() throws {
    let text = Self.xml(["k"], extra: "<NextContinuationToken>a+/=&amp;</NextContinuationToken>")
      .replacing("<IsTruncated>false", with: "<IsTruncated>true")
    let page = try ListingPage(xml: Array(text.utf8))
    #expect(page.isTruncated && page.nextToken == "a+/=&")
  }

  @Test("A page cut anywhere is refused")
  func cut() {
    let whole = Array(Self.xml(["one", "two", "three"], encoding: "url").utf8)
    for end in 0..<whole.count {
      #expect(throws: ListingFault.self, "\(end)") {
        try ListingPage(xml: Array(whole[..<end]))
      }
    }
  }

  @Test(
    "What is no listing, or says too little, is refused",
    arguments: [
      ("<Error><Code>SlowDown</Code></Error>", ListingFault.notAListing(root: "Error")),
      ("<ListBucketResult></ListBucketResult>", .truncation),
      (
        "<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>", .truncation
      ),
      (
        xml(["a"]).replacing("<KeyCount>1", with: "<KeyCount>2"),
        .keyCount(said: 2, found: 1)
      ),
      (xml(["a", "b"]).replacing("<Size>3</Size>", with: ""), .object(number: 2, field: "Size")),
      (xml(["a"]).replacing("<Size>0", with: "<Size>-1"), .object(number: 1, field: "Size")),
      (xml(["a", ""]), .object(number: 2, field: "Key")),
      (
        xml(["a"]).replacing("2024-05-01T12:00", with: "yesterday"),
        .object(number: 1, field: "LastModified")
      ),
      (xml(["a", "b%2"], encoding: "url"), .object(number: 2, field: "Key")),
    ])
  func refused(text: String, fault: ListingFault) {
    #expect(throws: fault) { try ListingPage(xml: Array(text.utf8)) }
  }
}
