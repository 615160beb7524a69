// The bookkeeper of the property tests: watches every effect and, after every input, the whole state, and
// writes down what must never be. It knows the laws of docs/rules/RULES.md, not how the engine keeps them.

@testable import RTMultiCore

/// Watches a ``World``. What is wrong is collected rather than thrown, so that a run says all of it.
final class Account {
  private(set) var wrongs: [String] = []

  /// A response's number is never used again, nor a slot while its response is remembered.
  private struct ItemKey: Hashable {
    let response: UInt64
    let slot: UInt32
    let name: String
  }

  private struct PartKey: Hashable {
    let item: ItemKey
    let contentIndex: Int32
  }

  private struct Recorded: Equatable {
    let outcome: Outcome
    let wasInterrupted: Bool
    let isEstimated: Bool
    let heardMs: Int64
    let receivedMs: Int64
  }

  private enum Speech {
    case started
    case stopped
  }

  private var records: [ItemKey: Recorded] = [:]
  private var deleted: Set<ItemKey> = []
  private var truncated: Set<PartKey> = []
  private var textEnds: [PartKey: Int] = [:]
  private var speech: [UInt64: Speech] = [:]
  private var settled: Set<UInt64> = []
  private var calls: Set<ItemKey> = []
  private var heardAudio: [UInt64: Int64] = [:]
  private(set) var messageCount = 0
  /// For sinks whose every frame is accounted for: what each segment's reports said, by number.
  private var segmentParts: [UInt64: PartKey] = [:]
  private var reported: [UInt64: Int64] = [:]
  private let comparesPositions: Bool

  /// - Parameter comparesPositions: whether P must be the sum of what the sink reported, to the frame: no
  ///   estimates, no latency, one rate, one segment at a time, and a sink that clears.
  init(comparesPositions: Bool) { self.comparesPositions = comparesPositions }

  func watch(_ world: World) {
    world.observe = { [unowned self] in note($0, $1) }
    world.observeWrite = { [unowned self] in noteStep($0, $1) }
  }

  private func check(_ isRight: Bool, _ wrong: @autoclosure () -> String) {
    if !isRight, wrongs.count < 10 { wrongs.append(wrong()) }
  }

  private func key(_ item: ItemID, _ engine: borrowing Engine) -> ItemKey {
    let response = engine.conversation[item].response
    return ItemKey(
      response: engine.conversation[response].number, slot: item.slot,
      name: engine.name(of: item).text)
  }

  private func key(_ part: PartID, _ engine: borrowing Engine) -> PartKey {
    PartKey(item: key(engine.conversation[part].item, engine), contentIndex: engine.contentIndex(of: part))
  }

  // MARK: Each effect

  private func note(_ effect: Effect, _ engine: borrowing Engine) {
    switch effect {
    case .message(let item): noteMessage(item, engine)
    case .truncate(let number, let part, let audioEndMs, let isEstimated):
      noteTruncate(number, part, audioEndMs, isEstimated, engine)
    case .delete(_, let item):
      noteCommand(about: item, "DELETE", engine)
      check(deleted.insert(key(item, engine)).inserted, "F3: \(effect.line(engine)) twice")
    case .create(_, let item): noteCommand(about: item, "CREATE", engine)
    case .cancel(_, let response):
      check(
        !engine.conversation[response].isLost && !engine.conversation[response].traits.contains(.local),
        "A11, F8: \(effect.line(engine))")
      check(
        engine.conversation[response].generation.isOpen,
        "D7: \(effect.line(engine)) when nothing generates")
    case .speakingStarted(let response):
      let number = engine.conversation[response].number
      check(speech.updateValue(.started, forKey: number) == nil, "A8: started twice")
    case .speakingStopped(let response):
      let number = engine.conversation[response].number
      check(speech.updateValue(.stopped, forKey: number) == .started, "A8: stopped, not started")
    case .settled(let response):
      let number = engine.conversation[response].number
      check(settled.insert(number).inserted, "A9: settled twice")
      check(speech[number] != .started, "A8: settled before it stopped speaking")
      engine.conversation.forEachItem(of: response) { item in
        let isOpen = engine.conversation[item].isOpenMessage
        check(!isOpen, "A9: settled with an unsettled message")
      }
    case .heardText(let part, let from, let to, _):
      let key = key(part, engine)
      check(from == textEnds[key, default: 0] && from < to, "G2: text \(from)..<\(to) at \(textEnds[key] ?? 0)")
      check(records[key.item] == nil, "G1: text after the record of \(key.item.name)")
      check(to <= engine.textCount(of: part), "G2: text beyond its end")
      textEnds[key] = to
    case .functionCall(let item, _):
      check(calls.insert(key(item, engine)).inserted, "A7: surfaced twice")
    case .heardAudio(let segment, _, let through):
      check(through > heardAudio[segment.number, default: 0], "heard audio goes back")
      heardAudio[segment.number] = through
    case .clear, .pause, .resume, .offerText, .playbackStarted, .sync, .diagnostic, .release, .discard, .retire,
      .dropPayload, .forget:
      break
    }
  }

