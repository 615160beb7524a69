// What may be asked: plain answers from the state, for whoever turns effects into words. Nothing here changes anything.

/// A message as its record tells it.
public struct MessageRecord {
  public var response: ResponseID
  public var outputIndex: Int32
  public var outcome: Outcome
  public var wasInterrupted: Bool
  public var isEstimated: Bool
  /// Whether where its heard text ends is a guess.
  public var isTextEstimated: Bool
  /// P and R: the sums over the audio parts, whole milliseconds each.
  public var heardMs: Int64
  public var receivedMs: Int64
  public var status: Status
  /// When its first and its last frame were heard, or -1.
  public var startedUs: Int64
  public var stoppedUs: Int64
  /// Whether its connection was lost before it settled: the next session was seeded without what is known now (rule F8).
  public var isOfLostSession: Bool

  /// The record of no message.
  public static var none: MessageRecord {
    MessageRecord(
      response: .none, outputIndex: 0, outcome: .pending, wasInterrupted: false, isEstimated: false,
      isTextEstimated: false, heardMs: 0, receivedMs: 0, status: .inProgress, startedUs: -1, stoppedUs: -1,
      isOfLostSession: false)
  }
}

/// How much of a part has been received and heard.
public struct PartPosition: Equatable, Sendable {
  public var sourceRateHz: Int
  /// R and P in source frames.
  public var received: Int64
  public var heard: Int64
  public var isEstimated: Bool
  public var isDone: Bool
}

extension Engine {
  /// When a response was cut, or nil where it was not.
  public func cutUs(of response: ResponseID) -> Int64? {
    conversation[response].isInterrupted ? conversation[response].cutUs : nil
  }

  /// When the last message of a response had its outcome.
  public func settledUs(of response: ResponseID) -> Int64 { conversation[response].settledUs }

  /// How many responses were interrupted and have not settled: what was heard of them is not known yet, or the server
  /// that plays them has not said where it stopped.
  public var responsesBeingCut: Int {
    var count = 0
    for index in conversation.firstUnsettled..<conversation.line.count {
      let response = conversation.line[index]
      let isSilenced =
        conversation[response].life == .atServer
        && (conversation[response].silenceUs != nil || conversation[response].buffer.isBeingCut)
      if isSilenced || isBeingCut(response, nil) { count += 1 }
    }
    return count
  }

  /// The time of the last ``Input/advance(us:)``.
  public var now: Int64 { nowUs }

  /// The item with this id, or nil.
  public mutating func item(named name: Bytes) -> ItemID? { conversation.item(named: name) }

  /// The id of an item, as the server gave it.
  public func name(of item: ItemID) -> Bytes {
    item.exists ? conversation[item].name.bytes : .none
  }

  /// The id of a response, as the server gave it.
  public func name(of response: ResponseID) -> Bytes {
    response.exists ? conversation[response].name.bytes : .none
  }

  /// The response of an item.
  public func response(of item: ItemID) -> ResponseID {
    item.exists ? conversation[item].response : .none
  }

  /// The item of a part.
  public func item(of part: PartID) -> ItemID { conversation[part].item }

  /// The phase of a message, as the server named it.
  public func phase(of item: ItemID) -> Bytes { conversation[item].phase.bytes }

  /// Whether an item is a message.
  public func isMessage(_ item: ItemID) -> Bool { conversation[item].kind == .message }

  /// The place of a part in its item.
  public func contentIndex(of part: PartID) -> Int32 { conversation[part].contentIndex }

  /// The format in which the audio of a part comes, or nil while nobody has said.
  public func format(of part: PartID) -> AudioFormat? { conversation[part].format }

  /// The first part of an item, or nil.
  public func firstPart(of item: ItemID) -> PartID? {
    let part = conversation[item].firstPart
    return part.exists ? part : nil
  }

  /// The part that follows another in its item, or nil.
  public func part(after part: PartID) -> PartID? {
    let next = conversation[part].next
    return next.exists ? next : nil
  }

  private func forEachOpenPart(of item: ItemID, _ body: (PartID) -> Void) {
    for part in conversation.parts(of: item) where conversation[part].generation.isOpen { body(part) }
  }

