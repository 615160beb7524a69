// Packets that bear numbers on their way into the session, and those that wait for one before them. Which of them is
// next is RTMultiAudio's; what becomes of their audio is the engine's.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// When the first packet that waits has waited enough, or nil while none does.
  var heldDeadlineUs: Int64? {
    guard pool.heldPackets > 0, !engine.isClosed else { return nil }
    var deadlineUs: Int64?
    for part in partAudio.holding {
      if let us = partAudio[part].heldDeadlineUs { deadlineUs = min(deadlineUs ?? .max, us) }
    }
    return deadlineUs
  }

  @usableFromInline
  mutating func run(_ place: Place, _ bytes: Bytes, _ stamp: PacketStamp) -> Answer {
    guard let format = arrival(at: place) else { return refuseUnknownFormat(at: place) }
    if let refusal = refusal(of: place, format) { return refusal }
    if refusedOffers.isEmpty { return offer(place, bytes, stamp, opening: format) }
    endRefused(before: place, bytes, stamp)
    let answer = offer(place, bytes, stamp, opening: format)
    takeBackRefused(place, answer)
    return answer
  }

  private mutating func offer(
    _ place: Place, _ bytes: Bytes, _ stamp: PacketStamp, opening format: AudioFormat
  ) -> Answer {
    if let refusal = refusalOfOffer(place, bytes, stamp, format) { return refusal }
    switch engine.admit(place, format: format, isEmpty: bytes.isEmpty, into: &effects) {
    case .refused(.limitItems): return refuseItem(of: place)
    case .refused(let answer): return answer
    case .drop(let part):
      drop(bytes, of: part)
      return .ignored
    case .play(let part):
      if !partAudio.has(part) { partAudio.open(part, format: engine.format(of: part) ?? format, pool: &pool) }
      let answer = append(bytes, stamp, to: part)
      return answer == .limitAudio ? refuse(answer, place, bytes, stamp) : answer
    }
  }

  /// Asked before anything is opened: numbers are for raw Opus, and for a part of which nothing came without.
  private mutating func refusal(of place: Place, _ format: AudioFormat) -> Answer? {
    let part = engine.item(named: place.item).flatMap { engine.part(of: $0, at: place.contentIndex) }
    // What nobody will hear may come as it likes.
    if let part, !engine.takesAudio(part) { return nil }
    if (part.flatMap { engine.format(of: $0) } ?? format).codec != .opus {
      complain(
        "Packets with numbers are raw Opus, and this part has another format; give it to rtmulti_session_audio."
      )
      return .unsupported
    }
    guard let part, partAudio.has(part), !partAudio[part].canBeSequenced else { return nil }
    complain("This part gets its packets without numbers; go on with rtmulti_session_audio.")
    return .invalid
  }

  private mutating func append(_ bytes: Bytes, _ stamp: PacketStamp, to part: PartID) -> Answer {
    if engine.exceedsLimit(part, frames: partAudio[part].measure(bytes.raw, stamp: stamp)) {
      return .limitAudio
    }
    let outcome = partAudio[part].append(bytes.raw, stamp: stamp, nowUs: engine.now, pool: &pool)
    if !pool.soundFrames.isEmpty { tellSoundFrames(of: part) }
    if pool.heldPackets > 0 { partAudio.noteHolding(of: part) }
    switch outcome {
    case .appended(let frames): received(part, frames, isDamaged: false, isNew: true)
    case .damaged(let frames): received(part, frames, isDamaged: true, isNew: true)
    case .refused(let answer): return answer
    case .ignored: return .ignored
    }
    return .ok
  }

  /// Plays what has waited for long enough.
  mutating func releaseOverdue() {
    guard !engine.isClosed else { return }
    for part in partAudio.holding {
      guard let us = partAudio[part].heldDeadlineUs, us <= engine.now else { continue }
      dropHeldBackIfOver(part)
      let before = partAudio[part].receivedFrames
      partAudio[part].releaseOverdue(nowUs: engine.now, pool: &pool)
      if !pool.soundFrames.isEmpty { tellSoundFrames(of: part) }
      let added = partAudio[part].receivedFrames - before
      if added > 0 { received(part, added, isDamaged: false, isNew: false) }
    }
  }

  /// What was held back of a message that is over in the meantime is dropped, as late audio is (rules A4, D6).
  mutating func dropHeldBackIfOver(_ part: PartID) {
    guard partAudio[part].holdsBack, !engine.stillPlays(part, into: &effects) else { return }
    partAudio[part].dropHeldBack(pool: &pool)
  }
}
