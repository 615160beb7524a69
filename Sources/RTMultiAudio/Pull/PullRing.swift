// The way of encoded audio from the control thread to a device's thread: a ring of entries, written by one thread and
// read by one other, neither of which ever waits. What an entry means to a listener is not known here.

import Synchronization

/// What stands before the payload of each entry.
struct PullEntry {
  enum Kind: UInt8 {
    /// A segment begins; everything up to its end is read with this seat.
    case opens
    /// One Opus packet: a `PacketHeader` and its bytes.
    case packet
    /// A run of frames of PCM16 or G.711.
    case frames
    /// No more comes for the segment.
    case ends
    /// Nothing: the next entry stands at the beginning of the ring.
    case filler
  }

  var kind: Kind
  var seat: UInt8
  /// The epoch in which it was written; a cut begins another one.
  var epoch: UInt16
  /// How many frames a run has.
  var frames: UInt32
  var payloadBytes: UInt32

  /// Entries are aligned for everything that is stored in them.
  static let alignment = 16
  static let headBytes = 16

  /// The bytes of an entry with its head.
  static func storedBytes(payload byteCount: Int) -> Int {
    (headBytes + byteCount + alignment - 1) & ~(alignment - 1)
  }
}

/// Owns its memory. `hasRoom`, `reserve` and `publish` are the writer's, `next` and `pass` the reader's.
struct PullRing: ~Copyable {
  /// 256 KiB: 1.3 s of PCM16 in stereo at 48 kHz, 4 s of Opus at its highest rate.
  static let capacity = 1 << 18
  /// No Opus packet is longer without padding: 48 frames of 1,275 bytes, and their sizes.
  static let longestPayloadBytes = 1 << 16

  private let memory: UnsafeMutableRawPointer
  /// How many bytes were ever written and read. Each is changed by one side only.
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)

  init() {
    memory = .allocate(byteCount: Self.capacity, alignment: PullEntry.alignment)
  }

  deinit { memory.deallocate() }

  // MARK: The writer

  /// Whether so many entries without a payload fit. They need one piece each, wherever they stand.
  func hasRoom(forHeads count: Int) -> Bool {
    let free = Self.capacity - (written.load(ordering: .relaxed) - read.load(ordering: .acquiring))
    return free >= count * PullEntry.headBytes
  }

  /// Room for the payload of an entry, or nil where it would not leave `spareBytes` behind it. The reader sees it
  /// once it is published.
  func reserve(_ entry: PullEntry, leaving spareBytes: Int) -> UnsafeMutableRawPointer? {
    let start = written.load(ordering: .relaxed)
    let free = Self.capacity - (start - read.load(ordering: .acquiring))
    let neededBytes = PullEntry.storedBytes(payload: Int(entry.payloadBytes))
    let place = start & (Self.capacity - 1)
    let leftBytes = Self.capacity - place
    guard leftBytes < neededBytes else {
      guard free >= neededBytes + spareBytes else { return nil }
      (memory + place).storeBytes(of: entry, as: PullEntry.self)
      return memory + place + PullEntry.headBytes
    }
    guard free >= leftBytes + neededBytes + spareBytes else { return nil }
    var filler = entry
    filler.kind = .filler
    filler.payloadBytes = UInt32(leftBytes - PullEntry.headBytes)
    (memory + place).storeBytes(of: filler, as: PullEntry.self)
    written.store(start + leftBytes, ordering: .releasing)
    memory.storeBytes(of: entry, as: PullEntry.self)
    return memory + PullEntry.headBytes
  }

  /// Shows the reader the entry that was reserved last.
  func publish(_ entry: PullEntry) {
    let end = written.load(ordering: .relaxed) + PullEntry.storedBytes(payload: Int(entry.payloadBytes))
    written.store(end, ordering: .releasing)
  }

  // MARK: The reader

  /// The oldest entry that was not passed, or nil when there is none.
  func next() -> PullEntry? {
    while true {
      let start = read.load(ordering: .relaxed)
      if start == written.load(ordering: .acquiring) { return nil }
      let entry = (memory + (start & (Self.capacity - 1))).load(as: PullEntry.self)
      if entry.kind != .filler { return entry }
      pass(entry)
    }
  }

  /// The payload of the entry that `next` returned. It is the reader's until it passes the entry.
  var payload: UnsafeMutableRawPointer {
    memory + (read.load(ordering: .relaxed) & (Self.capacity - 1)) + PullEntry.headBytes
  }

  /// Gives the memory of the entry that `next` returned back to the writer.
  func pass(_ entry: PullEntry) {
    let end = read.load(ordering: .relaxed) + PullEntry.storedBytes(payload: Int(entry.payloadBytes))
    read.store(end, ordering: .releasing)
  }
}

/// The way back: seats of which the device's thread is done. It has room for all that there are.
struct PullReturns: ~Copyable {
  private let seats: UnsafeMutablePointer<UInt8>
  private let written = Atomic<Int>(0)
  private let read = Atomic<Int>(0)

  init() {
    seats = .allocate(capacity: PullState.seatCount)
    seats.initialize(repeating: 0, count: PullState.seatCount)
  }

  deinit { seats.deallocate() }

  /// For the device's thread.
  func append(_ seat: UInt8) {
    let end = written.load(ordering: .relaxed)
    seats[end & (PullState.seatCount - 1)] = seat
    written.store(end + 1, ordering: .releasing)
  }

  /// For the control thread: the oldest that was not taken, or nil when there is none.
  func popFirst() -> UInt8? {
    let start = read.load(ordering: .relaxed)
    if start == written.load(ordering: .acquiring) { return nil }
    let seat = seats[start & (PullState.seatCount - 1)]
    read.store(start + 1, ordering: .releasing)
    return seat
  }
}
