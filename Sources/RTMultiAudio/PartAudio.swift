// The audio of one content part from its arrival until it was heard: appended encoded, decoded when it is
// handed over (rule H6), forgotten when it was heard. Whose turn it is and what was heard is not decided here.

import RTMultiCore

/// What `PartAudio.append` did.
public enum AppendOutcome: Equatable, Sendable {
  /// So many source frames were added to R.
  case appended(frames: Int64)
  /// As `appended`, but something among it cannot be decoded and will be concealed (rule H3).
  case damaged(frames: Int64)
  /// Nothing was added and nothing has changed: what comes first is no Ogg Opus stream of one or two channels. The
  /// answer says what it is.
  case refused(Answer)
  /// Nothing was added: a packet that came twice, or when its time was over (rule H2).
  case ignored
}

/// What `PartAudio.finish` found.
public enum FinishOutcome: Equatable, Sendable {
  /// Everything that came is accounted for.
  case clean
  /// Half a frame of PCM16 had come at the end and was dropped (rule H5).
  case droppedOddByte
}

/// What one `PartAudio.read` handed over.
public struct Reading: Equatable, Sendable {
  /// How far the reading position moved, in source frames. 0 means that nothing waits.
  public var sourceFrames: Int64
  /// How many frames were written into the buffer, at the sink's rate. It may be 0 while a resampler fills.
  public var sinkFrames: Int
  /// Whether a packet that looked intact could not be decoded and was concealed (rule H3).
  public var damaged: Bool

  static let nothing = Reading(sourceFrames: 0, sinkFrames: 0, damaged: false)
}

/// The audio of one content part. Call `discard` before it goes: blocks, decoders and resamplers belong to the
/// pool, and the same pool must be given to every call.
public struct PartAudio: ~Copyable {
  enum Stage {
    case open
    case finished
    case discarded
  }

  /// The room, in frames per channel, that suffices for every `read`: 120 ms at 48 kHz, and a little for what
  /// a resampler held back.
  public static let maximumReadFrames = Segment.longestReadFrames + 48

  /// The room, in samples of all channels, that suffices for every `read` for this sink: 120 ms at its rate
  /// (at 48 kHz where an Opus decoder makes that before it is resampled), and a little more.
  public static func maximumReadSamples(_ sink: SinkFormat) -> Int {
    let frames =
      OpusDecoderPool.decodes(toHz: sink.sampleRateHz)
      ? Segment.longestReadMs * sink.sampleRateHz / 1_000 + 48 : maximumReadFrames
    return frames * sink.channels
  }

  /// How the part's audio arrives, and the rate at which its frames are counted.
  public let format: AudioFormat
  /// 10 ms of it: less is not worth handing over.
  public let pieceFrames: Int64
  /// R: the frames received so far, at `format.sampleRateHz`. For Ogg Opus without pre-skip and end trim; the
  /// newest packet of an Ogg stream counts when the next one or the end arrives, so that R never shrinks.
  public internal(set) var receivedFrames: Int64 = 0
  /// Payload bytes appended and not yet released.
  public internal(set) var queuedBytes = 0

  var stage = Stage.open
  /// Whether samples are listened to and counted and not kept: the host has them.
  public private(set) var isCounted = false
  @usableFromInline var splitFrame = SplitFrame()
  var queue = PacketQueue()
  private var meter = SoundMeter()
  /// The order of the packets, where they bear numbers: in a block of the pool, from the first to `discard`.
  var sequencing: UnsafeMutablePointer<MemoryBlock>?
  /// The hand-over that is under way, if any: decoded here, or by a device's thread.
  private var segment: Segment?
  /// The duration that a damaged Opus packet is given.
  var previousDurationFrames = OpusPacket.usualDurationFrames
  /// The state of an Ogg stream, from its first byte to `discard`.
  var ogg: UnsafeMutablePointer<OggOpusIntake>?
  private var packetMeter = PacketSoundMeter()
  var sending: Sending?
  /// How far a host that plays by itself was given the part.
  private var grant: SegmentCount?
  /// How far any segment that has ended had read.
  private var furthestFrame: Int64 = 0
  private let addressOnly = AddressOnly()

