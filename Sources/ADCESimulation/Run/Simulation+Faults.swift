import ADCEKernel

// Faults that begin and end by the clock, and what operators do.

extension Simulation {
  mutating func begin(_ fault: Fault) {
    say("fault \(fault.number) begins: \(fault.kind.name)")
    switch fault.kind {
    case .paused:
      guard process.isUp else { return }
      schedule.count(.paused)
      process.isStopped = true
    case .reboot:
      guard process.isUp else { return }
      schedule.count(.reboot)
      crash(for: fault.ends - fault.begins)
      boot()
    case .clockForward, .clockBack:
      schedule.count(fault.kind)
      machine.wallError += error(of: fault)
      lake.forgetConfirmations()
      owner.unsettledUntil = .distantFuture
    case .pressure:
      schedule.count(.pressure)
      tell(.pressureChanged(pressure))
    case .backupRestored:
      store.backUp()
    case .objectDeleted, .objectTruncated, .objectAppears: changeLake(fault)
    case .operatorPause:
      schedule.count(.operatorPause)
      request(.pause(source: fault.source.map { World.placement[$0].source }))
    case .operatorRetry, .operatorCancel, .operatorWaive, .operatorClear, .operatorReconcile,
      .operatorAccept, .operatorRestart:
      act(fault)
    case .operatorReload:
      schedule.count(.operatorReload)
      reload(edited(by: fault))
    case .sourceDown, .lakeVanishes, .catalogShrinks, .catalogBroken: break
    default: break
    }
  }

  mutating func end(_ fault: Fault) {
    say("fault \(fault.number) ends: \(fault.kind.name)")
    switch fault.kind {
    case .paused:
      guard process.isStopped, !holds(.paused) else { return }
      process.isStopped = false
      process.cycledAt = now
      timeline.post(.goesOn(process: process.number), at: now)
    case .clockForward, .clockBack:
      machine.wallError -= error(of: fault)
      lake.forgetConfirmations()
      // What was seen and written meanwhile carries the wrong time.
      owner.unsettledUntil = now + 3 * Span.day
    case .pressure: tell(.pressureChanged(pressure))
    case .backupRestored:
      guard keepsStore, process.isUp, store.restoreBackup() else { return }
      schedule.count(.backupRestored)
      report.crashes += 1
      end(restartAfter: Span.minute)
      forgetWhatWasLost()
    case .operatorPause:
      request(.resume(source: fault.source.map { World.placement[$0].source }))
    case .operatorReload: reload(world.configuration)
    default: break
    }
  }

  private func error(of fault: Fault) -> Int64 {
    let size = Draw(seed: scenario.seed).logarithmic(
      2000...(40 * Span.day), .faults, UInt64(fault.number), 77)
    return fault.kind == .clockForward ? size : -size
  }

  /// What the machine is short of.
  var pressure: Pressure {
    guard holds(.pressure) else { return .none }
    let resource = Pressure.Resource.allCases[Int(UInt64(elapsed / Span.day) % 3)]
    return Pressure([.init(resource, "simulated")])
  }

  /// Somebody changes a few objects, or a quarter of them, behind our back.
  private mutating func changeLake(_ fault: Fault) {
    let count = fault.micro < 100_000 ? world.objectCount / 4 : 1 + fault.micro % 5
    var hasChanged = false
    for turn in 0..<count {
      let object = Int(schedule.bits(fault, UInt64(turn)) % UInt64(world.objectCount))
      let isThere = world.facts(object) != nil
      switch fault.kind {
      case .objectDeleted where isThere: world.delete(object, at: now)
      case .objectTruncated where isThere: write(object, bytes: 10)
      case .objectAppears where !isThere && world.isDue(object, at: now): write(object)
      default: continue
      }
      hasChanged = true
    }
    guard hasChanged else { return }
    schedule.count(fault.kind)
    lake.changedByOthers(now)
  }

  // MARK: Operators

  mutating func request(_ action: Request.Action) {
    owner.requests += 1
    owner.asked[owner.requests] = action
    tell(.requested(Request(id: owner.requests, action: action)))
  }

  /// Tells the process, or whoever is started next.
  private mutating func tell(_ event: Event) {
    if process.isUp { deliver(event) } else { owner.owed.append(event) }
  }

