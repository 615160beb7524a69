// The order of packets that bear numbers, as RTP gives them: which is next, which has to wait, which comes too late,
// and how much is missing between two (rule H2). A value without bytes: what waits lies in blocks that others own.

/// The two numbers that a sender gives a packet. Both begin anywhere and wrap.
public struct PacketStamp: Equatable, Sendable {
  /// Counts packets.
  public var sequence: UInt16
  /// The first frame of the packet, at 48 kHz.
  public var timestamp: UInt32

  /// A stamp as RTP has it.
  public init(sequence: UInt16, timestamp: UInt32) {
    self.sequence = sequence
    self.timestamp = timestamp
  }
}

/// A packet and its place.
struct SequencedPacket {
  let stamp: PacketStamp
  let header: PacketHeader
  /// How many frames before it can be rebuilt from it.
  var rebuildableFrames = 0
  var isCELTOnly = false
}

/// Puts the packets of one part in order.
///
/// Time is what the timestamps say, and a number that is missing says only why there is a gap: what is made of it is
/// ``Concealment``'s.
struct Sequencer {
  /// What a packet that came is.
  enum Turn {
    case next
    /// One before it has not come.
    case early
    case late
    case duplicate
    /// Its sender began to count anew.
    case restart
  }

  struct Held {
    let packet: SequencedPacket
    let sinceUs: Int64
    /// Its bytes, if it has any.
    let bytes: UnsafeRawPointer?
    /// The block that they have for themselves, where the common one has no room for them.
    let block: UnsafeMutablePointer<MemoryBlock>?
  }

  /// How many packets may wait for one before them. With one more it is given up.
  static let windowPackets = 4
  /// How long they wait for it while nothing else comes in order.
  static let patienceUs: Int64 = 60_000
  /// No packet comes later than so many others (RFC 3550 §A.1); two in a row that do have a new count.
  static let farthestLatePackets = 100

  /// The packet that comes next if nothing is lost and nobody is silent; nil before the first.
  private var expected: PacketStamp?
  /// Which of the 64 packets before that have come, the nearest in the lowest bit.
  private var history: UInt64 = 0
  /// What the second packet of a new count would bear.
  private var restartSequence: UInt16?
  private var concealment = Concealment()
  private var progressUs: Int64 = .min
  private var held = InlineArray<4, Held?>(repeating: nil)
  private(set) var heldCount = 0

  /// Whether it is known where the part begins.
  var hasBegun: Bool { expected != nil }

  /// Says which packet is the first, before any has come.
  mutating func begin(at stamp: PacketStamp) { expected = stamp }

  // MARK: Order

  /// Whose turn a packet's is: one that came too late or twice has none (rule H2).
  mutating func judge(_ stamp: PacketStamp) -> Turn {
    guard let expected else { return .next }
    let ahead = distance(to: stamp, from: expected)
    if ahead == 0 { return .next }
    if ahead > 0 { return isHeld(stamp) ? .duplicate : .early }
    let shift = Int(Int32(bitPattern: stamp.timestamp &- expected.timestamp))
    if -ahead > Self.farthestLatePackets || abs(shift) > Concealment.longestJumpFrames {
      if stamp.sequence == restartSequence { return .restart }
      restartSequence = stamp.sequence &+ 1
      return .late
    }
    return -ahead <= 64 && history >> UInt64(-ahead - 1) & 1 == 1 ? .duplicate : .late
  }

  /// The packet is played next: what is missing before it?
  mutating func pass(_ packet: SequencedPacket) -> Gap {
    let gap = gap(before: packet)
    let passed = UInt64(1 + max(0, expected.map { distance(to: packet.stamp, from: $0) } ?? 0))
    history = passed < 64 ? history << passed | 1 : 1
    concealment.pass(gap)
    concealment.pass(packet.header, isCELTOnly: packet.isCELTOnly)
    restartSequence = nil
    expected = PacketStamp(
      sequence: packet.stamp.sequence &+ 1,
      timestamp: packet.stamp.timestamp &+ UInt32(packet.header.durationFrames))
    return gap
  }

  /// A packet came in order.
  mutating func noteProgress(nowUs: Int64) { progressUs = nowUs }

  /// Forgets where it was; what is held must be released first.
  mutating func restart() { expected = nil }

  private func gap(before packet: SequencedPacket) -> Gap {
    guard let expected else { return Gap() }
    return concealment.gap(
      of: Int(Int32(bitPattern: packet.stamp.timestamp &- expected.timestamp)),
      lostPackets: distance(to: packet.stamp, from: expected), rebuildableFrames: packet.rebuildableFrames)
  }

  private func distance(to stamp: PacketStamp, from other: PacketStamp) -> Int {
    Int(Int16(bitPattern: stamp.sequence &- other.sequence))
  }

  // MARK: What waits

  var isFull: Bool { heldCount == Self.windowPackets }

  /// Whether a packet that is early comes before all that wait.
  func precedesHeld(_ stamp: PacketStamp) -> Bool {
    guard let first = firstHeld, let packet = held[first]?.packet else { return true }
    return distance(to: packet.stamp, from: stamp) > 0
  }

  /// The place of the next packet that waits, 0 to 3. It must not be full.
  var freePlace: Int {
    for index in held.indices where held[index] == nil { return index }
    preconditionFailure("ask isFull first")
  }

  mutating func hold(_ packet: Held) {
    held[freePlace] = packet
    heldCount += 1
  }

  /// The first that waits: only if its turn has come, or whatever is missing before it.
  mutating func popHeld(evenEarly: Bool) -> Held? {
    guard heldCount > 0, let first = firstHeld, let packet = held[first] else { return nil }
    if !evenEarly, packet.packet.stamp.sequence != expected?.sequence { return nil }
    held[first] = nil
    heldCount -= 1
    return packet
  }

  /// When the first that waits has waited enough.
  var deadlineUs: Int64? {
    guard heldCount > 0 else { return nil }
    var sinceUs = Int64.max
    for index in held.indices {
      if let packet = held[index] { sinceUs = min(sinceUs, packet.sinceUs) }
    }
    return max(sinceUs, progressUs) + Self.patienceUs
  }

  private func isHeld(_ stamp: PacketStamp) -> Bool {
    for index in held.indices where held[index]?.packet.stamp.sequence == stamp.sequence { return true }
    return false
  }

  private var firstHeld: Int? {
    guard let expected else { return nil }
    var first: (index: Int, ahead: Int)?
    for index in held.indices {
      guard let packet = held[index] else { continue }
      let ahead = distance(to: packet.packet.stamp, from: expected)
      if first == nil || ahead < first!.ahead { first = (index, ahead) }
    }
    return first?.index
  }
}
