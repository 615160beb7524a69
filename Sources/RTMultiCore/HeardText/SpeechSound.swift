// What is known of the sound of one part: where it is silent. Found by whoever has the samples or the packets; how
// text goes with it is SpeechPath's.

/// A moment at which the sound of a part falls silent, or speaks again, in the part's own time.
public struct SoundEdge: Equatable, Sendable {
  /// How it is known.
  public enum Source: Sendable {
    /// From the samples.
    case samples
    /// From the sizes of packets that were not decoded: a guess, until they are.
    case packets
  }

  public let source: Source
  public let isSilence: Bool
  public let atMs: Int32

  public init(source: Source, isSilence: Bool, atMs: Int32) {
    self.source = source
    self.isSilence = isSilence
    self.atMs = atMs
  }
}

/// A stretch of sound between two pauses.
struct SpeechChunk: Equatable {
  var startMs: Int32
  var endMs: Int32
  /// Whether its end is a pause; otherwise it is where the sound so far ends.
  var endsInPause: Bool
  /// Whether that pause was found in the samples.
  var isSure: Bool
  /// How long that pause is; 0 where it is not over yet.
  var pauseMs: Int32 = 0
}

/// The pauses of one part, in order.
struct SpeechSound {
  private struct Pause {
    var startMs: Int32
    /// `Int32.max` while it lasts.
    var endMs: Int32
    /// How long all pauses before it are together.
    var silentBeforeMs: Int32
  }

  /// A stretch of sound that is shorter is no word.
  private static let shortestChunkMs: Int32 = 40

  private var sure: [Pause] = []
  private var guessed: [Pause] = []
  /// Grows with every edge.
  private(set) var version: UInt32 = 0

  mutating func note(_ edge: SoundEdge) {
    version &+= 1
    switch edge.source {
    case .samples: Self.note(edge, in: &sure)
    case .packets: Self.note(edge, in: &guessed)
    }
  }

  private static func note(_ edge: SoundEdge, in pauses: inout [Pause]) {
    let last = pauses.indices.last
    if edge.isSilence {
      // Edges come in order of time; what breaks it (a host that lies about nothing but time) is left out.
      guard last.map({ pauses[$0].endMs <= edge.atMs }) ?? true else { return }
      let silentMs = last.map { pauses[$0].silentBeforeMs + pauses[$0].endMs - pauses[$0].startMs } ?? 0
      // Room for most messages at once: what is found while it plays should allocate nothing.
      if pauses.isEmpty { pauses.reserveCapacity(32) }
      pauses.append(Pause(startMs: edge.atMs, endMs: .max, silentBeforeMs: silentMs))
    } else if let last, pauses[last].endMs == .max, edge.atMs > pauses[last].startMs {
      pauses[last].endMs = edge.atMs
    }
  }

  /// The stretches of sound from `fromMs` on, at most as many as `chunks` can hold. Up to `knownMs` the samples are
  /// known; beyond, up to `endMs`, the packets' sizes may tell. Returns how many there are.
  func chunks<let count: Int>(
    fromMs: Int32, knownMs: Int32, endMs: Int32, into chunks: inout InlineArray<count, SpeechChunk>
  ) -> Int {
    var found = 0
    var startMs = fromMs
    var cursor = PauseCursor(sound: self, fromMs: fromMs, knownMs: knownMs, endMs: endMs)
    while found < count {
      guard let pause = cursor.next(), pause.startMs < endMs else {
        if endMs - startMs > Self.shortestChunkMs {
          chunks[found] = SpeechChunk(
            startMs: startMs, endMs: endMs, endsInPause: false, isSure: knownMs >= endMs)
          found += 1
        }
        break
      }
      if pause.startMs - startMs > Self.shortestChunkMs {
        chunks[found] = SpeechChunk(
          startMs: startMs, endMs: pause.startMs, endsInPause: true, isSure: pause.isSure,
          pauseMs: pause.endMs < endMs ? pause.endMs - pause.startMs : 0)
        found += 1
      }
      guard pause.endMs < endMs else { break }
      startMs = max(startMs, pause.endMs)
    }
    return found
  }

  /// How long it sounds between two moments, pauses left out.
  func soundingMs(fromMs: Int32, knownMs: Int32, endMs: Int32) -> Int32 {
    let knownMs = min(knownMs, endMs)
    let silentMs =
      Self.silentMs(sure, fromMs: fromMs, toMs: knownMs)
      + Self.silentMs(guessed, fromMs: max(fromMs, knownMs), toMs: endMs)
    return max(0, endMs - fromMs - silentMs)
  }

  private static func silentMs(_ pauses: [Pause], fromMs: Int32, toMs: Int32) -> Int32 {
    guard toMs > fromMs else { return 0 }
    return silentMs(pauses, before: toMs) - silentMs(pauses, before: fromMs)
  }

  private static func silentMs(_ pauses: [Pause], before ms: Int32) -> Int32 {
    let index = first(pauses, endingAfter: ms)
    guard index < pauses.count else {
      return pauses.last.map { $0.silentBeforeMs + $0.endMs - $0.startMs } ?? 0
    }
    return pauses[index].silentBeforeMs + max(0, ms - pauses[index].startMs)
  }

  private static func first(_ pauses: [Pause], endingAfter ms: Int32) -> Int {
    var low = 0
    var high = pauses.count
    while low < high {
      let middle = (low + high) / 2
      if pauses[middle].endMs > ms { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Walks over the pauses of both sources: what the samples say counts as far as they are known.
  private struct PauseCursor: ~Copyable {
    private let sound: SpeechSound
    private let knownMs: Int32
    private let endMs: Int32
    private var nextSure: Int
    private var nextGuessed: Int

    init(sound: SpeechSound, fromMs: Int32, knownMs: Int32, endMs: Int32) {
      self.sound = sound
      self.knownMs = knownMs
      self.endMs = endMs
      nextSure = SpeechSound.first(sound.sure, endingAfter: fromMs)
      nextGuessed = SpeechSound.first(sound.guessed, endingAfter: max(fromMs, knownMs))
    }

    mutating func next() -> (startMs: Int32, endMs: Int32, isSure: Bool)? {
      if nextSure < sound.sure.count, sound.sure[nextSure].startMs < knownMs {
        var pause = sound.sure[nextSure]
        nextSure += 1
        if pause.endMs == .max, knownMs < endMs {
          // It lasts beyond what is known: the packets' sizes may tell until when.
          pause.endMs = knownMs
          if nextGuessed < sound.guessed.count, sound.guessed[nextGuessed].startMs <= knownMs,
            sound.guessed[nextGuessed].endMs < endMs
          {
            pause.endMs = sound.guessed[nextGuessed].endMs
            nextGuessed += 1
          }
        }
        return (pause.startMs, pause.endMs, true)
      }
      while nextGuessed < sound.guessed.count {
        let pause = sound.guessed[nextGuessed]
        nextGuessed += 1
        // One that began in what is known would have been heard there, and one without an end may be none.
        if pause.startMs >= knownMs, pause.endMs != .max { return (pause.startMs, pause.endMs, false) }
      }
      return nil
    }
  }
}