  private mutating func act(_ fault: Fault) {
    guard process.isUp else { return }
    let chosen = kernel.liveTaskIDs.enumerated().filter {
      Int(schedule.bits(fault, UInt64($0.offset)) % 1_000_000) < fault.micro
    }.map(\.element)
    // What names nothing is refused, and nothing comes of it.
    switch fault.kind {
    case .operatorRetry where !chosen.isEmpty: request(.retry(chosen))
    case .operatorCancel where !chosen.isEmpty: request(.cancel(chosen))
    case .operatorWaive:
      guard waive(fault) else { return }
    case .operatorClear where !kernel.liveTaskIDs.isEmpty: request(.clearQueue)
    case .operatorReconcile: request(.reconcile)
    case .operatorAccept: request(.acceptVanished)
    case .operatorRestart:
      process.isDraining = true
      request(.drain)
    default: return
    }
    schedule.count(fault.kind)
  }

  /// False if there is nothing to waive.
  private mutating func waive(_ fault: Fault) -> Bool {
    let day = CivilDay(day: CivilDay(containing: wall).day + Int32(fault.micro % 3))
    var keys: [[UInt8]] = []
    for turn in 0..<(1 + fault.micro % 8) {
      let object = Int(schedule.bits(fault, UInt64(turn), 1) % UInt64(world.objectCount))
      let key = world.key(object)
      guard kernel.isExpected(key) else { continue }
      keys.append(key)
    }
    guard !keys.isEmpty else { return false }
    request(.waive(keys: keys, reason: "simulated", until: day))
    return true
  }

  /// Nobody knows what became of what was asked and not answered.
  mutating func dropQuestions() {
    for action in owner.asked.values {
      switch action {
      case .resume(let source): owner.paused.remove(source)
      case .waive(let keys, _, let until):
        for object in keys.compactMap({ world.index(of: $0) }) {
          let end = until?.end ?? .distantFuture
          owner.waived[object] = max(owner.waived[object] ?? .distantPast, end)
          owner.surelyWaived[object] = nil
        }
      default: break
      }
    }
    owner.asked = [:]
  }

  /// What an operator asked for is done: from here on it holds.
  mutating func answered(_ id: UInt64, _ answer: Effect.Answer) {
    // What was refused is answered, too: nothing of it is open.
    guard let action = owner.asked.removeValue(forKey: id), case .accepted = answer else { return }
    switch action {
    case .pause(let source): owner.paused.insert(source)
    case .resume(let source): owner.paused.remove(source)
    case .waive(let keys, _, let until):
      for object in keys.compactMap({ world.index(of: $0) }) {
        let end = until?.end ?? .distantFuture
        owner.waived[object] = max(owner.waived[object] ?? .distantPast, end)
        // The last word counts.
        owner.surelyWaived[object] = end
      }
    default: break
    }
  }

  /// Nothing is running any more: the process ends in order, and is started again.
  mutating func drained() {
    guard process.isDraining else { return }
    end(restartAfter: Span.second + Int64(world.draw.bits(.crashes, report.steps, 4) % 60_000))
  }

  private mutating func reload(_ new: Configuration) {
    configuration = new
    // What leaves the key space for a while is forgotten, but for waivers.
    lake.forgetConfirmations()
    owner.unsettledUntil = max(
      owner.unsettledUntil, now + 2 * scenario.policy.intervalMinutes * Span.minute + Span.hour)
    if process.isUp { deliver(.configurationChanged(new)) }
  }

  /// Another configuration of the same lake: its limits are the same or lower.
  private func edited(by fault: Fault) -> Configuration {
    var new = world.configuration
    let choice = fault.micro % 8
    let type = fault.micro / 8 % new.scrapers.count
    switch choice {
    case 0:
      for index in new.scrapers.indices { new.scrapers[index].retry.maxAttempts = 1 + type }
    case 1:
      for index in new.sources.indices {
        new.sources[index].windows.perMinute = new.sources[index].windows.perMinute.map {
          max(1, $0 / 2)
        }
      }
    case 2: new.scrapers[type].id += "_renamed"
    case 3:
      let source = World.sourceOfType[type]
      new.desired.sources[source].dataTypes.removeLast()
    case 4: new.scrapers[type].canRun = false
    case 5:
      // A run makes no more requests than it was admitted with.
      new.queue.itemsPerTask = min(scenario.policy.itemsPerTask, 1 + type)
      new.queue.maxLive = 3 + type
    case 6: new.loop.intervalMilliseconds = 5 * Span.minute
    default: new.desired.sources[World.sourceOfType[type]].enabled = false
    }
    return new
  }
}
