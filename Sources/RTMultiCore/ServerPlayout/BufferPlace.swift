// Where the ear is in a response that the server plays (rule F4): nobody says, so the time since `started` is laid over
// its messages at the pace of their transcripts. Text follows that place, flagged estimated; no command ever does.

extension Engine {
  /// One audio part in the time of its response.
  private struct Stretch {
    let part: PartID
    let startMs: Int64
    /// How long it is by its words.
    let lengthMs: Int64
    let isLast: Bool

    /// How much of it has been heard, so many milliseconds after the response started: of the last one whatever is left
    /// of the time, for the voice may be slower than it was thought to be.
    func heardMs(afterMs: Int64) -> Int64 {
      isLast ? max(0, afterMs - startMs) : max(0, min(afterMs - startMs, lengthMs))
    }
  }

  /// Calls `body` with each audio part of a response, in order.
  private func forEachStretch(of response: ResponseID, _ body: (Stretch) -> Void) {
    var last = PartID.none
    forEachAudioPart(of: response) { last = $0 }
    var startMs: Int64 = 0
    forEachAudioPart(of: response) { part in
      let lengthMs = conversation[part].text.spokenMs(pace: conversation.voicePace)
      body(Stretch(part: part, startMs: startMs, lengthMs: lengthMs, isLast: part == last))
      startMs += lengthMs
    }
  }

  /// Of the messages that have no outcome: a record is never revised (rule B1).
  private func forEachAudioPart(of response: ResponseID, _ body: (PartID) -> Void) {
    for item in conversation.items(of: response) where conversation[item].isOpenMessage {
      for part in conversation.parts(of: item) where conversation[part].kind == .audio { body(part) }
    }
  }

  /// Moves P of a response's parts to where the server's voice should be by now, and lets the text follow.
  mutating func followPlace(of response: ResponseID, into effects: inout EffectRing) {
    guard let sinceUs = conversation[response].buffer.sinceUs else { return }
    place(response, sinceUs, afterMs: (nowUs - sinceUs) / 1_000)
    for item in conversation.unsettledItems(of: response) where conversation[item].isOpenMessage {
      for part in conversation.parts(of: item) where conversation[part].kind == .audio {
        releaseSpokenText(part, for: .playing, into: &effects)
      }
    }
  }

  /// Puts P of each part where it is so long after the response started.
  mutating func place(_ response: ResponseID, _ sinceUs: Int64, afterMs: Int64) {
    var changes: [(PartID, heardMs: Int64, startMs: Int64)] = []
    forEachStretch(of: response) { stretch in
      let heardMs = stretch.heardMs(afterMs: afterMs)
      if heardMs > 0 { changes.append((stretch.part, heardMs, stretch.startMs)) }
    }
    for (part, heardMs, startMs) in changes {
      setHeard(part, ms: heardMs, isEstimated: true)
      let item = conversation[part].item
      if conversation[item].startedUs < 0 { conversation[item].startedUs = sinceUs + startMs * 1_000 }
      conversation[item].stoppedUs = min(sinceUs + (startMs + heardMs) * 1_000, nowUs)
      conversation[response].lastHeardUs = max(conversation[response].lastHeardUs, conversation[item].stoppedUs)
    }
  }

  /// P of a part that the server plays.
  mutating func setHeard(_ part: PartID, ms: Int64, isEstimated: Bool) {
    // A server may name any number; of one that no part lasts the engine keeps the longest that it can count.
    let ms = min(max(ms, 0), Limits.longestPartMs)
    // Rounded up, so that it is these milliseconds again when it is asked for.
    conversation[part].heard = (ms * Int64(conversation[part].sourceRateHz) + 999) / 1_000
    conversation[part].isEstimated = isEstimated
  }

  /// The text of a part follows P by its own weight, for there is no sound to go by (rule G1).
  mutating func releaseSpokenText(
    _ part: PartID, for occasion: HeardText.Occasion, into effects: inout EffectRing
  ) {
    guard conversation[part].heard > 0, conversation[part].text.hasMore else { return }
    let newlyHeard = conversation[part].text.release(
      spokenMs: conversation[part].heardMs, pace: conversation.voicePace, for: occasion)
    tellHeardText(newlyHeard, part, into: &effects)
  }

  /// Whether time alone will let more text of a response be heard.
  func hasMoreToHear(_ response: ResponseID) -> Bool {
    var hasMore = false
    forEachAudioPart(of: response) { part in
      if conversation[part].text.hasMore { hasMore = true }
    }
    return hasMore
  }

  /// All of a response was heard, from its `started` to its `stopped`: how long each part was of that time, and what that
  /// tells of the voice.
  mutating func measure(_ response: ResponseID, _ sinceUs: Int64) {
    let heardMs = (nowUs - sinceUs) / 1_000
    var lengthMs: Int64 = 0
    var weightMs = 0.0
    var isPaceKnown = !conversation[response].generation.isOpen
    forEachStretch(of: response) { stretch in
      lengthMs += stretch.lengthMs
      weightMs += conversation[stretch.part].text.weightMs
      if !conversation[stretch.part].text.isEstimated { isPaceKnown = false }
    }
    let factor = lengthMs > 0 ? Double(heardMs) / Double(lengthMs) : 0
    var startMs: Int64 = 0
    for part in audioParts(of: response) {
      let ownMs = Int64(Double(conversation[part].text.spokenMs(pace: conversation.voicePace)) * factor)
      setHeard(part, ms: ownMs, isEstimated: false)
      let item = conversation[part].item
      if conversation[item].startedUs < 0 { conversation[item].startedUs = sinceUs + startMs * 1_000 }
      startMs += ownMs
      conversation[item].stoppedUs = sinceUs + startMs * 1_000
    }
    if let last = audioParts(of: response).last {
      // What rounding has left, or all of it where there are no words.
      setHeard(last, ms: conversation[last].heardMs + heardMs - startMs, isEstimated: false)
      conversation[conversation[last].item].stoppedUs = nowUs
    }
    if isPaceKnown {
      conversation.voicePace = conversation.voicePace.heard(Double(heardMs), soundMs: weightMs)
    }
  }

  /// All of a response counts as heard, and nobody has said when: each part as long as its words.
  mutating func measureByWords(_ response: ResponseID) {
    for part in audioParts(of: response) {
      setHeard(part, ms: conversation[part].text.spokenMs(pace: conversation.voicePace), isEstimated: true)
    }
  }

  private func audioParts(of response: ResponseID) -> [PartID] {
    var parts: [PartID] = []
    forEachAudioPart(of: response) { parts.append($0) }
    return parts
  }
}
