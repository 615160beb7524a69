// The one place where an outcome is born (rules B1 to B9, B11).

/// What was heard of one audio part.
enum PartVerdict: Equatable {
  /// It has no audio.
  case silent
  case full
  case partial
  case unheard

  /// - Parameters:
  ///   - received: R in source frames.
  ///   - heard: P in source frames, at most `received`.
  ///   - isDone: the server is done with it, or a later message has followed (rule B2).
  init(received: Int64, heard: Int64, isDone: Bool) {
    switch (received, heard) {
    case (0, _): self = .silent  // Rule B7.
    case (_, received) where isDone: self = .full  // Rules B1 and B4.
    case (_, 0): self = .unheard  // Rule B3.
    default: self = .partial  // Rule B2.
    }
  }
}

/// Adds the verdicts of a message's parts up to its outcome.
struct OutcomeTable {
  private var isAnyFull = false
  private var isAnyPartial = false
  private var isAnyUnheard = false
  /// Whether its audio was off in its turn, and it has been shown.
  var isReadInstead = false

  mutating func add(_ verdict: PartVerdict) {
    switch verdict {
    case .silent: break
    case .full: isAnyFull = true
    case .partial: isAnyPartial = true
    case .unheard: isAnyUnheard = true
    }
  }

  /// The outcome of the message; `isShownAsText` decides for one without any audio (rule B6).
  func outcome(isShownAsText: @autoclosure () -> Bool) -> Outcome {
    // Full if every part is, skipped if nothing of it was heard, else partial (rule A1).
    switch (isAnyFull, isAnyPartial, isAnyUnheard) {
    case (false, false, false): isShownAsText() ? .textOnly : .skipped
    case (true, false, false): .full
    // What the listener has read needs no ear (rule B11).
    case _ where isReadInstead: .textOnly
    case (false, false, true): .skipped
    default: .partial
    }
  }
}
