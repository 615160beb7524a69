// The device of a pulled sink, a handle of its own: what its thread takes, and how long it lives. None of these doors
// but the first enters the gate: a thread may come at any moment, also when the session is gone.

import CRTMulti
import CStack
import RTMulti

@_cdecl("rtmulti_session_device") @implementation
public func rtmulti_session_device(
  _ session: OpaquePointer!, _ device: UnsafeMutablePointer<OpaquePointer?>!
) -> rtmulti_result {
  device?.pointee = nil
  return query(session) { session throws(Refusal) in
    guard let device else { throw .null("device", "say where the device is to be put") }
    guard let known = session.device else {
      throw .sentence(
        .unsupported, "This session has no device: set a sink with driver = RTMULTI_DRIVER_PULLED first.")
    }
    UnheldDevices.free()
    known.retain()
    device.pointee = known.handle
    return rtmulti_result(RTMULTI_OK)
  }
}

@_cdecl("rtmulti_device_retain") @implementation
public func rtmulti_device_retain(_ device: OpaquePointer!) {
  if let device { PullDevice(device).retain() }
}

@_cdecl("rtmulti_device_release") @implementation
public func rtmulti_device_release(_ device: OpaquePointer!) {
  if let device { PullDevice(device).release() }
}

@_cdecl("rtmulti_device_sample_rate_hz") @implementation
public func rtmulti_device_sample_rate_hz(_ device: OpaquePointer!) -> UInt32 {
  guard let device else { return 0 }
  return UInt32(PullDevice(device).sampleRateHz)
}

@_cdecl("rtmulti_device_channels") @implementation
public func rtmulti_device_channels(_ device: OpaquePointer!) -> UInt32 {
  guard let device else { return 0 }
  return UInt32(PullDevice(device).channels)
}

@_cdecl("rtmulti_device_pull") @implementation
public func rtmulti_device_pull(
  _ device: OpaquePointer!, _ buffer: UnsafeMutablePointer<Int16>!, _ frames: UInt32, _ channels: UInt32,
  _ delay_frames: UInt32
) -> UInt32 {
  guard let buffer else { return 0 }
  guard let device else {
    buffer.update(repeating: 0, count: Int(frames) * Int(channels))
    return 0
  }
  let pull = PullDevice(device).pull(
    into: buffer, frames: frames, channels: channels, deviceDelayFrames: delay_frames)
  if pull.isToBeNoted { note(pull, of: device, frames: frames, delayFrames: delay_frames) }
  return pull.takenFrames
}

@_cdecl("rtmulti_device_pull_f32") @implementation
public func rtmulti_device_pull_f32(
  _ device: OpaquePointer!, _ buffer: UnsafeMutablePointer<Float>!, _ frames: UInt32, _ channels: UInt32,
  _ delay_frames: UInt32
) -> UInt32 {
  guard let buffer else { return 0 }
  guard let device else {
    buffer.update(repeating: 0, count: Int(frames) * Int(channels))
    return 0
  }
  let pull = PullDevice(device).pull(
    into: buffer, frames: frames, channels: channels, deviceDelayFrames: delay_frames)
  if pull.isToBeNoted { note(pull, of: device, frames: frames, delayFrames: delay_frames) }
  return pull.takenFrames
}

/// Notes what a device took, for the trace of its session.
@inline(never)
private func note(_ pull: PullDevice.Pull, of device: OpaquePointer, frames: UInt32, delayFrames: UInt32) {
  PullDevice(device).log?.pointee.note(
    frames: frames, takenFrames: pull.takenFrames, deviceDelayFrames: delayFrames, on: stack_thread())
}
