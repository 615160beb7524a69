// Inputs that came from inside a callback: kept with copies of their bytes until the effects at hand are
// delivered.

import RTMultiCore

/// A report of progress.
@usableFromInline
struct DeferredReport {
  @usableFromInline let segment: SegmentID
  @usableFromInline let frames: Int64
  @usableFromInline let atUs: Int64

  @usableFromInline
  @inline(__always)
  init(segment: SegmentID, frames: Int64, atUs: Int64) {
    self.segment = segment
    self.frames = frames
    self.atUs = atUs
  }
}

/// A first-in first-out queue with limits, so that a host that answers itself cannot eat all memory.
struct DeferredInputs: ~Copyable {
  private static var maximumCount: Int { 4_096 }
  fileprivate static var maximumBytes: Int { 64 << 20 }

  /// An input and the copy of the bytes that it borrows.
  struct Entry {
    let input: SessionInput
    fileprivate let copy: UnsafeMutablePointer<UInt8>?
    fileprivate let size: Int

    /// Must be called once the input has run.
    func free() { copy?.deallocate() }
  }

  private var entries = Ring<Entry>(capacity: 1)
  private var bytes = 0

  /// A report that came while nothing waited: it is older than all entries.
  private var report: DeferredReport?

  /// How many inputs wait, that report included.
  private(set) var count = 0
  var isEmpty: Bool { count == 0 }

  /// Keeps a report, if it is the only thing that waits.
  @inline(__always)
  mutating func keep(_ report: DeferredReport) -> Bool {
    guard count == 0 else { return false }
    self.report = report
    count = 1
    return true
  }

  /// Takes that report, if it is still there: before any entry.
  @inline(__always)
  mutating func takeReport() -> DeferredReport? {
    guard let report else { return nil }
    self.report = nil
    count -= 1
    return report
  }

  /// Queues an input with copies of what it borrows. Returns false when a limit is reached.
  mutating func append(_ input: SessionInput) -> Bool {
    guard count < Self.maximumCount else { return false }
    // Nearly everything that comes from inside a callback is a report.
    guard input.mayBorrow else {
      append(Entry(input: input, copy: nil, size: 0))
      return true
    }
    var kept = input
    var borrowed = BorrowedSize()
    kept.show(to: &borrowed)
    guard borrowed.size <= Self.maximumBytes - bytes else { return false }
    var copy: UnsafeMutablePointer<UInt8>?
    if borrowed.size > 0 {
      let place = UnsafeMutablePointer<UInt8>.allocate(capacity: borrowed.size)
      var copier = Copier(end: place)
      kept.show(to: &copier)
      copy = place
    }
    append(Entry(input: kept, copy: copy, size: borrowed.size))
    return true
  }

  private mutating func append(_ entry: Entry) {
    entries.append(entry)
    bytes += entry.size
    count += 1
  }

  /// Takes the oldest input, which must be freed once it has run, or nil.
  mutating func popFirst() -> Entry? {
    guard let entry = entries.popFirst() else { return nil }
    bytes -= entry.size
    count -= 1
    return entry
  }
}

/// Those who look only for the bytes of an input.
private protocol BytesAlone: InputFields {}

extension BytesAlone {
  mutating func begin(_ entry: TraceEntry) {}
  mutating func segment(_ segment: SegmentID) {}
  mutating func frames(_ frames: Int64) {}
  mutating func time(us: Int64) {}
  mutating func format(_ format: AudioFormat?) {}
  mutating func number(_ number: UInt64) {}
  mutating func number(_ number: Int64?) {}
}

/// The bytes that an input borrows, together; past what may be queued it says only that.
private struct BorrowedSize: BytesAlone {
  private(set) var size = 0

  mutating func bytes(_ bytes: inout Bytes, _ what: BorrowedBytes) {
    // A host can name any size, and two of them may be more than a number holds.
    size += min(bytes.count, DeferredInputs.maximumBytes + 1)
  }
}

/// Puts copies of an input's bytes one behind the other, and the copies in the place of what was borrowed.
private struct Copier: BytesAlone {
  var end: UnsafeMutablePointer<UInt8>

  mutating func bytes(_ bytes: inout Bytes, _ what: BorrowedBytes) {
    guard let base = bytes.base, bytes.count > 0 else {
      bytes = .none
      return
    }
    end.update(from: base, count: bytes.count)
    bytes = Bytes(UnsafePointer(end), count: bytes.count)
    end += bytes.count
  }
}
