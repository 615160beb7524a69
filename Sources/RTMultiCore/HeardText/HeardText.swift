// The words of one part, and how many of them the listener has heard. Position comes in, text goes out: where a text
// may be cut, where the sound is silent and which words go with which stretch of it is for the files beside this one.

/// How far a part is.
struct HeardProgress {
  /// P, whole milliseconds.
  var heardMs: Int64
  /// R, whole milliseconds.
  var receivedMs: Int64
  /// Whether R and the text are final.
  var isComplete: Bool
}

/// The transcript of an audio part. Text is released by position and only grows (rules G1 to G3).
///
/// Provider spans are used as given: a piece is heard when its whole span is (rule G2). Without spans the place in the
/// text is estimated, from what its letters sound like and how the sound goes (``SpeechAlignment``).
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
  private(set) var track = SoundTrack()
  var spans: [Span] = []
  var wordTimes = WordTimes()
  private var spanCursor = 0
  private var boundaries = TextBoundaries()
  /// How the words around the position go with the sound: one while it is asked for, for it is large.
  private var alignment: [SpeechAlignment] = []
  /// How many boundaries have been heard, where there is no sound to go by.
  private var heardBoundaries = 0
  /// The frame at which it was last looked while it played.
  private var askedFrame = -1

  /// While it plays it looks so often, and so far ahead; for the last word further.
  private static let patienceFrames = 5
  private static let aheadFrames = (playing: 50, settling: 250)
  /// What is held back of a text that is played elsewhere: a share, and something.
  private static let unheardMargin = (share: 0.1, ms: 100.0)

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

  /// Adds a piece; `startMs` and `endMs` are its span if the provider gave one. A character belongs to the piece that has its
  /// end.
  mutating func append(_ text: Bytes, startMs: Int64? = nil, endMs: Int64?) {
    appendCharacters(of: text)
    if startMs != nil || endMs != nil { addSpan(startMs: startMs, endMs: endMs) }
    placeWordTimes()
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

  /// What 20 ms of the sound are.
  @inline(__always)
  mutating func note(_ frame: SoundFrame) { track.note(frame) }

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
    let frame = Int(progress.heardMs / SoundTrack.frameMs)
    track.heardFrames = frame
    guard track.end > 0 else { return soundless(progress, pace, for: occasion) }
    switch occasion {
    case .playing:
      guard frame < askedFrame || frame >= askedFrame + Self.patienceFrames else { return nil }
      askedFrame = frame
      return place(progress, pace, ahead: Self.aheadFrames.playing).flatMap { release(upTo: $0.sure) }
    case .settling:
      defer { alignment = [] }
      return lastPlace(progress, pace).flatMap { release(upTo: $0.likely) }
    }
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
    if case .playing = occasion { soundMs -= Self.unheardMargin.share * soundMs + Self.unheardMargin.ms }
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
    guard track.end == 0 else { return lastPlace(progress, pace)?.likely ?? 0 }
    let soundMs =
      progress.receivedMs > 0 ? spokenSoundMs(progress, pace) : Double(progress.heardMs) / pace.ratio
    return boundaries.all.last { $0.soundMs > 0 && Double($0.soundMs) <= soundMs + 0.5 }.map { Int($0.end) }
      ?? 0
  }

  /// When the word began that is spoken at P, or the last one before it, at most three seconds ago; nil without text.
  mutating func wordStartMs(_ progress: HeardProgress, pace: VoicePace) -> Int64? {
    if let span = spans.last(where: { $0.startMs < progress.heardMs }) { return span.startMs }
    guard spans.isEmpty, progress.receivedMs > 0, progress.heardMs > 0 else { return nil }
    guard track.end > 0 else { return soundlessWordStartMs(progress, pace) }
    guard let here = lastPlace(progress, pace) else { return nil }
    defer { alignment = [] }
    var earlier = progress
    earlier.heardMs = max(0, progress.heardMs - Self.longestWordMs)
    alignment = []
    // What was heard before that word is likely from the frame on in which it begins.
    while earlier.heardMs < progress.heardMs {
      guard let there = place(earlier, pace, ahead: Self.aheadFrames.playing) else { return nil }
      if there.likely >= here.likely { return earlier.heardMs / SoundTrack.frameMs * SoundTrack.frameMs }
      earlier.heardMs += SoundTrack.frameMs
    }
    return progress.heardMs
  }

  private static let longestWordMs: Int64 = 3_000

  /// All of the audio was heard, so all of the text was: returns what was still missing, or nil.
  mutating func releaseAll() -> Range<Int>? { release(upTo: generated.count) }

  /// What all of it, heard to the end, tells of its voice.
  func pace(after pace: VoicePace, receivedMs: Int64) -> VoicePace {
    guard isEstimated else { return pace }
    let end = Int(receivedMs / SoundTrack.frameMs)
    let frames = track.end > 0 ? track.soundingFrames(before: end) : end
    var learned = pace.heard(Double(frames) * Double(SoundTrack.frameMs), soundMs: weightMs)
    var levels = SpeechLevels()
    levels.follow(track, to: track.end, voice: pace.sound)
    learned.sound = levels.voice ?? pace.sound
    return learned
  }

  // MARK: The estimate

  /// Where the heard text ends at a position: by what is known of the sound before it and behind it.
  private mutating func place(
    _ progress: HeardProgress, _ pace: VoicePace, ahead: Int
  ) -> SpeechAlignment.Answer? {
    boundaries.look(at: generated, upToSoundMs: reachMs(progress))
    let changed = boundaries.takeChange()
    if alignment.isEmpty {
      alignment.append(SpeechAlignment(pace: Float(pace.ratio), prior: pace.prior))
    } else if let changed {
      alignment[0].textChanged(behind: changed, boundaries)
    }
    return alignment[0].answer(
      generated, boundaries, track, knowledge(progress, ahead: ahead), voice: pace.sound)
  }

  /// The same for good: all of it is heard once more, by all that is known now, unless it is very long.
  private mutating func lastPlace(_ progress: HeardProgress, _ pace: VoicePace) -> SpeechAlignment.Answer? {
    guard progress.heardMs <= Self.heardAgainMs else {
      return place(progress, pace, ahead: Self.aheadFrames.settling)
    }
    boundaries.look(at: generated, upToSoundMs: reachMs(progress))
    // Not for long, and so not from the heap.
    var again = SpeechAlignment(pace: Float(pace.ratio), prior: pace.prior)
    return again.answer(
      generated, boundaries, track, knowledge(progress, ahead: Self.aheadFrames.settling), voice: pace.sound)
  }

  private func knowledge(_ progress: HeardProgress, ahead: Int) -> SpeechAlignment.Knowledge {
    SpeechAlignment.Knowledge(
      frame: Int(progress.heardMs / SoundTrack.frameMs), frames: Int(progress.receivedMs / SoundTrack.frameMs),
      isComplete: progress.isComplete, ahead: ahead)
  }

  private static let heardAgainMs: Int64 = 100_000

  /// How far into the text's sound it may have to look: with an end of the text that matters only to those who come there.
  private func reachMs(_ progress: HeardProgress) -> UInt32 {
    progress.isComplete ? .max : UInt32(clamping: (progress.receivedMs + 4_000) * 8)
  }

  // MARK: Without any sound

  /// So much of the text has been spoken where nothing is known of the sound: its share of what was received or, while that
  /// is not all, as the pace has it.
  private mutating func spokenSoundMs(_ progress: HeardProgress, _ pace: VoicePace) -> Double {
    guard progress.isComplete else { return Double(progress.heardMs) / pace.ratio }
    boundaries.look(at: generated, upToSoundMs: .max)
    return weightMs * Double(progress.heardMs) / Double(progress.receivedMs)
  }

  private mutating func soundless(
    _ progress: HeardProgress, _ pace: VoicePace, for occasion: Occasion
  ) -> Range<Int>? {
    var soundMs = spokenSoundMs(progress, pace)
    if case .playing = occasion { soundMs -= Self.unheardMargin.share * soundMs + Self.unheardMargin.ms }
    boundaries.look(at: generated, upToSoundMs: UInt32(max(0, min(soundMs, 4e9))) + 1)
    return release(upToSoundMs: soundMs)
  }

  private mutating func soundlessWordStartMs(_ progress: HeardProgress, _ pace: VoicePace) -> Int64? {
    let soundMs = spokenSoundMs(progress, pace)
    guard boundaries.soundMs > 0, soundMs > 0 else { return nil }
    let start = boundaries.all.last { Double($0.soundMs) < soundMs }.map { Double($0.soundMs) } ?? 0
    return min(progress.heardMs, Int64(Double(progress.heardMs) * start / soundMs))
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
