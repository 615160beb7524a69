// How a part is handed over to a device that takes its frames itself: encoded, for the device's thread decodes it.
// How many frames it will make of it is known here all the same (SegmentCount).

import RTMultiCore

/// A hand-over to a device that is under way.
struct Sending {
  /// Where the next audio to be sent stands.
  var cursor: Cursor
  var count: SegmentCount
  /// The first source frame that was not sent.
  var readFrame: Int64 { count.readFrame }
}

extension PartAudio {
  /// Begins to hand the part over to a device, as ``beginSegment(at:sink:pool:)`` does to a sink that is written to.
  /// The channel's segment before it is ended. Returns false, and the channel stays as it is, when that is full:
  /// ask again when the device has pulled.
  public mutating func beginSending(
    at sourceFrame: Int64, to channel: inout PullChannel, pool: inout AudioPool
  ) -> Bool {
    endSegment(pool: &pool)
    if case .discarded = stage { return false }
    let (frame, cursor) = place(of: sourceFrame)
    guard channel.open(format: format, readFrame: frame, cursorFrame: cursor.frame, pool: &pool) else {
      return false
    }
    sending = Sending(
      cursor: cursor, count: SegmentCount(format: format, sink: channel.sink, readFrame: frame))
    return true
  }

  /// Sends the next audio: at most `sourceFrames` frames of PCM16 or G.711, in Opus one packet of which something is
  /// to be heard and those that its decoder has to hear before. `sinkFrames` is exactly what the device will make
  /// of it. 0 source frames mean that the channel is full, or that nothing waits.
  public mutating func send(atMost sourceFrames: Int64, to channel: inout PullChannel) -> Reading {
    guard sourceFrames > 0, sending != nil else { return .nothing }
    let sent =
      if let frameSize {
        sendFrames(atMost: sourceFrames, size: frameSize, to: channel)
      } else {
        sendPacket(to: channel)
      }
    sending!.count.read(sent)
    let sinkFrames = sending!.count.owedFrames
    sending!.count.emit(sinkFrames)
    return Reading(sourceFrames: sent, sinkFrames: sinkFrames, damaged: false)
  }

  private mutating func sendFrames(
    atMost sourceFrames: Int64, size: FrameSize, to channel: borrowing PullChannel
  ) -> Int64 {
    let wanted = min(sourceFrames, receivedFrames - sending!.readFrame)
    // 20 ms at a time: what is resampled at once holds up a pull.
    let longest = Int64(format.sampleRateHz / 50)
    var sent: Int64 = 0
    while sent < wanted {
      let run = queue.run(at: &sending!.cursor)
      let frames = Int(min(wanted - sent, longest, Int64(size.frames(in: run.count))))
      guard frames > 0 else { break }
      let piece = UnsafeRawBufferPointer(rebasing: run[..<size.bytes(of: frames)])
      guard channel.push(frames: piece, count: frames) else { break }
      sending!.cursor.offset += piece.count
      sending!.cursor.frame += Int64(frames)
      sent += Int64(frames)
    }
    return sent
  }

  private mutating func sendPacket(to channel: borrowing PullChannel) -> Int64 {
    while sending!.readFrame < receivedFrames, let packet = queue.packet(at: &sending!.cursor) {
      guard channel.push(packet) else { break }
      queue.step(&sending!.cursor, over: packet)
      let heardFrames = sending!.cursor.frame - sending!.readFrame
      if heardFrames > 0 { return heardFrames }
    }
    return 0
  }
}
