// What is known of a response, an item and a part. Plain records; the rules that move them are elsewhere.

/// How far an interrupt has come with a response.
enum Cut: Equatable {
  case none
  /// The sink was told to clear and has not answered yet.
  case clearing(group: UInt64)
  /// Over for the listener; what is left is a tombstone (rule D11).
  case done(group: UInt64)

  var group: UInt64 {
    switch self {
    case .none: 0
    case .clearing(let group), .done(let group): group
    }
  }
}

/// Whether a response is heard as speaking (rule A8).
enum Speaking: Equatable {
  case silent
  case started
  case stopped
}

struct Response: ~Copyable {
  let name: OwnedBytes
  var traits: ResponseTraits
  /// Whether the server has said that it created it; something of it may come before that (rule A5).
  var isAnnounced = true
  /// Counts responses in the order of their creation.
  let number: UInt64
  var generation = Generation.open
  var reason = OwnedBytes.empty
  var cut = Cut.none
  var speaking = Speaking.silent
  /// Every message has its outcome, or the response was cut.
  var isSettled = false
  /// It belongs to a connection that is gone; the server is told nothing about it (rule F8).
  var isLost = false
  /// Nothing more of it will be handed over: the next response may begin.
  var isPlayedOut = false
  var firstItem = ItemID.none
  var lastItem = ItemID.none
  /// The first item that may still be unsettled, so that scans stay short however long the response gets.
  var cursor = ItemID.none
  var highestIndex: Int32 = -1
  var itemCount = 0
  var createdUs: Int64 = 0
  /// When something of it was last heard, or -1.
  var heardUs: Int64 = -1
  /// Whether anything of it was heard.
  var isHeard = false
  /// Audio received, for the limit, in ``FrameCount/ticksPerSecond``.
  var audioTicks: Int64 = 0
  /// When, and with how many responses created, it was settled and ended.
  var endedUs: Int64 = 0
  var endedNumber: UInt64 = 0
  private let addressOnly = AddressOnly()

  /// Whether the server may be told anything about its items (rules A6, A11, F8).
  var isRemembered: Bool { !isLost && traits.isDisjoint(with: [.local, .outOfBand]) }
}

/// Where a message stands in its turn.
enum Turn: Equatable {
  case waiting
  /// Audio of it was handed over.
  case begun
  /// A later message has begun: what comes now comes too late (rule A4).
  case followed
}

/// What became of a text that is shown instead of spoken (rule B6).
enum TextDelivery: Equatable {
  case none
  case offered
  case delivered
}

struct Item: ~Copyable {
  let name: OwnedBytes
  let response: ResponseID
  let kind: ItemKind
  let outputIndex: Int32
  var next = ItemID.none
  var firstPart = PartID.none
  var isDone = false
  var turn = Turn.waiting
  var outcome = Outcome.pending
  /// Whether its record was told.
  var isRecorded = false
  var delivery = TextDelivery.none
  /// The server was told to forget it, in the way that it understands.
  var isForgotten = false
  var phase = OwnedBytes.empty
  var isCallSurfaced = false
  var wasInterrupted = false
  var isEstimated = false
  /// Whether where its heard text ends is a guess.
  var isTextEstimated = false
  var textBytes = 0
  /// The same with its spans, as it counts for the session.
  var textCost = 0
  var startedUs: Int64 = -1
  var stoppedUs: Int64 = -1
  private let addressOnly = AddressOnly()

  var isOpenMessage: Bool { kind == .message && outcome == .pending }
}

/// Whether the server must be told how much of a part was heard. It is told at most once (rules A4, D6).
enum Truncation: Equatable {
  case none
  /// Audio came when its message was over; told when the part or its response ends.
  case owed
  case told
}

struct Part: ~Copyable {
  let item: ItemID
  let kind: PartKind
  let contentIndex: Int32
  /// nil until it is announced with one or its first audio comes.
  var format: AudioFormat?
  /// The smallest piece worth handing over: a packet, or 10 ms of samples.
  var grain: Int64 = 0
  var next = PartID.none
  var generation = Generation.open
  var playout = Playout.waiting
  /// R, in source frames.
  var received: Int64 = 0
  /// Source frames handed over to the sink so far, in all segments.
  var handed: Int64 = 0
  /// P, in source frames.
  var heard: Int64 = 0
  /// What was heard before a step back: repeats never count twice.
  var heardFloor: Int64 = 0
  /// Up to where audio was last let go. It goes in steps of 100 ms, for each step costs as much as a report.
  var keptFrom: Int64 = 0
  var isEstimated = false
  /// When its first audio came.
  var readyUs: Int64 = -1
  /// A later part or message has begun: what comes now comes too late (rule A4).
  var isFollowed = false
  var truncation = Truncation.none
  var text = HeardText()
  private let addressOnly = AddressOnly()

  var ticksPerFrame: Int64 { format?.ticksPerFrame ?? AudioFormat.realtimeDefault.ticksPerFrame }
  var sourceRateHz: Int { format?.sampleRateHz ?? AudioFormat.realtimeDefault.sampleRateHz }
  /// Done for the outcome table: the server is done, or a later message has followed (rule B2).
  var isDone: Bool { !generation.isOpen || isFollowed }
  /// Audio that was not handed over yet.
  var waiting: Int64 { playout == .cut ? 0 : received - handed }
  /// Whether it takes part in the order of playing.
  var speaks: Bool { kind == .audio || received > 0 }
  var verdict: PartVerdict { PartVerdict(received: received, heard: heard, isDone: isDone) }
  var heardMs: Int64 { FrameCount.milliseconds(heard, rateHz: sourceRateHz) }
  var receivedMs: Int64 { FrameCount.milliseconds(received, rateHz: sourceRateHz) }
}
