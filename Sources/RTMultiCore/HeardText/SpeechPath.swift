// Which words go with which stretch of sound: a small search over the pauses at hand. Where a text may be cut and how it
// sounds is TextBoundaries', where the sound is silent SpeechSound's, and what is told of the result HeardText's.

/// The stretches of sound around the position, and up to which boundary of the text each goes.
///
/// A stretch of sound should last as long as its words weigh at the voice's pace; a pause should stand at a mark, and a
/// mark at a pause. What breaks that costs, as squares of deviations do, and the cheapest way through the pauses at hand
/// is believed (Viterbi's algorithm, a few ways at a time).
struct SpeechPath {
  /// How many stretches are looked at: some behind, so that an early mistake is mended, and some ahead.
  private static let behind = 4
  private static let ahead = 3
  static let maximumChunks = behind + 1 + ahead
  private static let beam = 8
  /// No voice speaks so many times faster than usual.
  private static let fastest: UInt64 = 8

  /// What a pause costs that stands in the middle of a clause, as the samples have it, and as packets' sizes do.
  private static let pauseWithoutMark = 5.0
  private static let guessedPauseWithoutMark = 2.0
  private static let pauseAtClause = 0.4
  private static let clauseWithoutPause = 0.8
  private static let sentenceWithoutPause = 3.0
  /// How long a pause lasts at the usual pace in the middle of a clause, behind it, and behind a sentence. They are only
  /// roughly so: half as long or twice as long costs as little as this allows.
  private static let usualPausesMs = (none: 90.0, clause: 160.0, sentence: 340.0)
  private static let pauseDeviation = 0.5
  private static let pauseTrust = 0.5
  private static let dearestPause = 3.0
  /// What a stretch without a word costs: a breath, a noise.
  private static let wordless = 4.0
  /// How far words and their sound differ when the pace is known: a share, and something for each stretch.
  private static let deviation = 0.12
  private static let deviationMs = 80.0
  /// How much longer than their sound words may be thought to last.
  private static let longestShare = 1.7
  private static let longestMoreMs = 250.0

  /// One way through the first stretches.
  private struct Way {
    var cost: Double
    /// How many boundaries of the text are used up.
    var boundary: Int
    var pace: VoicePace
    var ends: InlineArray<8, Int32>
  }

  private(set) var chunks = InlineArray<8, SpeechChunk>(
    repeating: SpeechChunk(startMs: 0, endMs: 0, endsInPause: false, isSure: true))
  private(set) var chunkCount = 0
  /// Up to which boundary the text of each stretch goes, as far as that is known.
  private(set) var ends = InlineArray<8, Int32>(repeating: 0)
  private(set) var endCount = 0
  private(set) var pace = VoicePace.usual
  /// Where the first stretch begins, in time and in the text: what is before that is decided.
  private(set) var baseMs: Int32 = 0
  private(set) var baseBoundary = 0
  /// What was heard before the base.
  private var decided = VoicePace.sure(ratio: 1, soundMs: 0)

  /// What a search goes by.
  struct Knowledge {
    var positionMs: Int32
    /// Up to where the samples are known.
    var knownMs: Int32
    /// Up to where there is sound.
    var receivedMs: Int32
    /// Whether that, and the text, is all.
    var isComplete: Bool
    /// Whether the text may end before the sound so far does, for more of it is to come.
    var mayLackText: Bool
    var pace: VoicePace
    /// Whether text and sound come side by side: then their ratio says something of the pace.
    var comesSideBySide: Bool
  }

  /// Looks for the way that goes best with text and sound.
  mutating func search(_ boundaries: TextBoundaries, _ sound: SpeechSound, _ known: Knowledge) {
    repeat {
      searchOnce(boundaries, sound, known)
    } while moveBase(to: known.positionMs, boundaries, mayLackText: known.mayLackText)
  }

  /// How far into the text's sound a search may look, with an end of the text that matters only to those who come there.
  func reachMs(_ boundaries: TextBoundaries, receivedMs: Int32) -> UInt32 {
    let baseMs = UInt64(boundaries.soundMs(min(baseBoundary, boundaries.all.count)))
    let soundingMs = UInt64(max(Int64(receivedMs) - Int64(self.baseMs), 0))
    return UInt32(clamping: baseMs + (soundingMs + UInt64(Self.maximumChunks) * 500) * Self.fastest)
  }

