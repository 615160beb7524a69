// An event that is handed over twice (rule A12): by both of a host's handlers, with others between; and servers whose ids
// say nothing.

import RTMultiCore
import Testing

@testable import RTMultiWire

/// The newest events of a connection, fed with text.
private final class Events {
  var recent = RecentEvents()

  /// Takes an event unless it is a repetition; says whether it was taken.
  func take(_ type: String, _ id: String, _ content: String = "") -> Bool {
    let text = Array(#"{"type":"\#(type)","event_id":"\#(id)","x":"\#(content)"}"#.utf8)
    let type = Array(type.utf8)
    let id = Array(id.utf8)
    return text.withUnsafeBufferPointer { text in
      type.withUnsafeBufferPointer { type in
        id.withUnsafeBufferPointer { id in
          let type = Bytes(type.baseAddress, count: type.count)
          let id = Bytes(id.baseAddress, count: id.count).number
          let text = Bytes(text.baseAddress, count: text.count)
          if recent.contains(id: id, type: type, text: text) { return false }
          recent.append(id: id, type: type, text: text)
          return true
        }
      }
    }
  }
}

@Suite("RecentEvents") struct RecentEventsTests {
  @Test("the same event again, at once and with up to seven others between") func repeated() {
    for between in 0...9 {
      let events = Events()
      let content = String(repeating: "AAAA", count: 500)
      let isFirst = events.take("response.audio.delta", "event_1", content)
      #expect(isFirst)
      for other in 0..<between { _ = events.take("response.audio.delta", "other_\(other)", content) }
      let isSecond = events.take("response.audio.delta", "event_1", content)
      #expect(isSecond == (between >= 8), "\(between) between")
    }
  }

  @Test("every event in pairs, and twice over in blocks") func pairs() {
    let events = Events()
    for number in 0..<200 {
      let (first, second) = (events.take("x", "event_\(number)"), events.take("x", "event_\(number)"))
      #expect(first && !second)
    }
    for block in 0..<50 {
      for number in 0..<4 { #expect(events.take("y", "event_\(block * 4 + number)")) }
      for number in 0..<4 { #expect(!events.take("y", "event_\(block * 4 + number)")) }
    }
  }

  @Test("without an id nothing is a repetition") func noID() {
    let events = Events()
    for _ in 0..<3 { #expect(events.take("x", "")) }
  }

  @Test("LocalAI: one id for all events of a kind is a habit, and proves nothing from then on") func habit() {
    let events = Events()
    #expect(events.take("input_audio_buffer.speech_started", "event_TODO"))
    #expect(events.take("input_audio_buffer.speech_stopped", "event_TODO"))
    for _ in 0..<3 {
      #expect(events.take("input_audio_buffer.speech_started", "event_TODO"))
      #expect(events.take("input_audio_buffer.speech_stopped", "event_TODO"))
    }
    #expect(events.take("input_audio_buffer.speech_stopped", "event_TODO"))
    // Other ids still prove.
    #expect(events.take("x", "event_1"))
    #expect(!events.take("x", "event_1"))
    // The same id with another content.
    #expect(events.take("x", "event_1", "other"))
    #expect(events.take("x", "event_1"))
  }

  @Test("a server with many such habits: no id proves anything any more, until the next connection")
  func habits() {
    let events = Events()
    for number in 0..<12 {
      for content in ["a", "b"] { #expect(events.take("x", "id_\(number)", content)) }
    }
    #expect(events.take("x", "fresh"))
    #expect(events.take("x", "fresh"))
    events.recent.removeAll()
    #expect(events.take("x", "fresh"))
    #expect(!events.take("x", "fresh"))
  }

  @Test("content is told apart by its length and both its ends") func contents() {
    for (one, other) in [("a", "b"), ("a", "aa")] {
      let events = Events()
      #expect(events.take("x", "1", one))
      #expect(events.take("x", "1", other))
    }
  }
}
