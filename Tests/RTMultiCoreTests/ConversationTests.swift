// Who is who and in which order: announced order, names, and slots that are used again. No engine, no sink.

import Testing

@testable import RTMultiCore

@Suite struct ConversationTests {
  private let words = Words()

  private func items(_ conversation: borrowing Conversation, _ response: ResponseID) -> [String] {
    var names: [String] = []
    var item = conversation[response].firstItem
    while item.exists {
      names.append(conversation[item].name.bytes.text)
      item = conversation[item].next
    }
    return names
  }

  private func add(
    _ name: String, _ index: Int32?, to response: ResponseID, _ conversation: inout Conversation
  ) -> ItemID {
    conversation.addItem(words[name], kind: .message, outputIndex: index, to: response)
  }

  @Test("A1: by output index; equal ones as they were announced; none given is behind the highest")
  func order() {
    var conversation = Conversation()
    let response = conversation.addResponse(words["r"], traits: [])
    for (name, index) in [("b", 1), ("d", 5), ("b2", 1), ("a", 0), ("d2", 5)] as [(String, Int32)] {
      _ = add(name, index, to: response, &conversation)
    }
    _ = add("e", nil, to: response, &conversation)
    _ = add("c", 3, to: response, &conversation)
    let names = items(conversation, response)
    #expect(names == ["a", "b", "b2", "c", "d", "d2", "e"])
    let last = conversation[conversation[response].lastItem].name.bytes.text
    #expect(last == "e")
  }

  @Test("A1: random indexes against a stable sort", arguments: 1...20)
  func randomOrder(seed: UInt64) {
    var dice = Dice(seed: seed)
    var conversation = Conversation()
    let response = conversation.addResponse(words["r"], traits: [])
    var plain: [(index: Int32, name: String)] = []
    var highest: Int32 = -1
    for number in 0..<200 {
      let index: Int32? = dice.once(in: 4) ? nil : Int32(dice.below(30))
      let place = index ?? highest + 1
      highest = max(highest, place)
      let name = "i\(number)"
      let behind = plain.lastIndex { $0.index <= place }.map { $0 + 1 } ?? 0
      plain.insert((place, name), at: behind)
      _ = add(name, index, to: response, &conversation)
    }
    let names = items(conversation, response)
    #expect(names == plain.map(\.name))
  }

  @Test("the item behind the highest possible index stands last")
  func highestIndex() {
    var conversation = Conversation()
    let response = conversation.addResponse(words["r"], traits: [])
    _ = add("a", .max, to: response, &conversation)
    _ = add("b", nil, to: response, &conversation)
    _ = add("c", nil, to: response, &conversation)
    let names = items(conversation, response)
    #expect(names == ["a", "b", "c"])
  }

  @Test("the cursor stands before everything unsettled")
  func cursor() {
    var conversation = Conversation()
    let response = conversation.addResponse(words["r"], traits: [])
    let b = add("b", 4, to: response, &conversation)
    let first = conversation[response].cursor
    #expect(first == b)
    _ = add("c", 6, to: response, &conversation)
    let unmoved = conversation[response].cursor
    #expect(unmoved == b)
    let a = add("a", 2, to: response, &conversation)
    let lower = conversation[response].cursor
    #expect(lower == a)
    _ = add("a2", 2, to: response, &conversation)
    let equal = conversation[response].cursor
    #expect(equal == a)
    conversation[response].cursor = .none
    let d = add("d", 9, to: response, &conversation)
    let afterAll = conversation[response].cursor
    #expect(afterAll == d)
  }

  @Test("C5: parts stand in content order and are found by their index, or the first audio part without one")
  func parts() {
    var conversation = Conversation()
    let response = conversation.addResponse(words["r"], traits: [])
    let item = add("a", nil, to: response, &conversation)
    let none = conversation.part(of: item, at: nil)
    #expect(none == nil)
    let audio = conversation.addPart(kind: .audio, contentIndex: 3, format: nil, to: item)
    let text = conversation.addPart(kind: .text, contentIndex: 0, format: nil, to: item)
    let between = conversation.addPart(kind: .audio, contentIndex: 1, format: nil, to: item)
    var found: [PartID] = []
    for part in conversation.parts(of: item) { found.append(part) }
    #expect(found == [text, between, audio])
    let byIndex = conversation.part(of: item, at: 3)
    let byNone = conversation.part(of: item, at: nil)
    let byNoPart = conversation.part(of: item, at: 2)
    #expect(byIndex == audio)
    #expect(byNone == between)
    #expect(byNoPart == nil)
    let other = add("b", nil, to: response, &conversation)
    let only = conversation.addPart(kind: .text, contentIndex: 0, format: nil, to: other)
    let fallback = conversation.part(of: other, at: nil)
    #expect(fallback == only)
  }