  /// An empty part. It takes memory from the pool when the first bytes come.
  public init(format: AudioFormat) {
    self.format = format
    pieceFrames = Int64(format.sampleRateHz / 100)
  }

  // MARK: Arriving

  /// How many frames `append` would add, exactly: lengths come from the samples of the part's own format (rule C3).
  /// Always 0 for Ogg, whose length is known only once it is taken apart. Changes nothing.
  @inlinable
  @inline(__always)
  public func measure(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    // A frame has 2 bytes or 4, for one channel or two.
    format.codec == .pcm16
      ? Int64((splitFrame.byteCount &+ bytes.count) &>> format.channels) : measureOthers(bytes)
  }

  @usableFromInline
  func measureOthers(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    switch format.codec {
    case .pcm16: measure(bytes)
    case .uLaw, .aLaw: Int64(bytes.count)
    case .opus: Int64(OpusPacket.durationFrames(bytes) ?? previousDurationFrames)
    case .oggOpus: 0
    }
  }

  /// Takes bytes as they arrived: any number of PCM16, G.711 or Ogg, exactly one packet of raw Opus. Copies
  /// them. After `discard` it takes nothing and answers `.appended(frames: 0)`.
  public mutating func append(_ bytes: UnsafeRawBufferPointer, pool: inout AudioPool) -> AppendOutcome {
    switch stage {
    case .open: break
    case .discarded: return .appended(frames: 0)
    // Events out of order: what comes after the end still plays (rule A5).
    case .finished: stage = .open
    }
    precondition(sequencing == nil, "a part has one way in: ask isSequenced first")
    switch format.codec {
    case .pcm16:
      return .appended(frames: appendPCM16(bytes, pool: &pool))
    case .uLaw, .aLaw:
      return .appended(frames: appendFrames(bytes, FrameSize(bytes: 1), pool: &pool))
    case .opus:
      return appendPacket(bytes, pool: &pool)
    case .oggOpus:
      return appendOgg(bytes, pool: &pool)
    }
  }

  /// No more bytes will come. What an Ogg stream or a sequence held back counts into R now; half a frame is dropped
  /// (rule H5). A second call changes nothing and answers `.clean`.
  public mutating func finish(pool: inout AudioPool) -> FinishOutcome {
    guard case .open = stage else { return .clean }
    stage = .finished
    finishOgg()
    releaseHeld(pool: &pool)
    let outcome: FinishOutcome = splitFrame.byteCount == 0 ? .clean : .droppedOddByte
    splitFrame = SplitFrame()
    return outcome
  }

  /// Whether packets have come that do not count into R yet: those that wait for one before them in a sequence, or
  /// the newest of an Ogg stream.
  public var holdsBack: Bool { heldPackets > 0 || (ogg?.pointee.pendingPackets ?? 0) > 0 }

  /// Forgets what is held back: nobody will hear it.
  public mutating func dropHeldBack(pool: inout AudioPool) {
    dropHeld(pool: &pool)
    freeOgg()
  }

  private mutating func appendPCM16(_ bytes: UnsafeRawBufferPointer, pool: inout AudioPool) -> Int64 {
    let size = FrameSize(bytes: 2 * format.channels)
    // Nearly always frames come whole.
    if splitFrame.byteCount == 0, bytes.count & (size.bytes &- 1) == 0 {
      return appendFrames(bytes, size, pool: &pool)
    }
    return appendSplit(bytes, size, pool: &pool)
  }

  @inline(never)
  private mutating func appendSplit(
    _ bytes: UnsafeRawBufferPointer, _ size: FrameSize, pool: inout AudioPool
  ) -> Int64 {
    var rest = bytes
    var joined: Int64 = 0
    if splitFrame.byteCount > 0 {
      rest = splitFrame.fill(from: rest, upTo: size.bytes)
      guard splitFrame.byteCount == size.bytes else { return 0 }
      joined = withUnsafeBytes(of: splitFrame.bytes) { frame in
        appendFrames(UnsafeRawBufferPointer(rebasing: frame[..<size.bytes]), size, pool: &pool)
      }
      splitFrame = SplitFrame()
    }
    let whole = size.bytes(of: size.frames(in: rest.count))
    if whole == rest.count { return joined + appendFrames(rest, size, pool: &pool) }
    let added = appendFrames(UnsafeRawBufferPointer(rebasing: rest[..<whole]), size, pool: &pool)
    _ = splitFrame.fill(from: UnsafeRawBufferPointer(rebasing: rest[whole...]), upTo: size.bytes)
    return joined + added
  }

