// What to give to the sink next. Asked for by whoever owns the sink, one step at a time: what was not
// asked for was never decoded (rule H6), and a full sink simply is not asked again.

/// The next thing to do with the sink.
public enum HandoverStep: Equatable {
  case nothing
  /// Hand over up to `atMost` source frames. `isFirst`: the segment begins, at source frame `base`.
  case write(SegmentID, PartID, atMost: Int64, isFirst: Bool, base: Int64)
  /// The segment is complete: say so to the sink.
  case flush(SegmentID, PartID)
}

extension Engine {
  /// What to do with the sink now. Carry it out and say ``handed(_:_:sourceFrames:sinkFrames:)`` or
  /// ``flushed(_:into:)``, then ask again until there is nothing.
  public func nextHandover() -> HandoverStep {
    if waits { return .nothing }
    guard let sink, clearing.isIdle, intake.isOpen(nowUs: nowUs), !isClosed else { return .nothing }
    // A sink that cannot pause is kept silent by giving it nothing.
    if isPaused, !sink.canPause { return .nothing }
    if timeline.count == 1, isAudioEnabled, goesOn(timeline[0]) {
      return write(timeline[0].id, timeline[0].part, isFirst: false, base: timeline[0].base)
    }
    for index in 0..<timeline.count where timeline[index].phase == .open {
      let part = timeline[index].part
      // Nothing more of it is played with the audio off (rule B11).
      if isComplete(timeline[index]) || !isAudioEnabled { return .flush(timeline[index].id, part) }
      guard index == timeline.count - 1 else { continue }
      if conversation[part].waiting > 0 {
        return write(timeline[index].id, part, isFirst: false, base: timeline[index].base)
      }
      // A later message goes behind it only when little of it is left (rule A2).
      guard sink.isGapless, isNearlyPlayed, isQuiet(part) else { return .nothing }
    }
    if !isAudioEnabled || (!sink.isGapless && isSinkBusy) { return .nothing }
    guard timeline.count < Limits.segments, let part = nextPart, mayShareSink(part) else { return .nothing }
    return write(SegmentID(number: lastSegment + 1), part, isFirst: true, base: conversation[part].handed)
  }

  /// Whether the only segment has nothing to hand over and waits for more of its part, behind which nothing has come: so
  /// it is after nearly every write.
  public var waitsForMore: Bool { waits }

  @inline(__always)
  private var waits: Bool {
    guard timeline.count == 1, timeline[0].phase == .open, isAudioEnabled else { return false }
    let part = timeline[0].part
    return conversation[part].waiting == 0 && conversation[part].playout != .cut
      && !conversation[part].isFollowed && conversation[part].generation.isOpen && conversation.isLast(part)
      && !conversation[response(of: part)].isPassed
  }

  /// Whether a segment is to be given more of its part.
  @inline(__always)
  private func goesOn(_ segment: borrowing Segment) -> Bool {
    segment.phase == .open && conversation[segment.part].waiting > 0
      && conversation[segment.part].playout != .cut && !conversation[segment.part].isFollowed
  }

  private func write(_ id: SegmentID, _ part: PartID, isFirst: Bool, base: Int64) -> HandoverStep {
    let room = room(for: part)
    guard room > 0 else { return .nothing }
    return .write(id, part, atMost: min(room, conversation[part].waiting), isFirst: isFirst, base: base)
  }

  /// How many source frames of a part may be written now; 0 is "wait". A packet is never split, so the
  /// room must take a whole one, unless the sink has nothing at all.
  @inline(__always)
  private func room(for part: PartID) -> Int64 {
    guard let writeAheadUs, sink?.boundsItself == false else { return .max }
    let ahead = timeline.waiting(nowUs: nowUs)
    if ahead <= 0, writeAheadUs > 0 {
      return max(bound(writeAheadUs, part), conversation[part].grain)
    }
    let aheadInSource = FrameCount.convert(
      ahead, fromHz: timeline.rateHz, toHz: conversation[part].sourceRateHz)
    let room = bound(writeAheadUs, part) - aheadInSource
    return room >= min(conversation[part].grain, conversation[part].waiting) ? room : 0
  }

  @inline(__always)
  func bound(_ us: Int64, _ part: PartID) -> Int64 {
    FrameCount.frames(microseconds: us, rateHz: conversation[part].sourceRateHz)
  }

  /// Segments of two responses never lie in the sink together, so that one can be cut without the other.
  private func mayShareSink(_ part: PartID) -> Bool {
    let response = response(of: part)
    for index in 0..<timeline.count where self.response(of: timeline[index].part) != response {
      if isAtSink(index) { return false }
    }
    return true
  }

