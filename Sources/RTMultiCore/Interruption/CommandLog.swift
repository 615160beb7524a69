// What the server was told lately, so that a refusal can be understood (rules F5, F6), and which of it is waited for. How
// long, and what an answer that never comes leads to, is CommandPatience.swift's.

/// A command as it was sent.
struct SentCommand {
  enum Kind: Equatable {
    case cancel(ResponseID)
    case truncate(PartID, audioEndMs: Int64, isRetry: Bool)
    case delete(ItemID)
    case sync
    case create(ItemID)
    case clearOutput(ResponseID)
  }

  let number: CommandNumber
  let kind: Kind
  let response: ResponseID
  let item: ItemID
  let sentUs: Int64
  /// Whether the server has obeyed or refused it.
  var isAnswered = false
}

/// The newest commands, in a ring.
struct CommandLog: ~Copyable {
  /// There from the first command on.
  private var storage: UnsafeMutablePointer<SentCommand>?
  private var commands: UnsafeMutablePointer<SentCommand> { storage.unsafelyUnwrapped }
  private(set) var next: CommandNumber = 1
  /// What is waited for, from the oldest command on.
  var wait: CommandWait

  static var capacity: Int { Limits.rememberedCommands }

  init(patienceUs: Int64) {
    wait = CommandWait(patienceUs: patienceUs)
  }

  deinit { storage?.deallocate() }

  /// Notes a command and gives it its number.
  mutating func note(
    _ kind: SentCommand.Kind, response: ResponseID, item: ItemID, nowUs: Int64
  ) -> CommandNumber {
    if storage == nil { storage = .allocate(capacity: Self.capacity) }
    let command = SentCommand(number: next, kind: kind, response: response, item: item, sentUs: nowUs)
    (commands + Int(next % UInt64(Self.capacity))).initialize(to: command)
    next += 1
    if wait.deadlineUs == nil || wait.from < oldest { passAnswered() }
    return command.number
  }

  /// The command with this number, if it is remembered.
  func find(_ number: CommandNumber) -> SentCommand? {
    guard number > 0, number < next, next - number <= UInt64(Self.capacity) else { return nil }
    return commands[Int(number % UInt64(Self.capacity))]
  }

  /// The server has answered this command.
  mutating func answer(_ number: CommandNumber) {
    guard find(number) != nil else { return }
    commands[Int(number % UInt64(Self.capacity))].isAnswered = true
    if number == wait.from { passAnswered() }
  }

  /// The oldest command without an answer for which `matches` is true.
  func oldestUnanswered(where matches: (SentCommand) -> Bool) -> CommandNumber? {
    var number = oldest
    while number < next {
      if let command = find(number), !command.isAnswered, matches(command) { return number }
      number += 1
    }
    return nil
  }

  /// The newest command for which `matches` is true.
  func newest(where matches: (SentCommand) -> Bool) -> CommandNumber? {
    var number = newest
    while number >= oldest, number > 0 {
      if let command = find(number), matches(command) { return number }
      number -= 1
    }
    return nil
  }

  /// The server has done this: the oldest command that asked for it is answered. Returns whether there was one.
  @discardableResult
  mutating func answer(_ kind: SentCommand.Kind) -> Bool {
    guard let number = oldestUnanswered(where: { $0.kind == kind }) else { return false }
    answer(number)
    return true
  }

  /// The newest remembered number; 0 if nothing was sent.
  var newest: CommandNumber { next - 1 }

  /// The oldest number that is still remembered.
  var oldest: CommandNumber { next > UInt64(Self.capacity) ? next - UInt64(Self.capacity) : 1 }

  /// Lets go of a response that is being forgotten, whose ids will be reused.
  mutating func forget(_ response: ResponseID) {
    var number = oldest
    while number < next {
      let index = Int(number % UInt64(Self.capacity))
      if commands[index].response == response {
        commands[index] = SentCommand(number: number, kind: .sync, response: .none, item: .none, sentUs: 0)
      }
      number += 1
    }
    passAnswered()
  }
}
