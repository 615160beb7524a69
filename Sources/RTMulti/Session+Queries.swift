// What may be asked of a session at any time. Answers live until the next call.

import RTMultiCore

extension Session {
  /// Memory that is too much may wait so long, and for whatever comes sooner.
  private static var letGoUs: Int64 { 20_000 }

  /// When the next ``Input/advance(us:)`` is due at the latest, or nil.
  public var nextDeadlineUs: Int64? {
    var deadlineUs = engine.nextDeadlineUs ?? .max
    if let pacer, let dueUs = pacedDeadline(pacer) { deadlineUs = min(deadlineUs, max(dueUs, engine.now)) }
    if let heldDeadlineUs { deadlineUs = min(deadlineUs, heldDeadlineUs) }
    if let pulledDeadline { deadlineUs = min(deadlineUs, pulledDeadline) }
    if pool.hasTooMuch { deadlineUs = min(deadlineUs, engine.now + Self.letGoUs) }
    if let liveDeadlineUs { deadlineUs = min(deadlineUs, max(liveDeadlineUs, engine.now)) }
    return deadlineUs == .max ? nil : deadlineUs
  }

  /// How much of a part was received and heard, or nil if there is no such part.
  public mutating func position(item: Bytes, contentIndex: Int32?) -> PartPosition? {
    guard let item = engine.askedItem(named: item), let part = engine.part(of: item, at: contentIndex) else {
      return nil
    }
    return engine.position(of: part)
  }

  /// The record of a message as it stands now, or nil if there is no such item.
  public mutating func message(named name: Bytes) -> Message? {
    guard let item = engine.askedItem(named: name) else { return nil }
    return engine.message(of: item, texts: &queryText)
  }

  /// The text of an item as it was heard so far, or nil if there is no such item.
  public mutating func heardText(_ name: Bytes) -> Bytes? {
    engine.askedItem(named: name).map { heardText(of: $0) }
  }

  /// The text of an item as it was generated, or nil if there is no such item (rule G5).
  public mutating func generatedText(_ name: Bytes) -> Bytes? {
    guard let item = engine.askedItem(named: name) else { return nil }
    queryText.removeAll()
    engine.forEachGeneratedText(of: item) { queryText.append($0) }
    return queryText.bytes
  }

  private mutating func heardText(of item: ItemID) -> Bytes {
    queryText.removeAll()
    engine.forEachHeardText(of: item) { queryText.append($0) }
    return queryText.bytes
  }

  /// How many records the history of what was heard holds.
  public var historyCount: Int { history.count }

  /// A record of the history, or nil past its end.
  public func history(at index: Int) -> Message? {
    guard index >= 0, index < history.count else { return nil }
    return history.message(at: index)
  }

  /// Whose frames a segment holds, or nil when it is unknown or settled.
  public func owner(of segment: UInt64) -> (responseID: Bytes, itemID: Bytes, contentIndex: Int32)? {
    guard let part = engine.part(of: SegmentID(number: segment)) else { return nil }
    let item = engine.item(of: part)
    return (engine.name(of: engine.response(of: item)), engine.name(of: item), engine.contentIndex(of: part))
  }
}
