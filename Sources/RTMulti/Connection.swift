// What is remembered of one connection's events, beside what the engine keeps: the newest of them, what the server has
// said of its session, and of what the host was told. A new connection begins with nothing of it but the format.

import RTMultiCore
import RTMultiWire

/// The connection on which events come.
struct Connection: ~Copyable {
  /// So many types of events with audio that nobody knows are told of, each once.
  private static var maximumTypes: Int { 8 }

  var recent = RecentEvents()
  var formats = ArrivalFormats()
  /// Whether responses are text where they do not say it.
  var isTextOnly = false
  private var toldTypes: [OwnedBytes] = []

  deinit {
    for type in toldTypes { type.free() }
  }

  /// The next connection begins. How audio comes holds until the next session says something else.
  mutating func reset() {
    recent.removeAll()
    formats.removeResponses()
    isTextOnly = false
    for type in toldTypes { type.free() }
    toldTypes.removeAll()
  }

  /// Whether an event with audio is the first of its type.
  mutating func isFirst(of type: Bytes) -> Bool {
    guard toldTypes.count < Self.maximumTypes, !toldTypes.contains(where: { $0.bytes.holdsSame(as: type) })
    else { return false }
    toldTypes.append(OwnedBytes(type))
    return true
  }
}
