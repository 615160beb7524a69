// How the tests of the pulled driver feed a channel and pull from it: one pool, one channel, one part at a time, and a
// device on the same thread. No expectation lives here.

import RTMultiAudio
import RTMultiCore

/// A channel with everything around it.
struct PullWorld: ~Copyable {
  var pool = AudioPool()
  var channel: PullChannel
  var part: PartAudio
  let sink: SinkFormat
  /// What the device has played so far, silence included, and how much of it was claimed.
  var played: [Int16] = []
  var claimed: [Int16] = []
  private let memory: UnsafeMutablePointer<Int16>

  init(_ format: AudioFormat, _ sink: SinkFormat, fadeUs: Int = 0) {
    self.sink = sink
    channel = PullChannel(sink: sink, fadeUs: fadeUs)
    part = PartAudio(format: format)
    memory = .allocate(capacity: 2 * 48_000)
  }

  deinit { memory.deallocate() }

  /// Gives everything back.
  mutating func end() {
    part.discard(pool: &pool)
    channel.end(pool: &pool)
  }

  // MARK: The control thread

  /// Begins a segment of a new part.
  @discardableResult
  mutating func begin(_ format: AudioFormat) -> Bool {
    part.discard(pool: &pool)
    part = PartAudio(format: format)
    return part.beginSending(at: 0, to: &channel, pool: &pool)
  }

  mutating func append(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { part.append($0, pool: &pool) }
  }

  mutating func append(_ packet: NumberedPacket) {
    _ = packet.bytes.withUnsafeBytes { part.append($0, stamp: packet.stamp, nowUs: 0, pool: &pool) }
  }

  /// Sends all that waits, or as much as fits. Returns the frames on both sides.
  @discardableResult
  mutating func send(atMost longest: Int64 = .max) -> (source: Int64, sink: Int) {
    var sent: (source: Int64, sink: Int) = (0, 0)
    while true {
      let reading = part.send(atMost: longest, to: &channel)
      if reading.sourceFrames == 0 { return sent }
      sent.source += reading.sourceFrames
      sent.sink += reading.sinkFrames
    }
  }

  /// A whole segment: begun, sent and ended.
  @discardableResult
  mutating func play(_ format: AudioFormat, _ deltas: [[UInt8]]) -> (source: Int64, sink: Int) {
    begin(format)
    for delta in deltas { append(delta) }
    let sent = send()
    channel.endSegment()
    return sent
  }

  // MARK: The device

  @discardableResult
  mutating func pull(_ frames: Int, delay: Int = 0) -> Int {
    let heard = Int(
      channel.device.pull(
        into: memory, frames: UInt32(frames), channels: UInt32(channel.sink.channels),
        deviceDelayFrames: UInt32(delay)
      ).takenFrames)
    played += UnsafeBufferPointer(start: memory, count: frames * sink.channels)
    claimed += UnsafeBufferPointer(start: memory, count: heard * sink.channels)
    return heard
  }

  /// Pulls blocks of changing, odd sizes until one holds nothing.
  mutating func pullAll(seed: UInt64 = 1) {
    var random = SeededRandom(seed: seed)
    while pull(Int.random(in: 1...997, using: &random)) > 0 {}
  }

  /// The last `frames` frames that were played.
  func last(_ frames: Int) -> [Int16] { Array(played.suffix(frames * sink.channels)) }
}

/// 1, 2, 3 … and never 0: every sample says where it belongs.
func ramp(_ frames: Int, from first: Int = 1) -> [Int16] {
  (0..<frames).map { Int16(($0 + first - 1) % 32_000 + 1) }
}
