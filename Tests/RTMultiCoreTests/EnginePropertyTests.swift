// What holds of the engine whatever comes in any order, and what no suite beside this one can see: positions to the frame
// of sinks that are swapped and cleared, and that nothing is left open. The laws of whole conversations are those of
// Tests/Simulation and Tests/SmallWorlds. Each failure names its seed; run that seed again to see the same failure.

import Testing

@testable import RTMultiCore

@Suite struct EnginePropertyTests {
  /// Seeds come in blocks, so that one line of a report stands for many runs.
  private static let blocks = Array(0..<10)
  private static let blockSize = 40

  private func seeds(_ block: Int) -> Range<UInt64> {
    UInt64(block * Self.blockSize)..<UInt64((block + 1) * Self.blockSize)
  }

  @Test(
    "C1: without estimates P is what the sink reported, to the frame, across swaps and clears",
    arguments: blocks)
  func exactPositions(block: Int) {
    var wrongs: [String] = []
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed &+ 1_000_000, isPlain: true)
      for _ in 0..<15 where !conversation.world.engine.isClosed {
        conversation.run(steps: 10)
        wrongs += conversation.wrongPositions.prefix(2).map { "seed \(seed): \($0)" }
      }
    }
    #expect(wrongs == [])
  }

  @Test(
    "A9, A13: once everything has ended and was played, every response is settled, and nothing counts as open",
    arguments: blocks)
  func everythingSettles(block: Int) {
    var wrongs: [String] = []
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed)
      conversation.run(steps: 80)
      let world = conversation.world
      guard !world.engine.isClosed else { continue }
      conversation.finish()
      if !conversation.unsettled.isEmpty {
        wrongs.append("seed \(seed): never settled: \(conversation.unsettled)")
      }
      world.response("fresh")
      let answers = (0..<RandomConversation.fewItems).map { world.item("fresh\($0)", in: "fresh") }
      if !answers.allSatisfy({ $0 == .ok }) { wrongs.append("seed \(seed): new items are answered \(answers)") }
    }
    #expect(wrongs == [])
  }
}
