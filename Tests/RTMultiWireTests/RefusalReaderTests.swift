// What refusals mean, in the words that servers use. What follows from them is the engine's.

import RTMultiCore
import Testing

@testable import RTMultiWire

@Suite struct RefusalReaderTests {
  private func with<Result>(_ text: String, _ body: (Bytes) -> Result) -> Result {
    Array(text.utf8).withUnsafeBufferPointer { body(Bytes($0.baseAddress, count: $0.count)) }
  }

  private func read(_ family: Engine.CommandFamily, _ code: String, _ message: String) -> Refusal {
    with(code) { code in with(message) { RefusalReader.read(family, code: code, message: $0) } }
  }

  private func names(_ id: String, _ message: String) -> Bool {
    with(id) { id in with(message) { NamedIDs.find([id], in: $0) == [true] } }
  }

  @Test("F5: a cancel with nothing active is benign, by its code or its words")
  func cancel() {
    let words = "Cancellation failed: no active response found"
    #expect(read(.cancel, "response_cancel_not_active", words) == .benign)
    #expect(read(.cancel, "response_cancel_not_active", "") == .benign)
    #expect(read(.cancel, "", words) == .benign)
    #expect(read(.cancel, "", "CANCELLATION FAILED: NO ACTIVE RESPONSE FOUND") == .benign)
    #expect(read(.cancel, "", "Conversation has no active response") == .benign)
    #expect(read(.cancel, "server_error", "The server had an error while processing your request.") == .refused)
    #expect(read(.cancel, "", "") == .refused)
    #expect(
      read(
        .cancel, "conversation_already_has_active_response",
        "Conversation already has an active response in progress: resp_1") == .refused)
  }

  @Test("F5: an item that the server no longer has")
  func goneItems() {
    #expect(
      read(
        .delete, "item_delete_invalid_item_id",
        "Error deleting item: the item with id 'item_1' does not exist.") == .benign)
    #expect(
      read(
        .truncate, "item_truncate_invalid_item_id",
        "Error truncating item: the item with id 'item_1' does not exist.") == .benign)
    #expect(read(.delete, "", "Error deleting item: the item with id 'item_1' does not exist.") == .benign)
    #expect(read(.delete, "item_not_found", "") == .benign)
    #expect(read(.truncate, "", "Item with item_id not found: item_1") == .benign)
    // What is gone for one command says nothing about another.
    #expect(read(.cancel, "item_delete_invalid_item_id", "") == .refused)
    #expect(read(.delete, "response_cancel_not_active", "") == .refused)
    #expect(read(.other, "item_delete_invalid_item_id", "The item does not exist.") == .refused)
  }

  @Test("F6: already shorter: the server's own length, in whole milliseconds, down")
  func alreadyShorter() {
    func length(_ message: String) -> Refusal { read(.truncate, "invalid_value", message) }
    #expect(length("Audio content of 9250ms is already shorter than 57340ms") == .alreadyShorter(ms: 9_250))
    #expect(length("Audio content of 400 ms is already shorter than 600 ms") == .alreadyShorter(ms: 400))
    #expect(length("Audio content of 399.99ms is already shorter than 600ms") == .alreadyShorter(ms: 399))
    #expect(length("Audio content of 0ms is already shorter than 20ms") == .alreadyShorter(ms: 0))
    #expect(length("Item item_12 part 0: content of 300ms is already shorter") == .alreadyShorter(ms: 300))
    #expect(length("It is already shorter than that.") == .refused)
    #expect(length("Audio content of 300ms is longer than that.") == .refused)
    #expect(length("300ms") == .refused)
    #expect(read(.delete, "", "Audio content of 300ms is already shorter than 400ms") == .refused)
  }

  @Test("F5: what really is a refusal stays one")
  func refused() {
    #expect(read(.truncate, "", "Only model output audio messages can be truncated") == .refused)
    #expect(
      read(
        .truncate, "invalid_value",
        "Invalid 'audio_end_ms': integer below minimum value. Expected a value >= 0, but got -1 instead.")
        == .refused)
    #expect(read(.delete, "server_error", "The server had an error.") == .refused)
    for family in [Engine.CommandFamily.cancel, .truncate, .delete, .other] {
      #expect(read(family, "", "") == .refused)
    }
  }

  @Test("F5: a message names an id when it stands there by itself")
  func named() {
    #expect(names("item_1", "the item with id 'item_1' does not exist"))
    #expect(names("item_1", "item_1"))
    #expect(names("item_1", "item_1: gone"))
    #expect(names("item_1", "gone: item_1"))
    #expect(names("item_1", "(item_1)"))
    #expect(names("item_1", "item_10, then \"item_1\""))
    #expect(names("B", "Item with item_id not found: B"))
  }

  @Test("F5: an id may have in it, or begin with, what no word has; of several ids each is found for itself")
  func namedWithMarks() {
    #expect(names("item:1", "gone: item:1."))
    #expect(names("{item}", "gone {item}"))
    #expect(!names("item:1", "item:10"))
    #expect(!names("{item}", "a{item}"))
    #expect(!names("item:1", "item 1"))
    let found = with("a") { a in
      with("b:c") { b in with("d") { d in with("b:c, a and e") { NamedIDs.find([a, b, d], in: $0) } } }
    }
    #expect(found == [true, true, false])
  }

  @Test("F5: and not when it is only a part of another one")
  func notNamed() {
    #expect(!names("item_1", "item_10"))
    #expect(!names("item_1", "an_item_1"))
    #expect(!names("item_1", "item_1-b"))
    #expect(!names("item_1", "item_1_"))
    #expect(!names("item_1", "xitem_1"))
    #expect(!names("item_1", "ITEM_1"))
    #expect(!names("item_1", "item_"))
    #expect(!names("item_1", ""))
    #expect(!names("", "item_1"))
    #expect(!names("B", "Bitem not found"))
  }

  @Test("odd texts harm nobody")
  func oddTexts() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let length = Int.random(in: 0...40, using: &generator)
      let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Array("already shorter 1234567890123456789012.5".utf8) + noise
      let refusal = text.withUnsafeBufferPointer {
        RefusalReader.read(.truncate, code: .none, message: Bytes($0.baseAddress, count: $0.count))
      }
      if case .alreadyShorter(let ms) = refusal { #expect(ms >= 0) }
    }
  }

  @Test("F5: which kind of command a refusal is about, by its code or its words")
  func families() {
    func family(_ code: String, _ message: String) -> Engine.CommandFamily? {
      with(code) { code in with(message) { RefusalReader.family(code: code, message: $0) } }
    }
    #expect(family("response_cancel_not_active", "") == .cancel)
    #expect(family("", "Cancellation failed: no active response found") == .cancel)
    #expect(family("item_truncate_invalid_item_id", "") == .truncate)
    #expect(family("", "Audio content of 400ms is already shorter than 600ms") == .truncate)
    #expect(family("item_delete_invalid_item_id", "Error deleting item") == .delete)
    #expect(family("", "The server had an error while processing your request.") == nil)
    #expect(family("", "") == nil)
  }

  @Test("F5: a message names milliseconds when that number stands there with its unit")
  func namedMs() {
    func names(_ ms: Int64, _ message: String) -> Bool {
      with(message) { RefusalReader.named([ms], in: $0).contains(ms) }
    }
    let message = "Audio content of 400ms is already shorter than 1600 ms (item 7)"
    #expect(names(400, message) && names(1_600, message))
    #expect(!names(600, message) && !names(7, message) && !names(0, message))
  }

  @Test("D12: a request for a response that is refused, by its code or its words")
  func requests() {
    func isOfResponse(_ code: String, _ message: String) -> Bool {
      with(code) { code in with(message) { RefusalReader.isOfResponse(code: code, message: $0) } }
    }
    #expect(isOfResponse("conversation_already_has_active_response", ""))
    #expect(isOfResponse("", "Conversation already has an active response in progress: resp_1"))
    #expect(!isOfResponse("response_cancel_not_active", "Cancellation failed: no active response found"))
  }
}
