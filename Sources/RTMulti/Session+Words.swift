// Commands and diagnostics in words: fields, JSON and sentences.

import RTMultiCore
import RTMultiWire

extension Session {
  // MARK: Commands

  /// Event ids are this prefix and the command's number; they are unique in a session.
  private static var eventIDPrefix: Bytes { Bytes("rtmulti_") }

  private mutating func begin(_ kind: Command.Kind, _ number: CommandNumber) {
    // Commands leave in the order of their numbers, so that most ids differ from the last one in one digit.
    if number != numberInEventID &+ 1 || !eventID.countUpLastDigit() {
      eventID.removeAll()
      eventID.append(Self.eventIDPrefix)
      eventID.append(decimal: Int64(number))
    }
    numberInEventID = number
    command.begin(kind, eventID: eventID.bytes)
    sentCommands += 1
  }

  mutating func cancel(_ number: CommandNumber, _ response: ResponseID) {
    begin(.cancel, number)
    command.responseID = engine.name(of: response)
    CommandJSON.cancel(eventID: command.eventID, responseID: command.responseID, into: &json)
    command.json = json.bytes
  }

  mutating func clearOutput(_ number: CommandNumber, _ response: ResponseID) {
    begin(.clearOutput, number)
    command.responseID = engine.name(of: response)
    CommandJSON.clearOutput(eventID: command.eventID, into: &json)
    command.json = json.bytes
  }

  mutating func truncate(_ number: CommandNumber, _ part: PartID, audioEndMs: Int64, isEstimated: Bool) {
    begin(.truncate, number)
    address(engine.item(of: part))
    command.contentIndex = engine.contentIndex(of: part)
    command.audioEndMs = audioEndMs
    command.isEstimated = isEstimated
    CommandJSON.truncate(
      eventID: command.eventID, itemID: command.itemID, contentIndex: command.contentIndex,
      audioEndMs: audioEndMs, into: &json)
    command.json = json.bytes
  }

  mutating func delete(_ number: CommandNumber, _ item: ItemID) {
    begin(.delete, number)
    address(item)
    command.heardText = Bytes(nil, count: 0)
    CommandJSON.delete(eventID: command.eventID, itemID: command.itemID, into: &json)
    command.json = json.bytes
  }

  mutating func create(_ number: CommandNumber, _ item: ItemID) {
    begin(.create, number)
    address(item)
    text.removeAll()
    engine.forEachHeardText(of: item) { text.append($0) }
    command.heardText = text.bytes
    command.isEstimated = engine.record(of: item).isEstimated
    CommandJSON.create(
      eventID: command.eventID, itemID: command.itemID, text: command.heardText, dialect: options.dialect,
      into: &json)
    command.json = json.bytes
  }

  mutating func sync(_ number: CommandNumber, _ scope: SyncScope) {
    begin(.sync, number)
    listItems(scope)
    CommandJSON.openSync(eventID: command.eventID, into: &json)
    for index in keptItems.indices.prefix(command.keptCount) {
      CommandJSON.kept(
        itemID: keptItems[index].itemID, heardText: keptItems[index].heardText, isFirst: index == 0,
        into: &json)
    }
    CommandJSON.turnToDropped(into: &json)
    for index in keptItems.indices.dropFirst(command.keptCount) {
      CommandJSON.dropped(
        itemID: keptItems[index].itemID, isFirst: index == command.keptCount, into: &json)
    }
    CommandJSON.closeSync(into: &json)
    command.json = json.bytes
  }

  /// Fills ``keptItems``: kept ones first. Texts stand in `text`, whose bytes may move while it grows, so
  /// that they are pointed at only once all are in.
  private mutating func listItems(_ scope: SyncScope) {
    text.removeAll()
    keptItems.removeAll(keepingCapacity: true)
    engine.forEachItem(in: scope) { item, keeping in
      guard keeping == .keptAsHeard else { return }
      engine.forEachHeardText(of: item) { text.append($0) }
      text.append(0)
    }
    var cursor = text.bytes.base
    engine.forEachItem(in: scope) { item, keeping in
      switch keeping {
      case .dropped: break
      case .kept: keptItems.append(KeptItem(itemID: engine.name(of: item), heardText: nil))
      case .keptAsHeard:
        var size = 0
        engine.forEachHeardText(of: item) { size += $0.count }
        keptItems.append(KeptItem(itemID: engine.name(of: item), heardText: Bytes(cursor, count: size)))
        cursor = cursor.map { $0 + size + 1 }
      }
    }
    command.keptCount = keptItems.count
    engine.forEachItem(in: scope) { item, keeping in
      if keeping == .dropped { keptItems.append(KeptItem(itemID: engine.name(of: item), heardText: nil)) }
    }
    command.droppedCount = keptItems.count - command.keptCount
  }

