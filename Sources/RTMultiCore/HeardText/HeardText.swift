// The words of one part, and how many of them the listener has heard. Position comes in, text goes out: where a text
// may be cut, where the sound is silent and which words go with which stretch of it is for the files beside this one.

/// How far a part is.
struct HeardProgress {
  /// P, whole milliseconds.
  var heardMs: Int64
  /// R, whole milliseconds.
  var receivedMs: Int64
  /// Up to where the samples are known; beyond, there are packets that nobody has decoded.
  var knownMs: Int64
  /// Whether R and the text are final.
  var isComplete: Bool
}

/// The transcript of an audio part. Text is released by position and only grows (rules G1 to G3).
///
/// Provider spans are used as given: a piece is heard when its whole span is (rule G2). Without spans the place in the
/// text is estimated, from the pauses in the sound, the marks in the text, and how long its words are (``SpeechPath``).
struct HeardText {
  /// Where a piece of text that came with a span ends: in the text and in the part's own time.
  struct Span {
    var end: Int
    var startMs: Int64
    /// `.max` while it is not known: until the next piece begins.
    var endMs: Int64
  }

  /// What is released for.
  enum Occasion {
    /// It plays on: what may not have been heard yet waits, for what was told cannot be taken back.
    case playing
    /// This is the last word: the best guess counts.
    case settling
  }

  /// The text as generated, in whole characters of UTF-8.
  private(set) var generated: [UInt8] = []
  /// What has come of the character behind it.
  private(set) var unfinished = CharacterBeginning()
  /// How many bytes of it have been released as heard: that only grows.
  private(set) var heard = 0
  /// How many of them the record has, where a report has taken some back; nil where it has all of them.
  private var recorded: Int?
  /// The furthest P at which some were released.
  private var releasedMs: Int64 = 0
  /// What is known of the sound.
  private(set) var sound = SpeechSound()
  var spans: [Span] = []
  var wordTimes = WordTimes()
  private var spanCursor = 0
  private var boundaries = TextBoundaries()
  private var path = SpeechPath()
  /// What of the path is needed while one stretch of sound plays.
  private var line = SpeechLine(fromMs: 0, toMs: 0, startSoundMs: 0)
  /// How many boundaries have been heard; the newest may have moved since.
  private var heardBoundaries = 0
  private var searched = Searched()
  private var arrival = Arrival()

  /// What the newest search knew.
  private struct Searched {
    var positionMs = Int32.min
    var soundVersion: UInt32 = 0
    var textBytes = 0
    var isComplete = false
  }

  /// How the text came beside the sound: by R at its deltas.
  private struct Arrival {
    var lastMs: Int64 = -1
    /// Deltas between which sound came.
    var steps = 0
  }

  /// What is learned while a stretch of sound plays waits so long for the next search.
  private static let patienceMs: Int32 = 200
  /// Text and sound come side by side if so many deltas of text had sound between them, the newest not longer ago than
  /// so much sound.
  private static let fewestSteps = 3
  private static let longestStepMs: Int64 = 1_000
  /// Text that is so far ahead of its sound runs ahead.
  private static let shortestLeadMs: Int64 = 500
  /// What is held back while it plays: of what a stretch has sounded a share, and something. In a stretch whose end is
  /// known less.
  private static let openMargin = (share: 0.25, ms: 100.0)
  private static let closedMargin = (share: 0.1, ms: 60.0)

  /// Whether the place in the text is a guess.
  var isEstimated: Bool { spans.isEmpty && !generated.isEmpty }

  /// Whether where the heard text ends is a guess.
  var isHeardEstimated: Bool { isEstimated && heardInRecord < generated.count }

  /// How many bytes the record says were heard (rule G2).
  var heardInRecord: Int { recorded ?? heard }

  /// Whether any text has come.
  var isThere: Bool { !generated.isEmpty }

  /// Whether there is text that has not been heard.
  var hasMore: Bool { heard < generated.count }

  /// Adds a piece; `startMs` and `endMs` are its span if the provider gave one, `receivedMs` is R. A character belongs to
  /// the piece that has its end.
  mutating func append(_ text: Bytes, startMs: Int64? = nil, endMs: Int64?, receivedMs: Int64 = 0) {
    appendCharacters(of: text)
    if startMs != nil || endMs != nil { addSpan(startMs: startMs, endMs: endMs) }
    placeWordTimes()
    if arrival.lastMs >= 0, receivedMs > arrival.lastMs { arrival.steps += 1 }
    arrival.lastMs = receivedMs
    boundaries.update(for: generated)
  }