  private func noteMessage(_ item: ItemID, _ engine: borrowing Engine) {
    let key = key(item, engine)
    messageCount += 1
    check(engine.isMessage(item), "\(key.name) is no message and has a record")
    check(records[key] == nil, "B: two records of \(key.name)")
    records[key] = recorded(item, engine)
    var verdicts: [PartVerdict] = []
    engine.conversation.forEachPart(of: item) { verdicts.append(engine.conversation[$0].verdict) }
    switch engine.record(of: item).outcome {
    case .pending: check(false, "B: \(key.name) recorded as pending")
    case .full:
      check(!verdicts.contains(.partial) && !verdicts.contains(.unheard), "B1: \(key.name) \(verdicts)")
    case .partial: check(verdicts.contains { $0 == .partial || $0 == .full }, "B2: \(key.name) \(verdicts)")
    case .skipped: check(!verdicts.contains { $0 == .partial || $0 == .full }, "B3: \(key.name) \(verdicts)")
    case .textOnly: check(verdicts.allSatisfy { $0 == .silent }, "B6: \(key.name) \(verdicts)")
    }
  }

  private func noteTruncate(
    _ number: CommandNumber, _ part: PartID, _ audioEndMs: Int64, _ isEstimated: Bool,
    _ engine: borrowing Engine
  ) {
    let item = engine.conversation[part].item
    let key = key(part, engine)
    if case .truncate(_, _, isRetry: true)? = engine.commands.find(number)?.kind {
      noteCommand(about: item, "RETRY", engine)
      check(truncated.contains(key), "F6: a retry of nothing")
      check(audioEndMs < engine.conversation[part].heardMs, "F6: a retry that is longer")
      return
    }
    noteCommand(about: item, "TRUNC", engine)
    check(truncated.insert(key).inserted, "A4, D6: \(key.item.name) truncated twice")
    check(
      audioEndMs == engine.conversation[part].heardMs,
      "C1: TRUNC at \(audioEndMs), P is \(engine.conversation[part].heardMs)")
    check(
      isEstimated == engine.conversation[part].isEstimated,
      "TRUNC of \(key.item.name) is flagged estimated: \(isEstimated)")
    check(engine.conversation[part].kind == .audio, "F2: TRUNC of a text part")
    check(!deleted.contains(key.item), "F3: TRUNC behind DELETE of \(key.item.name)")
  }

  private func noteCommand(about item: ItemID, _ command: String, _ engine: borrowing Engine) {
    let name = engine.name(of: item).text
    check(engine.isMessage(item), "F2, A7: \(command) of \(name), which is no message")
    check(
      !engine.conversation[engine.conversation[item].response].isLost,
      "F8: \(command) of \(name), which is lost")
    check(
      !engine.conversation[engine.conversation[item].response].traits.contains(
        .local), "A11: \(command) of \(name), which is local")
    check(
      !engine.conversation[engine.conversation[item].response].traits.contains(
        .outOfBand), "A6: \(command) of \(name), which is out of band")
    if case .clearing = engine.conversation[engine.conversation[item].response].cut,
      command != "RETRY"
    {
      check(false, "D1: \(command) of \(name) before the clear was answered")
    }
  }

