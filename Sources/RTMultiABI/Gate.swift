// The gate of a session: who may come in (law 1), what happens inside a callback (law 2), and what went
// wrong last. How a session ends, and what is released when, is Ending's. No rule of the engine lives here.

import CRTMulti
import CStack
import RTMulti
import Synchronization

/// Counts forks: a session remembers in which process it was made.
let forks = Atomic<UInt64>(0)
private let atForkIsSet: Bool = {
  pthread_atfork(nil, nil, { forks.add(1, ordering: .relaxed) }) == 0
}()

/// What of the host's runs inside the session, on the thread that is inside.
enum HostCode {
  case none
  /// A callback of the sink or of the handlers: inputs are queued, queries are answered.
  case callback
  /// The writer of a trace, or a `release`: nothing of the session may be called.
  case traceWriter, release
}

/// Who has the sentence about the last error.
enum SentenceSource {
  /// ``Gate/lastError``: there is no more to say than the result.
  case result
  /// The session, about an event or audio.
  case session
  /// ``Gate/argumentSentence``.
  case argument
}

/// The words that ``Gate/owner`` may hold besides the thread that is inside.
enum Owner {
  static var nobody: UInt { 0 }
  /// Beside a thread: the session is to be destroyed when its call returns.
  static var endsOnLeaving: UInt { 1 }
  /// A callback never returned. No thread is called so.
  static var abandoned: UInt { 2 }
}

/// What a `rtmulti_session` points to.
struct Gate: ~Copyable {
  // What every call touches comes first, in front of what the session has for every call.

  /// The thread that is inside, or what ``Owner`` says.
  let owner = Atomic<UInt>(Owner.nobody)
  let bornInFork: UInt64
  /// The frame out of which the host's code was called last: the library's newest.
  var hostFrame: UnsafeRawPointer! = stack_frame()
  var hostCode = HostCode.none
  /// Whether effects go to the callbacks and nobody traces what these answer.
  var deliversPlainly: Bool
  var tracing = Tracing.possible
  /// What the newest write answered.
  var takenFrames: Int32 = 0
  /// What of the sink every write asks.
  private(set) var sinkUserData: UnsafeMutableRawPointer?
  private(set) var sinkWrite = rtmulti_sink().write
  var session: Session
  var sink = rtmulti_sink() {
    didSet {
      sinkUserData = sink.user_data
      sinkWrite = sink.write
    }
  }
  var handlers = rtmulti_handlers()
  let config: rtmulti_config
  /// There from the beginning of a trace to the end of the session.
  var tracer: UnsafeMutablePointer<Tracer>?
  var hasSink = false
  /// Where the trace goes, while one is written.
  var traceUser: Owed?
  /// What was replaced and is still to be released.
  var owed: [Owed] = []
  var isEnding = false
  var lastError: StaticString = "" {
    didSet { lastErrorSource = .result }
  }
  var lastErrorSource = SentenceSource.result
  /// What was wrong with the last argument that was refused.
  var argumentSentence = ByteBuffer(capacity: 1)
  var context = ContextFaces()
  /// Where only polling hands out: nowhere else.
  let polled: PolledFaces

  init(_ options: SessionOptions, _ config: rtmulti_config) {
    _ = atForkIsSet
    session = Session(options)
    self.config = config
    deliversPlainly = config.delivery == UInt32(RTMULTI_DELIVER_BY_CALLBACK)
    bornInFork = forks.load(ordering: .relaxed)
    polled = PolledFaces(isPolled: !deliversPlainly)
  }

  var isPolled: Bool { config.delivery == UInt32(RTMULTI_DELIVER_BY_POLLING) }
}

/// What polling hands out, in places that stay where they are until the next call.
struct PolledFaces: ~Copyable {
  private struct Places {
    var event = rtmulti_event()
    var message = rtmulti_message()
    var command = rtmulti_command()
    var diagnostic = rtmulti_diagnostic()
    var heardAudio = rtmulti_heard_audio()
  }

  private let places: UnsafeMutablePointer<Places>?

  /// Faces for a session that is polled; for another none.
  init(isPolled: Bool) {
    places = isPolled ? .allocate(capacity: 1) : nil
    places?.initialize(to: Places())
  }

  deinit { places?.deallocate() }

  var event: UnsafeMutablePointer<rtmulti_event> { place(of: \.event) }
  var message: UnsafeMutablePointer<rtmulti_message> { place(of: \.message) }
  var command: UnsafeMutablePointer<rtmulti_command> { place(of: \.command) }
  var diagnostic: UnsafeMutablePointer<rtmulti_diagnostic> { place(of: \.diagnostic) }
  var heardAudio: UnsafeMutablePointer<rtmulti_heard_audio> { place(of: \.heardAudio) }

