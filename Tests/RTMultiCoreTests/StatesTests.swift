// Every cell of the small state machines: what each event does in each state, and what it answers.
// What follows from the answers is the engine's and is tested with it.

import Testing

@testable import RTMultiCore

@Suite struct GenerationTests {
  static let statuses: [Status] = [.inProgress, .completed, .cancelled, .incomplete, .failed]

  @Test("an open generation closes with the status that ends it", arguments: statuses)
  func closesOnce(status: Status) {
    var generation = Generation.open
    let isNews = generation.close(status)
    #expect(isNews)
    #expect(generation == .closed(status))
    #expect(!generation.isOpen)
    #expect(generation.status == status)
  }

  @Test("a closed generation stays as it was: the first word counts", arguments: statuses, statuses)
  func staysClosed(first: Status, second: Status) {
    var generation = Generation.closed(first)
    let isNews = generation.close(second)
    #expect(!isNews)
    #expect(generation == .closed(first))
    #expect(generation.status == first)
  }

  @Test("A6: a generation without a word lapses once, and its own word may still come", arguments: statuses)
  func lapses(status: Status) {
    var lapsed = Generation.open
    lapsed.lapse()
    #expect(lapsed == .lapsed && !lapsed.isOpen && lapsed.status == .inProgress)
    lapsed.lapse()
    #expect(lapsed == .lapsed)
    let isNews = lapsed.close(status)
    #expect(isNews && lapsed == .closed(status))
    lapsed.lapse()
    #expect(lapsed == .closed(status))
  }

  @Test("an open generation is in progress")
  func open() {
    #expect(Generation.open.isOpen)
    #expect(Generation.open.status == .inProgress)
  }
}

@Suite struct PlayoutTests {
  private static let mine = SegmentID(number: 1)
  private static let other = SegmentID(number: 2)

  private static let states: [Playout] = [.waiting, .playing(mine), .drained, .cut]

  enum Event: CaseIterable {
    case begin
    case finishWhole
    case finishShort
    case finishOtherWhole
    case finishOtherShort
    case clearAnswered
    case clearAnsweredForOther
    case rewind
    case cutOff
  }

  struct Cell: CustomStringConvertible {
    let state: Playout
    let event: Event
    let next: Playout
    let answer: Bool

    init(_ state: Playout, _ event: Event, _ next: Playout, _ answer: Bool) {
      self.state = state
      self.event = event
      self.next = next
      self.answer = answer
    }

    var description: String { "\(state) × \(event)" }
  }

  /// `other` begins in every row, so that a state that takes it can be told from one that keeps `mine`.
  static let table: [Cell] = [
    Cell(.waiting, .begin, .playing(other), true),
    Cell(.waiting, .finishWhole, .waiting, false),
    Cell(.waiting, .finishShort, .waiting, false),
    Cell(.waiting, .finishOtherWhole, .waiting, false),
    Cell(.waiting, .finishOtherShort, .waiting, false),
    Cell(.waiting, .clearAnswered, .waiting, false),
    Cell(.waiting, .clearAnsweredForOther, .waiting, false),
    Cell(.waiting, .rewind, .waiting, true),
    Cell(.waiting, .cutOff, .cut, true),

    Cell(.playing(mine), .begin, .playing(other), true),
    Cell(.playing(mine), .finishWhole, .drained, true),
    Cell(.playing(mine), .finishShort, .cut, true),
    Cell(.playing(mine), .finishOtherWhole, .playing(mine), false),
    // An older segment of the part was dropped: what plays now would leave a hole.
    Cell(.playing(mine), .finishOtherShort, .cut, true),
    Cell(.playing(mine), .clearAnswered, .cut, true),
    Cell(.playing(mine), .clearAnsweredForOther, .playing(mine), false),
    Cell(.playing(mine), .rewind, .waiting, true),
    Cell(.playing(mine), .cutOff, .cut, true),

    Cell(.drained, .begin, .playing(other), true),
    Cell(.drained, .finishWhole, .drained, false),
    Cell(.drained, .finishShort, .drained, false),
    Cell(.drained, .finishOtherWhole, .drained, false),
    Cell(.drained, .finishOtherShort, .drained, false),
    Cell(.drained, .clearAnswered, .drained, false),
    Cell(.drained, .clearAnsweredForOther, .drained, false),
    Cell(.drained, .rewind, .waiting, true),
    Cell(.drained, .cutOff, .cut, true),

    Cell(.cut, .begin, .cut, false),
    Cell(.cut, .finishWhole, .cut, false),
    Cell(.cut, .finishShort, .cut, false),
    Cell(.cut, .finishOtherWhole, .cut, false),
    Cell(.cut, .finishOtherShort, .cut, false),
    Cell(.cut, .clearAnswered, .cut, false),
    Cell(.cut, .clearAnsweredForOther, .cut, false),
    Cell(.cut, .rewind, .cut, false),
    Cell(.cut, .cutOff, .cut, false),
  ]

