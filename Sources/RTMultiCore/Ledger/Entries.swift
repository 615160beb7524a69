// What is known of a response and an item. Plain entries; the rules that move them are elsewhere, and a part's is
// PartEntry.swift's.

/// How far a response has come for the listener.
enum ResponseLife: Equatable {
  /// Something of it may still be handed over.
  case open
  /// The server plays it by itself, and says so; nothing of it is handed over (rule F4).
  case atServer
  /// Nothing more of it will be handed over, so the next response may begin; unless something new comes for it.
  case playedOut
  /// It was interrupted, and what was heard of it is not known yet. Responses of one interrupt share a group.
  case beingCut(group: UInt64)
  /// Every message has its outcome.
  case settled
  /// It was cut and is over for the listener; what is left is a tombstone (rule D11).
  case cut(group: UInt64)

  /// The server plays it.
  mutating func comesToServer() {
    if self == .open || self == .playedOut { self = .atServer }
  }

  /// Audio of it came over our wire: it is our sink's.
  mutating func comesToSink() {
    if self == .atServer { self = .open }
  }

  /// Something new came for it. What is over stays over.
  mutating func reopen() {
    if self == .playedOut { self = .open }
  }

  /// Everything of it has its outcome. Returns whether that is news.
  mutating func settle() -> Bool {
    switch self {
    case .open, .playedOut, .atServer: self = .settled
    case .beingCut(let group): self = .cut(group: group)
    case .settled, .cut: return false
    }
    return true
  }

  var mayPlay: Bool { self == .open }

  var isSettled: Bool {
    switch self {
    case .open, .playedOut, .atServer, .beingCut: false
    case .settled, .cut: true
    }
  }

  /// The interrupt that it was cut by; 0 is none.
  var cutGroup: UInt64 {
    switch self {
    case .open, .playedOut, .atServer, .settled: 0
    case .beingCut(let group), .cut(let group): group
    }
  }
}

/// How a response stands to the server's session.
enum Membership: Equatable {
  /// Something of it came before the word that it was created (rule A5).
  case presumed
  case announced
  /// It belongs to a connection that is gone; the server is told nothing about it (rule F8).
  case lost
}

/// Whether a response is heard as speaking (rule A8).
enum Speaking: Equatable {
  case silent
  case started
  case stopped
}

struct Response: ~Copyable {
  // What every delta and every report asks comes first.

  let name: OwnedBytes
  var traits: ResponseTraits
  var membership = Membership.announced
  var speaking = Speaking.silent
  /// Nothing of it is to be heard any more, though it goes on: an interrupt came before it had any audio (rules D1, F4).
  var isMuted = false
  /// Whether others play before it, for it has nothing to play; until it has something again (rule A6).
  var isPassed = false
  /// The message whose audio came last, also what came too late to be heard (rule A5).
  var speaker = ItemID.none
  var life = ResponseLife.open
  var generation = Generation.open
  /// When its first audio came that was kept: a turn time.
  var audioTurnUs: Int64?
  /// The last item that is a message. This and the count lie in room that the times leave.
  var lastMessage = ItemID.none
  /// When its first audio came, be it played, held back or late: since then the server has been at this one (rule A6).
  var saidTurnUs: Int64?
  /// The highest output index of a message that has had its turn, or has it now.
  var furthestTurn: Int32 = -1
  /// When something of it was last heard, and first, or -1.
  var lastHeardUs: Int64 = -1
  /// Audio received, for the limit, in ``FrameCount/ticksPerSecond``.
  var audioTicks: Int64 = 0
  var firstHeardUs: Int64 = -1
  /// When its turn came.
  var cameTurnUs: Int64?
  var itemCount: Int32 = 0
  /// Since when nothing of it has been left to play: a turn time.
  var idleTurnUs: Int64 = 0

  /// Counts responses in the order of their creation.
  let number: UInt64
  var reason = OwnedBytes.empty
  var firstItem = ItemID.none
  var lastItem = ItemID.none
  var firstMessage = ItemID.none
  /// The first item that may still be unsettled, so that scans stay short however long the response gets.
  var cursor = ItemID.none
  var highestIndex: Int32 = -1
  /// Items in their order, each some way behind the one before it: an item that is announced out of order is looked for
  /// from the nearest of them on, however many there are.
  var landmarks: [ItemID] = []
  var createdUs: Int64 = 0
  /// Whether the server was told to cancel it and has not refused that: once, whatever cuts it afterwards (rules D8, D15).
  var isCancelled = false
  /// When the CANCEL leaves that is held back for it; nil while none is (rule D13).
  var cancelUs: Int64?
  /// What the server has said of it in its output buffer, and when a listener's interrupt that is held back for the server's
  /// own silences it (rule F4).
  var buffer = BufferedPlayout.untold
  var silenceUs: Int64?
  /// Whether the server is to forget what is announced of it from now on: it knows where it was cut (rule F4).
  var forgetsRest = false
  /// When its last message had its outcome, and when it was cut, if it was.
  var settledUs: Int64 = 0
  private(set) var cutUs: Int64 = 0
  /// When, and with how many responses created, it ended.
  var endedUs: Int64 = 0
  var endedNumber: UInt64 = 0
  private let addressOnly = AddressOnly()

