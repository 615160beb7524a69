// What stores: slots that are used again, names, rings and growing bytes, each against the plainest thing
// that does the same.

import Testing

@testable import RTMultiCore

@Suite struct SlabTests {
  @Test("slots stay where they are while the slab grows, and are used again")
  func againstDictionary() {
    var dice = Dice(seed: 0x51AB)
    var slab = Slab<[Int]>()
    var plain: [UInt32: [Int]] = [:]
    var live: [UInt32] = []
    var most = 0
    for round in 0..<20_000 {
      if live.isEmpty || dice.below(100) < 52 {
        let slot = slab.insert([round, round * 2])
        #expect(plain.updateValue([round, round * 2], forKey: slot) == nil)
        live.append(slot)
      } else {
        let slot = live.remove(at: dice.below(live.count))
        slab.remove(slot)
        plain[slot] = nil
      }
      most = max(most, live.count)
      if round % 512 == 0 { expectSame(slab, plain) }
    }
    expectSame(slab, plain)
    #expect(live.allSatisfy { $0 < most })
  }

  private func expectSame(_ slab: borrowing Slab<[Int]>, _ plain: [UInt32: [Int]]) {
    var isSame = slab.count == plain.count
    for slot in UInt32(0)..<2_000 {
      if slab.holds(slot) != (plain[slot] != nil) { isSame = false }
    }
    for (slot, value) in plain where slab[slot] != value { isSame = false }
    #expect(isSame)
  }

  @Test("a slot can be changed in place")
  func changes() {
    var slab = Slab<[Int]>()
    let slot = slab.insert([1])
    slab[slot].append(2)
    let changed = slab[slot]
    #expect(changed == [1, 2])
  }

  /// Counts its kind, to see that nothing is kept and nothing is freed twice.
  final class Guest {
    nonisolated(unsafe) static var alive = 0
    init() { Self.alive += 1 }
    deinit { Self.alive -= 1 }
  }

  private func host() -> Int {
    var slab = Slab<Guest>()
    var slots: [UInt32] = []
    for _ in 0..<50 { slots.append(slab.insert(Guest())) }
    for slot in slots.prefix(20) { slab.remove(slot) }
    for _ in 0..<5 { _ = slab.insert(Guest()) }
    return Guest.alive
  }

  @Test("what is removed is freed, and the rest when the slab is")
  func frees() {
    let before = Guest.alive
    let during = host()
    #expect(during == before + 35)
    #expect(Guest.alive == before)
  }
}

@Suite struct NameTableTests {
  @Test("random insertions and removals against a dictionary", arguments: [1, 2, 3])
  func againstDictionary(seed: UInt64) {
    var dice = Dice(seed: seed)
    let words = Words()
    var table = NameTable()
    var plain: [String: UInt32] = [:]
    for round in 0..<30_000 {
      let name = "item_\(dice.below(700))"
      let found = table.find(words[name])
      #expect(found == plain[name])
      switch (plain[name], dice.below(3)) {
      case (nil, _):
        table.insert(words[name], slot: UInt32(round))
        plain[name] = UInt32(round)
      case (let slot?, 0):
        table.remove(words[name], slot: slot)
        plain[name] = nil
      case (let slot?, 1):
        // Somebody else's slot: the name stays.
        table.remove(words[name], slot: slot + 1_000_000)
      default: break
      }
      let count = table.count
      #expect(count == plain.count)
    }
    for (name, slot) in plain {
      let found = table.find(words[name])
      #expect(found == slot)
    }
    table.removeAll()
    let count = table.count
    #expect(count == 0)
    for name in plain.keys {
      let found = table.find(words[name])
      #expect(found == nil)
    }
  }

  @Test("names differ in any byte and in length; the empty name is a name like others")
  func alike() {
    let words = Words()
    var table = NameTable()
    let names = ["a", "aa", "aaa", "b", "A", "a\u{0}", "ä", "item_1", "item_10"]
    for (slot, name) in names.enumerated() { table.insert(words[name], slot: UInt32(slot)) }
    for (slot, name) in names.enumerated() {
      let found = table.find(words[name])
      #expect(found == UInt32(slot))
    }
    let nobody = table.find(words["item_"])
    let nothing = table.find(.none)
    #expect(nobody == nil)
    #expect(nothing == nil)
    table.remove(words["item_1"], slot: 7)
    let neighbour = table.find(words["item_10"])
    #expect(neighbour == 8)
  }
}