  private mutating func appendCharacters(of text: Bytes) {
    if unfinished.count == 0, text.isASCII {
      generated.append(contentsOf: text.raw)
      return
    }
    guard let waiting = text.unfinishedBytes(after: unfinished) else { return }
    if waiting < text.count {
      unfinished.append(to: &generated)
      unfinished = CharacterBeginning()
      generated.append(contentsOf: text.raw.dropLast(waiting))
    }
    for byte in text.raw.suffix(waiting) { _ = unfinished.take(byte) }
  }

  /// The rest of the last character will not come.
  mutating func dropUnfinished() { unfinished = CharacterBeginning() }

  /// The sound falls silent, or speaks again.
  mutating func note(_ edge: SoundEdge) { sound.note(edge) }

  /// Moves on to what has been heard by now and returns the newly heard bytes, or nil when there are none.
  mutating func release(_ progress: HeardProgress, pace: VoicePace, for occasion: Occasion) -> Range<Int>? {
    guard let range = newlyHeard(progress, pace: pace, for: occasion) else { return nil }
    releasedMs = max(releasedMs, progress.heardMs)
    return range
  }

  private mutating func newlyHeard(
    _ progress: HeardProgress, pace: VoicePace, for occasion: Occasion
  ) -> Range<Int>? {
    guard spans.isEmpty else {
      while spanCursor < spans.count, spans[spanCursor].endMs <= progress.heardMs { spanCursor += 1 }
      return release(upTo: spanCursor == 0 ? 0 : spans[spanCursor - 1].end)
    }
    guard progress.receivedMs > 0, progress.heardMs > 0 else { return nil }
    let positionMs = Int32(clamping: progress.heardMs)
    if needsSearch(positionMs, progress, occasion) { search(positionMs, progress, pace) }
    var soundMs = line.soundMs(at: positionMs)
    if case .playing = occasion { soundMs -= margin(soundMs) }
    return release(upToSoundMs: soundMs)
  }

  /// The same where there is no sound to go by: so far into the time that the text takes at the pace (rule F4).
  mutating func release(spokenMs: Int64, pace: VoicePace, for occasion: Occasion) -> Range<Int>? {
    guard let range = newlySpoken(spokenMs, pace: pace, for: occasion) else { return nil }
    releasedMs = max(releasedMs, spokenMs)
    return range
  }

  private mutating func newlySpoken(_ spokenMs: Int64, pace: VoicePace, for occasion: Occasion) -> Range<Int>? {
    guard spans.isEmpty else {
      while spanCursor < spans.count, spans[spanCursor].endMs <= spokenMs { spanCursor += 1 }
      return release(upTo: spanCursor == 0 ? 0 : spans[spanCursor - 1].end)
    }
    var soundMs = Double(spokenMs) / pace.ratio
    if case .playing = occasion { soundMs -= Self.closedMargin.share * soundMs + Self.openMargin.ms }
    boundaries.look(at: generated, upToSoundMs: UInt32(max(0, min(soundMs, 4e9))) + 1)
    return release(upToSoundMs: soundMs)
  }

  /// How long the text takes to speak: by its spans, else at the pace. A span may name any number, and these are added up.
  func spokenMs(pace: VoicePace) -> Int64 {
    if let span = spans.last {
      return min(max(span.endMs < .max ? span.endMs : span.startMs, 0), Limits.longestPartMs)
    }
    return Int64(weightMs * pace.ratio)
  }

  /// What the text weighs, in milliseconds at the usual pace. What of it was not looked at yet counts as the rest does.
  var weightMs: Double {
    let soundMs = Double(boundaries.soundMs)
    return boundaries.lookedAt < generated.count
      ? soundMs * Double(generated.count) / Double(max(boundaries.lookedAt, 1)) : soundMs
  }

  /// Whether text was released for a position that a report has taken back since (rule C8).
  func wasReleased(beyondMs heardMs: Int64) -> Bool { heardMs < releasedMs }

  /// P is final, and is less than where text was released. What was released stays released, and the record ends at P
  /// (rule G2).
  mutating func endRecord(_ progress: HeardProgress, pace: VoicePace) {
    recorded = min(heard, end(at: progress, pace))
  }

  /// How much of the text has been spoken at P, by the best guess.
  private mutating func end(at progress: HeardProgress, _ pace: VoicePace) -> Int {
    guard spans.isEmpty else { return spans.last { $0.endMs <= progress.heardMs }?.end ?? 0 }
    guard progress.heardMs > 0 else { return 0 }
    let positionMs = Int32(clamping: progress.heardMs)
    var soundMs = Double(positionMs) / pace.ratio
    if progress.receivedMs > 0 {
      search(positionMs, progress, pace)
      soundMs = line.soundMs(at: positionMs)
    }
    let spoken = boundaries.all.last { $0.soundMs > 0 && Double($0.soundMs) <= soundMs + 0.5 }
    return spoken.map { Int($0.end) } ?? 0
  }

