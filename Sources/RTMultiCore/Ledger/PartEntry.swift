// What is known of a part. A plain entry: it tells its readiness what changes, and the rules that move it are elsewhere.

/// Whether the server must be told how much of a part was heard. It is told at most once (rules A4, D6).
enum Truncation: Equatable {
  case none
  /// Audio came when its message was over; told when the part or its response ends.
  case owed
  case toldLate
  case told

  /// It is told now, or the server has said it itself. Returns whether that is news.
  mutating func tell() -> Bool {
    switch self {
    case .none: self = .told
    case .owed: self = .toldLate
    case .told, .toldLate: return false
    }
    return true
  }

  var isTold: Bool { self == .told || self == .toldLate }
}

struct Part: ~Copyable {
  let item: ItemID
  let response: ResponseID
  let kind: PartKind
  let contentIndex: Int32
  /// nil until it is announced with one or its first audio comes.
  var format: AudioFormat?
  /// The smallest piece worth handing over: a packet, or 10 ms of samples.
  var grain: Int64 = 0
  var next = PartID.none
  var generation = Generation.open
  let readiness: UnsafeMutablePointer<Readiness>
  var playout = Playout.waiting {
    didSet {
      if (oldValue == .cut) != (playout == .cut) {
        let waiting = (received - handed) * ticksPerFrame
        readiness.pointee.waitingTicks += playout == .cut ? -waiting : waiting
        readinessChanged(from: oldValue != .cut && turn != .followed && received > handed)
      }
    }
  }
  var turn = Turn.waiting {
    didSet {
      if (oldValue == .followed) != (turn == .followed) {
        readinessChanged(from: playout != .cut && oldValue != .followed && received > handed)
      }
    }
  }
  /// R, in source frames.
  private(set) var received: Int64 = 0
  /// Source frames handed over to the sink so far, in all segments.
  private(set) var handed: Int64 = 0
  /// P, in source frames.
  var heard: Int64 = 0
  /// What was heard before a step back: repeats never count twice.
  var heardFloor: Int64 = 0
  /// P as the sink has said it: an estimate beyond it may be taken back (rule C8).
  var proven: Int64 = 0
  /// Up to where audio was last let go. It goes in steps of 100 ms, for each step costs as much as a report.
  var keptFrom: Int64 = 0
  /// Whether P is an estimate.
  var isEstimated = false
  /// Late audio, which was dropped, in source frames: the server has it (rule A4).
  var late: Int64 = 0
  /// K, where the server has cut it without our asking, in milliseconds; without bound while it has not (rule F10).
  var serverCutMs = Int64.max
  /// When its first audio came that waits; the same as a turn time, and when its newest came.
  var readyUs: Int64 = -1
  var readyTurnUs: Int64 = 0
  var arrivedTurnUs: Int64 = 0
  var truncation = Truncation.none
  /// Audio of it was refused for a limit and may still be offered again (rule A13): until then it was not heard whole.
  var awaitsRefused = false
  var text = HeardText()
  private let addressOnly = AddressOnly()

  /// More of its audio came: so many frames, which are so many ticks.
  @inline(__always)
  mutating func receive(_ frames: Int64, ticks: Int64) {
    let hadNothing = received <= handed
    received += frames
    // What was cut waits for nobody.
    if playout == .cut { return }
    readiness.pointee.waitingTicks &+= ticks
    if hadNothing, received > handed, turn != .followed {
      readiness.pointee.audioCame(Readiness.key(item, contentIndex), of: response, readyTurnUs: readyTurnUs)
    }
  }

  /// From here on its audio is handed over next.
  @inline(__always)
  mutating func handOver(from frame: Int64) {
    let before = handed
    handed = frame
    if playout == .cut { return }
    readiness.pointee.waitingTicks &+= (before &- frame) &* ticksPerFrame
    if turn == .followed || (received > before) == (received > frame) { return }
    tellReadiness(isReady: received > frame)
  }

  /// Whether something of it may be handed over.
  @inline(__always)
  private var isReady: Bool { received > handed && playout != .cut && turn != .followed }

  @inline(__always)
  private func readinessChanged(from wasReady: Bool) {
    if wasReady != isReady { tellReadiness(isReady: isReady) }
  }

  @inline(__always)
  private func tellReadiness(isReady: Bool) {
    let key = Readiness.key(item, contentIndex)
    if isReady {
      readiness.pointee.becameReady(key, of: response, readyTurnUs: readyTurnUs)
    } else {
      readiness.pointee.stoppedBeingReady(key, of: response)
    }
  }

  var ticksPerFrame: Int64 { format?.ticksPerFrame ?? AudioFormat.realtimeDefault.ticksPerFrame }
  var sourceRateHz: Int { format?.sampleRateHz ?? AudioFormat.realtimeDefault.sampleRateHz }
  /// A later part or message has begun (rule A4).
  var isFollowed: Bool { turn == .followed }
  /// Whether 100 ms were heard that have not been let go.
  var isKeptLong: Bool { (heard - keptFrom) * 10 >= Int64(sourceRateHz) }
  /// Audio that was not handed over yet.
  var waiting: Int64 { playout == .cut ? 0 : received - handed }
  /// Whether it takes part in the order of playing.
  var speaks: Bool { kind == .audio || received > 0 }
  /// Audio of it was dropped because it came too late, or behind what was refused for a limit (rules A4, A13).
  var hasLateAudio: Bool { truncation == .owed || truncation == .toldLate }
  /// One that was followed counts as done, also where the server has not said so (rule B2).
  var verdict: PartVerdict {
    PartVerdict(
      received: hasLateAudio || awaitsRefused ? received + max(late, 1) : received, heard: heard,
      isDone: !generation.isOpen || turn == .left || turn == .followed)
  }
  var heardMs: Int64 { FrameCount.milliseconds(heard, rateHz: sourceRateHz) }
  var receivedMs: Int64 { FrameCount.milliseconds(received + late, rateHz: sourceRateHz) }
  /// What the late audio adds to ``receivedMs``.
  var lateMs: Int64 { late == 0 ? 0 : receivedMs - FrameCount.milliseconds(received, rateHz: sourceRateHz) }
}
