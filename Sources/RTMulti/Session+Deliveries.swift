// The one loop: effects first, then inputs from inside callbacks, then the next piece for the sink.

import RTMultiAudio
import RTMultiCore

extension Session {
  /// The next delivery, or nil when nothing is left to do. What the last one pointed to is gone with this
  /// call.
  @inlinable
  @inline(__always)
  public mutating func next() -> Delivery? {
    if effects.count > 0, let delivery = nextOfEffects() { return delivery }
    return nextOfAll()
  }

  /// The next delivery of the effects that are there, or nil when none of them is one for the host. The loop and what each
  /// effect becomes are one function: an interrupt has some twenty effects, and half of them are the session's own.
  @inline(never)
  @usableFromInline
  mutating func nextOfEffects() -> Delivery? {
    settleOffer()
    while let effect = effects.popFirst() {
      if let delivery = delivery(of: effect) { return delivery }
    }
    return nil
  }

  /// The next delivery where no effect waits.
  @usableFromInline
  mutating func nextOfAll() -> Delivery? {
    settleOffer()
    while true {
      if effects.count > 0, let delivery = nextOfEffects() { return delivery }
      if engine.isTellingCut {
        engine.goOnWithCut(into: &effects)
        continue
      }
      if partAudio.hasClosing { finishClosing() }
      if !deferred.isEmpty {
        runDeferred()
        continue
      }
      if let delivery = nextForSink() { return delivery }
      if effects.count == 0 { return nil }
    }
  }

  /// Takes away what is over, and lets memory go where nothing speaks any more.
  @inline(never)
  private mutating func finishClosing() {
    partAudio.finishClosing(pool: &pool)
    guard partAudio.isEmpty else { return }
    if block.isEmpty { block.leave(&pool) }
    pool.rest()
  }

  /// Answers the last ``Delivery/write(_:pcm:frames:)``: so many frames were taken; a negative number says that the
  /// write failed (rule E10).
  public mutating func accept(frames: Int) {
    let offered = block.offered
    guard offered > 0 else { return }
    block.offered = 0
    take(frames, of: offered)
    // What the sink leaves of samples that lie in the queue must not go with it.
    block.own(&pool)
  }

  @inline(__always)
  private mutating func take(_ frames: Int, of offered: Int) {
    if frames > offered { tellGreedyWrite() }
    if driver == .inPieces {
      if engine.mayWrite(block.segment) { acceptPaced(frames, of: offered) }
      return
    }
    // Cut or replaced from inside the callback: nobody asks any more.
    guard !block.isEmpty else { return }
    let taken = min(max(frames, 0), offered)
    engine.sinkTook(Int64(taken))
    if taken > 0 {
      tape?.keep(block.segment, pcm: block.rest, frames: taken)
      block.take(taken)
    }
    if taken < offered {
      engine.returned(block.segment, sinkFrames: Int64(offered - taken), hasFailed: frames < 0)
      block.isHanded = false
    }
  }

  /// A write said that it took more than there was: what was offered counts, told once for each segment (rule E1).
  @inline(never)
  private mutating func tellGreedyWrite() {
    guard block.segment != greedySegment, let part = block.part else { return }
    greedySegment = block.segment
    let words = Bytes(
      "write returned more frames than it was offered; what it was offered counts: return how many of its frames it took."
    )
    engine.claimed(block.segment, part, KeptTexts(words), into: &effects)
  }

  /// The host's callback failed in a delivery, which counts as delivered unless it was a write (rule E10).
  public mutating func hasFailed(_ delivery: Delivery) {
    engine.callbackFailed(delivery.callback, into: &effects)
  }

  /// How many frames the last write offered and nobody has answered for; 0 if the last delivery was no write.
  public var offeredFrames: Int { block.offered }

  /// A write that was not answered for was taken whole.
  mutating func settleOffer() {
    if block.offered > 0 { accept(frames: block.offered) }
  }

  // MARK: To the sink

