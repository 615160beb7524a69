// The entries of a trace by number. What the entry of an input consists of is told where inputs are described; what
// the others consist of is the tracer's.

/// The first byte of an entry. Numbers are never used twice for different things.
public enum TraceEntry: UInt8, CaseIterable, Sendable {
  case setFormat = 1
  case setSink = 2
  case setHandlers = 3
  case expect = 4
  case responseCreated = 5
  case responseDone = 6
  case itemAdded = 7
  case phase = 8
  case partAdded = 9
  case audio = 10
  case packet = 11
  case text = 12
  case partDone = 13
  case itemDone = 14
  case functionCall = 15
  case commandRejected = 16
  case reconnect = 17
  case receiveJSON = 18
  case interrupt = 19
  case pause = 20
  case resume = 21
  case textDelivered = 22
  case close = 23
  case advance = 24
  case started = 25
  case progress = 26
  case finished = 27
  case mark = 28
  case queued = 29
  case sinkReady = 30
  case poll = 31
  case pollAccept = 32
  /// An input that changed nothing, but delivered what was still waiting.
  case deliver = 33
  /// A device took frames on the session's thread, or before the next entry.
  case pull = 34
  /// A device took frames while the call of the entry before was running.
  case pullMeanwhile = 35
  /// So many callbacks after the last one that has an entry, one did more than to return what is expected: what it
  /// said to the session follows, and then what it returned.
  case callback = 36
  case returned = 37
  case end = 38
  case itemDeleted = 39
  case partTruncated = 40
  case expectOutOfBand = 41
  case unexpect = 42
  case outputBuffer = 43
  case audioBase64 = 44
  case cancel = 45
  case setServer = 46
  case setClearTimeout = 47
  case setAudioEnabled = 48
}
