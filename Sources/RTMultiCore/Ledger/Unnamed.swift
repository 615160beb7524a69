// What whoever reads a wire asks of the conversation, because its events leave out ids, formats or turns. What is then
// done with audio is in Arrival.swift.

extension Engine {
  /// The id of the response that something without a name belongs to: the newest of this connection, or none (rule A5).
  public var newestResponse: Bytes { newestOfConnection.map { name(of: $0) } ?? .none }

  /// The name of the response that a place names; without one that of the newest.
  public func responseName(meantBy place: Place) -> Bytes {
    place.response.isEmpty ? newestResponse : place.response
  }

  /// The id of the newest message of a response, or none (rule A5).
  public func newestMessage(ofResponse name: Bytes) -> Bytes {
    guard let response = conversation.response(named: name) else { return .none }
    return self.name(of: conversation[response].lastMessage)
  }

  /// The audio of a part comes in this format. False when some came in another (rule C3).
  public mutating func arrives(_ part: PartID, as format: AudioFormat) -> Bool {
    if conversation[part].received == 0, conversation[part].heard == 0 { conversation[part].format = format }
    return conversation[part].format == format
  }

  /// Whether audio that comes for a part now still plays.
  public func takesAudio(_ part: PartID) -> Bool { !isLate(part) }

  /// R of what comes before a place in its response, whole milliseconds.
  public mutating func receivedMs(before place: Place) -> Int64 {
    guard let item = conversation.item(named: place.item) else { return 0 }
    let end = conversation.part(of: item, at: place.contentIndex)
    var sum: Int64 = 0
    var isBefore = true
    for other in conversation.items(of: conversation[item].response) {
      if other == item, end == nil { isBefore = false }
      if !isBefore { break }
      guard conversation[other].hasAudio || other == item else { continue }
      for part in conversation.parts(of: other) {
        if part == end { isBefore = false }
        if isBefore { sum += conversation[part].receivedMs }
      }
    }
    return sum
  }

  /// Audio came that is not played, for nobody knows how; the texts say of what kind it is.
  public mutating func unplayed(_ texts: KeptTexts, into effects: inout EffectRing) {
    diagnose(.unknownFormat, detail: .texts(texts), into: &effects)
  }
}
