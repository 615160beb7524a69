// When a paced sink is written to, and what a start from silence waits for.

import Testing

@testable import RTMulti
@testable import RTMultiCore

@Suite struct PacerTests {
  private func pacer(leadMs: Int = 100, prebufferMs: Int = 0, maximumPrebufferMs: Int = 200) -> Pacer {
    Pacer(
      Pacing(
        frameMs: 20, leadMs: leadMs, prebufferMs: prebufferMs, maximumPrebufferMs: maximumPrebufferMs,
        padsLastFrame: false), rateHz: 24_000)
  }

  /// Lets pieces of 100 ms of a part arrive at these moments.
  private func arrive(_ part: UInt32, atMs moments: [Int64], _ pacer: inout Pacer) {
    for ms in moments {
      pacer.arrived(
        PartID(slot: part), frames: 2_400, ticksPerFrame: AudioFormat.realtimeDefault.ticksPerFrame,
        nowUs: ms * 1_000)
    }
  }

  @Test("a write is due while it fits into the lead, and always when nothing lies ahead")
  func due() {
    let pacer = pacer(leadMs: 30)
    #expect(pacer.frame == 480)
    let lead = pacer.lead ?? 0
    #expect(Pacer.isDue(480, ahead: 240, lead: lead))
    #expect(!Pacer.isDue(480, ahead: 241, lead: lead))
    #expect(Pacer.isDue(2_000, ahead: 0, lead: lead))
  }

  @Test("audio that comes in time asks for no prebuffer")
  func inTime() {
    var pacer = pacer()
    arrive(0, atMs: [0, 50, 199, 250], &pacer)
    arrive(1, atMs: [1_000], &pacer)
    #expect(pacer.prebufferUs == 0)
  }

  @Test("a part that came late is learned at its end, and forgotten by an eighth with each better one")
  func learns() {
    var pacer = pacer()
    // The second piece was due at 100 ms.
    arrive(0, atMs: [0, 180], &pacer)
    #expect(pacer.prebufferUs == 0, "not before the part is over")
    arrive(1, atMs: [1_000, 1_010], &pacer)
    #expect(pacer.prebufferUs == 80_000)
    arrive(2, atMs: [2_000], &pacer)
    #expect(pacer.prebufferUs == 70_000)
  }

  @Test("what is learned stays within the bounds of the sink")
  func bounds() {
    var slow = pacer(prebufferMs: 40, maximumPrebufferMs: 150)
    #expect(slow.prebufferUs == 40_000)
    arrive(0, atMs: [0, 5_000], &slow)
    arrive(1, atMs: [9_000], &slow)
    #expect(slow.prebufferUs == 150_000)
    var fixed = pacer(prebufferMs: 60, maximumPrebufferMs: 0)
    arrive(0, atMs: [0, 5_000], &fixed)
    arrive(1, atMs: [9_000], &fixed)
    #expect(fixed.prebufferUs == 60_000)
  }
}
