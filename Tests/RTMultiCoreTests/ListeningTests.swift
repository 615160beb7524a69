// What is taken for true of the server's ear, for everything that the host and the session can have said of it. What
// follows from it is shown by the scenarios of D13, D14 and F7.

import Testing

@testable import RTMultiCore

@Suite struct ListeningTests {
  struct Row: CustomStringConvertible {
    let choice: Choice
    let detection: TurnDetection?
    let isSaid: Bool
    let holds: Bool

    init(_ choice: Choice, _ detection: TurnDetection?, _ isSaid: Bool, _ holds: Bool) {
      self.choice = choice
      self.detection = detection
      self.isSaid = isSaid
      self.holds = holds
    }

    var description: String {
      "\(choice), the session: \(detection.map { "\($0)" } ?? "nothing"), said: \(isSaid)"
    }
  }

  private static let detections: [TurnDetection?] = [nil, .absent, .interrupts, .ignored]

  /// The host's own choice is for good; else the last session event that named it, else what the host said of its server.
  static let table: [Row] =
    detections.flatMap { detection in
      [false, true].flatMap { isSaid in
        [Row(.yes, detection, isSaid, true), Row(.no, detection, isSaid, false)]
      }
    } + [
      Row(.asTheSessionSays, nil, false, false),
      Row(.asTheSessionSays, nil, true, true),
      Row(.asTheSessionSays, .absent, false, false),
      Row(.asTheSessionSays, .absent, true, false),
      Row(.asTheSessionSays, .interrupts, false, true),
      Row(.asTheSessionSays, .interrupts, true, true),
      Row(.asTheSessionSays, .ignored, false, false),
      Row(.asTheSessionSays, .ignored, true, false),
    ]

  @Test("D14: each choice, with each word of the session and of the host", arguments: table)
  func row(_ row: Row) {
    var cancels = Listening(interrupts: row.choice, speechInterrupts: .no, isSaidToInterrupt: row.isSaid)
    cancels.detection = row.detection
    #expect(cancels.cancelsByItself == row.holds)
    #expect(!cancels.isInterruptedBySpeech)
    var hears = Listening(interrupts: .no, speechInterrupts: row.choice, isSaidToInterrupt: row.isSaid)
    hears.detection = row.detection
    #expect(hears.isInterruptedBySpeech == row.holds)
    #expect(!hears.cancelsByItself)
  }
}