  private func noteStep(_ step: HandoverStep, _ engine: borrowing Engine) {
    guard case .write(let segment, let part, let atMost, let isFirst, let base) = step else { return }
    check(engine.clearing == nil, "E2: a write while clearing")
    check(!engine.isClosed, "B10: a write after the close")
    check(
      atMost > 0
        && engine.conversation[part].handed + atMost
          <= engine.conversation[part].received,
      "A1: \(atMost) more than there is")
    check(engine.conversation[part].playout != .cut, "D6: a write of what was cut")
    let response = engine.conversation[engine.conversation[part].item].response
    check(engine.conversation[response].cut == .none, "D6: a write of a cut response")
    if isFirst {
      segmentParts[segment.number] = key(part, engine)
      check(
        base == engine.conversation[part].handed,
        "E5: a segment at \(base), handed \(engine.conversation[part].handed)")
      check(engine.timeline.index(of: segment) == nil, "segment \(segment.number) twice")
      check(engine.sink?.isGapless == true || engine.timeline.audible == nil, "A2: two segments at the sink")
    }
  }

  // MARK: Each report

  /// What a report will add to P if it is accepted: nothing once its message has its record.
  func weigh(_ segment: SegmentID, frames: Int64, _ engine: borrowing Engine) -> Int64? {
    guard let index = engine.timeline.index(of: segment) else { return nil }
    let item = engine.conversation[engine.timeline[index].part].item
    guard engine.conversation[item].outcome == .pending else { return nil }
    return max(reported[segment.number, default: 0], min(frames, engine.timeline[index].written))
  }

  /// A report was accepted, and this is what it weighed.
  func accept(_ segment: SegmentID, _ weight: Int64?) {
    if let weight { reported[segment.number] = weight }
  }

  private func comparePositions(_ item: ItemID, _ engine: borrowing Engine) {
    engine.conversation.forEachPart(of: item) { part in
      let key = key(part, engine)
      var heard: Int64 = 0
      for (segment, part) in segmentParts where part == key { heard += reported[segment, default: 0] }
      let position = engine.conversation[part].heard
      check(
        heard == position, "C1: P of \(key.item.name)/\(key.contentIndex) is \(position), reported \(heard)")
    }
  }

  // MARK: The whole state

  private func recorded(_ item: ItemID, _ engine: borrowing Engine) -> Recorded {
    let record = engine.record(of: item)
    return Recorded(
      outcome: record.outcome, wasInterrupted: record.wasInterrupted, isEstimated: record.isEstimated,
      heardMs: record.heardMs, receivedMs: record.receivedMs)
  }

  /// Looks at everything that the engine remembers.
  func audit(_ engine: borrowing Engine) {
    var openItems = 0
    for response in engine.conversation.line {
      var last = Int32.min
      engine.conversation.forEachItem(of: response) { item in
        check(engine.conversation[item].outputIndex >= last, "A1: items out of order")
        last = engine.conversation[item].outputIndex
        if engine.conversation[item].kind == .message {
          if engine.conversation[item].outcome == .pending { openItems += 1 }
        } else if engine.conversation[response].generation.isOpen {
          openItems += 1
        }
        audit(item, engine)
      }
    }
    check(
      engine.conversation.openItems == openItems,
      "openItems \(engine.conversation.openItems), \(openItems) open")
    for index in 0..<engine.timeline.count {
      check(
        0 <= engine.timeline[index].played
          && engine.timeline[index].played <= engine.timeline[index].written,
        "C1: played beyond what was written")
      check(
        0 <= engine.timeline[index].ear && engine.timeline[index].ear <= engine.timeline[index].written,
        "C6: heard beyond what was written")
    }
  }

  private func audit(_ item: ItemID, _ engine: borrowing Engine) {
    engine.conversation.forEachPart(of: item) { part in
      let name = "\(engine.name(of: item).text)/\(engine.conversation[part].contentIndex)"
      check(
        0 <= engine.conversation[part].heard
          && engine.conversation[part].heard <= engine.conversation[part].handed,
        "C1: \(name) heard \(engine.conversation[part].heard), handed \(engine.conversation[part].handed)"
      )
      check(
        engine.conversation[part].handed <= engine.conversation[part].received,
        "C1: \(name) handed \(engine.conversation[part].handed) of \(engine.conversation[part].received)"
      )
      check(
        engine.conversation[part].text.heard
          <= engine.conversation[part].text.generated.count,
        "G2: \(name) heard more text than there is")
    }
    if comparesPositions { comparePositions(item, engine) }
    let key = key(item, engine)
    if let before = records[key] {
      let now = recorded(item, engine)
      check(now == before, "B: the record of \(key.name) was revised: \(before), \(now)")
    } else {
      check(engine.record(of: item).outcome == .pending, "B: \(key.name) has an outcome and no record")
    }
  }
}