  @inline(__always)
  private mutating func nextForSink() -> Delivery? {
    switch driver {
    case .written, .host: break
    case .inPieces: return block.isEmpty && engine.waitsForMore ? nil : nextPiece()
    case .pulled: return nextPulled()
    }
    while true {
      if !block.isEmpty {
        if engine.mayWrite(block.segment) {
          if engine.waitsForSink { return nil }
          if !block.isHanded { hand(sourceFrames: 0) }
          return offer(block.frames)
        }
        block.drop()
      }
      guard let format = sinkFormat else { return nil }
      switch engine.nextHandover() {
      case .nothing: return nil
      case .write(let segment, let part, let atMost, let isFirst, let base):
        guard partAudio.has(part) else { return nil }
        let reading: Reading
        // A host that plays by itself is handed the right to play, and no sample (rule E11).
        if driver == .host {
          reading = give(part, atMost: atMost, isFirst: isFirst, base: base, format)
        } else {
          if isFirst { beginSegment(of: part, at: base, format) }
          if let found = partAudio[part].readInPlace(atMost: atMost) {
            block.borrow(segment, part, found.pcm, frames: found.frames, channels: format.channels)
            hand(sourceFrames: Int64(found.frames))
            return offer(found.frames)
          }
          reading = read(part, atMost: atMost, into: block.room(&pool))
        }
        guard reading.sourceFrames > 0 else { return nil }
        block.fill(segment, part, frames: reading.sinkFrames, channels: format.channels)
        hand(sourceFrames: reading.sourceFrames)
      case .flush(let segment, let part):
        // What a resampler still holds is owed to the segment (rule C4).
        let tail = partAudio.has(part) ? partAudio[part].drain(into: block.room(&pool), pool: &pool) : 0
        if tail > 0 {
          block.fill(segment, part, frames: tail, channels: format.channels)
          hand(sourceFrames: 0)
        } else {
          if partAudio.has(part) { partAudio[part].endSegment(pool: &pool) }
          engine.flushed(segment, into: &effects)
          return .flush(segment)
        }
      }
    }
  }

  /// A part is read from one of its frames on, for a sink that is written to.
  mutating func beginSegment(of part: PartID, at base: Int64, _ format: SinkFormat) {
    partAudio[part].beginSegment(at: base, sink: format, pool: &pool)
    if options.reportsHeardAudio, tape == nil { tape = HeardTape(channels: format.channels) }
  }

  /// Takes the next audio of a part, for a sink that is written to, and tells the engine what was found in it.
  mutating func read(
    _ part: PartID, atMost sourceFrames: Int64, into pcm: UnsafeMutableBufferPointer<Int16>
  ) -> Reading {
    let reading = partAudio[part].read(atMost: sourceFrames, into: pcm, pool: &pool)
    if !pool.soundFrames.isEmpty { tellSoundFrames(of: part) }
    if reading.damaged { engine.damaged(part, into: &effects) }
    return reading
  }

  /// Counts the block as written; what the sink does not take of it is given back.
  mutating func hand(sourceFrames: Int64) {
    guard let part = block.part else { return }
    engine.handed(block.segment, part, sourceFrames: sourceFrames, sinkFrames: Int64(block.frames))
    block.isHanded = true
  }

  // MARK: Effects in words

