// What follows when something was refused for a limit (rule A13): it may be offered again, as it was, before anything else
// of its part. When something else comes first, its done included, or when it was read from an event, which nobody offers
// again, the part ends where it is, and a message that had no room is deleted. Only who had a refusal comes here.

import RTMultiAudio
import RTMultiCore

extension Session {
  // MARK: A refusal

  /// Audio is refused for a limit. It is told once, however often the same comes again.
  mutating func refuse(
    _ answer: Answer, _ place: Place, _ bytes: Bytes, _ stamp: PacketStamp? = nil, behind: Int = 0
  ) -> Answer {
    let contentIndex = contentIndex(of: place)
    let known = refusedOffers.all.firstIndex {
      $0.item.bytes.holdsSame(as: place.item) && $0.contentIndex == contentIndex
    }
    if let known {
      if refusedOffers.all[known].kind.isAudio { refusedOffers.replace(kind(bytes, stamp), at: known) }
      return answer
    }
    engine.refused(answer, into: &effects)
    note(kind(bytes, stamp), place, contentIndex, behind: behind)
    if let part = knownPart(at: place) { engine.awaitsRefused(part, true) }
    if isReadingEvent { endRefused { $0.item.bytes.holdsSame(as: place.item) } }
    return answer
  }

  /// Audio is refused because there is no room for its message.
  mutating func refuseItem(of place: Place) -> Answer {
    if engine.item(named: place.item) == nil { refuseMessage(place, outputIndex: nil) }
    return .limitItems
  }

  /// There was no room for what an input would have opened.
  mutating func refuse(_ input: borrowing Input) {
    switch input {
    case .itemAdded(let response, let item, let index, .message):
      // The event may be fed again (rule A12), or there is room when its audio comes.
      refuseMessage(Place(response: response, item: item), outputIndex: index, lacks: false)
    case .partAdded(let place, _, _), .text(let place, _, _, _):
      if engine.item(named: place.item) == nil { refuseMessage(place, outputIndex: nil) }
    default: break
    }
  }

  /// `lacks`: something of it came that is lost now.
  private mutating func refuseMessage(_ place: Place, outputIndex: Int32?, lacks: Bool = true) {
    let isKnown = refusedOffers.all.contains { $0.item.bytes.holdsSame(as: place.item) }
    if !isKnown { note(.message(outputIndex: outputIndex), place, 0, behind: 0) }
    if lacks, isReadingEvent { endRefused { $0.item.bytes.holdsSame(as: place.item) } }
  }

  private mutating func note(
    _ kind: RefusedOffer.Kind, _ place: Place, _ contentIndex: Int32, behind: Int
  ) {
    guard !place.item.isEmpty, !engine.isClosed else { return }
    if refusedOffers.all.count >= RefusedOffers.maximumCount { end(refusedOffers.remove(at: 0)) }
    let item = engine.item(named: place.item)
    let response =
      item.map { engine.name(of: engine.response(of: $0)) }
      ?? engine.responseName(meantBy: place)
    refusedOffers.append(
      RefusedOffer(
        kind: kind, response: OwnedBytes(response), item: OwnedBytes(place.item), contentIndex: contentIndex,
        behind: behind))
  }

  // MARK: What comes behind it

  /// Audio comes: the same again may be taken now, any other ends the part. What is more than the limit by itself will
  /// be refused, and an error changes nothing: it only is the refused one from then on.
  mutating func endRefused(before place: Place, _ bytes: Bytes, _ stamp: PacketStamp?) {
    guard bytes.count <= maximumQueuedBytes else { return }
    let contentIndex = contentIndex(of: place)
    let kind = kind(bytes, stamp)
    endRefused {
      guard case .audio = $0.kind, $0.kind != kind else { return false }
      return $0.contentIndex == contentIndex && $0.item.bytes.holdsSame(as: place.item)
    }
  }

