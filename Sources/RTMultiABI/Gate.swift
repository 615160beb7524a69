// The gate of a session: who may come in (law 1), what happens inside a callback (law 2), and what went
// wrong last. No rule of the engine lives here.

import CRTMulti
import Glibc
import RTMulti
import Synchronization

/// Counts forks: a session remembers in which process it was made.
private let forks = Atomic<UInt64>(0)
private let atForkIsSet: Bool = {
  pthread_atfork(nil, nil, { forks.add(1, ordering: .relaxed) }) == 0
}()

/// What a `rtmulti_session` points to.
struct Gate: ~Copyable {
  var session: Session
  let config: rtmulti_config
  /// Whether effects go to the callbacks and nobody records what these answer.
  var deliversPlainly: Bool
  var recording = Recording.possible
  /// Whether the host is being handed a piece of the trace: it may not enter from there.
  var isHandingOver = false
  /// There from the beginning of a recording to the end of the session.
  var recorder: UnsafeMutablePointer<Recorder>?
  var sink = rtmulti_sink()
  var hasSink = false
  var handlers = rtmulti_handlers()
  /// The thread that is inside, or 0.
  let owner = Atomic<UInt>(0)
  let bornInFork: UInt64
  var lastError: StaticString = "" {
    didSet { isLastErrorOfEvent = false }
  }
  /// Whether the session has a sentence made for the last error, which says more than ``lastError``.
  var isLastErrorOfEvent = false
  /// What the newest write answered.
  var takenFrames: Int32 = 0
  var context = ContextFaces()
  let polled = PolledFaces()

  init(_ options: SessionOptions, _ config: rtmulti_config) {
    _ = atForkIsSet
    session = Session(options)
    self.config = config
    deliversPlainly = config.delivery == UInt32(RTMULTI_DELIVER_BY_CALLBACK)
    bornInFork = forks.load(ordering: .relaxed)
  }

  var isPolled: Bool { config.delivery == UInt32(RTMULTI_DELIVER_BY_POLLING) }
}

/// What polling hands out: places that stay where they are until the next call.
struct PolledFaces: ~Copyable {
  let event = UnsafeMutablePointer<rtmulti_event>.allocate(capacity: 1)
  let message = UnsafeMutablePointer<rtmulti_message>.allocate(capacity: 1)
  let command = UnsafeMutablePointer<rtmulti_command>.allocate(capacity: 1)
  let diagnostic = UnsafeMutablePointer<rtmulti_diagnostic>.allocate(capacity: 1)
  let heardAudio = UnsafeMutablePointer<rtmulti_heard_audio>.allocate(capacity: 1)

  deinit {
    event.deallocate()
    message.deallocate()
    command.deallocate()
    diagnostic.deallocate()
    heardAudio.deallocate()
  }
}

typealias GatePointer = UnsafeMutablePointer<Gate>

/// How a thread stands to a session that it wants to enter.
enum Entry {
  case free
  /// The same thread is inside already: it comes from a callback.
  case fromCallback
  case refused(rtmulti_result)
}

extension GatePointer {
  init?(_ session: OpaquePointer?) {
    guard let session else { return nil }
    self.init(session)
  }

  /// Comes in, or says why not. A free entry must be left with ``leave()``.
  @inline(__always)
  func enter() -> Entry {
    if forks.load(ordering: .relaxed) != pointee.bornInFork {
      return .refused(fail(RTMULTI_ERROR_FORKED))
    }
    let me = UInt(pthread_self())
    // Only this thread can have written its own name there, so a plain look is enough inside a callback.
    if pointee.owner.load(ordering: .relaxed) == me {
      return pointee.isHandingOver ? .refused(fail(RTMULTI_ERROR_BUSY)) : .fromCallback
    }
    let (exchanged, _) = pointee.owner.compareExchange(expected: 0, desired: me, ordering: .acquiring)
    // A stranger must not touch anything, the sentence of the last error included.
    return exchanged ? .free : .refused(rtmulti_result(RTMULTI_ERROR_BUSY))
  }

  @inline(__always)
  func leave() { pointee.owner.store(0, ordering: .releasing) }

  /// Remembers the sentence for an error and returns its code.
  func fail(_ code: rtmulti_result_values) -> rtmulti_result {
    let result = rtmulti_result(code)
    pointee.lastError = sentence(for: result)
    return result
  }

  /// The same for an answer, whose sentence says more than its code.
  private func fail(_ answer: Answer) -> rtmulti_result {
    pointee.lastError = answer.sentence
    pointee.isLastErrorOfEvent = pointee.session.takesComplaint()
    return rtmulti_result(answer.errorCode)
  }

  /// The code of an answer; an error leaves its sentence behind.
  @inline(__always)
  func result(of answer: Answer) -> rtmulti_result {
    switch answer {
    case .ok: rtmulti_result(RTMULTI_OK)
    case .ignored: rtmulti_result(RTMULTI_IGNORED)
    case .queued: rtmulti_result(RTMULTI_QUEUED)
    default: fail(answer)
    }
  }
}

extension Answer {
  /// The code of an error answer.
  var errorCode: rtmulti_result_values {
    switch self {
    case .ok: RTMULTI_OK
    case .ignored: RTMULTI_IGNORED
    case .queued: RTMULTI_QUEUED
    case .invalid: RTMULTI_ERROR_INVALID
    case .closed: RTMULTI_ERROR_CLOSED
    case .unsupported, .unknownOption, .notOgg, .oggWithoutBeginning, .notOpus, .brokenOpusHead,
      .unknownOpusVersion,
      .tooManyChannels, .unknownMapping:
      RTMULTI_ERROR_UNSUPPORTED
    case .limitAudio: RTMULTI_ERROR_LIMIT_AUDIO
    case .limitItems: RTMULTI_ERROR_LIMIT_ITEMS
    case .limitText: RTMULTI_ERROR_LIMIT_TEXT
    case .limitQueue: RTMULTI_ERROR_LIMIT_QUEUE
    case .limitDeferred: RTMULTI_ERROR_LIMIT_DEFERRED
    case .limitEvent: RTMULTI_ERROR_LIMIT_EVENT
    }
  }
}
