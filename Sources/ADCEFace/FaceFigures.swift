internal import ADCEIO

/// What the face counts of itself, by path and status: both from sets of ours.
final class FaceFigures: Sendable {
  private struct Key: Hashable {
    var path: FaceResponder.Path?
    var status: Int
  }

  private let requests = Locked<[Key: Int]>([:])
  private let registry: ConnectionRegistry

  init(registry: ConnectionRegistry) { self.registry = registry }

  func count(_ path: FaceResponder.Path?, _ status: Int) {
    requests.withLock { $0[Key(path: path, status: status), default: 0] += 1 }
  }

  var text: String {
    var out = PrometheusText()
    let counts = requests.withLock { $0 }.map { key, count in
      (path: key.path?.rawValue ?? "(other)", status: String(key.status), count: count)
    }.sorted { ($0.path, $0.status) < ($1.path, $1.status) }
    if !counts.isEmpty {
      out.begin("adce_http_requests_total", .counter, "Requests answered, by path and status.")
      for line in counts {
        out.sample(line.count, ["path": line.path, "code": line.status])
      }
    }
    let connections = registry.figures
    out.one("adce_http_connections", .gauge, "Connections that are open.", connections.open)
    out.one(
      "adce_http_connections_accepted_total", .counter, "Connections taken.",
      connections.accepted)
    out.begin("adce_http_connections_closed_total", .counter, "Connections that were cut off.")
    out.sample(connections.evicted, ["reason": "too_many"])
    out.sample(connections.timedOut, ["reason": "timeout"])
    return out.text
  }
}