  @inline(__always)
  private func place<Face>(of face: WritableKeyPath<Places, Face>) -> UnsafeMutablePointer<Face> {
    guard let place = places?.pointer(to: face) else { preconditionFailure("only a polled session is polled") }
    return place
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

  /// Whether this process is a child of the one in which the session was made.
  @inline(__always)
  var wasForked: Bool { forks.load(ordering: .relaxed) != pointee.bornInFork }

  /// What a call answers of which not all was delivered.
  @inline(never)
  func stopped() -> rtmulti_result { wasForked ? fail(RTMULTI_ERROR_FORKED) : rtmulti_result(RTMULTI_STOPPED) }

  /// Comes in, or says why not. A free entry must be left with ``leave()``.
  @inline(__always)
  func enter() -> Entry {
    if wasForked { return .refused(fail(RTMULTI_ERROR_FORKED)) }
    let me = stack_thread()
    // Only this thread can have written its own name there, so a plain look is enough inside a callback.
    if pointee.owner.load(ordering: .relaxed) & ~Owner.endsOnLeaving == me {
      let isInCallback = pointee.hostCode == .callback && stack_frame() < pointee.hostFrame
      return isInCallback ? .fromCallback : enterAgain(stack_frame())
    }
    let (exchanged, owner) = pointee.owner.compareExchange(
      expected: Owner.nobody, desired: me, ordering: .acquiring)
    if exchanged { return .free }
    // A stranger must not touch anything, the sentence of the last error included.
    return .refused(
      rtmulti_result(owner == Owner.abandoned ? RTMULTI_ERROR_ABANDONED : RTMULTI_ERROR_BUSY))
  }

  /// The thread that is inside comes once more, and not plainly out of a callback.
  @inline(never)
  private func enterAgain(_ frame: UnsafeRawPointer!) -> Entry {
    if hostCodeWasLeft(frame) {
      let result = fail(RTMULTI_ERROR_ABANDONED)
      pointee.owner.store(Owner.abandoned, ordering: .releasing)
      return .refused(result)
    }
    return switch pointee.hostCode {
    case .callback: .fromCallback
    case .traceWriter, .release: .refused(fail(RTMULTI_ERROR_IN_CALLBACK))
    // Out of a signal's handler, in the middle of the session's own work.
    case .none: .refused(rtmulti_result(RTMULTI_ERROR_BUSY))
    }
  }

  /// Whether the host's code that was called last can be running no more, though it never returned: a longjmp, an
  /// exception or a panic has passed over it, and now the same thread calls from no deeper in its stack.
  func hostCodeWasLeft(_ frame: UnsafeRawPointer!) -> Bool {
    pointee.hostCode != .none && stack_was_left(pointee.hostFrame, frame)
  }

  @inline(__always)
  func leave() {
    let owner = pointee.owner.exchange(Owner.nobody, ordering: .acquiringAndReleasing)
    if owner & Owner.endsOnLeaving != 0 { end() }
  }

  /// Runs the host's code.
  @inline(__always)
  func callHost<Result>(_ code: HostCode, _ body: () -> Result) -> Result {
    let (outerCode, outerFrame) = (pointee.hostCode, pointee.hostFrame)
    defer {
      pointee.hostCode = outerCode
      pointee.hostFrame = outerFrame
    }
    pointee.hostCode = code
    pointee.hostFrame = stack_frame()
    return body()
  }

  /// Remembers the sentence for an error and returns its code.
  func fail(_ code: rtmulti_result_values) -> rtmulti_result {
    let result = rtmulti_result(code)
    pointee.lastError = text(of: result)
    return result
  }

  /// The same for an answer, whose sentence says more than its code.
  private func fail(_ answer: Answer) -> rtmulti_result {
    pointee.lastError = answer.sentence
    if pointee.session.takesComplaint() { pointee.lastErrorSource = .session }
    return rtmulti_result(answer.errorCode)
  }

  /// The code of what a door has thrown, which leaves its sentence behind.
  @inline(never)
  func refuse(_ refusal: Refusal) -> rtmulti_result {
    guard let flaw = refusal.flaw else { return result(of: refusal.answer) }
    flaw.describe(into: &pointee.argumentSentence)
    pointee.lastErrorSource = .argument
    return rtmulti_result(refusal.answer.errorCode)
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
    case .invalid, .notUTF8: RTMULTI_ERROR_INVALID
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