  @inline(__always)
  private mutating func appendFrames(
    _ bytes: UnsafeRawBufferPointer, _ size: FrameSize, pool: inout AudioPool
  ) -> Int64 {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return 0 }
    if !isCounted {
      queue.append(frames: start, byteCount: bytes.count, size: size, pool: &pool)
      count(bytes: bytes.count, pool: &pool)
    }
    listen(to: bytes, start, pool: &pool)
    let frames = Int64(size.frames(in: bytes.count))
    receivedFrames += frames
    return frames
  }

  private mutating func appendPacket(_ bytes: UnsafeRawBufferPointer, pool: inout AudioPool) -> AppendOutcome {
    let header = OpusPacket.header(bytes, previousDurationFrames: previousDurationFrames)
    pool.receivedPackets += 1
    _ = enqueue(header, payload: bytes, pool: &pool)
    receivedFrames += Int64(header.playFrames)
    let frames = Int64(header.playFrames)
    return header.condition == .intact ? .appended(frames: frames) : .damaged(frames: frames)
  }

  /// Queues one Opus packet, or a piece of a gap, without counting it into R, and says where it waits.
  mutating func enqueue(
    _ header: PacketHeader, payload bytes: UnsafeRawBufferPointer, pool: inout AudioPool
  ) -> Cursor {
    if header.condition.isPacket { previousDurationFrames = Int(header.durationFrames) }
    packetMeter.queued(header, &pool.soundFrames)
    count(bytes: Int(header.byteCount), pool: &pool)
    return queue.append(header, payload: header.byteCount > 0 ? bytes.baseAddress : nil, pool: &pool)
  }

  /// Measures samples that need no decoder.
  @inline(__always)
  private mutating func listen(
    to bytes: UnsafeRawBufferPointer, _ start: UnsafeRawPointer, pool: inout AudioPool
  ) {
    if receivedFrames == 0 {
      meter.begin(atMs: 0, sampleRateHz: format.sampleRateHz, channels: format.channels)
    }
    switch format.codec {
    case .pcm16:
      meter.hear(bytes.count / 2, &pool.soundFrames) { SampleSums.of(pcm16: start, $0, $1) }
    case .uLaw, .aLaw:
      let table = format.codec == .uLaw ? G711Table.uLaw : G711Table.aLaw
      meter.hear(bytes.count, &pool.soundFrames) { range, _ in SampleSums.of(g711: start, range, table) }
    case .opus, .oggOpus: break
    }
  }

  /// Measures what was decoded. What is handed over again was heard before.
  private mutating func listen(
    toDecoded pcm: UnsafePointer<Int16>, frames: Int, _ sink: SinkFormat, fromFrame: Int64,
    pool: inout AudioPool
  ) {
    let atMs = fromFrame / 48
    if !meter.goesOn(atMs: atMs, samplesPerSecond: sink.sampleRateHz * sink.channels) {
      guard atMs >= meter.positionMs else { return }
      meter.begin(atMs: atMs, sampleRateHz: sink.sampleRateHz, channels: sink.channels)
    }
    meter.hear(frames * sink.channels, &pool.soundFrames) { SampleSums.of(pcm16: pcm, $0, $1) }
  }

  mutating func count(bytes byteCount: Int, pool: inout AudioPool) {
    queuedBytes += byteCount
    pool.queuedBytes += byteCount
  }

  // MARK: Handing over

  /// Begins to hand the part over to a sink, with a fresh decoder and resampler: the next read starts at
  /// `sourceFrame`, or at the nearest frame that is kept. In mid-stream an Opus decoder first hears, unheard
  /// by anybody else, the 160 ms before. A segment that was open is ended.
  public mutating func beginSegment(at sourceFrame: Int64, sink: SinkFormat, pool: inout AudioPool) {
    endSegment(pool: &pool)
    if case .discarded = stage { return }
    let (frame, cursor) = place(of: sourceFrame)
    segment = Segment(format: format, sink: sink, readFrame: frame, cursor: cursor, pool: &pool)
  }

  /// The nearest frame that is kept, and where handing over from there begins.
  func place(of sourceFrame: Int64) -> (frame: Int64, cursor: Cursor) {
    let frame = min(max(sourceFrame, queue.front.frame), receivedFrames)
    if let frameSize { return (frame, queue.cursor(atFrame: frame, size: frameSize)) }
    return (frame, queue.cursor(atPacketBefore: frame - OpusPacket.preRollFrames))
  }

  /// Hands over the next audio: at most `sourceFrames` frames (and 120 ms) of PCM16 or G.711, one whole packet
  /// of Opus. `pcm` receives interleaved samples at the sink's rate and must have room for
  /// ``maximumReadFrames`` frames. Without a segment nothing waits.
  public mutating func read(
    atMost sourceFrames: Int64, into pcm: UnsafeMutableBufferPointer<Int16>, pool: inout AudioPool
  ) -> Reading {
    guard let sink = segment?.sink, sourceFrames > 0 else { return .nothing }
    precondition(
      pcm.count >= Self.maximumReadSamples(sink), "read needs room for maximumReadSamples(sink)")
    if frameSize != nil {
      return segment?.readFrames(
        atMost: sourceFrames, from: queue, endFrame: receivedFrames, into: pcm, pool: &pool) ?? .nothing
    }
    let fromFrame = segment?.readFrame ?? 0
    let reading = segment?.readPacket(from: queue, endFrame: receivedFrames, into: pcm, pool: &pool) ?? .nothing
    if let pcm = pcm.baseAddress, reading.sinkFrames > 0 {
      listen(toDecoded: pcm, frames: reading.sinkFrames, sink, fromFrame: fromFrame, pool: &pool)
    }
    return reading
  }

  /// The next frames where they wait, if ``read(atMost:into:pool:)`` would only copy them, in one piece, and `atLeast` of
  /// them; else nil, and nothing was read. They stay there until audio is next appended, released or discarded.
  @inline(__always)
  public mutating func readInPlace(
    atLeast leastFrames: Int64 = 1, atMost sourceFrames: Int64
  ) -> (pcm: UnsafePointer<Int16>, frames: Int)? {
    segment?.readInPlace(atLeast: leastFrames, atMost: sourceFrames, from: queue, endFrame: receivedFrames)
  }

  /// Where the range coder of the Opus packet that was read last ended, or nil without a segment of Opus. It is the
  /// encoder's own number when the decoder took every packet as it was meant.
  public var opusFinalRange: UInt32? { segment?.opusFinalRange }

  /// After the last read of a segment: hands over what a resampler still holds, as much as `pcm` can take, and
  /// returns its sink frames. Call it until it returns 0; the segment's sink frames are then exactly
  /// ceil(source frames · sink rate ÷ source rate).
  public mutating func drain(into pcm: UnsafeMutableBufferPointer<Int16>, pool: inout AudioPool) -> Int {
    segment?.drain(into: pcm) ?? 0
  }

  /// Ends the segment, cut or complete: decoder and resampler go back to the pool.
  public mutating func endSegment(pool: inout AudioPool) {
    if segment != nil || sending != nil {
      furthestFrame = max(furthestFrame, segment?.readFrame ?? 0, sending?.readFrame ?? 0)
      segment?.giveBack(to: &pool)
      segment = nil
      sending = nil
    }
    grant = nil
  }

  // MARK: A host that plays by itself

  /// From now on samples are only listened to and counted, and those that wait are let go. Packets wait on: they are
  /// decoded to be listened to.
  public mutating func countOnly(pool: inout AudioPool) {
    guard frameSize != nil, !isCounted else { return }
    isCounted = true
    endSegment(pool: &pool)
    queue.removeAll(frame: queue.front.frame, pool: &pool)
    count(bytes: -queuedBytes, pool: &pool)
  }

  /// Begins to give a counted part away, from `sourceFrame` on or from the nearest frame after it that is still to be
  /// had. A segment that was open is ended.
  public mutating func beginGrant(at sourceFrame: Int64, sink: SinkFormat, pool: inout AudioPool) {
    endSegment(pool: &pool)
    if case .discarded = stage { return }
    let frame = min(max(sourceFrame, queue.front.frame), receivedFrames)
    grant = SegmentCount(format: format, sink: sink, readFrame: frame)
  }

  /// Gives the next frames away, at most `sourceFrames`: as ``read(atMost:into:pool:)``, only that no sample is touched.
  public mutating func giveAway(atMost sourceFrames: Int64) -> Reading {
    guard let readFrame = grant?.readFrame else { return .nothing }
    let given = min(sourceFrames, receivedFrames - readFrame)
    guard given > 0 else { return .nothing }
    grant?.read(given)
    let sinkFrames = grant?.owedFrames ?? 0
    grant?.emit(sinkFrames)
    return Reading(sourceFrames: given, sinkFrames: sinkFrames, damaged: false)
  }

  // MARK: Forgetting

  /// Forgets what was heard, up to `sourceFrame`; of Opus at least the 160 ms before it stay, until the part is
  /// finished and heard to its end. What an open segment has not read yet is never forgotten.
  public mutating func release(heardThrough sourceFrame: Int64, pool: inout AudioPool) {
    let heard = min(sourceFrame, segment?.readFrame ?? sending?.readFrame ?? receivedFrames)
    if case .finished = stage, heard == receivedFrames {
      // Packets that the end of an Ogg stream has trimmed away are heard by nobody.
      pool.neverDecodedPackets += waitingPackets
      queue.removeAll(frame: receivedFrames, pool: &pool)
      segment?.cursor = Cursor(frame: receivedFrames)
      sending?.cursor = Cursor(frame: receivedFrames)
      count(bytes: -queuedBytes, pool: &pool)
      return
    }
    var reader = segment?.cursor ?? sending?.cursor ?? Cursor()
    let before = queue.front.frame
    let removedBytes: Int
    if let frameSize {
      queue.removeFrames(through: heard, size: frameSize, reader: &reader, pool: &pool)
      removedBytes = frameSize.bytes(of: Int(queue.front.frame - before))
    } else {
      removedBytes = queue.removePackets(
        through: heard - OpusPacket.preRollFrames, reader: &reader, pool: &pool)
    }
    segment?.cursor = reader
    sending?.cursor = reader
    count(bytes: -removedBytes, pool: &pool)
  }

  /// Forgets everything that waits and gives everything back; R stays. The part takes and hands over nothing
  /// from now on.
  public mutating func discard(pool: inout AudioPool) {
    endSegment(pool: &pool)
    freeOgg()
    stage = .discarded
    splitFrame = SplitFrame()
    if frameSize == nil { pool.neverDecodedPackets += waitingPackets }
    if sequencing != nil { freeSequencing(pool: &pool) }
    queue.removeAll(frame: receivedFrames, pool: &pool)
    count(bytes: -queuedBytes, pool: &pool)
  }

  /// How many packets came and were not handed over yet.
  public var waitingPackets: Int {
    guard frameSize == nil else { return 0 }
    let readFrame = max(furthestFrame, segment?.readFrame ?? 0, sending?.readFrame ?? 0)
    return queue.packets(from: readFrame) + heldPackets
  }

  /// The size of a queued frame, or nil where packets are queued.
  var frameSize: FrameSize? {
    switch format.codec {
    case .pcm16: FrameSize(bytes: 2 * format.channels)
    case .uLaw, .aLaw: FrameSize(bytes: 1)
    case .opus, .oggOpus: nil
    }
  }
}

/// The beginning of a PCM16 frame whose rest has not arrived yet (rule H5).
@usableFromInline
struct SplitFrame {
  private(set) var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
  @usableFromInline private(set) var byteCount = 0

  /// Takes bytes until the frame has `frameBytes`; returns those that are left.
  mutating func fill(from source: UnsafeRawBufferPointer, upTo frameBytes: Int) -> UnsafeRawBufferPointer {
    let taken = min(source.count, frameBytes - byteCount)
    let start = byteCount
    withUnsafeMutableBytes(of: &bytes) { frame in
      for index in 0..<taken { frame[start + index] = source[index] }
    }
    byteCount += taken
    return UnsafeRawBufferPointer(rebasing: source[taken...])
  }
}
