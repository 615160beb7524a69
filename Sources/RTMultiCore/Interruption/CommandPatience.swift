// How long the server may take to answer a command, and what is told when it does not (rule F11). Nothing waits for an
// answer, so nothing else follows. What counts as an answer is Answers.swift's, ServerCuts.swift's and Ending.swift's.

/// Which command is waited for next, and the kinds that the server never answers.
struct CommandWait {
  /// How long a command is waited for; 0 is for ever, so that none is.
  let patienceUs: Int64
  /// The oldest command that may still be waited for: all before it were answered or given up.
  var from: CommandNumber = 1
  /// When the next one is given up; nil while none is waited for.
  var deadlineUs: Int64?
  /// How many of each kind have gone unanswered since the last that was answered.
  private var unanswered = SIMD4<UInt8>()

  init(patienceUs: Int64) { self.patienceUs = patienceUs }

  /// A kind of command of which three in a row went unanswered is not waited for again (rule F11).
  private static let inARow: UInt8 = 3

  func waits(for kind: SentCommand.Kind) -> Bool {
    guard patienceUs > 0, let place = kind.place else { return false }
    return unanswered[place] < Self.inARow
  }

  mutating func noteAnswer(to kind: SentCommand.Kind) {
    if let place = kind.place, unanswered[place] < Self.inARow { unanswered[place] = 0 }
  }

  mutating func noteSilence(after kind: SentCommand.Kind) {
    if let place = kind.place { unanswered[place] += 1 }
  }
}

extension SentCommand.Kind {
  /// Its place among the kinds that are waited for; nil for those that are not (rule F11).
  fileprivate var place: Int? {
    switch self {
    case .cancel: 0
    case .truncate: 1
    case .delete: 2
    case .sync, .create, .clearOutput: nil
    }
  }
}

extension CommandLog {
  /// Goes on to the oldest command that is still waited for, in the order in which they were sent.
  mutating func passAnswered() {
    wait.from = max(wait.from, oldest)
    while let command = find(wait.from) {
      if !command.isAnswered, wait.waits(for: command.kind) {
        wait.deadlineUs = command.sentUs + wait.patienceUs
        return
      }
      if command.isAnswered { wait.noteAnswer(to: command.kind) }
      wait.from += 1
    }
    wait.deadlineUs = nil
  }

  /// Gives up the next command that was waited for long enough; nil if there is none. It is not answered all the same: a
  /// refusal that still comes is understood.
  mutating func giveUp(nowUs: Int64) -> SentCommand? {
    guard let deadlineUs = wait.deadlineUs, nowUs >= deadlineUs, let command = find(wait.from) else {
      return nil
    }
    wait.noteSilence(after: command.kind)
    wait.from += 1
    passAnswered()
    return command
  }

  /// What was sent so far is not waited for any more: its connection is gone.
  mutating func endWait() {
    wait.from = next
    wait.deadlineUs = nil
  }
}

extension Engine {
  /// Tells of each command that the server has not answered in time, once (rule F11).
  mutating func giveUpCommands(into effects: inout EffectRing) {
    while let command = commands.giveUp(nowUs: nowUs) {
      diagnose(
        .commandUnanswered, response: command.response, item: command.item, detail: .command(command.number),
        into: &effects)
    }
  }
}
