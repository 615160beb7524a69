// What the server is told, by what it can be told (docs/rules/RULES.md#F): the one place that gives commands.

extension Engine {
  /// CANCEL, if the response is still generating.
  mutating func cancel(_ response: ResponseID, into effects: inout EffectRing) {
    // Nothing is generated any more, though its audio may still be queued (rule D7).
    guard conversation[response].generation.isOpen, !conversation[response].isCancelled else { return }
    // The server does not know the host's own audio, nor what a lost connection has told (rules A11, F8).
    if conversation[response].membership == .lost || conversation[response].traits.contains(.local) { return }
    conversation[response].isCancelled = true
    let number = commands.note(.cancel(response), response: response, item: .none, nowUs: nowUs)
    effects.append(.cancel(number, response))
  }

  /// The server shall stop generating, and nothing is over for the listener (rule D15). Returns whether that is news.
  mutating func cancel(named name: Bytes, into effects: inout EffectRing) -> Answer {
    let sent = commands.next
    if name.isEmpty {
      for response in conversation.line where conversation[response].isRemembered {
        cancel(response, into: &effects)
      }
    } else if let response = conversation.response(named: name) {
      cancel(response, into: &effects)
    }
    return commands.next == sent ? .ignored : .ok
  }

  /// From now on the server is told only what it can be told now (rule F1). Whether it plays by itself is decided once.
  mutating func setServer(_ capabilities: ServerCapabilities) -> Answer {
    if capabilities.symmetricDifference(server).contains(.ownsPlayout) { return .unsupported }
    guard capabilities != server else { return .ignored }
    server = capabilities
    listening.isSaidToInterrupt = capabilities.contains(.interrupts)
    return .ok
  }

  /// Tells the server what became of a message that was settled by itself, without an interrupt. Returns whether
  /// a SYNC must follow.
  mutating func tell(_ item: ItemID, into effects: inout EffectRing) -> Bool {
    if conversation[item].memory.isCutByServer { tellServerCut(item, into: &effects) }
    switch conversation[item].outcome {
    case .pending, .full, .textOnly: break
    case .partial: return tellPartial(item, into: &effects)
    case .skipped: return tellSkipped(item, into: &effects)
    }
    return false
  }

  /// TRUNC for each part that was not heard whole (rules B2, B5). Returns whether a SYNC must follow.
  mutating func tellPartial(_ item: ItemID, into effects: inout EffectRing) -> Bool {
    // What was deleted is not truncated, and only what this conversation announced (rule F3).
    guard conversation[conversation[item].response].isRemembered, !conversation[item].memory.isSettled else {
      return false
    }
    var isHostVoiced = false
    var needsSync = false
    for part in conversation.parts(of: item) {
      switch conversation[part].verdict {
      case .silent, .full: break  // Without audio there is nothing to cut (rule F2).
      case .partial, .unheard:
        if isVoicedByHost(part) {
          isHostVoiced = true
        } else if !mustWaitWithLateAudio(part) {
          if truncate(part, into: &effects) { needsSync = true }
        }
      }
    }
    if isHostVoiced { rewrite(item, into: &effects) }
    return needsSync
  }

  /// Whether the server has only the text of a part: its voice is the host's (rule F9).
  func isVoicedByHost(_ part: PartID) -> Bool {
    let item = conversation[part].item
    let response = conversation[item].response
    return conversation[part].kind == .text || conversation[response].traits.contains(.text)
  }

  /// Whether what was heard of a message is told by a SYNC, for the server can do no more than replace its context.
  var saysBySync: Bool { server.contains(.syncs) && !server.contains(.truncates) }

