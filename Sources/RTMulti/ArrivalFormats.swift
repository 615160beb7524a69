// How audio comes where a part does not say it (rule C3): as its response says, else as the session does. Names of
// formats are RTMultiWire's; what is done with audio is not known here.

import RTMultiCore

/// What the server has said of its formats.
struct ArrivalFormats: ~Copyable {
  /// A format as somebody has named it.
  private struct Named {
    /// nil for one that nobody plays.
    var format: AudioFormat?
    /// The name of that.
    var name = OwnedBytes.empty
    /// Whether the host was told of it.
    var isTold = false
  }

  /// More responses than that, which name formats and of which audio still comes, are none that there are.
  private static var maximumResponses: Int { 64 }

  private var session = Named(format: .realtimeDefault)
  private var responses: [(name: OwnedBytes, said: Named)] = []

  deinit {
    session.name.free()
    for response in responses { Self.free(response) }
  }

  private static func free(_ response: (name: OwnedBytes, said: Named)) {
    response.name.free()
    response.said.name.free()
  }

  /// The session's; nil while it is one that nobody plays.
  var ofSession: AudioFormat? { session.format }

  /// Whether all audio comes in the session's format, and that is known. Servers that name a format with each response
  /// nearly always name that one.
  private(set) var isPlain = true

  /// The session's audio comes like this from now on. Returns whether that is news.
  mutating func note(_ format: AudioFormat) -> Bool {
    let isNews = session.format != format
    session.name.free()
    session = Named(format: format)
    lookWhetherPlain()
    return isNews
  }

  /// The session's audio comes in a format that nobody plays.
  mutating func note(unknown name: Bytes) {
    session.name.free()
    session = Named(format: nil, name: OwnedBytes(name))
    lookWhetherPlain()
  }

  /// The same of one response.
  mutating func note(_ format: AudioFormat?, unknown name: Bytes, of response: Bytes) {
    if let index = responses.firstIndex(where: { $0.name.bytes.holdsSame(as: response) }) {
      Self.free(responses.remove(at: index))
    }
    if responses.count == Self.maximumResponses { Self.free(responses.removeFirst()) }
    responses.append((OwnedBytes(response), Named(format: format, name: OwnedBytes(name))))
    lookWhetherPlain()
  }

  /// The responses of a lost connection come no more.
  mutating func removeResponses() {
    for response in responses { Self.free(response) }
    responses.removeAll()
    lookWhetherPlain()
  }

  private mutating func lookWhetherPlain() {
    isPlain = session.format != nil && responses.allSatisfy { $0.said.format == session.format }
  }

  /// How audio of a response comes; nil where that is unknown.
  func format(of response: Bytes) -> AudioFormat? {
    guard let index = index(of: response) else { return session.format }
    return responses[index].said.format
  }

  /// The unknown format of a response, and whether it is told of for the first time.
  mutating func tellUnknown(of response: Bytes) -> (name: Bytes, isFirst: Bool) {
    guard let index = index(of: response) else {
      defer { session.isTold = true }
      return (session.name.bytes, !session.isTold)
    }
    defer { responses[index].said.isTold = true }
    return (responses[index].said.name.bytes, !responses[index].said.isTold)
  }

  private func index(of response: Bytes) -> Int? {
    responses.lastIndex { $0.name.bytes.holdsSame(as: response) }
  }
}
