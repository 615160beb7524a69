// Names and sentences for the codes of the header. They live for ever.

import CRTMulti
import RTMulti

/// What a result means, and what to do about it, whoever gave it.
func text(of result: rtmulti_result) -> StaticString {
  switch rtmulti_result_values(result) {
  case RTMULTI_OK: "It was done."
  case RTMULTI_DONE: "Nothing is left; poll again after the next input."
  case RTMULTI_IGNORED: "It was understood, and nothing had to change."
  case RTMULTI_QUEUED: "It was given from inside a callback or beside a call, and runs afterwards."
  case RTMULTI_STOPPED:
    "It was done; a callback returned a negative number, and what was not delivered comes with the next call."
  case RTMULTI_NONE: "There is no such thing, or none any more."
  case RTMULTI_ERROR_BUSY: "Another call is running in this session; a session belongs to one thread at a time."
  case RTMULTI_ERROR_IN_CALLBACK:
    "This cannot be done from inside a callback; do it when the call that is running has returned."
  case RTMULTI_ERROR_ABANDONED:
    "A callback never returned: an exception, a panic or a longjmp has left it; the session may only be destroyed."
  case RTMULTI_ERROR_FORKED: "The session belongs to the parent process; a child may only destroy it."
  case RTMULTI_ERROR_UNSUPPORTED:
    "The sink, the format or this version of the library cannot do that; see the function in rtmulti.h."
  default:
    Answer.allCases.first { $0.errorCode.rawValue == result }?.sentence
      ?? "This version of the library has no such result."
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
    case RTMULTI_STOPPED: "RTMULTI_STOPPED"
    case RTMULTI_NONE: "RTMULTI_NONE"
    case RTMULTI_ERROR_INVALID: "RTMULTI_ERROR_INVALID"
    case RTMULTI_ERROR_BUSY: "RTMULTI_ERROR_BUSY"
    case RTMULTI_ERROR_CLOSED: "RTMULTI_ERROR_CLOSED"
    case RTMULTI_ERROR_FORKED: "RTMULTI_ERROR_FORKED"
    case RTMULTI_ERROR_UNSUPPORTED: "RTMULTI_ERROR_UNSUPPORTED"
    case RTMULTI_ERROR_IN_CALLBACK: "RTMULTI_ERROR_IN_CALLBACK"
    case RTMULTI_ERROR_ABANDONED: "RTMULTI_ERROR_ABANDONED"
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
    switch rtmulti_diagnostic_kind_values(kind) {
    case RTMULTI_DIAGNOSTIC_LATE_AUDIO: "late_audio"
    case RTMULTI_DIAGNOSTIC_UNKNOWN_ITEM: "unknown_item"
    case RTMULTI_DIAGNOSTIC_STALE_REPORT: "stale_report"
    case RTMULTI_DIAGNOSTIC_CLEAR_TIMEOUT: "clear_timeout"
    case RTMULTI_DIAGNOSTIC_COMMAND_REJECTED: "command_rejected"
    case RTMULTI_DIAGNOSTIC_MEMORY_DIFFERS: "memory_differs"
    case RTMULTI_DIAGNOSTIC_CORRUPT_PACKET: "corrupt_packet"
    case RTMULTI_DIAGNOSTIC_ODD_BYTE: "odd_byte"
    case RTMULTI_DIAGNOSTIC_LIMIT: "limit"
    case RTMULTI_DIAGNOSTIC_REFUSED_PAUSE: "refused_pause"
    case RTMULTI_DIAGNOSTIC_PROTOCOL: "protocol"
    case RTMULTI_DIAGNOSTIC_MISSING_DONE: "missing_done"
    case RTMULTI_DIAGNOSTIC_UNKNOWN_FORMAT: "unknown_format"
    case RTMULTI_DIAGNOSTIC_SILENT_SINK: "silent_sink"
    case RTMULTI_DIAGNOSTIC_COMMAND_UNANSWERED: "command_unanswered"
    case RTMULTI_DIAGNOSTIC_CALLBACK_FAILED: "callback_failed"
    default: "unknown"
    }
  return cString(name)
}

@_cdecl("rtmulti_status_name") @implementation
public func rtmulti_status_name(_ status: rtmulti_status) -> UnsafePointer<CChar>! {
  let name: StaticString =
    switch rtmulti_status_values(status) {
    case RTMULTI_STATUS_IN_PROGRESS: "in_progress"
    case RTMULTI_STATUS_COMPLETED: "completed"
    case RTMULTI_STATUS_CANCELLED: "cancelled"
    case RTMULTI_STATUS_INCOMPLETE: "incomplete"
    case RTMULTI_STATUS_FAILED: "failed"
    default: "unknown"
    }
  return cString(name)
}

@_cdecl("rtmulti_version") @implementation
public func rtmulti_version() -> UnsafePointer<CChar>! { cString("0.1.0") }

@_cdecl("rtmulti_abi") @implementation
public func rtmulti_abi() -> UInt32 { UInt32(RTMULTI_ABI) }

@_cdecl("rtmulti_result_text") @implementation
public func rtmulti_result_text(_ result: rtmulti_result) -> UnsafePointer<CChar>! { cString(text(of: result)) }

@_cdecl("rtmulti_session_last_error") @implementation
public func rtmulti_session_last_error(_ session: OpaquePointer!) -> UnsafePointer<CChar>! {
  guard let gate = GatePointer(session) else { return OrphanedError.sentence }
  return switch gate.pointee.lastErrorSource {
  case .result: cString(gate.pointee.lastError)
  case .session: gate.pointee.session.lastComplaint.cString
  case .argument: gate.pointee.argumentSentence.bytes.cString
  }
}
