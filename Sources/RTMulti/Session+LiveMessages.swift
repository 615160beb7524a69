// The audio and the text of a session without turns as messages (see LiveMessages). They are the host's own as far as the
// server is concerned (rule A11): it is never told of them.

import RTMultiCore
import RTMultiWire

extension Session {
  /// The next connection begins: nothing more comes on the one before.
  mutating func beginConnection() {
    endLiveMessage()
    connection.reset()
  }

  /// When the open message ends if no more audio comes, or nil.
  var liveDeadlineUs: Int64? {
    engine.isClosed ? nil : live.deadlineUs(patienceUs: options.patience.responseUs)
  }

  /// Ends the open message when its time is over.
  mutating func endLiveMessageIfDue() {
    if let liveDeadlineUs, engine.now >= liveDeadlineUs { endLiveMessage() }
  }

  /// Nothing more comes for the open message, if there is one.
  mutating func endLiveMessage() {
    guard live.isOpen else { return }
    live.close()
    _ = run(.responseDone(id: live.name, status: .completed, reason: .none))
  }

  mutating func takeLiveAudio(
    _ bytes: Bytes, startMs: Int64?, _ own: FormatWords?, of type: Bytes
  ) -> Answer {
    if bytes.isEmpty { return .ignored }
    // What the model says after an interrupt is a message of its own: this API has no turns that would say so.
    if !live.isOpen || !takesLiveAudio {
      let format: AudioFormat
      switch liveFormat(own) {
      case .known(let known): format = known
      case .refused(let answer): return answer
      }
      endLiveMessage()
      let answer = openLiveMessage(startMs: startMs, format)
      guard answer == .ok else { return answer }
    }
    live.heardAudio(nowUs: engine.now)
    let answer = own.map { run(live.place, bytes, in: $0, of: type) } ?? run(live.place, bytes)
    // A message that is as long as one may be is followed by the next, and so is one that lacks audio (rule A13).
    if answer == .limitAudio || answer == .limitQueue { endLiveMessage() }
    return answer
  }

  mutating func takeLiveText(_ text: Bytes, _ span: Span) -> Answer {
    guard live.isOpen else {
      live.keep(text)
      return .ok
    }
    return run(
      .text(
        live.place, text: text, startMs: live.inMessage(span.startMs), endMs: live.inMessage(span.endMs)))
  }

  private var takesLiveAudio: Bool {
    mutating get {
      guard let item = engine.item(named: live.name), let part = engine.part(of: item, at: 0) else {
        return false
      }
      return engine.takesAudio(part)
    }
  }

  private mutating func openLiveMessage(startMs: Int64?, _ format: AudioFormat) -> Answer {
    live.open(beganMs: startMs)
    let name = live.name
    var answer = run(.responseCreated(id: name, traits: .local, token: .none))
    if answer == .ok {
      answer = run(.itemAdded(response: name, item: name, outputIndex: nil, kind: .message))
    }
    if answer == .ok {
      answer = run(.partAdded(live.place, kind: .audio, format: format))
    }
    guard answer == .ok else {
      endLiveMessage()
      return answer
    }
    let early = live.takeEarlyText()
    if !early.isEmpty { _ = run(.text(live.place, text: early, startMs: nil, endMs: nil)) }
    return .ok
  }
}
