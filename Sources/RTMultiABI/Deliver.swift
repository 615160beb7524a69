// Deliveries out of the doors: to callbacks, or to whoever polls.

import CRTMulti
import CStack
import RTMulti

extension GatePointer {
  /// Delivers until nothing is left; false when a callback stopped that by a negative return (law 2), or has returned in a
  /// forked child (law 1): the rest is the parent's, and would be done twice.
  @inline(__always)
  func deliver() -> Bool {
    guard pointee.deliversPlainly else { return deliverTraced() }
    pointee.hostCode = .callback
    defer { pointee.hostCode = .none }
    while let delivery = pointee.session.next() {
      let answer = call(delivery)
      if answer < 0 { pointee.session.hasFailed(delivery) }
      if answer < 0 || wasForked { return false }
    }
    return true
  }

  /// What a write has answered: the frames that it took, or less than 0 when it has failed.
  @inline(__always)
  private func took(_ frames: Int32) -> Int32 {
    pointee.takenFrames = frames
    pointee.session.accept(frames: Int(frames))
    return min(frames, 0)
  }

  /// Calls the callback that a delivery is for. A callback that is not set counts as successful.
  @inline(never)
  func call(_ delivery: Delivery) -> Int32 {
    pointee.hostFrame = stack_frame()
    let user = pointee.sinkUserData
    switch delivery {
    case .write(let segment, let pcm, let frames):
      guard let write = pointee.sinkWrite else { return 0 }
      return took(write(user, segment.number, pcm, UInt32(frames)))
    case .writeCodes(let segment, let codes, let frames):
      guard let write = pointee.sink.write_codes else { return 0 }
      return took(write(user, segment.number, codes, UInt32(frames)))
    case .flush(let segment): return pointee.sink.flush?(user, segment.number) ?? 0
    case .clear(let segment): return pointee.sink.clear?(user, segment.number) ?? 0
    case .pause: return pointee.sink.pause?(user) ?? 0
    case .resume: return pointee.sink.resume?(user) ?? 0
    case .showText(let itemID, let text):
      return pointee.sink.text_write?(user, itemID.cString, itemID.count, text.cString, text.count) ?? 0
    case .event:
      guard let onEvent = pointee.handlers.on_event else { return 0 }
      return withMessageFace { message in
        var face = rtmulti_event(pointee.session.event, message: message)
        return onEvent(pointee.handlers.user_data, &face)
      }
    case .command:
      guard let onCommand = pointee.handlers.on_command else { return 0 }
      var face = commandFace()
      return onCommand(pointee.handlers.user_data, &face)
    case .diagnostic:
      guard let onDiagnostic = pointee.handlers.on_diagnostic, let report = pointee.session.report else {
        return 0
      }
      var face = rtmulti_diagnostic(report)
      return onDiagnostic(pointee.handlers.user_data, &face)
    case .heardAudio:
      guard let onHeardAudio = pointee.handlers.on_heard_audio, let heard = pointee.session.heardAudio else {
        return 0
      }
      var face = rtmulti_heard_audio(heard)
      return onHeardAudio(pointee.handlers.user_data, &face)
    }
  }

  /// Calls `body` with the record that the event at hand tells, where it tells one.
  @inline(__always)
  private func withMessageFace(_ body: (UnsafePointer<rtmulti_message>?) -> Int32) -> Int32 {
    guard pointee.session.event.kind == .message else { return body(nil) }
    var face = rtmulti_message(pointee.session.message)
    return withUnsafePointer(to: &face) { body($0) }
  }

  @inline(__always)
  private func commandFace() -> rtmulti_command {
    guard pointee.session.command.kind == .sync else {
      return rtmulti_command(pointee.session.command, items: nil)
    }
    pointee.context.fill(pointee.session.keptItems)
    return rtmulti_command(pointee.session.command, items: pointee.context.addresses)
  }