  @inline(__always)
  private mutating func delivery(of effect: Effect) -> Delivery? {
    if deliveredTexts != .none {
      deliveredTexts.free()
      deliveredTexts = .none
    }
    switch effect {
    case .clear(let segment, _): return .clear(segment)
    case .pause:
      pulled?.channel.setPaused(true)
      return .pause
    case .resume:
      pulled?.channel.setPaused(false)
      return .resume
    case .offerText(let item):
      text.removeAll()
      engine.forEachGeneratedText(of: item) { text.append($0) }
      return .showText(itemID: engine.name(of: item), text: text.bytes)

    case .speakingStarted(let response):
      event.begin(.speakingStarted)
      event.responseID = engine.name(of: response)
      event.atUs = engine.now
      return .event
    case .speakingStopped(let response):
      event.begin(.speakingStopped)
      event.responseID = engine.name(of: response)
      event.atUs = engine.now
      return .event
    case .settled(let response):
      event.begin(.settled)
      event.responseID = engine.name(of: response)
      let cutUs = engine.cutUs(of: response)
      event.wasInterrupted = cutUs != nil
      event.atUs = cutUs ?? engine.settledUs(of: response)
      return .event
    case .playbackStarted(let segment, let part):
      beginEvent(.playbackStarted, part)
      event.segment = segment.number
      return .event
    case .heardText(let part, let from, let to, let isEstimated):
      text.removeAll()
      engine.withText(of: part, from: from, to: to) { text.append($0) }
      beginEvent(.heardText, part)
      event.text = text.bytes
      event.isEstimated = isEstimated
      return .event
    case .message(let item):
      engine.tell(item, in: &message, texts: &text)
      if message.record.outcome != .skipped { history.append(message) }
      event.begin(.message)
      event.responseID = message.responseID
      event.itemID = message.itemID
      event.outputIndex = message.record.outputIndex
      return .event
    case .functionCall(let item, let texts):
      deliveredTexts = texts
      beginFunctionCall(item, texts.copies)
      return .event

    case .cancel(let number, let response):
      cancel(number, response)
      return .command
    case .truncate(let number, let part, let audioEndMs, let isEstimated):
      truncate(number, part, audioEndMs: audioEndMs, isEstimated: isEstimated)
      return .command
    case .delete(let number, let item):
      delete(number, item)
      return .command
    case .sync(let number, let scope):
      sync(number, scope)
      return .command
    case .create(let number, let item):
      create(number, item)
      return .command
    case .clearOutput(let number, let response):
      clearOutput(number, response)
      return .command

    case .diagnostic(let kind, let response, let item, let segment, let detail):
      report = report(kind, response, item, segment, detail)
      return .diagnostic

    case .heardAudio(let segment, let part, let through):
      guard let format = sinkFormat, let played = tape?.play(segment, through: through) else { return nil }
      heardAudio = HeardAudio(
        pcm: played.pcm, frames: played.frames, segment: segment.number,
        itemID: engine.name(of: engine.item(of: part)), format: format)
      return .heardAudio
    case .release(let part, let heardThrough):
      if partAudio.has(part) { partAudio[part].release(heardThrough: heardThrough, pool: &pool) }
      return nil
    case .discard(let part):
      if partAudio.has(part) { dropHeldBackIfOver(part) }
      partAudio.willClose(part)
      return nil
    case .forget(let part):
      partAudio.close(part, pool: &pool)
      return nil
    case .dropTexts(let texts):
      texts.free()
      return nil
    case .retire(let segment):
      tape?.retire(segment)
      return nil
    }
  }

  @inline(__always)
  private mutating func beginEvent(_ kind: Event.Kind, _ part: PartID) {
    event.begin(kind)
    let item = engine.item(of: part)
    event.responseID = engine.name(of: engine.response(of: item))
    event.itemID = engine.name(of: item)
    event.contentIndex = engine.contentIndex(of: part)
  }

  private mutating func beginFunctionCall(_ item: ItemID, _ texts: TextCopies?) {
    event.begin(.functionCall)
    event.responseID = engine.name(of: engine.response(of: item))
    event.itemID = engine.name(of: item)
    event.outputIndex = engine.record(of: item).outputIndex
    event.callID = texts?.first.bytes ?? .none
    event.name = texts?.second.bytes ?? .none
    event.arguments = texts?.third.bytes ?? .none
  }
}

extension Engine {
  /// The record of an item as it stands; `texts` then holds what was heard of it and what was generated.
  func message(of item: ItemID, texts: inout ByteBuffer) -> Message {
    var message = Message.none
    tell(item, in: &message, texts: &texts)
    return message
  }

  /// Makes `message` the record of an item as it stands. It is filled where it lies.
  @inline(__always)
  fileprivate func tell(_ item: ItemID, in message: inout Message, texts: inout ByteBuffer) {
    message.record = record(of: item)
    message.responseID = name(of: message.record.response)
    message.itemID = name(of: item)
    message.reason = reason(of: message.record.response)
    message.phase = phase(of: item)
    texts.removeAll()
    forEachHeardText(of: item) { texts.append($0) }
    let heardCount = texts.count
    texts.append(0)
    forEachGeneratedText(of: item) { texts.append($0) }
    let both = texts.bytes
    message.heardText = Bytes(both.base, count: heardCount)
    message.generatedText = Bytes(both.base.map { $0 + heardCount + 1 }, count: both.count - heardCount - 1)
  }
}
