// What the engine wants done, and the ring in which it waits until somebody does it. Effects are plain
// data: integers and ids, so that they can wait, be polled or be replayed.

/// The number of a command, from which its event id is made. Counted up from 1.
public typealias CommandNumber = UInt64

/// Which responses a context replacement is about.
public enum SyncScope: Equatable, Sendable {
  /// Those that one interrupt cut.
  case cut(group: UInt64)
  /// A single one, where a message was skipped without an interrupt.
  case response(ResponseID)
}

/// One thing to be done or told, in the order of birth. A payload is a number that came in with the input
/// which caused the effect, 0 for none; for a limit it is the ``Answer`` that was given.
public enum Effect {
  // To the sink. Writes and flushes are not here: they follow from the state (see ``Engine/nextHandover()``).
  case clear(SegmentID, PartID)
  case pause
  case resume
  case offerText(ItemID)

  // Events.
  case speakingStarted(ResponseID)
  case speakingStopped(ResponseID)
  case settled(ResponseID)
  case playbackStarted(SegmentID, PartID)
  case heardText(PartID, from: Int, to: Int, estimated: Bool)
  case message(ItemID)
  case functionCall(ItemID, payload: UInt)

  // Commands.
  case cancel(CommandNumber, ResponseID)
  case truncate(CommandNumber, PartID, audioEndMs: Int64, estimated: Bool)
  case delete(CommandNumber, ItemID)
  case sync(CommandNumber, SyncScope)
  case create(CommandNumber, ItemID)

  case diagnostic(Diagnostic, ResponseID, ItemID, SegmentID, payload: UInt)

  // Housekeeping for whoever keeps the audio; never shown to the host's users.
  /// The listener has heard this segment up to here, in sink frames.
  case heardAudio(SegmentID, PartID, through: Int64)
  /// No more than what comes after this source frame will be asked for again.
  case release(PartID, heardThrough: Int64)
  /// Nothing of this part will be asked for again.
  case discard(PartID)
  /// The sink knows this segment no more.
  case retire(SegmentID)
  /// A payload that nobody will hear of.
  case dropPayload(UInt)
  /// The part is forgotten: its slot may be given to another.
  case forget(PartID)
}

/// A first-in first-out ring of effects that grows when one input has more to say than ever before.
public struct EffectRing: ~Copyable {
  private var storage: UnsafeMutablePointer<Effect>
  private var capacity: Int
  private var head = 0
  /// How many effects wait.
  public private(set) var count = 0

  /// A ring that holds `capacity` effects, a power of two, before it has to grow.
  public init(capacity: Int = 64) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    self.capacity = capacity
    storage = .allocate(capacity: capacity)
  }

  deinit { storage.deallocate() }

  /// Adds an effect behind all others.
  public mutating func append(_ effect: Effect) {
    if count == capacity { grow() }
    (storage + ((head + count) & (capacity - 1))).initialize(to: effect)
    count += 1
  }

  /// Takes the oldest effect, or nil.
  public mutating func popFirst() -> Effect? {
    guard count > 0 else { return nil }
    let effect = storage[head]
    count -= 1
    // From the beginning again when it is empty: of thousands of sessions each then keeps its few lines of cache.
    head = count == 0 ? 0 : (head + 1) & (capacity - 1)
    return effect
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Effect>.allocate(capacity: capacity * 2)
    for index in 0..<count { (larger + index).initialize(to: storage[(head + index) & (capacity - 1)]) }
    storage.deallocate()
    storage = larger
    head = 0
    capacity *= 2
  }
}
