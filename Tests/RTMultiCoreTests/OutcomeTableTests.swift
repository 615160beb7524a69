// The table in which an outcome is born, cell by cell, under the numbers of the rules that ask for it. The
// engine's way to the table is tested in EngineRulesTests.swift.

import Testing

@testable import RTMultiCore

@Suite struct PartVerdictTests {
  struct Row: CustomStringConvertible {
    let rule: String
    let received: Int64
    let heard: Int64
    let isDone: Bool
    let verdict: PartVerdict

    var description: String { rule }
  }

  static let rows = [
    Row(rule: "B1: everything heard and done", received: 24_000, heard: 24_000, isDone: true, verdict: .full),
    Row(rule: "B1: a single frame, heard and done", received: 1, heard: 1, isDone: true, verdict: .full),
    Row(rule: "B2: heard in part, not done", received: 24_000, heard: 9_600, isDone: false, verdict: .partial),
    Row(rule: "B2: heard in part, done", received: 24_000, heard: 9_600, isDone: true, verdict: .partial),
    Row(
      rule: "B2: P = R, not done: more was to come", received: 24_000, heard: 24_000, isDone: false,
      verdict: .partial),
    Row(rule: "B2: one frame short", received: 24_000, heard: 23_999, isDone: true, verdict: .partial),
    Row(rule: "B2: one frame heard", received: 24_000, heard: 1, isDone: true, verdict: .partial),
    Row(rule: "B3: never heard, done", received: 24_000, heard: 0, isDone: true, verdict: .unheard),
    Row(rule: "B3: never heard, not done", received: 24_000, heard: 0, isDone: false, verdict: .unheard),
    Row(rule: "B4: P = R when interrupted, done", received: 480, heard: 480, isDone: true, verdict: .full),
    Row(rule: "B7: zero frames, done", received: 0, heard: 0, isDone: true, verdict: .silent),
    Row(rule: "B7: zero frames, not done", received: 0, heard: 0, isDone: false, verdict: .silent),
  ]

  @Test("the verdict of a part", arguments: rows)
  func verdict(row: Row) {
    let verdict = PartVerdict(received: row.received, heard: row.heard, isDone: row.isDone)
    #expect(verdict == row.verdict)
  }

  @Test("B9: nothing but the numbers and the done decides, at every P from 0 to R")
  func everyPosition() {
    for received in Int64(0)...40 {
      for heard in 0...received {
        for isDone in [false, true] {
          let verdict = PartVerdict(received: received, heard: heard, isDone: isDone)
          #expect((verdict == .silent) == (received == 0))
          #expect((verdict == .unheard) == (received > 0 && heard == 0))
          #expect((verdict == .full) == (received > 0 && heard == received && isDone))
        }
      }
    }
  }
}

@Suite struct OutcomeTableTests {
  struct Row: CustomStringConvertible {
    let verdicts: [PartVerdict]
    /// The outcome, and the one when the host showed the text of the message.
    let outcome: Outcome
    let shownOutcome: Outcome
    let rule: String

    init(_ verdicts: [PartVerdict], _ outcome: Outcome, shown: Outcome? = nil, _ rule: String) {
      self.verdicts = verdicts
      self.outcome = outcome
      shownOutcome = shown ?? outcome
      self.rule = rule
    }

    var description: String { "\(rule): \(verdicts)" }
  }

  /// Every set of verdicts that the parts of one message can have.
  static let rows = [
    Row([], .skipped, shown: .textOnly, "B3, B6: no part"),
    Row([.silent], .skipped, shown: .textOnly, "B3, B6: no audio"),
    Row([.full], .full, "B1"),
    Row([.full, .silent], .full, "B1, C5: text beside heard audio"),
    Row([.partial], .partial, "B2"),
    Row([.partial, .silent], .partial, "B2, C5"),
    Row([.partial, .full], .partial, "A1: one part of two"),
    Row([.partial, .full, .silent], .partial, "A1"),
    Row([.unheard], .skipped, "B3"),
    Row([.unheard, .silent], .skipped, "B3, B7"),
    Row([.unheard, .full], .partial, "A1, B2: cut between two parts"),
    Row([.unheard, .full, .silent], .partial, "A1, B2"),
    Row([.unheard, .partial], .partial, "B2: cut in the first of two parts"),
    Row([.unheard, .partial, .silent], .partial, "B2"),
    Row([.unheard, .partial, .full], .partial, "A1"),
    Row([.unheard, .partial, .full, .silent], .partial, "A1"),
  ]

  private func outcome(of verdicts: [PartVerdict], isShownAsText: Bool) -> Outcome {
    var table = OutcomeTable()
    for verdict in verdicts { table.add(verdict) }
    return table.outcome(isShownAsText: isShownAsText)
  }

  @Test("the outcome of a message, spoken or shown", arguments: rows)
  func row(_ row: Row) {
    #expect(outcome(of: row.verdicts, isShownAsText: false) == row.outcome)
    #expect(outcome(of: row.verdicts, isShownAsText: true) == row.shownOutcome)
  }

  @Test("neither the order of the parts nor their number matters")
  func orderAndNumber() {
    var dice = Dice(seed: 0xB1)
    for row in Self.rows where !row.verdicts.isEmpty {
      for _ in 0..<20 {
        let more = (0..<dice.below(4)).map { _ in dice.one(of: row.verdicts) }
        let verdicts = (row.verdicts + more).shuffled(using: &dice)
        #expect(outcome(of: verdicts, isShownAsText: false) == row.outcome)
        #expect(outcome(of: verdicts, isShownAsText: true) == row.shownOutcome)
      }
    }
  }

  @Test("every set of verdicts stands in the table once")
  func tableIsWhole() {
    let sets = Self.rows.map { row in
      [PartVerdict.silent, .full, .partial, .unheard].map { row.verdicts.contains($0) }
    }
    #expect(Set(sets).count == 16)
    #expect(sets.count == 16)
  }

  @Test("B1 to B9: no table gives an outcome that is still pending")
  func neverPending() {
    for row in Self.rows { #expect(row.outcome != .pending && row.shownOutcome != .pending) }
  }
}