@Suite struct RingTests {
  @Test("first in, first out, however it grows and wraps", arguments: [1, 2, 64])
  func order(capacity: Int) {
    var dice = Dice(seed: 0xF1F0)
    var ring = Ring<Int>(capacity: capacity)
    var next = 0
    var expected = 0
    for _ in 0..<2_000 {
      for _ in 0..<dice.below(9) {
        ring.append(next)
        next += 1
      }
      for _ in 0..<dice.below(9) where expected < next {
        let popped = ring.popFirst()
        #expect(popped == expected)
        expected += 1
      }
      let count = ring.count
      #expect(count == next - expected)
    }
    while expected < next {
      let popped = ring.popFirst()
      #expect(popped == expected)
      expected += 1
    }
    let rest = ring.popFirst()
    #expect(rest == nil)
  }

  @Test("one input with more to say than ever before")
  func grows() {
    var ring = Ring<Int>(capacity: 2)
    ring.append(-1)
    _ = ring.popFirst()
    for value in 0..<100_000 { ring.append(value) }
    var isInOrder = true
    for value in 0..<100_000 where ring.popFirst() != value { isInOrder = false }
    #expect(isInOrder)
  }

  /// Something whose end can be seen.
  private final class Waiting {}

  @Test("what still waits when the ring ends is let go")
  func lastOnes() {
    weak var popped: Waiting?
    weak var left: Waiting?
    do {
      var ring = Ring<Waiting>(capacity: 1)
      for _ in 0..<5 { ring.append(Waiting()) }
      popped = ring.popFirst()
      let last = Waiting()
      left = last
      ring.append(last)
    }
    #expect(popped == nil)
    #expect(left == nil)
  }
}

@Suite struct ByteBufferTests {
  @Test("pieces, bytes and numbers, with a NUL behind them", arguments: [0, 1, 7, 256])
  func pieces(capacity: Int) {
    var dice = Dice(seed: 0xB0F)
    let words = Words()
    var buffer = ByteBuffer(capacity: capacity)
    var plain: [UInt8] = []
    for _ in 0..<500 {
      switch dice.below(4) {
      case 0:
        let piece = (0..<dice.below(40)).map { _ in UInt8.random(in: 0...255, using: &dice) }
        buffer.append(words[piece])
        plain += piece
      case 1:
        let byte = UInt8.random(in: 0...255, using: &dice)
        buffer.append(byte)
        plain.append(byte)
      case 2:
        let number = dice.one(of: [0, 1, 9, 10, 99, 100, -1, -10, Int64.max, Int64.min, 86_400_000])
        buffer.append(decimal: number)
        plain += Array(String(number).utf8)
      default:
        if dice.once(in: 40) {
          buffer.removeAll()
          plain = []
        }
      }
      let bytes = buffer.bytes
      #expect(Array(bytes.raw) == plain)
      #expect(bytes.base?[bytes.count] == 0)
    }
  }

  @Test("nothing is added by nothing")
  func nothing() {
    var buffer = ByteBuffer()
    buffer.append(Bytes.none)
    buffer.append(UnsafeRawBufferPointer(start: nil, count: 0))
    let count = buffer.count
    #expect(count == 0)
  }
}

@Suite struct BytesTests {
  @Test("bytes without a place have no size, and an owned copy outlives what it was made of")
  func owned() {
    #expect(Bytes(nil, count: 5).isEmpty)
    #expect(Bytes(nil, count: 5).raw.isEmpty)
    var source = Array("item_1".utf8)
    let owned = source.withUnsafeBufferPointer { OwnedBytes(Bytes($0.baseAddress, count: $0.count)) }
    source = []
    #expect(owned.bytes.text == "item_1")
    #expect(owned.bytes.base?[owned.count] == 0)
    owned.free()
    #expect(OwnedBytes.empty.bytes.isEmpty)
    OwnedBytes.empty.free()
  }

  @Test("two runs of any length are the same until one byte differs")
  func same() {
    for count in 0...40 {
      let one = [UInt8](repeating: 7, count: count)
      for index in 0...count {
        var other = one
        if index < count { other[index] = 8 }
        let areSame = one.withUnsafeBufferPointer { one in
          other.withUnsafeBufferPointer {
            Bytes(one.baseAddress, count: count).holdsSame(as: Bytes($0.baseAddress, count: count))
          }
        }
        #expect(areSame == (index == count))
      }
    }
  }
}