  /// When the word began that is spoken at P, or the last one before it; nil without text.
  mutating func wordStartMs(_ progress: HeardProgress, pace: VoicePace) -> Int64? {
    if let span = spans.last(where: { $0.startMs < progress.heardMs }) { return span.startMs }
    guard spans.isEmpty, progress.receivedMs > 0, boundaries.soundMs > 0 else { return nil }
    let positionMs = Int32(clamping: progress.heardMs)
    search(positionMs, progress, pace)
    let soundMs = line.soundMs(at: positionMs)
    var start = 0.0
    for boundary in boundaries.all {
      if Double(boundary.soundMs) >= soundMs { break }
      start = Double(boundary.soundMs)
    }
    return Int64(min(positionMs, line.positionMs(soundMs: start)))
  }

  /// All of the audio was heard, so all of the text was: returns what was still missing, or nil.
  mutating func releaseAll() -> Range<Int>? { release(upTo: generated.count) }

  /// What all of it, heard to the end, tells of its voice.
  func pace(after pace: VoicePace, receivedMs: Int64) -> VoicePace {
    guard isEstimated else { return pace }
    let endMs = Int32(clamping: receivedMs)
    let soundingMs = sound.soundingMs(fromMs: 0, knownMs: endMs, endMs: endMs)
    return pace.heard(Double(soundingMs), soundMs: weightMs)
  }

  // MARK: The estimate

  private func needsSearch(_ positionMs: Int32, _ progress: HeardProgress, _ occasion: Occasion) -> Bool {
    if positionMs >= line.toMs || positionMs < searched.positionMs { return true }
    if let guessedEndMs = line.guessedEndMs, progress.knownMs >= Int64(guessedEndMs) { return true }
    let isStale =
      searched.soundVersion != sound.version || searched.textBytes != generated.count
      || searched.isComplete != progress.isComplete
    guard isStale else { return false }
    if case .settling = occasion { return true }
    return positionMs - searched.positionMs >= Self.patienceMs
  }

  private mutating func search(_ positionMs: Int32, _ progress: HeardProgress, _ pace: VoicePace) {
    let comesSideBySide =
      arrival.steps >= Self.fewestSteps && progress.receivedMs - arrival.lastMs < Self.longestStepMs
    let needsAll = progress.isComplete || comesSideBySide
    boundaries.look(
      at: generated,
      upToSoundMs: needsAll ? .max : path.reachMs(boundaries, receivedMs: Int32(clamping: progress.receivedMs)))
    path.search(
      boundaries, sound,
      SpeechPath.Knowledge(
        positionMs: positionMs, knownMs: Int32(clamping: progress.knownMs),
        receivedMs: Int32(clamping: progress.receivedMs), isComplete: progress.isComplete,
        mayLackText: mayLackText(progress, pace), pace: pace, comesSideBySide: comesSideBySide))
    line = path.line(at: positionMs, boundaries)
    searched = Searched(
      positionMs: positionMs, soundVersion: sound.version, textBytes: generated.count,
      isComplete: progress.isComplete)
  }

  /// Whether text is to come for sound that is there. Not where it ran ahead of the sound when it came.
  private func mayLackText(_ progress: HeardProgress, _ pace: VoicePace) -> Bool {
    !progress.isComplete && boundaries.lookedAt == generated.count
      && Double(boundaries.soundMs) * pace.ratio < Double(arrival.lastMs + Self.shortestLeadMs)
  }

  private func margin(_ soundMs: Double) -> Double {
    let margin = line.endSoundMs == nil ? Self.openMargin : Self.closedMargin
    return min(margin.share * (soundMs - line.startSoundMs) + margin.ms, soundMs - line.startSoundMs)
  }

  /// Releases the boundaries that have sounded; what has no sound goes with the word before it.
  private mutating func release(upToSoundMs soundMs: Double) -> Range<Int>? {
    heardBoundaries = min(heardBoundaries, boundaries.all.count)
    while heardBoundaries < boundaries.all.count,
      Double(boundaries.all[heardBoundaries].soundMs) <= soundMs + 0.5
    {
      heardBoundaries += 1
    }
    guard heardBoundaries > 0, boundaries.all[heardBoundaries - 1].soundMs > 0 else { return nil }
    return release(upTo: Int(boundaries.all[heardBoundaries - 1].end))
  }

  private mutating func release(upTo end: Int) -> Range<Int>? {
    guard end > heard else { return nil }
    defer { heard = end }
    return heard..<end
  }
}
