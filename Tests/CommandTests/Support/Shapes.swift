/// The JSON of the commands as CLI.md has it.
enum Shapes {
  private static let totals: [String: Shape] = [
    "expected": .count, "present": .count, "missing": .count, "stale": .count,
    "undersized": .count, "completeness_pct": .percent,
  ]

  static let coverage = Shape.object(
    totals.merging([
      "have": .object([
        "source": .oneOf(["inventory", "listing", "directory"]), "snapshot_began": .time,
        "objects": .count, "bytes": .bytes, "unmatched": .count,
      ]),
      "attainable_pct": .percent,
      "by_source": .map(
        .object(
          totals.merging([
            "bytes": .bytes,
            "data_types": .map(
              .object(
                totals.merging([
                  "bytes": .bytes, "basis": .oneOf(["keys", "count", "unbounded"]),
                  "surplus": .count,
                ]) { $1 })),
          ]) { $1 })),
      "counted": .object(["expected": .count, "present": .count, "missing": .count]),
      "gaps_by_priority": byPriority,
    ]) { $1 })

  static let reconcile = Shape.object([
    "cycle": .count,
    "tasks": .object(["open": .count, "created": .count, "cancelled": .count]),
    "seconds": .object([
      "scan": .number, "analyse": .number, "commit": .number, "total": .number,
    ]),
    "peak_rss_bytes": .bytes,
  ])

  private static let byPriority = Shape.object([
    "critical": .count, "high": .count, "medium": .count, "low": .count,
  ])
  private static let priority = Shape.oneOf(["critical", "high", "medium", "low"])
  private static let states = [
    "pending", "admitted", "running", "backing_off", "parked", "done", "cancelled",
  ]

  static let gap = Shape.object([
    "key": .nullable(.text), "source": .text, "data_type": .text, "season": .nullable(.text),
    "params": .map(.text), "kind": .oneOf(["missing", "stale", "undersized"]),
    "priority": priority, "scraper": .nullable(.text),
    "evidence": .object(["snapshot_began": .time]),
  ])

  static let task = Shape.object([
    "id": .text, "state": .oneOf(states), "priority": priority, "score": .number,
    "source": .text, "data_type": .text, "season": .nullable(.text), "scraper": .text,
    "items": .count, "done": .count, "attempts": .count, "not_before": .nullable(.time),
    "reason": .text, "created_at": .time,
  ])

  static let scraper = Shape.object([
    "id": .text, "source": .text, "kind": .oneOf(["http", "command"]), "command": .list(.text),
    "data_types": .list(.text), "success_rate": .nullable(.percent),
  ])

  private static let component = Shape.object([
    "status": .oneOf(["ok", "degraded", "failed", "unknown"]), "message": .text,
  ])

  static let status = Shape.object([
    "running": .bool, "pid": .nullable(.count), "restarts": .count,
    "health": .oneOf(["ok", "degraded", "failed", "unknown"]),
    "components": .object(
      Dictionary(
        uniqueKeysWithValues: [
          "reconciliation_daemon", "orchestrator", "task_queue", "s3", "dims", "disk",
        ].map { ($0, component) })),
    "tasks": .object([
      "total": .count, "by_priority": byPriority,
      "by_state": .object(Dictionary(uniqueKeysWithValues: states.map { ($0, Shape.count) })),
    ]),
    "inventory": .nullable(
      .object(["objects": .count, "bytes": .bytes, "snapshot_began": .time])),
    "cycles": .object([
      "completed": .count, "last": .nullable(.object([:])), "next_at": .nullable(.time),
    ]),
    "success_rate": .object([
      "window_hours": .count, "finished": .count, "succeeded": .count,
      "pct": .nullable(.percent),
    ]),
  ])

  static let simulation = Shape.object([
    "seed": .count, "digest": .text, "steps": .count, "simulated_seconds": .number,
    "objects": .count, "cycles": .count, "tasks": .object([:]),
    "success_rate": .object([
      "first_attempt_pct": .percent, "within_attempts_pct": .percent, "final_pct": .percent,
    ]),
    "violations": .list(.any),
  ])
}