  /// The next delivery as an effect.
  fileprivate func poll() -> rtmulti_effect? {
    guard let delivery = pointee.session.next() else { return nil }
    var effect = rtmulti_effect()
    switch delivery {
    case .write(let segment, let pcm, let frames):
      effect.kind = UInt32(RTMULTI_EFFECT_WRITE)
      effect.segment = segment.number
      effect.pcm = pcm
      effect.frames = UInt32(frames)
      effect.channels = pointee.sink.channels
    case .writeCodes(let segment, let codes, let frames):
      effect.kind = UInt32(RTMULTI_EFFECT_WRITE)
      effect.segment = segment.number
      effect.codes = codes
      effect.frames = UInt32(frames)
      effect.channels = pointee.sink.channels
    case .flush(let segment):
      effect.kind = UInt32(RTMULTI_EFFECT_FLUSH)
      effect.segment = segment.number
    case .clear(let segment):
      effect.kind = UInt32(RTMULTI_EFFECT_CLEAR)
      effect.segment = segment.number
    case .pause: effect.kind = UInt32(RTMULTI_EFFECT_PAUSE)
    case .resume: effect.kind = UInt32(RTMULTI_EFFECT_RESUME)
    case .showText(let itemID, let text):
      effect.kind = UInt32(RTMULTI_EFFECT_TEXT_WRITE)
      effect.item_id = itemID.cString
      effect.item_id_size = itemID.count
      effect.text = text.cString
      effect.text_size = text.count
    case .event:
      effect.kind = UInt32(RTMULTI_EFFECT_EVENT)
      if pointee.session.event.kind == .message {
        pointee.polled.message.pointee = rtmulti_message(pointee.session.message)
      }
      pointee.polled.event.pointee = rtmulti_event(
        pointee.session.event, message: UnsafePointer(pointee.polled.message))
      effect.event = UnsafePointer(pointee.polled.event)
    case .command:
      effect.kind = UInt32(RTMULTI_EFFECT_COMMAND)
      pointee.polled.command.pointee = commandFace()
      effect.command = UnsafePointer(pointee.polled.command)
    case .diagnostic:
      guard let report = pointee.session.report else { return nil }
      effect.kind = UInt32(RTMULTI_EFFECT_DIAGNOSTIC)
      pointee.polled.diagnostic.pointee = rtmulti_diagnostic(report)
      effect.diagnostic = UnsafePointer(pointee.polled.diagnostic)
    case .heardAudio:
      guard let heard = pointee.session.heardAudio else { return nil }
      effect.kind = UInt32(RTMULTI_EFFECT_HEARD_AUDIO)
      pointee.polled.heardAudio.pointee = rtmulti_heard_audio(heard)
      effect.heard_audio = UnsafePointer(pointee.polled.heardAudio)
    }
    return effect
  }
}

@_cdecl("rtmulti_session_poll") @implementation
public func rtmulti_session_poll(
  _ session: OpaquePointer!, _ effect: UnsafeMutablePointer<rtmulti_effect>!
) -> rtmulti_result {
  // Checked before an effect is taken, so that none is lost.
  let isEmptied = rtmulti_effect.empty(effect)
  return outside(session) { gate throws(Refusal) in
    guard isEmptied, let effect else { throw rtmulti_effect.refusal(of: effect) }
    guard gate.pointee.isPolled else {
      throw .sentence(
        .unsupported,
        "This session delivers by callback; to poll, create it with config.delivery = RTMULTI_DELIVER_BY_POLLING."
      )
    }
    if gate.pointee.tracing != .none { gate.trace { $0.poll() } }
    guard let next = gate.poll() else { return rtmulti_result(RTMULTI_DONE) }
    next.fill(effect)
    return rtmulti_result(RTMULTI_OK)
  }
}

@_cdecl("rtmulti_session_poll_accept") @implementation
public func rtmulti_session_poll_accept(_ session: OpaquePointer!, _ frames: UInt32) -> rtmulti_result {
  outside(session) { gate throws(Refusal) in
    let offered = gate.pointee.session.offeredFrames
    guard offered > 0 else {
      throw .sentence(
        .invalid,
        "There is no write to accept frames of: rtmulti_session_poll_accept comes right behind the poll of a WRITE."
      )
    }
    guard Int(frames) <= offered else {
      throw .number("frames", Int64(frames), "accept at most the frames of the write that was polled last")
    }
    if gate.pointee.tracing != .none { gate.trace { $0.pollAccept(frames: frames) } }
    gate.pointee.session.accept(frames: Int(frames))
    return rtmulti_result(RTMULTI_OK)
  }
}
