// Transcripts of items that nobody has announced, in a response that speaks (rule A5): they open nothing. They wait for audio
// of their item, or are given to the message whose audio had come last before them, when that one settles.

/// A piece of such a transcript.
struct WaitingText {
  /// Empty once its connection is lost: no item of the next one is meant.
  var item: OwnedBytes
  let response: ResponseID
  let contentIndex: Int32?
  let text: OwnedBytes
  let startMs: Int64?
  let endMs: Int64?
  /// Whose audio had come last, and how many items were announced by then.
  let speaker: ItemID
  let itemCount: Int32

  func free() {
    item.free()
    text.free()
  }
}

/// All of them, the oldest first.
struct WaitingTexts: ~Copyable {
  /// Pieces past which no more are kept.
  static var maximumCount: Int { 1_024 }

  private(set) var all: [WaitingText] = []
  private(set) var bytes = 0

  deinit {
    for piece in all { piece.free() }
  }

  var isEmpty: Bool { all.isEmpty }

  func has(_ item: Bytes) -> Bool { all.contains { $0.item.bytes.holdsSame(as: item) } }

  mutating func append(_ piece: WaitingText) {
    all.append(piece)
    bytes += piece.text.count
  }

  /// Takes out those for which `isMeant` is true, which must be freed.
  mutating func take(where isMeant: (WaitingText) -> Bool) -> [WaitingText] {
    guard all.contains(where: isMeant) else { return [] }
    let taken = all.filter(isMeant)
    all.removeAll(where: isMeant)
    bytes = all.reduce(0) { $0 + $1.text.count }
    return taken
  }

  mutating func forgetNames() {
    for index in all.indices {
      all[index].item.free()
      all[index].item = .empty
    }
  }
}

extension Engine {
  /// Whether text of an unknown item waits: its response speaks, and so will it.
  mutating func waits(_ place: Place) -> ResponseID? {
    guard conversation.item(named: place.item) == nil, !place.item.isEmpty else { return nil }
    guard let owner = response(meantBy: place.response), !conversation[owner].traits.contains(.text) else {
      return nil
    }
    return conversation[owner].speaker.exists ? owner : nil
  }

  /// Keeps a piece until it is known whose it is.
  mutating func keep(
    _ text: Bytes, startMs: Int64?, endMs: Int64?, at place: Place, of response: ResponseID
  ) -> Answer {
    guard !text.isEmpty else { return .ignored }
    guard waitingTexts.all.count < WaitingTexts.maximumCount,
      text.count <= limits.itemTextBytes - waitingTexts.bytes
    else { return .limitText }
    waitingTexts.append(
      WaitingText(
        item: OwnedBytes(place.item), response: response, contentIndex: place.contentIndex,
        text: OwnedBytes(text), startMs: startMs, endMs: endMs, speaker: conversation[response].speaker,
        itemCount: conversation[response].itemCount))
    return .ok
  }

  /// Whether pieces wait for an item: what is told of it as a whole later stands for nothing else then.
  public func hasWaitingText(of item: Bytes) -> Bool { !waitingTexts.isEmpty && waitingTexts.has(item) }

  /// The item is there that pieces have waited for.
  @inline(never)
  mutating func giveWaitingTexts(toNamed name: Bytes, into effects: inout EffectRing) {
    guard !name.isEmpty else { return }
    for piece in waitingTexts.take(where: { $0.item.bytes.holdsSame(as: name) }) {
      let place = Place(item: name, contentIndex: piece.contentIndex)
      _ = received(
        piece.text.bytes, startMs: piece.startMs, endMs: piece.endMs, at: place, into: &effects)
      piece.free()
    }
  }

  /// A message settles: what came without an owner behind its audio is its own, unless an item was announced since. It is
  /// told once for each item that nobody knows.
  mutating func giveWaitingTexts(toSettling item: ItemID, into effects: inout EffectRing) {
    let response = conversation[item].response
    let pieces = waitingTexts.take { $0.speaker == item && $0.response == response }
    defer { for piece in pieces { piece.free() } }
    var told = NameTable()
    for piece in pieces {
      if told.find(piece.item.bytes) == nil {
        told.insert(piece.item.bytes, slot: 0)
        diagnose(.unknownItem, response: response, into: &effects)
      }
      guard piece.itemCount == conversation[response].itemCount, let part = lastSpokenPart(of: item) else {
        continue
      }
      add(
        piece.text.bytes, startMs: piece.startMs, endMs: piece.endMs, costing: piece.text.count, to: part)
    }
  }

  private func lastSpokenPart(of item: ItemID) -> PartID? {
    var last: PartID?
    for part in conversation.parts(of: item) where conversation[part].received > 0 { last = part }
    return last
  }

  /// A response is forgotten, and its ids will be used again.
  mutating func forgetWaitingTexts(of response: ResponseID) {
    guard !waitingTexts.isEmpty else { return }
    for piece in waitingTexts.take(where: { $0.response == response }) { piece.free() }
  }
}
