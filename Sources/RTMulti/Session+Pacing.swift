// Pieces of one length: the paced driver, up to the lead ahead of the clock, for sinks that say nothing
// (docs/rules/DESIGN.md §5), and sinks that report and want such pieces. The clock itself and what follows from it are the
// engine's.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// The next piece, or nil while none is due.
  mutating func nextPiece() -> Delivery? {
    // Of the pacer only what is needed: all of it would be copied.
    guard let format = sinkFormat, let frame = pacer?.frame else { return nil }
    // Without a clock the engine alone says what is due.
    let lead = pacer?.lead ?? .max
    while true {
      if !block.isEmpty, !engine.mayWrite(block.segment) { block.drop() }
      if engine.waitsForSink { return nil }
      // Silence may fill its last piece: nothing follows that, and what comes yet is a further segment (rules A1, C2).
      if block.isEmpty, let ended = endedPart {
        endedPart = nil
        if engine.mayWrite(ended.segment) { return flush(ended.segment, ended.part) }
      }
      if block.frames >= frame || (block.isLast && !block.isEmpty) {
        let frames = min(frame, block.frames)
        guard isDue(frames, lead) else { return nil }
        return offer(frames + (frames == block.frames ? block.padding : 0))
      }
      switch engine.nextHandover() {
      case .nothing: return nil
      case .write(let segment, let part, _, let isFirst, let base):
        if !block.isEmpty, block.segment != segment {
          // A later message has begun: what is left of this one goes before it.
          endBlock()
          continue
        }
        // Nothing is decoded before its time (rule H6).
        guard isDue(frame, lead), mayStart(part), partAudio.has(part) else { return nil }
        if isFirst { beginSegment(of: part, at: base, format) }
        if block.isEmpty, borrow(segment, part, frame, format) { return offer(frame) }
        guard read(segment, part, frame, format) else { return nil }
      case .flush(let segment, let part):
        // Of a later message that has begun a part of a piece may wait already: that is no end of its segment.
        if block.isEmpty || block.segment == segment {
          let tail =
            partAudio.has(part)
            ? partAudio[part].drain(into: block.free(channels: format.channels, pool: &pool), pool: &pool) : 0
          if tail > 0 { block.extend(segment, part, by: tail, channels: format.channels) }
          if tail == 0, !block.isEmpty {
            endBlock()
            endedPart = (segment, part)
          }
          guard block.isEmpty else { continue }
        }
        return flush(segment, part)
      }
    }
  }

  private mutating func flush(_ segment: SegmentID, _ part: PartID) -> Delivery {
    if partAudio.has(part) { partAudio[part].endSegment(pool: &pool) }
    engine.flushed(segment, into: &effects)
    return .flush(segment)
  }

  /// A paced sink answered the last write: so many frames, or a negative number where it failed.
  mutating func acceptPaced(_ answer: Int, of offered: Int) {
    guard let part = block.part else { return }
    let frames = min(max(answer, 0), offered)
    let audio = min(frames, block.frames)
    if audio > 0 {
      if engine.reportsHeardAudio { tape?.keep(block.segment, pcm: block.rest, frames: audio) }
      engine.handed(block.segment, part, sourceFrames: 0, sinkFrames: Int64(audio))
      if frames > audio { engine.padded(block.segment, sinkFrames: Int64(frames - audio)) }
      block.take(audio)
    }
    engine.sinkTook(Int64(audio))
    if frames < offered { engine.sinkRefused(hasFailed: answer < 0) }
  }

  /// When the next piece is due for a paced sink, or nil when nothing waits.
  func pacedDeadline(_ pacer: Pacer) -> Int64? {
    guard let lead = pacer.lead, !engine.waitsForSink else { return nil }
    if block.frames >= pacer.frame || (block.isLast && !block.isEmpty) {
      return engine.moment(whenAhead: lead - Int64(min(pacer.frame, block.frames)))
    }
    guard case .write(_, let part, _, _, _) = engine.nextHandover() else { return nil }
    if engine.writtenAhead > 0 { return engine.moment(whenAhead: lead - Int64(pacer.frame)) }
    return engine.backlog(of: part).sinceUs + pacer.prebufferUs
  }

  /// Whether so many frames more may be written when at most `lead` may have been written and not played.
  @inline(__always)
  private func isDue(_ frames: Int, _ lead: Int64) -> Bool {
    lead == .max || Pacer.isDue(frames, ahead: engine.writtenAhead, lead: lead)
  }

  private mutating func endBlock() {
    if let frame = pacer?.frame, pacer?.padsLastFrame == true {
      block.pad(to: (block.frames + frame - 1) / frame * frame, pool: &pool)
    }
    block.isLast = true
  }

  /// Offers the next piece where it waits, if it lies there as the sink wants it.
  @inline(__always)
  private mutating func borrow(
    _ segment: SegmentID, _ part: PartID, _ frame: Int, _ format: SinkFormat
  ) -> Bool {
    guard let found = partAudio[part].readInPlace(atLeast: Int64(frame), atMost: Int64(frame)) else {
      return false
    }
    block.borrow(segment, part, found.pcm, frames: frame, channels: format.channels)
    engine.handed(segment, part, sourceFrames: Int64(frame), sinkFrames: 0)
    return true
  }

  private mutating func read(_ segment: SegmentID, _ part: PartID, _ frame: Int, _ format: SinkFormat) -> Bool {
    let wanted = Int64(frame - block.frames) * Int64(partAudio[part].format.sampleRateHz)
    let reading = read(
      part, atMost: (wanted + Int64(format.sampleRateHz) - 1) / Int64(format.sampleRateHz),
      into: block.free(channels: format.channels, pool: &pool))
    guard reading.sourceFrames > 0 else { return false }
    block.extend(segment, part, by: reading.sinkFrames, channels: format.channels)
    engine.handed(segment, part, sourceFrames: reading.sourceFrames, sinkFrames: 0)
    return true
  }

  /// Whether a start from silence has waited enough: for its prebuffer, for that long, or for all there is.
  private func mayStart(_ part: PartID) -> Bool {
    guard let prebufferUs = pacer?.prebufferUs, prebufferUs > 0, engine.writtenAhead <= 0 else { return true }
    let backlog = engine.backlog(of: part)
    if backlog.isComplete || engine.now - backlog.sinceUs >= prebufferUs { return true }
    let rateHz = engine.format(of: part)?.sampleRateHz ?? AudioFormat.realtimeDefault.sampleRateHz
    return FrameCount.microseconds(backlog.frames, rateHz: rateHz) >= prebufferUs
  }
}
