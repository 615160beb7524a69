// Audio on its way into its part: what is admitted, what is refused for a limit (rule A13), what only counts as received, and
// when a part is done with. Which format it has is Session+Arrivals.swift's; numbered packets are Session+Sequencing.swift's.

import RTMultiAudio
import RTMultiCore

extension Session {
  @usableFromInline
  mutating func run(_ place: Place, _ bytes: Bytes) -> Answer {
    if refusedOffers.isEmpty, !exceedsQueue(bytes.count), let part = engine.goesOn(at: place),
      partAudio.has(part)
    {
      return append(bytes, to: part, at: place)
    }
    guard let format = arrival(at: place) else { return refuseUnknownFormat(at: place) }
    return run(place, bytes, opening: format)
  }

  /// Takes audio; a part that it opens has this format.
  mutating func run(_ place: Place, _ bytes: Bytes, opening format: AudioFormat) -> Answer {
    if refusedOffers.isEmpty { return offer(place, bytes, opening: format) }
    endRefused(before: place, bytes, nil)
    let answer = offer(place, bytes, opening: format)
    takeBackRefused(place, answer)
    return answer
  }

  private mutating func offer(_ place: Place, _ bytes: Bytes, opening format: AudioFormat) -> Answer {
    if let refusal = refusalOfOffer(place, bytes, nil, format) { return refusal }
    switch engine.admit(place, format: format, isEmpty: bytes.isEmpty, into: &effects) {
    case .refused(.limitItems): return refuseItem(of: place)
    case .refused(let answer): return answer
    case .drop(let part):
      drop(bytes, of: part)
      return .ignored
    case .play(let part):
      if !partAudio.has(part) {
        let format = engine.format(of: part) ?? format
        if format.codec == .oggOpus { countHeldBack() }
        partAudio.open(part, format: format, pool: &pool)
        if driver == .host { partAudio[part].countOnly(pool: &pool) }
      }
      return append(bytes, to: part, at: place)
    }
  }

  /// What audio is refused for, with a packet's numbers or without, before anything of it is admitted (rule A13).
  @inline(__always)
  mutating func refusalOfOffer(
    _ place: Place, _ bytes: Bytes, _ stamp: PacketStamp?, _ format: AudioFormat
  ) -> Answer? {
    if exceedsQueue(bytes.count) {
      if engine.hasLimit(place) { return refuse(.limitQueue, place, bytes, stamp) }
      // Nobody will hear it. But what is more than the limit by itself is never read, and no trace has it.
      if bytes.count > maximumQueuedBytes { return .limitQueue }
    }
    guard let refusal = refusalOfOpening(place, bytes, format) else { return nil }
    return refusal == .limitAudio ? refuse(refusal, place, bytes, stamp) : refusal
  }

  /// Audio that nobody will hear counts as received all the same, for the server has it.
  mutating func drop(_ bytes: Bytes, of part: PartID) {
    guard !bytes.isEmpty, let format = engine.format(of: part) else { return }
    engine.dropped(part, frames: PartAudio(format: format).measure(bytes.raw))
  }

  /// Whether so many bytes more would break the limit of what waits. Packets of one byte and parts of one packet
  /// cost far more memory than bytes, so that has a limit too: twice as much, and a MiB for small limits.
  func exceedsQueue(_ byteCount: Int) -> Bool {
    byteCount > maximumQueuedBytes - pool.queuedBytes
      || (pool.queueMemoryBytes + byteCount - (1 << 20)) >> 1 > maximumQueuedBytes
  }

  /// What audio is refused for that would open its item or part. Asked before it does, for an error changes nothing.
  mutating func refusalOfOpening(_ place: Place, _ bytes: Bytes, _ format: AudioFormat) -> Answer? {
    guard !bytes.isEmpty, !place.item.isEmpty, !engine.isClosed else { return nil }
    let known = engine.item(named: place.item).flatMap { engine.part(of: $0, at: place.contentIndex) }
    let announced = known.flatMap { engine.format(of: $0) }
    if let known, announced != nil, partAudio.has(known) || !engine.takesAudio(known) { return nil }
    if let refusal = PartAudio.refusal(ofBeginning: bytes.raw, format: announced ?? format) { return refusal }
    guard known == nil,
      engine.exceedsLimit(
        opening: place, format: format, frames: PartAudio(format: format).measure(bytes.raw))
    else { return nil }
    return .limitAudio
  }