  /// Whether the server may be told anything about its items (rules A6, A11, F8).
  var isRemembered: Bool { membership != .lost && traits.isDisjoint(with: [.local, .outOfBand]) }
  var isInterrupted: Bool { life.cutGroup != 0 }

  /// It is over for the listener from now on; what was heard of it is not known yet. Where it was cut before, it was then.
  mutating func cut(group: UInt64, nowUs: Int64) {
    if !isInterrupted { cutUs = nowUs }
    life = .beingCut(group: group)
  }
}

/// Where a message stands in its turn, or a part in that of its message.
enum Turn: Equatable {
  case waiting
  /// Audio of it was handed over.
  case begun
  /// Another response has begun: it is done as far as it goes, and what still comes plays in its place (rules A6, B2).
  case left
  /// A later one has begun: what comes now comes too late (rule A4).
  case followed
  /// The audio was off when it had its turn: it is shown, and what comes now is not heard (rule B11).
  case shown

  /// Whether audio that comes for it now is not heard.
  var isOver: Bool {
    switch self {
    case .waiting, .begun, .left: false
    case .followed, .shown: true
    }
  }
}

/// What became of a text that is shown instead of spoken (rule B6).
enum TextDelivery: Equatable {
  case none
  case offered
  case delivered
}

/// A message without audio had its turn and is not over: nothing of it will be handed over, and nothing follows from it until
/// something comes for it.
enum Quiet {
  case none
  /// Until the server ends it, by a word of its own or with its response.
  case untilEnded
  /// Until its text is acknowledged.
  case untilAcknowledged
}

/// What became of an item.
enum ItemLife: Equatable {
  case open
  /// A message has its outcome, and its record is not told yet: the server is told first (rule D1).
  case decided(Outcome)
  case recorded(Outcome)
  /// A function call was handed on (rule A7).
  case surfaced

  var outcome: Outcome {
    switch self {
    case .open, .surfaced: .pending
    case .decided(let outcome), .recorded(let outcome): outcome
    }
  }
}

/// What the server has of an item, beside what it was told of single parts (rules F1, F9, F10).
enum ServerMemory: Equatable {
  case whole
  /// The server has cut a part of it without our asking.
  case cut
  /// The server was told, otherwise than by a deletion, that nothing of it was heard.
  case forgotten
  /// A SYNC leaves it out: what replaces the server's context does not hold it.
  case leftOut
  /// It was deleted and made anew with what was heard of it.
  case rewritten
  /// It was deleted, or the server was told to: no command and no list names it any more.
  case deleted
  /// The server has dropped it without our asking.
  case dropped

  /// Whether the server needs no more words about it.
  var isSettled: Bool { self != .whole && self != .cut }
  var isDeleted: Bool { self == .deleted || self == .dropped }
  var isCutByServer: Bool { self == .cut || self == .dropped }
}

struct Item: ~Copyable {
  let name: OwnedBytes
  let response: ResponseID
  /// Counts items in the order of their announcement: among those of one index it is their order.
  let number: UInt32
  let kind: ItemKind
  /// Whether any audio of it has come, heard or not: what has none is passed over without a look at its parts.
  var hasAudio = false {
    didSet { if oldValue != hasAudio { findQuiet() } }
  }
  let outputIndex: Int32
  var next = ItemID.none
  /// Of a message the next one, whatever stands between them; and of any item a message that stands before it, mostly the
  /// nearest one.
  var nextMessage = ItemID.none
  var earlierMessage = ItemID.none
  var firstPart = PartID.none
  /// What the server has said of this item alone; the end of its response ends it too.
  var generation = Generation.open {
    didSet { findQuiet() }
  }
  var turn = Turn.waiting {
    didSet { if oldValue != turn { findQuiet() } }
  }
  let readiness: UnsafeMutablePointer<Readiness>
  /// When something of it was first and last heard, or -1.
  var startedUs: Int64 = -1
  var stoppedUs: Int64 = -1
  var life = ItemLife.open {
    didSet {
      if oldValue == .open, life != .open { readiness.pointee.itemEnded() }
      findQuiet()
    }
  }
  var delivery = TextDelivery.none {
    didSet { findQuiet() }
  }
  private(set) var quiet = Quiet.none
  var memory = ServerMemory.whole
  var phase = OwnedBytes.empty
  var wasInterrupted = false
  /// Whether its connection was lost before it settled (rule F8).
  var isOfLostSession = false
  /// Whether where its heard text ends is a guess.
  var isTextEstimated = false
  /// Whether all that was heard of its text has been told.
  var hasLastWords = false
  /// Text of it was refused for a limit, so no more of it is taken: text has no hole either (rule A13).
  var isTextEnded = false
  var textBytes = 0
  /// The same with its spans, as it counts for the session.
  var textCost = 0
  private let addressOnly = AddressOnly()

  var outcome: Outcome { life.outcome }
  var isOpenMessage: Bool { kind == .message && life == .open }

  /// Kept, for there may be thousands that are asked at each step.
  private mutating func findQuiet() {
    quiet =
      turn != .followed || hasAudio || life != .open
      ? .none : delivery == .offered ? .untilAcknowledged : generation.isOpen ? .untilEnded : .none
  }
}
