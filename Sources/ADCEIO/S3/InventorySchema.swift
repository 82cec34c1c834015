/// What each column of a report means to us.
package struct InventorySchema: Hashable, Sendable {
  package enum Role: UInt8, Hashable, Sendable {
    case ignored, key, size, modified, isLatest, isDeleteMarker
  }

  /// By column.
  package let roles: [Role]

  /// From `"Bucket, Key, Size, LastModifiedDate, …"`. Columns may come in any order; those not
  /// known here are ignored.
  package init(fileSchema: String, manifest: String) throws(InventoryError) {
    roles = fileSchema.split(separator: ",", omittingEmptySubsequences: false).map { name in
      switch name.filter({ $0 != " " }) {
      case "Key": .key
      case "Size": .size
      case "LastModifiedDate": .modified
      case "IsLatest": .isLatest
      case "IsDeleteMarker": .isDeleteMarker
      default: .ignored
      }
    }
    let needed: [(Role, String)] = [
      (.key, "Key"), (.size, "Size"), (.modified, "LastModifiedDate"),
    ]
    let missing = needed.filter { !roles.contains($0.0) }.map(\.1)
    guard missing.isEmpty else { throw .missingColumns(manifest: manifest, missing) }
    for role in [Role.key, .size, .modified, .isLatest, .isDeleteMarker]
    where roles.count(where: { $0 == role }) > 1 {
      throw .malformedManifest(manifest: manifest, "fileSchema names a column twice")
    }
  }
}