  private mutating func searchOnce(_ boundaries: TextBoundaries, _ sound: SpeechSound, _ known: Knowledge) {
    baseBoundary = min(baseBoundary, boundaries.all.count)
    chunkCount = sound.chunks(
      fromMs: baseMs, knownMs: known.knownMs, endMs: known.receivedMs, into: &chunks)
    let start = startPace(boundaries, sound, known)
    var ways = InlineArray<8, Way>(
      repeating: Way(cost: 0, boundary: baseBoundary, pace: start, ends: .init(repeating: 0)))
    var wayCount = 1
    endCount = 0
    // The last stretch goes to the end of the text, when both are all; when they are not, its end is open.
    let isLastKnown = known.isComplete && chunkCount < Self.maximumChunks
    while endCount < chunkCount {
      let isLast = isLastKnown && endCount == chunkCount - 1
      guard isLast || chunks[endCount].endsInPause else { break }
      let chunk = chunks[endCount]
      var next = InlineArray<8, Way>(repeating: ways[0])
      var nextCount = 0
      for way in 0..<wayCount {
        extend(
          ways[way], over: chunk, boundaries, isLast: isLast, mayLackText: known.mayLackText, into: &next,
          &nextCount)
      }
      guard nextCount > 0 else { break }
      ways = next
      wayCount = nextCount
      endCount += 1
    }
    ends = ways[0].ends
    pace = ways[0].pace
    // A stretch that takes all the text there is may want more.
    if known.mayLackText {
      for index in 0..<endCount where Int(ends[index]) == boundaries.all.count {
        endCount = index
        break
      }
    }
  }

  /// Takes one way over the next stretch, to every boundary where that may end.
  private func extend(
    _ way: Way, over chunk: SpeechChunk, _ boundaries: TextBoundaries, isLast: Bool, mayLackText: Bool,
    into ways: inout InlineArray<8, Way>, _ count: inout Int
  ) {
    let all = boundaries.all
    let lengthMs = Double(chunk.endMs - chunk.startMs)
    let ratio = way.pace.ratio
    let deviation = way.pace.deviation(besides: Self.deviation)
    let start = boundaries.soundMs(way.boundary)
    func take(to boundary: Int, marks: Double) {
      // Where the text ends so far, more of it may come: too little text for the sound says nothing.
      let isOpen = mayLackText && boundary == all.count
      let soundMs = Double(boundaries.soundMs(boundary) - start)
      let expectedMs = soundMs * ratio
      let off = (lengthMs - expectedMs) / (deviation * max(lengthMs, expectedMs) + Self.deviationMs)
      let cost = way.cost + marks + (isOpen && off > 0 ? 0 : 0.5 * off * off)
      guard count < Self.beam || cost < ways[Self.beam - 1].cost else { return }
      var next = way
      next.cost = cost
      next.boundary = boundary
      if !isOpen { next.pace.add(lengthMs, soundMs: soundMs) }
      next.ends[endCount] = Int32(boundary)
      Self.keep(next, in: &ways, &count)
    }
    if isLast {
      take(to: all.count, marks: 0)
      return
    }
    take(to: way.boundary, marks: mayLackText && way.boundary == all.count ? 0 : Self.wordless)
    var marks = 0.0
    // Beyond that nothing is believed: it is two and more deviations off, in most cases many more.
    let longestSoundMs = Double(start) + (Self.longestShare * lengthMs + Self.longestMoreMs) / ratio
    var isFirst = true
    for boundary in way.boundary..<all.count {
      let soundMs = all[boundary].soundMs
      // What has no sound goes with the word before it.
      guard soundMs > start, boundary + 1 == all.count || all[boundary + 1].soundMs > soundMs else { continue }
      if !isFirst, Double(soundMs) > longestSoundMs { break }
      isFirst = false
      let pause = all[boundary].pause
      let isEnd = boundary + 1 == all.count
      take(to: boundary + 1, marks: marks + (isEnd ? 0 : pauseCost(pause, chunk, ratio)))
      switch pause {
      case .none: break
      case .clause: marks += Self.clauseWithoutPause
      case .sentence: marks += Self.sentenceWithoutPause
      }
    }
  }

  /// What it costs that a stretch ends at this mark.
  private func pauseCost(_ pause: Break, _ chunk: SpeechChunk, _ ratio: Double) -> Double {
    let cost =
      switch pause {
      case .none: chunk.isSure ? Self.pauseWithoutMark : Self.guessedPauseWithoutMark
      case .clause: Self.pauseAtClause
      case .sentence: 0.0
      }
    guard chunk.isSure, chunk.pauseMs > 0 else { return cost }
    let usualMs =
      switch pause {
      case .none: Self.usualPausesMs.none
      case .clause: Self.usualPausesMs.clause
      case .sentence: Self.usualPausesMs.sentence
      }
    let times = Double(chunk.pauseMs) / (usualMs * ratio)
    // Half of q - 1/q is nearly the logarithm of q, for the few times that matter.
    let off = 0.5 * (times - 1 / times) / Self.pauseDeviation
    return cost + Self.pauseTrust * min(0.5 * off * off, Self.dearestPause)
  }

  /// Keeps a way if it is among the best, the best first, and only the best that ends at its boundary.
  private static func keep(_ way: Way, in ways: inout InlineArray<8, Way>, _ count: inout Int) {
    var rank = count
    for index in 0..<count where ways[index].boundary == way.boundary {
      if ways[index].cost <= way.cost { return }
      rank = index
      break
    }
    if rank == count {
      if count == beam {
        guard way.cost < ways[beam - 1].cost else { return }
        rank = beam - 1
      } else {
        count += 1
      }
    }
    while rank > 0, ways[rank - 1].cost > way.cost {
      ways[rank] = ways[rank - 1]
      rank -= 1
    }
    ways[rank] = way
  }