  /// Whether a segment gets no more frames (rule A2): its part is done or was cut, its message is over for the listener
  /// (rule A3), or its response was passed by (rule A6).
  @inline(__always)
  private func isComplete(_ segment: borrowing Segment) -> Bool {
    let part = segment.part
    if conversation[part].playout == .cut { return true }
    if conversation[part].isFollowed { return isFollowedComplete(segment) }
    if conversation[part].waiting > 0 { return false }
    if !conversation[part].generation.isOpen { return true }
    return mayEndOpen(part) && timeline.waiting(nowUs: nowUs) <= 0
  }

  /// One that something has followed waits for its done no longer than it plays.
  private func isFollowedComplete(_ segment: borrowing Segment) -> Bool {
    timeline.end(of: segment.id) <= timeline.position(nowUs: nowUs)
      || !conversation[segment.part].generation.isOpen
  }

  /// Whether a segment may end before its part is done, as soon as the sink has no more of it.
  @inline(__always)
  private func mayEndOpen(_ part: PartID) -> Bool {
    conversation[response(of: part)].isPassed || (!conversation.isLast(part) && isQuiet(part))
  }

  private func isLaterReady(_ part: PartID) -> Bool {
    conversation.readySince(after: part, in: conversation[part].item) != nil
  }

  /// How much of a part waits to be handed over, since when, and whether nothing more needs to be waited for.
  public func backlog(of part: PartID) -> (frames: Int64, sinceUs: Int64, isComplete: Bool) {
    (
      conversation[part].waiting, conversation[part].readyUs,
      !conversation[part].generation.isOpen || isLaterReady(part)
    )
  }

  /// Gapless: whether so little is left at the sink that a later message may be handed over behind one that is not done
  /// (rule A2).
  var isNearlyPlayed: Bool {
    sink?.isGapless == true
      && timeline.waiting(nowUs: nowUs) < FrameCount.frames(microseconds: handoverUs, rateHz: timeline.rateHz)
  }

  /// A device has taken so many frames that have not come to the ear (rule C6).
  public mutating func deviceHolds(_ frames: Int64) { timeline.onTheWay = frames }

  /// The read position of a part moved on by `sourceFrames`, which are `sinkFrames` for the sink. What it
  /// does not take of them comes back with ``returned(_:sinkFrames:hasFailed:)``.
  public mutating func handed(_ id: SegmentID, _ part: PartID, sourceFrames: Int64, sinkFrames: Int64) {
    let wasDry = sinkFrames > 0 ? timeline.willWrite(nowUs: nowUs) : nil
    passingTurnUs = .min
    if id.number > lastSegment {
      lastSegment = id.number
      leave(for: part)
      begin(part)
      guard conversation[part].playout.begin(id) else { return }
      timeline.append(Segment(id: id, part: part, base: conversation[part].handed))
    }
    if sinkFrames > 0 { dryTurnUs = nil }
    // What is written during a pause starts after the resume (rule E3).
    if isPaused { timeline.freezeClock(nowUs: nowUs) }
    guard let index = timeline.index(of: id) else { return }
    if let wasDry, timeline[index].written > 0 { noteUnderrun(of: part, wasDry) }
    timeline[index].written += sinkFrames
    if sourceFrames > 0 {
      timeline[index].handed += sourceFrames
      conversation[part].handOver(from: conversation[part].handed + sourceFrames)
    }
  }

  /// A segment of another response begins behind what the sink has had so far: since then the one before has been idle.
  private mutating func leave(for part: PartID) {
    guard timeline.count > 0 else { return }
    let before = response(of: timeline[timeline.count - 1].part)
    if before != response(of: part) { conversation[before].idleTurnUs = dryTurnUs ?? turnUs }
  }

  /// The sink knows that the segment is complete.
  public mutating func flushed(_ id: SegmentID, into effects: inout EffectRing) {
    // What was cleared before is settled by the sink's answer to that, once (rule E7).
    guard let index = timeline.index(of: id), timeline[index].phase == .open else { return }
    timeline[index].phase = .flushed
    timeline[index].isWhole = true
    flushedTurnUs = turnUs
    mayBeDue = true
    drawConsequences(into: &effects)
  }

  /// Silence follows the last frame of a segment in the same write: the next one begins behind it.
  public mutating func padded(_ id: SegmentID, sinkFrames: Int64) {
    guard let index = timeline.index(of: id) else { return }
    timeline[index].padding += sinkFrames
  }

  /// Whether a segment may still be written to: it was not cut, cleared or left to an old sink.
  public func mayWrite(_ id: SegmentID) -> Bool {
    guard let index = timeline.index(of: id), timeline[index].phase == .open else { return false }
    return conversation[timeline[index].part].playout != .cut
  }
}
