// What stands in for time that is missing between two packets: how much of it can be rebuilt or concealed, and how
// much is silent. Which packets are missing is known by those who read numbers: Sequencing and OggOpusPages.

/// What stands in for the time between two packets, in the order in which it is heard. Frames at 48 kHz.
struct Gap: Equatable {
  var lostPackets = 0
  /// What the decoder fills in: for packets that are lost, or for a sender that was silent.
  var filledFrames = 0
  var isPause = false
  var silentFrames = 0
  var rebuiltFrames = 0

  var frames: Int { filledFrames + silentFrames + rebuiltFrames }
}

/// What a decoder had last, which decides what it can make of a gap.
///
/// Where no packet is missing the sender was silent (DTX, RFC 7587 §3.1.3): the decoder is run without a packet for all
/// of that time, for that is what libopus itself does with the one-byte packets of DTX that are sent, and the samples
/// are then the same whether they were sent or not. Where some are missing the last piece is rebuilt from the packet
/// after them if it can be, and what is before that is concealed: `longestConcealmentFrames` long, and silent after that.
struct Concealment {
  /// A jump in time that is longer, 2 s, is none: the packet follows the one before it.
  static let longestJumpFrames = 96_000
  /// Concealment beyond 120 ms is a guess about nothing.
  private static let longestConcealmentFrames = 5_760
  /// The decoder fills in pieces of 2.5 ms.
  private static let grainFrames = 120

  /// How much was concealed since the last packet that could be decoded.
  private var concealedFrames = 0
  private var followsCELT = false

  /// How `missingFrames` are filled before a packet of which `rebuildableFrames` before it can be rebuilt.
  func gap(of missingFrames: Int, lostPackets: Int, rebuildableFrames: Int) -> Gap {
    var gap = Gap()
    gap.lostPackets = lostPackets
    guard missingFrames > 0, missingFrames <= Self.longestJumpFrames else { return gap }
    // A damaged packet may have been longer than it was thought to be.
    gap.isPause = lostPackets == 0 && concealedFrames == 0
    // libopus rebuilds nothing behind CELT, and no less than a frame.
    let isRebuildable = lostPackets > 0 && !followsCELT && rebuildableFrames <= missingFrames
    gap.rebuiltFrames = isRebuildable ? rebuildableFrames : 0
    let rest = missingFrames - gap.rebuiltFrames
    let longest = gap.isPause ? rest : max(0, Self.longestConcealmentFrames - concealedFrames)
    gap.filledFrames = min(rest, longest) / Self.grainFrames * Self.grainFrames
    gap.silentFrames = rest - gap.filledFrames
    return gap
  }

  /// The decoder hears a gap.
  mutating func pass(_ gap: Gap) {
    if !gap.isPause { concealedFrames += gap.filledFrames }
  }

  /// The decoder hears a packet.
  mutating func pass(_ packet: PacketHeader, isCELTOnly: Bool) {
    guard packet.condition == .intact else {
      concealedFrames += Int(packet.durationFrames)
      return
    }
    concealedFrames = 0
    followsCELT = isCELTOnly
  }
}