  /// Calls `body` for each part of a response, or of all when it is empty, that the server may still add to.
  public func forEachOpenPart(ofResponse name: Bytes, _ body: (PartID) -> Void) {
    if name.isEmpty {
      for response in conversation.line {
        for item in conversation.items(of: response) { forEachOpenPart(of: item, body) }
      }
    } else if let response = conversation.response(named: name) {
      for item in conversation.items(of: response) { forEachOpenPart(of: item, body) }
    }
  }

  /// Calls `body` for each part that the server of the connection at hand may still add to: all but the host's own (rule
  /// A11).
  public func forEachOpenPartOfConnection(_ body: (PartID) -> Void) {
    for response in conversation.line where !conversation[response].traits.contains(.local) {
      for item in conversation.items(of: response) { forEachOpenPart(of: item, body) }
    }
  }

  /// The part at a place in an item, or nil; without an index its first audio part, else part 0.
  public func part(of item: ItemID, at contentIndex: Int32?) -> PartID? {
    conversation.part(of: item, at: contentIndex)
  }

  /// The reason that the server gave for the end of a response.
  public func reason(of response: ResponseID) -> Bytes { conversation[response].reason.bytes }

  /// How many bytes of text a part has.
  public func textCount(of part: PartID) -> Int { conversation[part].text.generated.count }

  /// Whether a part has exactly this text so far.
  public func textIs(_ part: PartID, _ text: Bytes) -> Bool {
    conversation[part].text.generated.withUnsafeBytes { generated in
      Bytes(generated.baseAddress?.assumingMemoryBound(to: UInt8.self), count: generated.count)
        .holdsSame(as: text)
    }
  }

  /// How much of a part was received and heard.
  public func position(of part: PartID) -> PartPosition {
    PartPosition(
      sourceRateHz: conversation[part].sourceRateHz,
      received: conversation[part].received + conversation[part].late, heard: conversation[part].heard,
      isEstimated: conversation[part].isEstimated, isDone: !conversation[part].generation.isOpen)
  }

  /// The record of an item as it stands now.
  public func record(of item: ItemID) -> MessageRecord {
    let response = conversation[item].response
    var record = MessageRecord(
      response: response, outputIndex: conversation[item].outputIndex,
      outcome: conversation[item].outcome, wasInterrupted: conversation[item].wasInterrupted,
      isEstimated: false,
      isTextEstimated: conversation[item].isTextEstimated, heardMs: 0, receivedMs: 0,
      status: conversation[response].generation.status,
      startedUs: conversation[item].startedUs, stoppedUs: conversation[item].stoppedUs,
      isOfLostSession: conversation[item].isOfLostSession)
    for part in conversation.parts(of: item) {
      record.heardMs += conversation[part].heardMs
      // What comes when all was heard is told to the server and is no part of the record any more (rule D6).
      record.receivedMs += conversation[part].receivedMs
      if record.outcome == .full { record.receivedMs -= conversation[part].lateMs }
      record.isEstimated = record.isEstimated || conversation[part].isEstimated
    }
    return record
  }

  /// What an item is made of, as the server announced it.
  public func modalities(of item: ItemID) -> (hasAudio: Bool, hasText: Bool) {
    var hasAudio = false
    var hasText = false
    for part in conversation.parts(of: item) {
      if isVoicedByHost(part) { hasText = true } else { hasAudio = true }
    }
    return (hasAudio, hasText)
  }

  /// Calls `body` with the heard text of each part of an item, in content order; for a message that was
  /// shown as text with all that was there when it was. The bytes live for the call.
  public func forEachHeardText(of item: ItemID, _ body: (UnsafeRawBufferPointer) -> Void) {
    for part in conversation.parts(of: item) {
      let count = conversation[part].text.heardInRecord
      guard count > 0 else { continue }
      conversation[part].text.generated.withUnsafeBytes {
        body(UnsafeRawBufferPointer(rebasing: $0[..<count]))
      }
    }
  }

  /// Calls `body` with the text of each part of an item as it was generated. The bytes live for the call.
  public func forEachGeneratedText(of item: ItemID, _ body: (UnsafeRawBufferPointer) -> Void) {
    for part in conversation.parts(of: item) {
      conversation[part].text.generated.withUnsafeBytes { if !$0.isEmpty { body($0) } }
    }
  }

