// What is refused for a limit, and what becomes of it when it does not come again (rule A13): a part ends where it is, a
// message is deleted. What was refused and may come again is the session's to know.

/// The messages for which there was no room lately, by the hash of their names: it was told of each.
struct RefusedItems {
  private var hashes = SIMD8<UInt64>()
  private var next = 0

  /// Returns whether that is news.
  mutating func note(_ name: Bytes) -> Bool {
    let hash = Self.hash(name)
    if any(hashes .== SIMD8(repeating: hash)) { return false }
    hashes[next] = hash
    next = (next + 1) % hashes.scalarCount
    return true
  }

  /// There is room for it now, or its name stands for another.
  mutating func forget(_ name: Bytes) {
    hashes.replace(with: 0, where: hashes .== SIMD8(repeating: Self.hash(name)))
  }

  var isEmpty: Bool { hashes == SIMD8() }

  /// FNV-1a.
  private static func hash(_ name: Bytes) -> UInt64 {
    name.raw.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } | 1
  }
}

extension Engine {
  // MARK: Limits

  /// Whether `frames` more of a part would break the limit of its response.
  @inline(__always)
  public func exceedsLimit(_ part: PartID, frames: Int64) -> Bool {
    let response = conversation[conversation[part].item].response
    let ticks = frames * conversation[part].ticksPerFrame
    return conversation[response].audioTicks + ticks
      > limits.responseAudioMs * (FrameCount.ticksPerSecond / 1_000)
  }

  /// The same for a part that this delta would open: asked before it does, so that a refusal leaves no trace.
  public mutating func exceedsLimit(opening place: Place, format: AudioFormat, frames: Int64) -> Bool {
    guard hasLimit(place) else { return false }
    let ticks = (owner(of: place).map { conversation[$0].audioTicks } ?? 0) + frames * format.ticksPerFrame
    return ticks > limits.responseAudioMs * (FrameCount.ticksPerSecond / 1_000)
  }

  /// Whether audio at a place would be heard. What nobody will hear has no limit, for the server must be told of it all
  /// the same (rules A4, D5).
  public mutating func hasLimit(_ place: Place) -> Bool {
    if let item = conversation.item(named: place.item) {
      if let part = conversation.part(of: item, at: place.contentIndex) { return !isLate(part) }
      guard conversation[item].outcome == .pending, !conversation[item].turn.isOver else { return false }
    }
    return owner(of: place).map { !conversation[$0].isInterrupted } ?? true
  }

  private mutating func owner(of place: Place) -> ResponseID? {
    if let item = conversation.item(named: place.item) { return conversation[item].response }
    return response(meantBy: place.response)
  }

  // MARK: What becomes of it

  /// Audio of a part was refused, or what was refused has come again and was taken.
  public mutating func awaitsRefused(_ part: PartID, _ awaits: Bool) {
    conversation[part].awaitsRefused = awaits
  }

  /// What was refused of a part will not come again: it ends at R, and nothing more of it is taken (rule A13). The server
  /// is told as of late audio: when it has ended the part itself (rule A4).
  public mutating func endAtLimit(_ part: PartID, into effects: inout EffectRing) {
    conversation[part].generation.lapse()
    conversation[part].awaitsRefused = false
    if conversation[part].truncation == .none { conversation[part].truncation = .owed }
    if conversation[response(of: part)].generation == .lapsed { owesLapsed = true }
    lateAudioIsDue(part, into: &effects)
    mayBeDue = true
    drawConsequences(into: &effects)
  }

  /// The text of a message ends where it is, flagged; its audio goes on (rule A13).
  mutating func endText(of item: ItemID) -> Answer {
    conversation[item].isTextEnded = true
    if conversation[item].outcome == .pending { conversation[item].isTextEstimated = true }
    return .limitText
  }

  /// Whether what was refused before anything of it was taken is opened, so that the server can be told of it.
  public var opensRefused: Bool { conversation.pieces < Limits.piecesWithRefused }

  /// A message that was refused because there are too many will not come again: it is settled as one that nobody hears,
  /// which makes no room for it necessary, and the server forgets it (rule A13). Past what may be remembered at all it is
  /// only told as refused.
  public mutating func refuseMessage(
    _ item: Bytes, outputIndex: Int32?, of response: Bytes, into effects: inout EffectRing
  ) {
    guard !isClosed, opensRefused, conversation.item(named: item) == nil, !isFull(for: response),
      let owner = owner(named: response, into: &effects)
    else { return }
    let item = addItem(item, kind: .message, outputIndex: outputIndex, to: owner, into: &effects)
    if conversation[item].isOpenMessage { settleAtOnce(item, into: &effects) }
    drawConsequences(into: &effects)
  }

  /// A session may always hold one item with all the text that is allowed to it.
  var rememberedTextBytes: Int { max(Limits.rememberedTextBytes, limits.itemTextBytes) }

  /// There was no room for what an input would have opened: told once for each message, however often it is offered and
  /// whatever comes for it (rule A13).
  mutating func refused(_ answer: Answer, opening item: Bytes, into effects: inout EffectRing) {
    if answer == .limitItems, !item.isEmpty, !refusedItems.note(item) { return }
    refused(answer, into: &effects)
  }

  /// An input was refused: by a limit, or because it made no sense where it came.
  public func refused(_ answer: Answer, into effects: inout EffectRing) {
    switch answer {
    case .limitAudio, .limitItems, .limitText, .limitQueue, .limitDeferred:
      diagnose(.limit, detail: .answer(answer), into: &effects)
    default:
      diagnose(.protocolBreach, detail: .answer(answer), into: &effects)
    }
  }
}
