// Inputs that came from inside a callback: kept with copies of their bytes until the effects at hand are
// delivered.

import RTMultiAudio
import RTMultiCore

/// Something that the host gave while effects were being delivered.
enum DeferredInput {
  case input(Input)
  case audio(Place, bytes: Bytes)
  case packet(Place, bytes: Bytes, PacketStamp)
  case format(AudioFormat)
  case event(Bytes)
}

/// A first-in first-out queue with limits, so that a host that answers itself cannot eat all memory.
struct DeferredInputs: ~Copyable {
  private static var maximumCount: Int { 4_096 }
  fileprivate static var maximumBytes: Int { 64 << 20 }

  /// An input and the copy of the bytes that it borrows.
  struct Entry {
    let input: DeferredInput
    fileprivate let copy: UnsafeMutablePointer<UInt8>?
    /// What counts for the limit: the copy, and the words of a function call or a refusal.
    fileprivate let size: Int

    /// Must be called once the input has run.
    func free() { copy?.deallocate() }
  }

  /// A ring; `capacity` is a power of two.
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity = 16
  private var first = 0
  private(set) var count = 0
  private var bytes = 0

  init() { entries = .allocate(capacity: capacity) }

  deinit {
    for index in 0..<count {
      let entry = entries[(first + index) & (capacity - 1)]
      Payload.free(entry.input.payload)
      entry.free()
    }
    entries.deallocate()
  }

  /// Queues an input with copies of what it borrows. Returns false when a limit is reached.
  mutating func append(_ input: DeferredInput) -> Bool {
    guard count < Self.maximumCount else { return false }
    // Nearly everything that comes from inside a callback is a report, which borrows nothing.
    guard input.mayBorrow else {
      push(Entry(input: input, copy: nil, size: 0))
      return true
    }
    let size = input.borrowedSize
    let cost = size + (Payload.find(input.payload)?.size ?? 0)
    guard cost <= Self.maximumBytes - bytes else { return false }
    var cursor: UnsafeMutablePointer<UInt8>?
    if size > 0 { cursor = .allocate(capacity: size) }
    let copy = cursor
    let kept = input.mapBytes { borrowed in
      guard let base = borrowed.base, borrowed.count > 0, let place = cursor else { return .none }
      place.update(from: base, count: borrowed.count)
      cursor = place + borrowed.count
      return Bytes(UnsafePointer(place), count: borrowed.count)
    }
    push(Entry(input: kept, copy: copy, size: cost))
    bytes += cost
    return true
  }

  /// Takes the oldest input, which must be freed once it has run.
  mutating func popFirst() -> Entry? {
    guard count > 0 else { return nil }
    let entry = entries[first]
    count -= 1
    first = count == 0 ? 0 : (first + 1) & (capacity - 1)
    bytes -= entry.size
    return entry
  }

  private mutating func push(_ entry: Entry) {
    if count == capacity { grow() }
    (entries + ((first + count) & (capacity - 1))).initialize(to: entry)
    count += 1
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    for index in 0..<count { (larger + index).initialize(to: entries[(first + index) & (capacity - 1)]) }
    entries.deallocate()
    entries = larger
    first = 0
    capacity *= 2
  }
}

extension DeferredInput {
  /// Whether there may be bytes in it that are only there for the call.
  fileprivate var mayBorrow: Bool {
    switch self {
    case .input(.started), .input(.progress), .input(.finished), .input(.mark), .input(.queued),
      .input(.sinkReady), .input(.advance):
      false
    default: true
    }
  }

  /// The words that it carries, which are freed where it runs; 0 when there are none.
  fileprivate var payload: UInt {
    switch self {
    case .input(.functionCall(_, _, let payload)), .input(.rejected(_, _, let payload)): payload
    default: 0
    }
  }

  /// The bytes that it borrows, together; past what may be queued it says only that.
  fileprivate var borrowedSize: Int {
    var size = 0
    _ = mapBytes { bytes in
      // A host can name any size, and two of them may be more than a number holds.
      size += min(bytes.count, DeferredInputs.maximumBytes + 1)
      return bytes
    }
    return size
  }

  /// The same input with each run of borrowed bytes replaced by what `body` makes of it.
  fileprivate func mapBytes(_ body: (Bytes) -> Bytes) -> DeferredInput {
    func map(_ place: Place) -> Place {
      Place(response: body(place.response), item: body(place.item), contentIndex: place.contentIndex)
    }
    switch self {
    case .audio(let place, let bytes): return .audio(map(place), bytes: body(bytes))
    case .packet(let place, let bytes, let stamp): return .packet(map(place), bytes: body(bytes), stamp)
    case .format: return self
    case .event(let text): return .event(body(text))
    case .input(let input):
      switch input {
      case .expect(let token): return .input(.expect(token: body(token)))
      case .responseCreated(let id, let traits, let token):
        return .input(.responseCreated(id: body(id), traits: traits, token: body(token)))
      case .responseDone(let id, let status, let reason):
        return .input(.responseDone(id: body(id), status: status, reason: body(reason)))
      case .itemAdded(let response, let item, let index, let kind):
        return .input(.itemAdded(response: body(response), item: body(item), outputIndex: index, kind: kind))
      case .partAdded(let place, let kind, let format):
        return .input(.partAdded(map(place), kind: kind, format: format))
      case .text(let place, let text, let startMs, let endMs):
        return .input(.text(map(place), text: body(text), startMs: startMs, endMs: endMs))
      case .partDone(let place): return .input(.partDone(map(place)))
      case .itemDone(let item): return .input(.itemDone(item: body(item)))
      case .functionCall(let response, let item, let payload):
        return .input(.functionCall(response: body(response), item: body(item), payload: payload))
      case .interrupt(let response, let interrupter):
        return .input(.interrupt(response: body(response), by: interrupter))
      case .phase(let item, let phase): return .input(.phase(item: body(item), body(phase)))
      case .itemGone(let item): return .input(.itemGone(item: body(item)))
      case .partTruncated(let place): return .input(.partTruncated(map(place)))
      case .textDelivered(let item): return .input(.textDelivered(item: body(item)))
      case .rejected, .reconnect, .pause, .resume, .close, .sinkChanged, .started, .progress, .finished, .mark,
        .queued, .sinkReady, .advance:
        return self
      }
    }
  }
}