  /// What is believed of the pace at the base.
  private func startPace(_ boundaries: TextBoundaries, _ sound: SpeechSound, _ known: Knowledge) -> VoicePace {
    let leftSoundMs = Double(boundaries.soundMs - boundaries.soundMs(baseBoundary))
    guard leftSoundMs > 0 else { return known.pace }
    let leftMs = Double(
      sound.soundingMs(fromMs: baseMs, knownMs: known.knownMs, endMs: known.receivedMs))
    if known.isComplete { return .sure(ratio: leftMs / leftSoundMs, soundMs: 30_000) }
    var pace = known.pace.heard(decided.heardMs, soundMs: decided.soundMs)
    if known.comesSideBySide {
      let evidence = VoicePace.sure(ratio: leftMs / leftSoundMs, soundMs: 4_000)
      pace.add(evidence.heardMs, soundMs: evidence.soundMs)
    }
    return pace
  }

  /// The stretch that sounds at a position, or the last one before it.
  func chunk(at positionMs: Int32) -> Int {
    var index = 0
    while index + 1 < chunkCount, chunks[index + 1].startMs <= positionMs { index += 1 }
    return index
  }

  /// The boundary of the text at which a stretch begins.
  private func startBoundary(_ chunk: Int) -> Int { chunk == 0 ? baseBoundary : Int(ends[chunk - 1]) }

  /// How time and text go together around a position.
  func line(at positionMs: Int32, _ boundaries: TextBoundaries) -> SpeechLine {
    let start = Double(boundaries.soundMs(min(baseBoundary, boundaries.all.count)))
    guard chunkCount > 0, chunks[0].startMs <= positionMs else {
      return SpeechLine(
        fromMs: positionMs, toMs: chunkCount > 0 ? chunks[0].startMs : .max, startSoundMs: start)
    }
    let index = chunk(at: positionMs)
    let nextMs = index + 1 < chunkCount ? chunks[index + 1].startMs : .max
    guard index < endCount else {
      // Nobody knows yet where this stretch ends: its words go by the pace.
      let first = chunks[endCount]
      return SpeechLine(
        fromMs: first.startMs, toMs: nextMs, startSoundMs: Double(boundaries.soundMs(startBoundary(endCount))),
        soundPerMs: 1 / pace.ratio)
    }
    let chunk = chunks[index]
    let startSoundMs = Double(boundaries.soundMs(startBoundary(index)))
    let endSoundMs = Double(boundaries.soundMs(Int(ends[index])))
    let soundPerMs = (endSoundMs - startSoundMs) / Double(chunk.endMs - chunk.startMs)
    return SpeechLine(
      fromMs: chunk.startMs, toMs: nextMs, startSoundMs: startSoundMs, soundPerMs: soundPerMs,
      endSoundMs: endSoundMs, guessedEndMs: chunk.isSure ? nil : chunk.endMs)
  }

  /// Moves the base on when more stretches than are mended lie behind the position. A stretch whose text may not have
  /// come yet stays open. Returns whether it moved.
  private mutating func moveBase(to positionMs: Int32, _ boundaries: TextBoundaries, mayLackText: Bool) -> Bool
  {
    var moved = 0
    while moved < min(chunk(at: positionMs) - Self.behind, endCount), moved + 1 < chunkCount {
      let end = Int(ends[moved])
      guard end < boundaries.all.count || (end == boundaries.all.count && !mayLackText) else { break }
      let soundMs = Double(boundaries.soundMs(end)) - Double(boundaries.soundMs(startBoundary(moved)))
      decided.add(Double(chunks[moved].endMs - chunks[moved].startMs), soundMs: soundMs)
      moved += 1
    }
    guard moved > 0 else { return false }
    baseBoundary = Int(ends[moved - 1])
    baseMs = chunks[moved].startMs
    return true
  }
}

/// How the text goes on with time, from one moment to another.
struct SpeechLine: Equatable {
  var fromMs: Int32
  /// The next stretch begins.
  var toMs: Int32
  var startSoundMs: Double
  var soundPerMs = 0.0
  /// Where it stops; nil where nobody knows.
  var endSoundMs: Double?
  /// Where it stops in time, if packets' sizes alone tell that.
  var guessedEndMs: Int32?

  /// How much of the text has sounded at a position.
  func soundMs(at positionMs: Int32) -> Double {
    let soundMs = startSoundMs + Double(positionMs - fromMs) * soundPerMs
    return min(soundMs, endSoundMs ?? .infinity)
  }

  /// When so much of the text had sounded.
  func positionMs(soundMs: Double) -> Int32 {
    guard soundPerMs > 0, soundMs > startSoundMs else { return fromMs }
    return Int32(clamping: Int64(fromMs) + Int64(min((soundMs - startSoundMs) / soundPerMs, 1e12)))
  }
}