  /// Calls `body` with a piece of a part's text. The bytes live for the call.
  public func withText(of part: PartID, from: Int, to: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    conversation[part].text.generated.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[from..<to]))
    }
  }

  /// The part that a segment plays, or nil when nobody knows the segment any more.
  public func part(of segment: SegmentID) -> PartID? {
    timeline.index(of: segment).map { timeline[$0].part }
  }

  /// What becomes of an item in a context replacement.
  public enum Keeping: Equatable, Sendable {
    case kept
    /// Kept with the text that was heard of it.
    case keptAsHeard
    case dropped
  }

  /// Calls `body` for each item of the responses that a SYNC is about, in order (rule F1).
  public func forEachItem(in scope: SyncScope, _ body: (ItemID, Keeping) -> Void) {
    for response in conversation.line {
      switch scope {
      case .cut(let group): guard conversation[response].life.cutGroup == group else { continue }
      case .response(let only): guard response == only else { continue }
      }
      guard conversation[response].isRemembered else { continue }
      // What was deleted is not named any more (rules F1, F10).
      for item in conversation.items(of: response) where !conversation[item].memory.isDeleted {
        switch conversation[item].outcome {
        case .skipped: body(item, .dropped)
        case .partial: body(item, .keptAsHeard)
        case .pending, .full, .textOnly: body(item, hasLateAudio(item) ? .keptAsHeard : .kept)
        }
      }
    }
  }

  /// Whether audio of an item came that nobody heard (rules A4, D6).
  private func hasLateAudio(_ item: ItemID) -> Bool {
    conversation.parts(of: item).contains { conversation[$0].hasLateAudio }
  }

  /// The commands that a refusal of a family may be about, the oldest first: their numbers, and what they name, an item or a
  /// response.
  public func refusable(_ family: CommandFamily?) -> [(number: CommandNumber, name: Bytes)] {
    var all: [(CommandNumber, Bytes)] = []
    var number = commands.oldest
    while number <= commands.newest {
      if let command = commands.find(number), isOf(family, command) {
        all.append((number, name(of: command)))
      }
      number += 1
    }
    return all
  }

  private func name(of command: SentCommand) -> Bytes {
    command.item.exists ? name(of: command.item) : name(of: command.response)
  }

  /// Which of some commands a refusal is about that names them all (rule F5): the oldest that is not answered, else the
  /// newest.
  public func refusedCommand(among numbers: [CommandNumber]) -> CommandNumber? {
    numbers.first { commands.find($0)?.isAnswered == false } ?? numbers.last
  }

  /// What the TRUNCs of a family ask for that are not answered, in milliseconds.
  public func truncatedMs(_ family: CommandFamily?) -> Set<Int64> {
    var all: Set<Int64> = []
    _ = commands.oldestUnanswered {
      if case .truncate(_, let audioEndMs, _) = $0.kind, isOf(family, $0) { all.insert(audioEndMs) }
      return false
    }
    return all
  }

  /// The command that a refusal is about which names nothing (rule F5): the oldest whose milliseconds it mentions, else the
  /// oldest of its family that is not answered.
  public func refusedCommand(of family: CommandFamily?, mentioning ms: Set<Int64>) -> CommandNumber? {
    let timed = commands.oldestUnanswered {
      guard case .truncate(_, let audioEndMs, _) = $0.kind else { return false }
      return isOf(family, $0) && ms.contains(audioEndMs)
    }
    guard timed == nil, let family else { return timed }
    return commands.oldestUnanswered { isOf(family, $0) }
  }

  private func isOf(_ family: CommandFamily?, _ command: SentCommand) -> Bool {
    family == nil || self.family(of: command.number) == family
  }

  /// Which kind of command a number stands for, as far as a refusal of it goes.
  public enum CommandFamily: Equatable, Sendable {
    case cancel
    case truncate
    case delete
    case other
  }

  /// The kind of a command, or nil when it is not remembered.
  public func family(of number: CommandNumber) -> CommandFamily? {
    switch commands.find(number)?.kind {
    case nil: nil
    case .cancel: .cancel
    case .truncate: .truncate
    case .delete: .delete
    case .sync, .create, .clearOutput: .other
    }
  }
}