  private mutating func address(_ item: ItemID) {
    command.itemID = engine.name(of: item)
    command.responseID = engine.name(of: engine.response(of: item))
    let modalities = engine.modalities(of: item)
    command.hasAudio = modalities.hasAudio
    command.hasText = modalities.hasText
  }

  // MARK: Refusals

  /// The command that a refusal is about, 0 if nobody can tell (rule F5).
  func commandNumber(eventID: Bytes, code: Bytes, message: Bytes) -> CommandNumber {
    if let number = Self.number(inEventID: eventID) { return number }
    let family = RefusalReader.family(code: code, message: message)
    let commands = engine.refusable(family)
    let isNamed = NamedIDs.find(commands.map(\.name), in: message)
    let named = zip(commands, isNamed).filter(\.1).map(\.0.number)
    if let number = engine.refusedCommand(among: named) { return number }
    // Somebody else's event id is that of the host's own command: ours would have to be named.
    guard eventID.isEmpty else { return 0 }
    let mentioned = RefusalReader.named(engine.truncatedMs(family), in: message)
    return engine.refusedCommand(of: family, mentioning: mentioned) ?? 0
  }

  private static func number(inEventID eventID: Bytes) -> CommandNumber? {
    let prefix = eventIDPrefix
    guard eventID.count > prefix.count, eventID.count < prefix.count + 19 else { return nil }
    var number: CommandNumber = 0
    for index in 0..<eventID.count {
      let byte = eventID.base![index]
      if index < prefix.count {
        guard byte == prefix.base![index] else { return nil }
      } else {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        number = number * 10 + CommandNumber(byte - UInt8(ascii: "0"))
      }
    }
    return number
  }

  func refusal(of number: CommandNumber, code: Bytes, message: Bytes) -> Refusal {
    RefusalReader.read(engine.family(of: number) ?? .other, code: code, message: message)
  }

  // MARK: Diagnostics

  mutating func report(
    _ kind: Diagnostic, _ response: ResponseID, _ item: ItemID, _ segment: SegmentID, _ detail: Detail
  ) -> Report {
    text.removeAll()
    var answer = Answer.ok
    if case .answer(let given) = detail { answer = given }
    var words = Bytes.none
    if case .texts(let texts) = detail {
      deliveredTexts = texts
      if let copies = texts.copies { words = copies.first.bytes }
    }
    switch kind {
    case .lateAudio:
      text.append(Bytes("Audio came for a message that is over; it was dropped and the server will be told."))
    case .unknownItem:
      text.append(
        Bytes(
          item.exists
            ? "A delta came for an item that was never announced; the item was opened."
            : "An event names an item that nobody knows; it was ignored."))
    case .staleReport:
      text.append(
        Bytes(
          item.exists
            ? "The sink reported more of this segment than was written to it; what was written counts."
            : "A report about a segment that is finished, further on or unknown was ignored."))
      if !words.isEmpty {
        text.removeAll()
        text.append(words)
      }
    case .clearTimeout:
      text.append(
        Bytes("The sink did not answer a clear in time; its last known position counts as what was heard."))
    case .commandRejected:
      describeRejection()
    case .memoryDiffers:
      text.append(
        Bytes("The server does not remember of this message what was heard, and it cannot be told otherwise."))
    case .corruptPacket:
      text.append(
        Bytes("A packet or page is damaged or missing; as much sound as it stands for is made up for."))
    case .oddByte:
      text.append(Bytes("Half a sample or half a character came at the end of a part; it was dropped."))
    case .limit:
      text.append(Bytes(answer.sentence))
    case .refusedPause:
      text.append(Bytes(pauseRefusal))
    case .missingDone:
      text.append(
        Bytes(
          "A response never ended, though the server has gone on to the next; it was taken for ended. Its end was lost."
        ))
    case .silentSink:
      text.append(
        Bytes(
          "The sink was written to and has never reported. Let it report what it plays, or choose RTMULTI_DRIVER_PACED."
        ))
    case .commandUnanswered:
      guard case .command(let number) = detail else { break }
      describeSilence(after: number)
    case .callbackFailed:
      guard case .callback(let callback) = detail else { break }
      text.append(Bytes("The callback "))
      text.append(callback.name)
      text.append(
        Bytes(
          callback == .write
            ? " failed; its audio is offered again after 10 ms, and after twice as long each time it fails again."
            : " failed; what it was called for counts as delivered. Further failures of its kind are not told.")
      )
    case .unknownFormat:
      if let texts = deliveredTexts.copies { text.append(texts.first.bytes) }
    case .protocolBreach:
      if !words.isEmpty { answer = .invalid }
      text.append(
        !words.isEmpty
          ? words
          : answer.refusesStream || answer == .notUTF8
            ? Bytes(answer.sentence)
            : Bytes("An event makes no sense where it came, or names a response that nobody announced."))
    }
    return Report(
      kind: kind, message: text.bytes,
      responseID: engine.name(of: response.exists ? response : engine.response(of: item)),
      itemID: engine.name(of: item), segment: segment.number, answer: answer)
  }

