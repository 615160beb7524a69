// Function calls between their announcement, which names them, and their end, which has the arguments.

import RTMultiCore

/// The names of calls that are being made, by item. Few at a time; the oldest go first when they are many.
struct PendingCalls: ~Copyable {
  private struct Call {
    let item: OwnedBytes
    let callID: OwnedBytes
    let name: OwnedBytes

    func free() {
      item.free()
      callID.free()
      name.free()
    }
  }

  private static var maximumCount: Int { 64 }
  private var calls: [Call] = []

  deinit {
    for call in calls { call.free() }
  }

  /// Notes what an item calls.
  mutating func note(item: Bytes, callID: Bytes, name: Bytes) {
    forget(item)
    if calls.count == Self.maximumCount { calls.removeFirst().free() }
    calls.append(Call(item: OwnedBytes(item), callID: OwnedBytes(callID), name: OwnedBytes(name)))
  }

  /// What an item was said to call, or nil.
  func find(_ item: Bytes) -> (callID: Bytes, name: Bytes)? {
    calls.first { $0.item.bytes.holdsSame(as: item) }.map { ($0.callID.bytes, $0.name.bytes) }
  }

  /// Forgets a call that was surfaced.
  mutating func forget(_ item: Bytes) {
    guard let index = calls.firstIndex(where: { $0.item.bytes.holdsSame(as: item) }) else { return }
    calls.remove(at: index).free()
  }
}