  @inline(__always)
  private mutating func append(_ bytes: Bytes, to part: PartID, at place: Place) -> Answer {
    let answer = append(bytes, to: part)
    return answer == .limitAudio ? refuse(answer, place, bytes) : answer
  }

  @inline(__always)
  private mutating func append(_ bytes: Bytes, to part: PartID) -> Answer {
    if bytes.isEmpty { return .ok }
    if partAudio[part].isSequenced {
      complain("This part gets its packets with their numbers; go on with rtmulti_session_packet.")
      return .invalid
    }
    if engine.exceedsLimit(part, frames: partAudio[part].measure(bytes.raw)) { return .limitAudio }
    let outcome = partAudio[part].append(bytes.raw, pool: &pool)
    if !pool.soundFrames.isEmpty { tellSoundFrames(of: part) }
    switch outcome {
    case .appended(let frames): received(part, frames, isDamaged: false, isNew: true)
    case .damaged(let frames): received(part, frames, isDamaged: true, isNew: true)
    case .refused(let answer): return answer
    case .ignored: return .ignored
    }
    return .ok
  }

  /// Tells the engine what the sound of a part is: its text goes by that.
  mutating func tellSoundFrames(of part: PartID) {
    pool.soundFrames.takeAll { engine.sounds($0, in: part) }
  }

  @inline(__always)
  mutating func received(_ part: PartID, _ frames: Int64, isDamaged: Bool, isNew: Bool) {
    if driver == .inPieces, frames > 0 {
      let ticksPerFrame = partAudio[part].format.ticksPerFrame
      pacer?.arrived(part, frames: frames, ticksPerFrame: ticksPerFrame, nowUs: engine.now)
    }
    engine.received(
      part, frames: frames, grain: grain(of: part, frames), isDamaged: isDamaged, isNew: isNew, into: &effects)
  }

  /// The smallest piece that a part is handed over in: a packet, or 10 ms of samples.
  private func grain(of part: PartID, _ frames: Int64) -> Int64 {
    switch partAudio[part].format.codec {
    case .opus: min(frames, partAudio[part].packetFrames)
    case .oggOpus: partAudio[part].pieceFrames * 2
    case .pcm16, .uLaw, .aLaw: partAudio[part].pieceFrames
    }
  }

  /// Parts end with their audio: what was held back joins it, half a sample is dropped (rule H5).
  mutating func finishVoices(before input: borrowing Input) {
    switch input {
    case .partDone(let place):
      guard let item = engine.item(named: place.item), let part = engine.part(of: item, at: place.contentIndex)
      else { return }
      finish(part)
    case .itemDone(let name):
      guard let item = engine.item(named: name) else { return }
      var part = engine.firstPart(of: item)
      while let open = part {
        finish(open)
        part = engine.part(after: open)
      }
    case .responseDone(let id, _, _): finishVoices(ofResponse: id)
    case .reconnect: finishVoicesOfConnection()
    case .close: finishVoices(ofResponse: .none)
    default: break
    }
  }

  private mutating func finishVoices(ofResponse name: Bytes) {
    var parts: [PartID] = []
    engine.forEachOpenPart(ofResponse: name) { parts.append($0) }
    for part in parts { finish(part) }
  }

  private mutating func finishVoicesOfConnection() {
    var parts: [PartID] = []
    engine.forEachOpenPartOfConnection { parts.append($0) }
    for part in parts { finish(part) }
  }

  /// Another stream begins: the last packet of those before it, which a page at their end could have trimmed, is heard
  /// before it also where the server sends its dones late (rule A3).
  private mutating func countHeldBack() {
    var parts: [PartID] = []
    engine.forEachOpenPart(ofResponse: .none) { parts.append($0) }
    for part in parts where partAudio.has(part) {
      let frames = partAudio[part].countHeldBack()
      if frames > 0 { received(part, frames, isDamaged: false, isNew: false) }
    }
  }

  mutating func finish(_ part: PartID) {
    engine.endText(of: part, into: &effects)
    guard partAudio.has(part) else { return }
    dropHeldBackIfOver(part)
    let before = partAudio[part].receivedFrames
    let outcome = partAudio[part].finish(pool: &pool)
    if !pool.soundFrames.isEmpty { tellSoundFrames(of: part) }
    let added = partAudio[part].receivedFrames - before
    if added > 0 { received(part, added, isDamaged: false, isNew: false) }
    if outcome == .droppedOddByte { engine.droppedOddByte(part, into: &effects) }
  }
}
