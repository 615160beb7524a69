// Audio as it comes in: only its length enters the engine.

/// Where audio goes.
public enum Admission: Equatable, Sendable {
  /// It will be played: queue it and call ``Engine/received(_:frames:grain:isDamaged:into:)``.
  case play(PartID)
  /// Nobody will hear it (rules A4, D6): drop it; the engine has drawn the consequences.
  case drop
  case refused(Answer)
}

extension Engine {
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
      if failure.answer == .limitItems { refused(failure.answer, into: &effects) }
      return .refused(failure.answer)
    case .success(let found): item = found
    }
    guard conversation[item].kind == .message else {
      diagnose(.protocolBreach, item: item, into: &effects)
      return .refused(.ignored)
    }
    let known = conversation.part(of: item, at: place.contentIndex)
    if known == nil, let refusal = refusalOfPart(in: item) {
      refused(refusal, into: &effects)
      return .refused(refusal)
    }
    let part = known ?? addPart(kind: .audio, contentIndex: place.contentIndex ?? 0, format: format, to: item)
    if conversation[part].format == nil { conversation[part].format = format }
    if isLate(part) {
      if !isEmpty { audioIsLate(part, into: &effects) }
      settleWhatIsReady(into: &effects)
      return .drop
    }
    return .play(part)
  }

  /// Whether audio of a part that came earlier and was held back will still be played; if not, the consequences are
  /// those of ``Admission/drop``.
  public mutating func stillPlays(_ part: PartID, into effects: inout EffectRing) -> Bool {
    guard isLate(part) else { return true }
    audioIsLate(part, into: &effects)
    settleWhatIsReady(into: &effects)
    return false
  }

  /// Whether `frames` more of a part would break the limit of its response.
  public func exceedsLimit(_ part: PartID, frames: Int64) -> Bool {
    let response = conversation[conversation[part].item].response
    let ticks = frames * conversation[part].ticksPerFrame
    return conversation[response].audioTicks + ticks
      > limits.responseAudioMs * (FrameCount.ticksPerSecond / 1_000)
  }

  /// The same for a part that this delta would open: asked before it does, so that a refusal leaves no trace. What
  /// nobody will hear has no limit, for the server must be told of it all the same (rule D5).
  public mutating func exceedsLimit(opening place: Place, format: AudioFormat, frames: Int64) -> Bool {
    let owner: ResponseID?
    if let item = conversation.item(named: place.item) {
      guard conversation[item].outcome == .pending, conversation[item].turn != .followed else { return false }
      owner = conversation[item].response
    } else {
      owner = place.response.isEmpty ? newestOfConnection : conversation.response(named: place.response)
    }
    if let owner, conversation[owner].cut != .none { return false }
    let ticks = (owner.map { conversation[$0].audioTicks } ?? 0) + frames * format.ticksPerFrame
    return ticks > limits.responseAudioMs * (FrameCount.ticksPerSecond / 1_000)
  }

  /// `frames` of an admitted part were queued.
  /// - Parameter grain: the smallest piece worth making room for in the sink: a packet, which is handed
  ///   over whole, or some milliseconds of samples.
  public mutating func received(
    _ part: PartID, frames: Int64, grain: Int64, isDamaged: Bool, into effects: inout EffectRing
  ) {
    let item = conversation[part].item
    if isDamaged { diagnose(.corruptPacket, item: item, into: &effects) }
    guard frames > 0 else { return }
    let response = conversation[item].response
    conversation[part].grain = grain
    conversation.reopen(response)
    conversation[response].audioTicks += frames * conversation[part].ticksPerFrame
    if conversation[part].waiting == 0 { conversation[part].readyUs = nowUs }
    conversation[part].received += frames
    // What waits moves no position, so the ear stays where it is.
    settleTurnsIfDue(into: &effects)
  }

  /// An input was refused: by a limit, or because it made no sense where it came.
  public func refused(_ answer: Answer, into effects: inout EffectRing) {
    switch answer {
    case .limitAudio, .limitItems, .limitText, .limitQueue, .limitDeferred:
      diagnose(.limit, payload: answer.rawValue, into: &effects)
    default:
      diagnose(.protocolBreach, payload: answer.rawValue, into: &effects)
    }
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

  private func isLate(_ part: PartID) -> Bool {
    let item = conversation[part].item
    let response = conversation[item].response
    return conversation[part].playout == .cut || conversation[part].isFollowed
      || conversation[item].outcome != .pending || conversation[item].turn == .followed
      || conversation[response].cut != .none
  }

  /// Audio for a message that is over is dropped, and the server is told once how much was heard: when the
  /// part ends or its response does (rules A4, D5, D6).
  private mutating func audioIsLate(_ part: PartID, into effects: inout EffectRing) {
    let item = conversation[part].item
    let response = conversation[item].response
    guard conversation[part].truncation == .none else { return }
    conversation[part].truncation = .owed
    if conversation[response].cut == .none {
      diagnose(.lateAudio, response: response, item: item, into: &effects)
    }
    if !conversation[response].generation.isOpen {
      tellLateAudio(part, into: &effects)
    }
  }

  /// Pays what ``audioIsLate(_:into:)`` owes, unless the sink is being cleared: then nothing is told, for the cut
  /// will tell it all (rule D5).
  mutating func tellLateAudio(_ part: PartID, into effects: inout EffectRing) {
    guard !isBeingCut(response(of: part), nil) else { return }
    payLateAudio(part, into: &effects)
  }

  /// The same for a response whose cut is telling it all, once it is known how much was heard. A deleted item needs
  /// no words.
  mutating func payLateAudio(_ part: PartID, into effects: inout EffectRing) {
    guard conversation[part].truncation == .owed, isHeardOut(part) else { return }
    let item = conversation[part].item
    let response = conversation[item].response
    guard conversation[response].isRemembered else { return }
    let canDrop = server.contains(.deletes) || server.contains(.syncs)
    if conversation[item].isForgotten, canDrop { return }
    truncate(part, into: &effects)
  }

  /// Whether nothing of a part is on its way to the ear: P is final.
  private func isHeardOut(_ part: PartID) -> Bool {
    if conversation[part].playout == .cut { return true }
    for index in 0..<timeline.count where timeline[index].part == part { return false }
    return true
  }
}
