// What holds whatever happens: any inputs in any order. Each failure names its seed; run that seed again to
// see the same failure.

import Testing

@testable import RTMultiCore

@Suite struct EnginePropertyTests {
  /// Seeds come in blocks, so that one line of a report stands for many runs.
  private static let blocks = Array(0..<10)
  private static let blockSize = 40

  private func seeds(_ block: Int) -> Range<UInt64> {
    UInt64(block * Self.blockSize)..<UInt64((block + 1) * Self.blockSize)
  }

  @Test("any inputs in any order: no trap, exact accounts, one record per message", arguments: blocks)
  func anything(block: Int) {
    var wrongs: [String] = []
    var messages = 0
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed)
      conversation.run(steps: 150)
      messages += conversation.account.messageCount
      wrongs += conversation.account.wrongs.prefix(2).map { "seed \(seed): \($0)" }
    }
    #expect(messages > Self.blockSize)
    #expect(wrongs == [])
  }

  @Test(
    "C1: without estimates P is what the sink reported, to the frame, across swaps and clears",
    arguments: blocks)
  func exactPositions(block: Int) {
    var wrongs: [String] = []
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed &+ 1_000_000, isPlain: true)
      conversation.run(steps: 150)
      if !conversation.world.engine.isClosed { conversation.finish() }
      wrongs += conversation.account.wrongs.prefix(2).map { "seed \(seed): \($0)" }
    }
    #expect(wrongs == [])
  }

  @Test(
    "A9: once everything has ended and was played, every response is settled, and nothing is open",
    arguments: blocks)
  func everythingSettles(block: Int) {
    var wrongs: [String] = []
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed)
      conversation.run(steps: 80)
      guard !conversation.world.engine.isClosed else { continue }
      conversation.finish()
      wrongs += conversation.account.wrongs.prefix(2).map { "seed \(seed): \($0)" }
      if !conversation.unsettled.isEmpty {
        wrongs.append("seed \(seed): never settled: \(conversation.unsettled)")
      }
      let openItems = conversation.world.engine.conversation.openItems
      if openItems != 0 { wrongs.append("seed \(seed): \(openItems) items open") }
    }
    #expect(wrongs == [])
  }

  @Test("B10: a close settles everything, whenever it comes", arguments: blocks)
  func closeSettles(block: Int) {
    var wrongs: [String] = []
    for seed in seeds(block) {
      let conversation = RandomConversation(seed: seed)
      conversation.run(steps: Int(seed % 100))
      conversation.world.take(.close)
      conversation.account.audit(conversation.world.engine)
      wrongs += conversation.account.wrongs.prefix(2).map { "seed \(seed): \($0)" }
      if !conversation.unsettled.isEmpty {
        wrongs.append("seed \(seed): never settled: \(conversation.unsettled)")
      }
    }
    #expect(wrongs == [])
  }

  @Test("equal inputs give equal effects and equal answers")
  func deterministic() {
    for seed in UInt64(0)..<30 {
      let first = RandomConversation(seed: seed)
      let second = RandomConversation(seed: seed)
      first.run(steps: 150)
      second.run(steps: 150)
      let isSame = first.trace == second.trace && first.answers == second.answers
      #expect(isSame, "seed \(seed)")
      #expect(!first.trace.isEmpty)
    }
  }
}
