// What comes in for a part: audio, of which only the length enters the engine, and text. What comes too late is
// Settling/LateAudio.swift's.

/// Where audio goes.
public enum Admission: Equatable, Sendable {
  /// It will be played: queue it and call ``Engine/received(_:frames:grain:isDamaged:isNew:into:)``.
  case play(PartID)
  /// Nobody will hear it (rules A4, D6): drop it, and say how long it was with ``Engine/dropped(_:frames:)``; the engine has
  /// drawn the other consequences.
  case drop(PartID)
  case refused(Answer)
}

extension Engine {
  // MARK: Audio

  /// Decides where the audio of a delta goes, opening item and part if nobody announced them (rule A5).
  /// - Parameters:
  ///   - format: that of a part opened by this delta.
  ///   - isEmpty: whether the delta has no bytes; it then opens, but is never late.
  public mutating func admit(
    _ place: Place, format: AudioFormat, isEmpty: Bool, into effects: inout EffectRing
  ) -> Admission {
    if isClosed { return .refused(.closed) }
    if let contentIndex = place.contentIndex, contentIndex > Limits.maximumContentIndex {
      return .refused(.invalid)
    }
    let item: ItemID
    switch self.item(at: place, into: &effects) {
    case .failure(let failure):
      if failure.answer == .limitItems { refused(failure.answer, opening: place.item, into: &effects) }
      return .refused(failure.answer)
    case .success(let found): item = found
    }
    guard conversation[item].kind == .message else {
      diagnose(.protocolBreach, item: item, into: &effects)
      return .refused(.ignored)
    }
    let known = conversation.part(of: item, at: place.contentIndex)
    if known == nil, let refusal = refusalOfPart(in: item) {
      refused(refusal, opening: place.item, into: &effects)
      return .refused(refusal)
    }
    let part = known ?? addPart(kind: .audio, contentIndex: place.contentIndex ?? 0, format: format, to: item)
    if conversation[part].format == nil { conversation[part].format = format }
    if known == nil, !waitingTexts.isEmpty { giveWaitingTexts(toNamed: place.item, into: &effects) }
    if isLate(part) {
      if !isEmpty {
        noteSaid(part, of: conversation[item].response)
        audioIsLate(part, into: &effects)
      }
      drawConsequences(into: &effects)
      return .drop(part)
    }
    return .play(part)
  }

  /// The part at a place where audio came before, if more of it will be played: so it is with every delta of a part but its
  /// first. Otherwise nil, and ``admit(_:format:isEmpty:into:)`` decides. Changes nothing, for the audio may still be refused.
  public mutating func goesOn(at place: Place) -> PartID? {
    guard !isClosed, let item = conversation.item(named: place.item), conversation[item].kind == .message,
      let part = conversation.part(of: item, at: place.contentIndex), conversation[part].format != nil,
      !isLate(part)
    else { return nil }
    return part
  }

  /// Audio of a part has come, and was not refused: the server is at its response, and plays that one no more by itself.
  @inline(__always)
  private mutating func noteSaid(_ part: PartID, of response: ResponseID) {
    if conversation[response].saidTurnUs == nil {
      conversation[response].saidTurnUs = turnUs
      passingTurnUs = .min
      if conversation[response].life == .atServer { comesToSink(response) }
    }
    conversation[response].speaker = conversation[part].item
  }

  /// What nobody will hear is so long: the server has it.
  public mutating func dropped(_ part: PartID, frames: Int64) {
    // What comes behind audio that was refused counts as little as that does (rule A13).
    guard conversation[part].generation != .lapsed else { return }
    conversation[part].late += frames
    conversation[conversation[part].item].hasAudio = true
  }

  /// A part that had nothing to hand over has something again.
  private mutating func hasSomethingToPlay(_ part: PartID, of response: ResponseID) {
    conversation[response].isPassed = false
    passingTurnUs = .min
    if conversation[response].audioTurnUs == nil { conversation[response].audioTurnUs = turnUs }
    if conversation[part].turn == .left { conversation[part].turn = .begun }
  }

  /// Whether audio of a part that came earlier and was held back will still be played; if not, the consequences are
  /// those of ``Admission/drop``.
  public mutating func stillPlays(_ part: PartID, into effects: inout EffectRing) -> Bool {
    guard isLate(part) else { return true }
    audioIsLate(part, into: &effects)
    drawConsequences(into: &effects)
    return false
  }

  /// `frames` of an admitted part were queued.
  /// - Parameters:
  ///   - grain: the smallest piece worth making room for in the sink: a packet, which is handed over whole, or some
  ///     milliseconds of samples.
  ///   - isNew: whether it came just now; else it was held back.
  public mutating func received(
    _ part: PartID, frames: Int64, grain: Int64, isDamaged: Bool, isNew: Bool, into effects: inout EffectRing
  ) {
    let item = conversation[part].item
    let response = conversation[item].response
    if isNew { noteSaid(part, of: response) }
    if isDamaged { diagnose(.corruptPacket, item: item, into: &effects) }
    guard frames > 0 else { return }
    conversation[part].grain = grain
    conversation[item].hasAudio = true
    conversation[response].life.reopen()
    let ticks = frames * conversation[part].ticksPerFrame
    conversation[response].audioTicks += ticks
    let turnUs = turnUs
    conversation[part].arrivedTurnUs = turnUs
    if conversation[part].waiting == 0 {
      conversation[part].readyUs = nowUs
      conversation[part].readyTurnUs = turnUs
      hasSomethingToPlay(part, of: response)
    }
    conversation[part].receive(frames, ticks: ticks)
    // What waits moves no position, so the ear stays where it is.
    settleIfDue(into: &effects)
  }

