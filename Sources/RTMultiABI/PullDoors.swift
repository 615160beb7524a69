// The one door through which another thread may come at any moment: a device takes its frames. It does not enter
// the gate, and touches nothing but the channel's end that set_sink has left for it, and the log of a recording.

import CRTMulti
import RTMulti

@_cdecl("rtmulti_session_pull") @implementation
public func rtmulti_session_pull(
  _ session: OpaquePointer!, _ buffer: UnsafeMutablePointer<Int16>!, _ frames: UInt32,
  _ device_delay_frames: UInt32
) -> UInt32 {
  guard let gate = GatePointer(session), let buffer else { return 0 }
  guard let device = gate.pointee.device else {
    buffer.update(repeating: 0, count: Int(frames) * Int(max(gate.pointee.sink.channels, 1)))
    return 0
  }
  let taken = device.pull(into: buffer, frames: frames, deviceDelayFrames: device_delay_frames)
  gate.notePull(frames: frames, deviceDelayFrames: device_delay_frames, taken: taken)
  return taken
}

@_cdecl("rtmulti_session_pull_f32") @implementation
public func rtmulti_session_pull_f32(
  _ session: OpaquePointer!, _ buffer: UnsafeMutablePointer<Float>!, _ frames: UInt32,
  _ device_delay_frames: UInt32
) -> UInt32 {
  guard let gate = GatePointer(session), let buffer else { return 0 }
  guard let device = gate.pointee.device else {
    buffer.update(repeating: 0, count: Int(frames) * Int(max(gate.pointee.sink.channels, 1)))
    return 0
  }
  let taken = device.pull(into: buffer, frames: frames, deviceDelayFrames: device_delay_frames)
  gate.notePull(frames: frames, deviceDelayFrames: device_delay_frames, taken: taken)
  return taken
}