  @Test(
    "F8, A11: after a reconnect lost names are free, local ones stay, and the old items are where they were")
  func namesAfterReconnect() {
    var conversation = Conversation()
    let old = conversation.addResponse(words["r"], traits: [])
    let oldItem = add("a", nil, to: old, &conversation)
    let local = conversation.addResponse(words["l"], traits: .local)
    let localItem = add("b", nil, to: local, &conversation)
    conversation[old].membership = .lost
    conversation.forgetLostNames()
    let spared = (conversation.response(named: words["l"]), conversation.item(named: words["b"]))
    #expect(spared.0 == local)
    #expect(spared.1 == localItem)
    let forgotten = (conversation.response(named: words["r"]), conversation.item(named: words["a"]))
    #expect(forgotten.0 == nil)
    #expect(forgotten.1 == nil)
    let new = conversation.addResponse(words["r"], traits: [])
    let newItem = add("a", nil, to: new, &conversation)
    #expect(new != old)
    #expect(newItem != oldItem)
    let found = (conversation.response(named: words["r"]), conversation.item(named: words["a"]))
    #expect(found.0 == new)
    #expect(found.1 == newItem)
    // The old response is forgotten later; the new names are not its own.
    conversation.remove(old) { _ in }
    let kept = (conversation.response(named: words["r"]), conversation.item(named: words["a"]))
    #expect(kept.0 == new)
    #expect(kept.1 == newItem)
    let names = items(conversation, new)
    #expect(names == ["a"])
  }

  @Test("forgotten slots are used again, with nothing left of who was there")
  func slotReuse() {
    var conversation = Conversation()
    var forgotten: [PartID] = []
    for round in 0..<200 {
      let response = conversation.addResponse(words["r\(round)"], traits: .local)
      let item = add("i\(round)", 5, to: response, &conversation)
      let part = conversation.addPart(kind: .audio, contentIndex: 0, format: nil, to: item)
      let isFresh =
        conversation[part].received == 0 && conversation[part].text.generated.isEmpty
        && conversation[item].outcome == .pending && conversation[response].itemCount == 1
      #expect(isFresh)
      conversation[part].receive(77, ticks: 77)
      conversation[part].text.append(words["left over"], endMs: nil)
      conversation[item].life = .recorded(.full)
      conversation[response].life = .settled
      conversation.passSettled()
      guard round >= 3 else { continue }
      conversation.remove(conversation.line[0]) { forgotten.append($0) }
      let counts = (conversation.responses.count, conversation.items.count, conversation.parts.count)
      #expect(counts == (3, 3, 3))
      let place = conversation.firstUnsettled
      #expect(place == 3)
    }
    #expect(forgotten.count == 197)
    #expect(forgotten.allSatisfy { $0.slot < 4 })
  }

  @Test("the first unsettled response is passed only when it is settled")
  func firstUnsettled() {
    var conversation = Conversation()
    let ids = (0..<4).map { conversation.addResponse(words["r\($0)"], traits: []) }
    conversation[ids[1]].life = .settled
    conversation.passSettled()
    let before = conversation.firstUnsettled
    #expect(before == 0)
    conversation[ids[0]].life = .settled
    conversation.passSettled()
    let after = conversation.firstUnsettled
    #expect(after == 2)
    // One from the middle goes: the place of the others does not shift past anybody.
    conversation.remove(ids[1]) { _ in }
    let remaining = conversation.line
    let place = conversation.firstUnsettled
    #expect(remaining == [ids[0], ids[2], ids[3]])
    #expect(place == 1)
    let newest = conversation.newest
    #expect(newest == ids[3])
  }
}
