// How long the device's end of a channel lives: as long as the channel, and as long as anybody outside holds a handle
// on it. Whoever lets go last may be a real-time thread, which must not free memory. So nobody frees when he lets go:
// what nobody holds any more is put aside here, and freed by the next control thread that makes or ends a channel or
// a session.

import Synchronization

/// The states that nobody holds any more, each naming the one that was put aside before it.
private let newestUnheld = Atomic<UInt>(0)

/// The states that wait to be freed.
public enum UnheldDevices {
  /// Frees them. For threads that may ask the system for memory.
  public static func free() {
    // Nobody else has the row from here on.
    var next = newestUnheld.exchange(0, ordering: .acquiring)
    while let state = UnsafeMutablePointer<PullState>(bitPattern: next) {
      next = state.pointee.unheldBefore
      state.deinitialize(count: 1)
      state.deallocate()
    }
  }

  /// Puts a state aside. It waits for nobody; another thread that does the same can only make it look again.
  fileprivate static func add(_ state: UnsafeMutablePointer<PullState>) {
    var newest = newestUnheld.load(ordering: .relaxed)
    while true {
      state.pointee.unheldBefore = newest
      let (isAdded, now) = newestUnheld.compareExchange(
        expected: newest, desired: UInt(bitPattern: state), ordering: .acquiringAndReleasing)
      if isAdded { return }
      newest = now
    }
  }
}

extension PullDevice {
  /// The device as a handle outside says it.
  @inlinable
  public init(_ handle: OpaquePointer) { state = UnsafeMutablePointer(handle) }

  /// The same device for a handle outside.
  @inlinable
  public var handle: OpaquePointer { OpaquePointer(state) }

  /// Holds the device once more: it lives until each hold was let go. For any thread that holds it.
  public func retain() { state.pointee.holds.add(1, ordering: .relaxed) }

  /// Lets go of one hold. For any thread, also a real-time one: it frees nothing.
  public func release() {
    let (before, _) = state.pointee.holds.subtract(1, ordering: .acquiringAndReleasing)
    if before == 1 { UnheldDevices.add(state) }
  }

  // MARK: The log of a trace

  /// Where its pulls are noted, or nil while nothing is traced.
  public var log: UnsafeMutablePointer<PullLog>? {
    UnsafeMutablePointer(bitPattern: state.pointee.log.load(ordering: .acquiring))
  }

  /// Begins to note its pulls, in a log that lives as long as the device. For the control thread, once.
  public func beginLog() {
    let log = UnsafeMutablePointer<PullLog>.allocate(capacity: 1)
    log.initialize(to: PullLog())
    state.pointee.ownedLog = log
    state.pointee.log.store(UInt(bitPattern: log), ordering: .releasing)
  }

  /// Notes no more.
  public func endLog() { state.pointee.log.store(0, ordering: .relaxed) }
}