  @Test("each cell: the next state and the answer", arguments: table)
  func cell(_ cell: Cell) {
    var playout = cell.state
    let answer =
      switch cell.event {
      case .begin: playout.begin(Self.other)
      case .finishWhole: playout.finish(Self.mine, isShort: false)
      case .finishShort: playout.finish(Self.mine, isShort: true)
      case .finishOtherWhole: playout.finish(Self.other, isShort: false)
      case .finishOtherShort: playout.finish(Self.other, isShort: true)
      case .clearAnswered: playout.clearAnswered(Self.mine)
      case .clearAnsweredForOther: playout.clearAnswered(Self.other)
      case .rewind: playout.rewind()
      case .cutOff: playout.cutOff()
      }
    #expect(playout == cell.next)
    #expect(answer == cell.answer)
  }

  @Test("the table has every cell, and none twice")
  func tableIsWhole() {
    for state in Self.states {
      for event in Event.allCases {
        #expect(Self.table.filter { $0.state == state && $0.event == event }.count == 1)
      }
    }
    #expect(Self.table.count == Self.states.count * Event.allCases.count)
  }

  @Test("what is cut never plays again, whatever comes")
  func cutIsForEver() {
    for cell in Self.table where cell.state == .cut { #expect(cell.next == .cut && !cell.answer) }
  }
}

@Suite struct ClearingTests {
  private static let response = ResponseID(slot: 3)
  private static let states: [Clearing] = [
    .idle, .cut(deadlineUs: 5), .stepBack(response, deadlineUs: 5),
  ]

  @Test("the sink is told to clear: for what, and until when")
  func cleared() {
    var cut = Clearing.idle
    cut.clearedForCut(deadlineUs: 9)
    var stepBack = Clearing.idle
    stepBack.clearedForStepBack(of: Self.response, deadlineUs: 9)
    #expect([cut, stepBack] == [.cut(deadlineUs: 9), .stepBack(Self.response, deadlineUs: 9)])
  }

  @Test("an interrupt takes over what a step back has begun, and is waited for no longer")
  func interrupted() {
    let after = Self.states.map { state in
      var clearing = state
      clearing.interrupted()
      return clearing
    }
    #expect(after == [.idle, .cut(deadlineUs: 5), .cut(deadlineUs: 5)])
  }

  @Test("the end says once what it was for", arguments: states)
  func ended(state: Clearing) {
    var clearing = state
    let ended = [clearing.ended(), clearing.ended()]
    #expect(ended == [state, .idle])
    #expect(clearing.isIdle)
  }

  @Test("what it is for and until when is known in each state")
  func known() {
    #expect(Self.states.map(\.isIdle) == [true, false, false])
    #expect(Self.states.map(\.isForCut) == [false, true, false])
    #expect(Self.states.map(\.deadlineUs) == [nil, 5, 5])
  }
}

@Suite struct ResponseLifeTests {
  private static let states: [ResponseLife] = [
    .open, .playedOut, .atServer, .beingCut(group: 2), .settled, .cut(group: 2),
  ]

  @Test("something new opens what was played out, and nothing that is over")
  func reopen() {
    let after = Self.states.map { state in
      var life = state
      life.reopen()
      return life
    }
    #expect(after == [.open, .open, .atServer, .beingCut(group: 2), .settled, .cut(group: 2)])
  }

  @Test("it settles once, and remembers the interrupt")
  func settle() {
    let after = Self.states.map { state in
      var life = state
      let isNews = life.settle()
      return (life, isNews)
    }
    #expect(after.map(\.0) == [.settled, .settled, .settled, .cut(group: 2), .settled, .cut(group: 2)])
    #expect(after.map(\.1) == [true, true, true, true, false, false])
    #expect(after.map(\.0.isSettled) == [true, true, true, true, true, true])
  }
}

@Suite struct TruncationTests {
  @Test("A4: the server is told once, whether it was owed or not")
  func tell() {
    let after = [Truncation.none, .owed, .toldLate, .told].map { state in
      var truncation = state
      let isNews = truncation.tell()
      return (truncation, isNews)
    }
    #expect(after.map(\.0) == [.told, .toldLate, .toldLate, .told])
    #expect(after.map(\.1) == [true, true, false, false])
  }
}