  private mutating func describeSilence(after number: CommandNumber) {
    let word: StaticString =
      switch engine.family(of: number) {
      case .cancel: "response.cancel"
      case .delete: "conversation.item.delete"
      case .truncate, .other, nil: "conversation.item.truncate"
      }
    text.append(Bytes("The server has not answered "))
    text.append(Bytes(word))
    text.append(
      Bytes(" within command_patience_ms; nothing waits for it, and whether it was obeyed is not known."))
  }

  /// Why there is no pause now (rules E4, F4).
  var pauseRefusal: StaticString {
    engine.isServerHeard
      ? "The server plays this response by itself, and nobody can pause that; nothing was changed. Interrupt it instead."
      : "This sink cannot pause; nothing was changed."
  }

  private mutating func describeRejection() {
    text.append(Bytes("The server refused a command"))
    guard let texts = deliveredTexts.copies else { return }
    for word in [texts.third.bytes, texts.first.bytes, texts.second.bytes] where !word.isEmpty {
      text.append(Bytes(": "))
      text.append(word)
    }
  }
}

extension HostCallback {
  /// Its name in the header.
  fileprivate var name: Bytes {
    switch self {
    case .write: Bytes("write")
    case .flush: Bytes("flush")
    case .clear: Bytes("clear")
    case .pause: Bytes("pause")
    case .resume: Bytes("resume")
    case .textWrite: Bytes("text_write")
    case .onEvent: Bytes("on_event")
    case .onCommand: Bytes("on_command")
    case .onDiagnostic: Bytes("on_diagnostic")
    case .onHeardAudio: Bytes("on_heard_audio")
    }
  }
}

extension Answer {
  /// One English sentence: what is wrong, and what to do about it.
  public var sentence: StaticString {
    switch self {
    case .ok, .ignored, .queued: ""
    case .invalid: "An argument is NULL, too long or out of its range; see the function in rtmulti.h."
    case .notUTF8: "An id or a text is not UTF-8; convert it. Only a piece of text may end within a character."
    case .closed: "The session was closed; create a new one."
    case .unsupported: "This sink or this format cannot do that; see the function in rtmulti.h."
    case .unknownOption:
      "An option was set that this version of the library does not have; leave it at its default, or take a newer library."
    case .limitAudio: "The response has more audio than max_response_ms; interrupt it or raise the limit."
    case .limitQueue: "More audio waits than max_queued_bytes allows; try again when some of it was heard."
    case .limitItems: "More responses, items or parts are open than may be; try again when some have settled."
    case .limitText: "There is more text than one item, or all of them together, may have; send no more for it."
    case .limitEvent: "The event is longer than max_event_bytes; raise the limit."
    case .limitDeferred: "Too many inputs came from inside callbacks; return from the callback first."
    case .notOgg:
      "These bytes are no Ogg stream; send its pages from the first byte on, or name the codec that they are in."
    case .oggWithoutBeginning:
      "This Ogg stream begins in its middle; send the part all of it, from the page with its OpusHead on."
    case .notOpus: "This Ogg stream is not Opus; ask the server for Opus, or decode it and send PCM16."
    case .brokenOpusHead: "The first page of this Ogg Opus stream is damaged; send the part the stream anew."
    case .unknownOpusVersion:
      "This Ogg Opus stream has a version that is not known here; ask the server for version 1 (RFC 7845)."
    case .tooManyChannels:
      "This Ogg Opus stream has more than 2 channels; ask the server for mono or stereo, channel mapping family 0."
    case .unknownMapping:
      "This Ogg Opus stream has a channel mapping family other than 0; ask the server for plain mono or stereo."
    }
  }
}
