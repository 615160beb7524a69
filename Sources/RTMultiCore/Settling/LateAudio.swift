// Audio that comes for what is over (rules A4, D5, D6): nobody hears it, and the server is told once how much was heard.

extension Engine {
  func isLate(_ part: PartID) -> Bool {
    let item = conversation[part].item
    let response = conversation[item].response
    return conversation[part].playout == .cut || conversation[part].isFollowed
      || conversation[item].outcome != .pending || conversation[item].turn == .followed
      || conversation[response].cut != .none
  }

  /// Audio for a message that is over is dropped, and the server is told once how much was heard: when the
  /// part ends or its response does (rules A4, D5, D6).
  mutating func audioIsLate(_ part: PartID, into effects: inout EffectRing) {
    let item = conversation[part].item
    let response = conversation[item].response
    guard conversation[part].truncation == .none else { return }
    conversation[part].truncation = .owed
    if conversation[response].cut == .none {
      diagnose(.lateAudio, response: response, item: item, into: &effects)
    }
    if !conversation[response].generation.isOpen {
      tellLateAudio(part, into: &effects)
    }
  }

  /// Pays what ``audioIsLate(_:into:)`` owes, unless the sink is being cleared: then nothing is told, for the cut
  /// will tell it all (rule D5).
  mutating func tellLateAudio(_ part: PartID, into effects: inout EffectRing) {
    guard !isBeingCut(response(of: part), nil) else { return }
    payLateAudio(part, into: &effects)
  }

  /// The same for a response whose cut is telling it all, once it is known how much was heard. A deleted item needs
  /// no words.
  mutating func payLateAudio(_ part: PartID, into effects: inout EffectRing) {
    guard conversation[part].truncation == .owed, isHeardOut(part) else { return }
    let item = conversation[part].item
    let response = conversation[item].response
    guard conversation[response].isRemembered else { return }
    let canDrop = server.contains(.deletes) || server.contains(.syncs)
    if conversation[item].isForgotten, canDrop { return }
    truncate(part, into: &effects)
  }

  /// Whether nothing of a part is on its way to the ear: P is final.
  func isHeardOut(_ part: PartID) -> Bool {
    if conversation[part].playout == .cut { return true }
    for index in 0..<timeline.count where timeline[index].part == part { return false }
    return true
  }

  /// What came too late for parts that had ended before the cut made their positions final; at the close, for all
  /// parts, since none ends behind it.
  mutating func payLateAudio(of response: ResponseID, into effects: inout EffectRing) {
    var item = conversation[response].firstItem
    while item.exists {
      var part = conversation[item].firstPart
      while part.exists {
        if isClosed || !conversation[part].generation.isOpen { payLateAudio(part, into: &effects) }
        part = conversation[part].next
      }
      item = conversation[item].next
    }
  }
}
