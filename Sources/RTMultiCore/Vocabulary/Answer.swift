// What is answered to an input, and what is told beside the answers. No rule lives here.

/// What can be worth a line in a host's log.
public enum Diagnostic: UInt32, Sendable {
  case lateAudio = 1
  case unknownItem = 2
  case staleReport = 3
  case clearTimeout = 4
  case commandRejected = 5
  case memoryDiffers = 6
  case corruptPacket = 7
  case oddByte = 8
  case limit = 9
  case refusedPause = 10
  case protocolBreach = 11
  /// A response has ended without a word (rule A6).
  case missingDone = 12
  /// Audio came that nobody knows how to play (rule C3).
  case unknownFormat = 13
  /// A reporting sink has never reported (rule E9).
  case silentSink = 14
  /// The server has not answered a command in time (rule F11).
  case commandUnanswered = 15
  /// A callback of the host failed (rule E10).
  case callbackFailed = 16
}

/// What of a host can fail when it is called (rule E10).
public enum HostCallback: UInt, Sendable {
  case write
  case flush
  case clear
  case pause
  case resume
  case textWrite
  case onEvent
  case onCommand
  case onDiagnostic
  case onHeardAudio
}

/// What is answered to an input. Only ``ok``, ``ignored`` and ``queued`` are not errors; no error changes
/// anything. Those from ``limitQueue`` on are the session's: of them the engine itself gives ``notUTF8`` alone.
public enum Answer: UInt, CaseIterable, Equatable, Sendable {
  case ok
  case ignored
  case invalid
  case closed
  case unsupported
  /// What is asked for is of a later version.
  case unknownOption
  case limitAudio
  case limitItems
  case limitText
  case limitQueue
  case limitDeferred
  case limitEvent
  case queued
  case notUTF8
  /// What was to be an Ogg Opus stream is none that can be played.
  case notOgg
  case oggWithoutBeginning
  case notOpus
  case brokenOpusHead
  case unknownOpusVersion
  case tooManyChannels
  case unknownMapping

  /// Whether it is about what was to be an Ogg Opus stream.
  public var refusesStream: Bool {
    switch self {
    case .notOgg, .oggWithoutBeginning, .notOpus, .brokenOpusHead, .unknownOpusVersion, .tooManyChannels,
      .unknownMapping:
      true
    default: false
    }
  }
}