  /// Audio came and was answered so: what was taken, or came too late, was refused no longer.
  mutating func takeBackRefused(_ place: Place, _ answer: Answer) {
    guard answer == .ok || answer == .ignored else { return }
    let contentIndex = contentIndex(of: place)
    let index = refusedOffers.all.firstIndex {
      guard $0.item.bytes.holdsSame(as: place.item) else { return false }
      if case .message = $0.kind { return true }
      return $0.contentIndex == contentIndex && $0.behind == 0
    }
    guard let index else { return }
    refusedOffers.remove(at: index).free()
    if let part = knownPart(at: place) { engine.awaitsRefused(part, false) }
  }

  /// An input comes that may be something else of a part of which something was refused, or its end.
  mutating func endRefused(before input: borrowing Input) {
    switch input {
    case .itemAdded(_, let item, _, _): takeBackMessage(item)
    case .text(let place, let text, _, _):
      guard engine.mayBeText(text, at: place) else { return }
      let contentIndex = contentIndex(of: place)
      endRefused {
        $0.kind.isAudio && $0.contentIndex == contentIndex && $0.item.bytes.holdsSame(as: place.item)
      }
    case .partDone(let place):
      let contentIndex = contentIndex(of: place)
      endRefused { $0.contentIndex == contentIndex && $0.item.bytes.holdsSame(as: place.item) }
    case .itemDone(let item): endRefused { $0.item.bytes.holdsSame(as: item) }
    case .responseDone(let id, _, _): endRefused { $0.response.bytes.holdsSame(as: id) }
    case .close: endRefused { _ in true }
    case .reconnect:
      // The lost session is never told anything; but what has begun there has no more than was taken (rule F8).
      while !refusedOffers.isEmpty {
        let offer = refusedOffers.remove(at: 0)
        if knownPart(at: offer.place) != nil { end(offer) } else { offer.free() }
      }
    default: break
    }
  }

  /// A message is announced again that had no room: it is refused anew, or it is there.
  private mutating func takeBackMessage(_ item: Bytes) {
    let index = refusedOffers.all.firstIndex { !$0.kind.isAudio && $0.item.bytes.holdsSame(as: item) }
    if let index { refusedOffers.remove(at: index).free() }
  }

  private mutating func endRefused(where isOver: (RefusedOffer) -> Bool) {
    while let index = refusedOffers.all.firstIndex(where: { $0.behind == 0 && isOver($0) }) {
      end(refusedOffers.remove(at: index))
    }
  }

  /// It will not be offered again.
  private mutating func end(_ offer: RefusedOffer) {
    defer { offer.free() }
    if case .message(let outputIndex) = offer.kind {
      engine.refuseMessage(
        offer.item.bytes, outputIndex: outputIndex, of: offer.response.bytes, into: &effects)
      return
    }
    guard engine.opensRefused || knownPart(at: offer.place) != nil else { return }
    // What nobody has announced is opened, for the server has it.
    let format = arrival(at: offer.place) ?? .realtimeDefault
    switch engine.admit(offer.place, format: format, isEmpty: true, into: &effects) {
    case .refused(.limitItems):
      engine.refuseMessage(offer.item.bytes, outputIndex: nil, of: offer.response.bytes, into: &effects)
    case .refused: break
    case .play(let part), .drop(let part):
      // What was held back for what comes next is heard.
      finish(part)
      engine.endAtLimit(part, into: &effects)
    }
  }

  private func kind(_ bytes: Bytes, _ stamp: PacketStamp?) -> RefusedOffer.Kind {
    RefusedOffer.audio(bytes, stamp, atMost: maximumQueuedBytes)
  }

  // MARK: Where it belongs

  private mutating func knownPart(at place: Place) -> PartID? {
    engine.item(named: place.item).flatMap { engine.part(of: $0, at: place.contentIndex) }
  }

  private mutating func contentIndex(of place: Place) -> Int32 {
    place.contentIndex ?? knownPart(at: place).map { engine.contentIndex(of: $0) } ?? 0
  }
}

extension RefusedOffer.Kind {
  fileprivate var isAudio: Bool {
    if case .audio = self { return true }
    return false
  }
}