  /// A packet that looked whole could not be decoded (rule H3).
  public func damaged(_ part: PartID, into effects: inout EffectRing) {
    diagnose(.corruptPacket, item: conversation[part].item, into: &effects)
  }

  /// The same, told later by a device that is known to play the audible segment at most.
  public func damagedSomewhere(into effects: inout EffectRing) {
    let part = timeline.audible.map { timeline[$0].part }
    diagnose(.corruptPacket, item: part.map { conversation[$0].item } ?? .none, into: &effects)
  }

  /// Half a sample stood at the end of a part (rule H5).
  public mutating func droppedOddByte(_ part: PartID, into effects: inout EffectRing) {
    diagnose(.oddByte, item: conversation[part].item, into: &effects)
  }

  // MARK: Text

  mutating func received(
    _ text: Bytes, startMs: Int64?, endMs: Int64?, at place: Place, into effects: inout EffectRing
  ) -> Answer {
    if let contentIndex = place.contentIndex, contentIndex > Limits.maximumContentIndex { return .invalid }
    if let known = conversation.item(named: place.item) {
      if conversation[known].isTextEnded { return .ignored }
      // The size may be any that a host can name, so nothing is added to it.
      guard text.count <= limits.itemTextBytes - conversation[known].textBytes else {
        return endText(of: known)
      }
    } else if text.count > limits.itemTextBytes {
      return .limitText
    }
    let cost = text.count + ((startMs == nil && endMs == nil) || text.isEmpty ? 0 : Limits.spanBytes)
    guard conversation.textCost + cost <= rememberedTextBytes else {
      return conversation.item(named: place.item).map { endText(of: $0) } ?? .limitText
    }
    guard isText(text, at: place) else { return .notUTF8 }
    // A transcript opens nothing in a response that speaks (rule A5).
    if let response = waits(place) {
      return keep(text, startMs: startMs, endMs: endMs, at: place, of: response)
    }
    let item: ItemID
    switch self.item(at: place, into: &effects) {
    case .failure(let refused): return refused.answer
    case .success(let found): item = found
    }
    guard conversation[item].kind == .message else { return .ignored }
    let response = conversation[item].response
    // A transcript for a part that nobody announced; in a text response it is text.
    let kind: PartKind = conversation[response].traits.contains(.text) ? .text : .audio
    let known = conversation.part(of: item, at: place.contentIndex)
    if known == nil, let refusal = refusalOfPart(in: item) { return refusal }
    let part = known ?? addPart(kind: kind, contentIndex: place.contentIndex ?? 0, format: nil, to: item)
    guard !text.isEmpty else { return .ok }
    // Nothing more of a part is taken that has ended at a limit (rule A13).
    if conversation[part].generation == .lapsed { return .ignored }
    // No character that has begun goes on with one that stands by itself.
    if conversation[part].text.unfinished.count > 0, text.isASCII { return .notUTF8 }
    add(text, startMs: startMs, endMs: endMs, costing: cost, to: part)
    if conversation[item].outcome == .pending {
      // All else of its response may have been played, and be on its way to the ear: a text has a turn yet (rule B6).
      conversation[response].life.reopen()
      releaseText(part, into: &effects)
    }
    return .ok
  }

  /// Puts a piece behind the text of a part, and counts it.
  @inline(__always)
  mutating func add(_ text: Bytes, startMs: Int64?, endMs: Int64?, costing cost: Int, to part: PartID) {
    let item = conversation[part].item
    conversation[item].textBytes += text.count
    conversation[item].textCost += cost
    conversation.textCost += cost
    conversation[part].text.append(text, startMs: startMs, endMs: endMs)
  }

  /// Whether a piece of text can be one at a place: what cannot is refused, and changes nothing.
  public mutating func mayBeText(_ text: Bytes, at place: Place) -> Bool {
    if let contentIndex = place.contentIndex, contentIndex > Limits.maximumContentIndex { return false }
    // The size may be any that a host can name: what is refused for it is not read.
    if text.count > limits.itemTextBytes { return true }
    guard isText(text, at: place) else { return false }
    // No character that has begun goes on with one that stands by itself.
    guard !text.isEmpty, text.isASCII, let item = conversation.item(named: place.item),
      let part = conversation.part(of: item, at: place.contentIndex)
    else { return true }
    return conversation[part].text.unfinished.count == 0
  }

  /// Whether a piece is UTF-8 where it goes on: it may begin with the rest of a character of which the piece before had
  /// the beginning, and it may end within one.
  private mutating func isText(_ text: Bytes, at place: Place) -> Bool {
    if text.isASCII { return true }
    let part = conversation.item(named: place.item).flatMap {
      conversation.part(of: $0, at: place.contentIndex)
    }
    let beginning = part.map { conversation[$0].text.unfinished } ?? CharacterBeginning()
    return text.unfinishedBytes(after: beginning) != nil
  }

  /// No more text comes for a part: the beginning of a character stays without its rest.
  public mutating func endText(of part: PartID, into effects: inout EffectRing) {
    guard conversation[part].text.unfinished.count > 0 else { return }
    conversation[part].text.dropUnfinished()
    diagnose(.oddByte, item: conversation[part].item, into: &effects)
  }
}
