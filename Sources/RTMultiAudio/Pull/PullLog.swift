// The pulls of a device on their way to the tracer: the device's thread notes each, the session's thread takes
// them out. What they mean is not known here. Like the pull itself, noting one allocates, locks and waits for nothing.

import Synchronization

/// A ring of pulls with one thread at each end.
public struct PullLog: ~Copyable {
  /// One call of the device, or several silent ones after another.
  public struct Pull {
    public fileprivate(set) var frames: Int
    /// Of them, those that were audio.
    public let takenFrames: Int
    public let deviceDelayFrames: Int
    /// Whether it came from inside a callback of the session, on the session's own thread.
    public let isFromCallback: Bool

    /// More frames, a longer delay than can be said in one word mean the same to a session as the most that can.
    private static var mostFrames: Int { 1 << 23 - 1 }
    private static var mostTaken: Int { 1 << 20 - 1 }

    fileprivate init(frames: UInt32, takenFrames: UInt32, deviceDelayFrames: UInt32, isFromCallback: Bool) {
      self.frames = min(Int(frames), Self.mostFrames)
      self.takenFrames = min(Int(takenFrames), Self.mostTaken)
      self.deviceDelayFrames = min(Int(deviceDelayFrames), Self.mostTaken)
      self.isFromCallback = isFromCallback
    }

    fileprivate init(bits: UInt64) {
      isFromCallback = bits >> 63 != 0
      frames = Int(truncatingIfNeeded: bits >> 40) & Self.mostFrames
      takenFrames = Int(truncatingIfNeeded: bits >> 20) & Self.mostTaken
      deviceDelayFrames = Int(truncatingIfNeeded: bits) & Self.mostTaken
    }

    fileprivate var bits: UInt64 {
      (isFromCallback ? 1 << 63 : 0) | UInt64(frames) << 40 | UInt64(takenFrames) << 20
        | UInt64(deviceDelayFrames)
    }

    fileprivate mutating func prolong(by more: Int) { frames = min(frames + more, Self.mostFrames) }
  }

  /// At least five seconds of the smallest blocks that devices take. It is a power of two.
  private static var capacity: Int { 4_096 }

  private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: PullLog.capacity)
  private let first = Atomic<Int>(0)
  private let end = Atomic<Int>(0)
  /// Silent pulls behind the newest one in the ring, together: a device that plays nothing pulls for hours.
  private let silence = Atomic<UInt64>(0)
  private let isOverrun = Atomic<Bool>(false)
  /// The thread on which the session is calling its host back, or 0.
  private let callbackThread = Atomic<UInt>(0)
  /// The device's thread's own: the newest pull, if it was silent. It lies apart, for no access may look like one to
  /// the whole log.
  private let newestSilence = UnsafeMutablePointer<Pull?>.allocate(capacity: 1)

  public init() { newestSilence.initialize(to: nil) }

  deinit {
    words.deallocate()
    newestSilence.deallocate()
  }

  // MARK: The device's thread

  /// Notes a pull on a thread, which is any number but 0.
  public func note(frames: UInt32, takenFrames: UInt32, deviceDelayFrames: UInt32, on thread: UInt) {
    note(
      Pull(
        frames: frames, takenFrames: takenFrames, deviceDelayFrames: deviceDelayFrames,
        isFromCallback: thread == callbackThread.load(ordering: .relaxed)))
  }

  private func note(_ pull: Pull) {
    // The first silent pull after the session's thread looked lets go of what was cut; the others only wait.
    if pull.takenFrames == 0, let newest = newestSilence.pointee,
      newest.deviceDelayFrames == pull.deviceDelayFrames, newest.isFromCallback == pull.isFromCallback,
      first.load(ordering: .acquiring) != end.load(ordering: .relaxed)
    {
      let before = silence.load(ordering: .relaxed)
      var sum = pull
      sum.prolong(by: Pull(bits: before).frames)
      let (isNoted, _) = silence.compareExchange(
        expected: before, desired: sum.bits, ordering: .acquiringAndReleasing)
      if isNoted { return }
    }
    let waiting = silence.exchange(0, ordering: .acquiringAndReleasing)
    if waiting != 0 { append(Pull(bits: waiting)) }
    append(pull)
    newestSilence.pointee = pull.takenFrames == 0 ? pull : nil
  }

  private func append(_ pull: Pull) {
    let place = end.load(ordering: .relaxed)
    guard place - first.load(ordering: .acquiring) < Self.capacity else {
      isOverrun.store(true, ordering: .relaxed)
      return
    }
    words[place & (Self.capacity - 1)] = pull.bits
    end.store(place + 1, ordering: .releasing)
  }

  // MARK: The session's thread

  /// Notes on which thread the session calls its host back, nil when it has done so: whoever pulls on it in between
  /// does that from inside the callback.
  public func callsBack(on thread: UInt?) { callbackThread.store(thread ?? 0, ordering: .relaxed) }

  /// Whether a pull was lost, because nobody has taken out any for too long.
  public var hasLost: Bool { isOverrun.load(ordering: .relaxed) }

  /// Takes out the oldest pull, or nil when there is none.
  public func popFirst() -> Pull? {
    let place = first.load(ordering: .relaxed)
    if place != end.load(ordering: .acquiring) {
      let bits = words[place & (Self.capacity - 1)]
      first.store(place + 1, ordering: .releasing)
      return Pull(bits: bits)
    }
    let waiting = silence.exchange(0, ordering: .acquiringAndReleasing)
    return waiting == 0 ? nil : Pull(bits: waiting)
  }
}
