// The moment between the first TRUNC of a cut and the rest of it: what has been decided then, and that whatever comes next
// finds all of it told. In which order a cut is told is EngineRulesTests'.

import Testing

@testable import RTMultiCore

@Suite struct CutBeingToldTests {
  /// A is heard in part, and many messages wait behind it.
  private func manyWaiting() -> World {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    for index in 0..<100 { world.message("B\(index)", ms: 100) }
    world.hand()
    world.started("A")
    world.progress("A", ms: 400)
    _ = world.said()
    return world
  }

  /// What the sink's answer to the clear of an interrupt says before anything else is done.
  private func atOnce(_ world: World) -> [Effect] {
    world.interrupt()
    guard let segment = world.newestSegment["A/0"] else { return [] }
    var effects = EffectRing()
    _ = world.engine.handle(
      .finished(segment, frames: 9_600, interrupted: true, atUs: Input.now), into: &effects)
    var said: [Effect] = []
    while let effect = effects.popFirst() { said.append(effect) }
    return said
  }

  @Test("D1: the TRUNC of what was heard leaves before a message behind it is decided")
  func truncatedFirst() {
    let world = manyWaiting()
    let effects = atOnce(world)
    let truncations = effects.count { if case .truncate = $0 { true } else { false } }
    let deletions = effects.count { if case .delete = $0 { true } else { false } }
    let records = effects.count { if case .message = $0 { true } else { false } }
    #expect(truncations == 1 && deletions == 0 && records == 0)
    let isTelling = world.engine.isTellingCut
    #expect(isTelling)
  }

  @Test("D1: the next input finds all of the cut told, before anything of its own")
  func restBeforeInput() {
    let world = manyWaiting()
    _ = atOnce(world)
    world.response("R2")
    let said = world.said("delete", "message", "settled")
    #expect(said.count == 100 + 101 + 1)
    #expect(said.first == "delete B0" && said.last == "settled R1")
    let isTelling = world.engine.isTellingCut
    #expect(!isTelling)
  }

  @Test("D1: where nothing was heard there is nothing to wait for")
  func nothingTruncated() {
    let world = World()
    world.response("R1")
    world.message("A", ms: 1_000)
    world.interrupt()
    let isTelling = world.engine.isTellingCut
    #expect(!isTelling)
    #expect(world.said("delete", "message") == ["delete A", "message A skipped"])
  }
}