  /// TRUNC(item, content, P), once per part. A server that plays by itself truncates by itself (rule F4). Returns whether
  /// a SYNC must say it instead (rule F1).
  mutating func truncate(_ part: PartID, into effects: inout EffectRing) -> Bool {
    guard conversation[part].truncation.tell() else { return false }
    let item = conversation[part].item
    if server.contains(.ownsPlayout) || isVoicedByHost(part) || conversation[item].memory.isDeleted {
      return false
    }
    let response = conversation[item].response
    let audioEndMs = conversation[part].heardMs
    // What the server has cut by itself as short needs no word, and TRUNC makes nothing longer (rule F10).
    if conversation[part].serverCutMs <= audioEndMs {
      return saysBySync && conversation[part].serverCutMs < audioEndMs
    }
    guard server.contains(.truncates) else {
      if saysBySync { return true }
      diagnose(.memoryDiffers, response: response, item: item, into: &effects)
      return false
    }
    let number = commands.note(
      .truncate(part, audioEndMs: audioEndMs, isRetry: false), response: response, item: item, nowUs: nowUs)
    effects.append(.truncate(number, part, audioEndMs: audioEndMs, estimated: conversation[part].isEstimated))
    return false
  }

  /// The server shall forget a message that nobody heard (rules B3, F1). Returns whether a SYNC must follow.
  mutating func tellSkipped(_ item: ItemID, into effects: inout EffectRing) -> Bool {
    let response = conversation[item].response
    guard conversation[response].isRemembered, !conversation[item].memory.isSettled, mayForget(item) else {
      return false
    }
    conversation[item].memory =
      server.contains(.deletes) ? .deleted : server.contains(.syncs) ? .leftOut : .forgotten
    if server.contains(.deletes) {
      let number = commands.note(.delete(item), response: response, item: item, nowUs: nowUs)
      effects.append(.delete(number, item))
      return false
    }
    if server.contains(.syncs) { return true }
    guard server.contains(.truncates), !server.contains(.ownsPlayout) else {
      diagnose(.memoryDiffers, response: response, item: item, into: &effects)
      return false
    }
    var hasAudio = false
    for part in conversation.parts(of: item) {
      // What has no audio is never truncated (rule F2), and of what the host voices the server has the text alone (rule F9).
      if isVoicedByHost(part) { continue }
      if conversation[part].received > 0 || conversation[part].hasLateAudio {
        hasAudio = true
        // What came too late is told when its part ends, never before (rule A4).
        if !mustWaitWithLateAudio(part) { _ = truncate(part, into: &effects) }
      }
    }
    if !hasAudio, conversation[item].textBytes > 0 {
      diagnose(.memoryDiffers, response: response, item: item, into: &effects)
    }
    return false
  }

  /// One SYNC about a response, and about those that were cut with it.
  mutating func sync(about response: ResponseID, into effects: inout EffectRing) {
    let group = conversation[response].life.cutGroup
    if owesSync.exists, owesSync == response || (group != 0 && group == conversation[owesSync].life.cutGroup) {
      owesSync = .none
    }
    sync(group == 0 ? .response(response) : .cut(group: group), response, into: &effects)
  }

  /// One SYNC with what is kept and what is dropped.
  mutating func sync(_ scope: SyncScope, _ response: ResponseID, into effects: inout EffectRing) {
    let number = commands.note(.sync, response: response, item: .none, nowUs: nowUs)
    effects.append(.sync(number, scope))
  }

  /// Half-cascade: the server's text is replaced by what was heard of it (rule F9).
  private mutating func rewrite(_ item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    let isTruncated =
      conversation[item].memory.isCutByServer
      || conversation.parts(of: item).contains { conversation[$0].truncation.isTold }
    // What was truncated is never deleted and made anew (rule F3).
    guard server.contains(.rewrites), server.contains(.deletes), !isTruncated else {
      diagnose(.memoryDiffers, response: response, item: item, into: &effects)
      return
    }
    conversation[item].memory = .rewritten
    // The text that is made anew is all that was heard.
    tellLastWords(of: item, into: &effects)
    effects.append(.delete(commands.note(.delete(item), response: response, item: item, nowUs: nowUs), item))
    effects.append(.create(commands.note(.create(item), response: response, item: item, nowUs: nowUs), item))
  }
}
