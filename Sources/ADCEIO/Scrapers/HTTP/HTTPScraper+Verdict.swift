internal import ADCEKernel

/// What an answer means for the attempt (RFC 9110 §15), and the way of a good body into the lake.
extension HTTPScraper {
  /// The end of an attempt whose request was sent. May block: the lake is written.
  func conclude(
    _ work: AttemptWork, _ prepared: Prepared, _ result: Result<HTTPResponse, HTTPFailure>,
    now: Instant
  ) -> AttemptEnd {
    let item = work.items[0]
    var end: AttemptEnd
    switch result {
    case .failure(let failure) where failure.kind == .cancelled:
      end = work.stopped("stopped before an answer came")
    case .failure(let failure):
      end = work.ended(
        failure.failureClass, "\(shown(prepared.request.url)): \(failure.message)")
      end.requests = 1
    case .success(let response):
      end = conclude(work, item, prepared, response)
      end.requests = response.hops
      end.retryAfterMilliseconds = response.retryAfterMilliseconds(now: now)
    }
    end.message = prepared.redaction.message(end.message)
    return end
  }

  private func conclude(
    _ work: AttemptWork, _ item: AttemptWork.Item, _ prepared: Prepared, _ response: HTTPResponse
  ) -> AttemptEnd {
    let place = shown(response.url)
    if response.status == 304, prepared.isConditional, let stored = item.stored {
      return work.succeeded(.current(stored), "304 from \(place)")
    }
    guard response.status == 200 || response.status == 203 else {
      // The owner's patterns know better than the status: many a 403 is a rate limit.
      if let found = settings.rules.firstError(in: response.body) {
        return work.ended(found, "\(response.status) from \(place): \(found.reason)")
      }
      let failure = HTTPScraper.failureClass(
        status: response.status, hasRetryAfter: response.header("retry-after") != nil)
      return work.ended(failure, "\(response.status) from \(place)")
    }
    guard !response.body.isEmpty else {
      return work.ended(.invalid, "\(response.status) from \(place): an empty body")
    }
    do throws(BodyFault) {
      try settings.rules.check(
        response.body, declaredType: response.header("content-type"), key: item.key,
        of: .init(source: work.source, name: work.dataType), sizeMin: work.minBytes,
        comesByHTTP: true)
    } catch {
      return work.ended(error, "\(response.status) from \(place): \(error.reason)")
    }
    do throws(LakeError) {
      let result = try ObjectWriting(lake: lake, storage: settings.storage).write(
        response.body, item, sizeMin: work.minBytes)
      return work.succeeded(result, "\(response.status) from \(place)")
    } catch .unstorableKey(let key, let fault) where fault.isForGood {
      return work.ended(.permanent(LakeError.unstorableKey(key, fault).description))
    } catch {
      return work.ended(.ownFault, "\(error)")
    }
  }

  /// The class of a status that does not come with an object (RFC 9110 §15; 200 and 203 do).
  static func failureClass(status: Int, hasRetryAfter: Bool) -> FailureClass {
    switch status {
    case 404, 410: .absent
    case 401, 403, 407, 451: .refused
    case 429: .throttled
    case 503: hasRetryAfter ? .throttled : .transient
    // Accepted: it is being made. Request Timeout, Too Early; 5xx.
    case 202, 408, 425, 500...599: .transient
    // A request that the source calls wrong was wrongly made.
    case 400..<500: .scraperFault
    // Redirects that lead nowhere, a 304 that nobody asked for, 1xx; of the successes those that
    // bring no object (201, 204, 205) or a part of one (206).
    default: .invalid
    }
  }
}

extension AttemptWork {
  /// The end with one verdict on every item.
  func ended(_ failure: FailureClass, _ message: String) -> AttemptEnd {
    // 404 is an answer: the attempt did what it could.
    var end = AttemptEnd(
      attempt: attempt, failure: failure == .absent ? nil : failure,
      items: items.map { .init(index: $0.index, result: .failed(failure)) })
    end.message = message
    return end
  }

  func ended(_ fault: BodyFault, _ message: String) -> AttemptEnd {
    var end = ended(fault.failureClass, message)
    end.permanent = fault.isPermanent
    return end
  }

  func ended(_ fault: AttemptFault) -> AttemptEnd {
    var end = ended(fault.failureClass, fault.message)
    end.permanent = fault.isPermanent
    return end
  }

  /// The end of an attempt that we broke off ourselves.
  func stopped(_ message: String) -> AttemptEnd {
    var end = AttemptEnd(
      attempt: attempt, failure: .ownFault,
      items: items.map { .init(index: $0.index, result: .untouched) })
    end.message = message
    return end
  }

  func succeeded(_ result: ItemResult, _ message: String) -> AttemptEnd {
    var end = AttemptEnd(
      attempt: attempt, failure: nil, items: items.map { .init(index: $0.index, result: result) })
    end.message = message
    return end
  }
}
