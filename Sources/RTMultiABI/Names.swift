// Names and sentences for the codes of the header. They live for ever.

import CRTMulti
import RTMulti

/// The sentence that goes with an error.
func sentence(for result: rtmulti_result) -> StaticString {
  switch rtmulti_result_values(result) {
  case RTMULTI_ERROR_BUSY: "Another call is running in this session; a session belongs to one thread at a time."
  case RTMULTI_ERROR_FORKED: "The session belongs to the parent process; a child may only destroy it."
  case RTMULTI_ERROR_NO_MEMORY: "There is not enough memory for a session."
  default: Answer.allCases.first { $0.errorCode.rawValue == result }?.sentence ?? ""
  }
}

private func cString(_ string: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(string.utf8Start).assumingMemoryBound(to: CChar.self)
}

@_cdecl("rtmulti_result_name") @implementation
public func rtmulti_result_name(_ result: rtmulti_result) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch rtmulti_result_values(result) {
    case RTMULTI_OK: "RTMULTI_OK"
    case RTMULTI_DONE: "RTMULTI_DONE"
    case RTMULTI_IGNORED: "RTMULTI_IGNORED"
    case RTMULTI_QUEUED: "RTMULTI_QUEUED"
    case RTMULTI_ERROR_INVALID: "RTMULTI_ERROR_INVALID"
    case RTMULTI_ERROR_BUSY: "RTMULTI_ERROR_BUSY"
    case RTMULTI_ERROR_CLOSED: "RTMULTI_ERROR_CLOSED"
    case RTMULTI_ERROR_FORKED: "RTMULTI_ERROR_FORKED"
    case RTMULTI_ERROR_UNSUPPORTED: "RTMULTI_ERROR_UNSUPPORTED"
    case RTMULTI_ERROR_NO_MEMORY: "RTMULTI_ERROR_NO_MEMORY"
    case RTMULTI_ERROR_LIMIT_AUDIO: "RTMULTI_ERROR_LIMIT_AUDIO"
    case RTMULTI_ERROR_LIMIT_QUEUE: "RTMULTI_ERROR_LIMIT_QUEUE"
    case RTMULTI_ERROR_LIMIT_ITEMS: "RTMULTI_ERROR_LIMIT_ITEMS"
    case RTMULTI_ERROR_LIMIT_TEXT: "RTMULTI_ERROR_LIMIT_TEXT"
    case RTMULTI_ERROR_LIMIT_DEFERRED: "RTMULTI_ERROR_LIMIT_DEFERRED"
    case RTMULTI_ERROR_LIMIT_EVENT: "RTMULTI_ERROR_LIMIT_EVENT"
    default: "unknown result"
    }
  return cString(name)
}

@_cdecl("rtmulti_diagnostic_name") @implementation
public func rtmulti_diagnostic_name(_ kind: rtmulti_diagnostic_kind) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch Diagnostic(rawValue: kind) {
    case .lateAudio: "late_audio"
    case .unknownItem: "unknown_item"
    case .staleReport: "stale_report"
    case .clearTimeout: "clear_timeout"
    case .commandRejected: "command_rejected"
    case .memoryDiffers: "memory_differs"
    case .corruptPacket: "corrupt_packet"
    case .oddByte: "odd_byte"
    case .limit: "limit"
    case .refusedPause: "refused_pause"
    case .protocolBreach: "protocol"
    case .unknownFormat: "unknown_format"
    case nil: "unknown"
    }
  return cString(name)
}

/// The name that the wire uses for a status.
func wireName(of status: Status) -> Bytes {
  switch status {
  case .inProgress: Bytes("in_progress")
  case .completed: Bytes("completed")
  case .cancelled: Bytes("cancelled")
  case .incomplete: Bytes("incomplete")
  case .failed: Bytes("failed")
  }
}

@_cdecl("rtmulti_version") @implementation
public func rtmulti_version() -> UnsafePointer<CChar>! { cString("0.1.0") }

@_cdecl("rtmulti_abi") @implementation
public func rtmulti_abi() -> UInt32 { UInt32(RTMULTI_ABI) }

@_cdecl("rtmulti_session_last_error") @implementation
public func rtmulti_session_last_error(_ session: OpaquePointer!) -> UnsafePointer<CChar>! {
  guard let gate = GatePointer(session) else { return cString(lastCreationError.sentence) }
  return cString(gate.pointee.lastError)
}
