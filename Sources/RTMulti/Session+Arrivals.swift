// Audio of events on its way to its part: where it belongs and in which format it comes (rules A5, C3), and what is said
// of audio that is not played.

import RTMultiCore
import RTMultiWire

/// What ``Session/liveFormat(_:)`` finds.
enum LiveFormat {
  case known(AudioFormat)
  case refused(Answer)
}

extension Session {
  /// How audio comes at a place: as its part says, else its response, else the session; nil where that is unknown.
  mutating func arrival(at place: Place) -> AudioFormat? {
    if connection.formats.isPlain { return connection.formats.ofSession }
    if let item = engine.item(named: place.item) {
      let part = engine.part(of: item, at: place.contentIndex)
      return part.flatMap { engine.format(of: $0) }
        ?? connection.formats.format(of: engine.name(of: engine.response(of: item)))
    }
    return connection.formats.format(of: engine.responseName(meantBy: place))
  }

  /// Audio whose own event names its format. A part has one format; it is known before its first audio is taken.
  mutating func run(_ place: Place, _ bytes: Bytes, in own: FormatWords, of type: Bytes) -> Answer {
    guard case .known(let format) = own else {
      guard case .unknown(let name) = own else { return .invalid }
      return refuse(.unknownFormat(name: name), isFirst: connection.isFirst(of: name))
    }
    if let item = engine.item(named: place.item),
      let part = engine.part(of: item, at: place.contentIndex), !engine.arrives(part, as: format)
    {
      return refuse(.changedFormat(type: type), isFirst: connection.isFirst(of: place.item))
    }
    return run(place, bytes, opening: format)
  }

  /// How the audio of a message comes that is to be opened for it, by the event's own words, else the session's; or the
  /// refusal, which opens nothing (rule C3).
  mutating func liveFormat(_ own: FormatWords?) -> LiveFormat {
    switch own {
    case .known(let format): return .known(format)
    case .unknown(let name):
      return .refused(refuse(.unknownFormat(name: name), isFirst: connection.isFirst(of: name)))
    case nil:
      guard let format = connection.formats.ofSession else {
        let (name, isFirst) = connection.formats.tellUnknown(of: .none)
        return .refused(refuse(.unknownFormat(name: name), isFirst: isFirst))
      }
      return .known(format)
    }
  }

  /// Audio of a format that nobody plays is refused, never played as something else.
  mutating func refuseUnknownFormat(at place: Place) -> Answer {
    var response = engine.responseName(meantBy: place)
    if let item = engine.item(named: place.item) { response = engine.name(of: engine.response(of: item)) }
    let (name, isFirst) = connection.formats.tellUnknown(of: response)
    return refuse(.unknownFormat(name: name), isFirst: isFirst)
  }

  /// The newest message of the response where an event names no item; where there is none yet, one that has the
  /// response's name (rule A5).
  mutating func complete(_ place: inout Place, of type: Bytes) throws(EventFlaw) {
    let response = engine.responseName(meantBy: place)
    let item = engine.newestMessage(ofResponse: response)
    place.item = item.isEmpty ? response : item
    if place.item.isEmpty { throw .belongsNowhere(type: type) }
  }

  /// An event with audio that nobody knows changes nothing, but it is not swallowed without a word.
  mutating func tellUnknownAudio(of type: Bytes) -> Answer {
    if connection.isFirst(of: type) { tellUnplayed(.unknownAudio(type: type)) }
    return .ignored
  }

  private mutating func refuse(_ flaw: EventFlaw, isFirst: Bool) -> Answer {
    if isFirst { tellUnplayed(flaw) }
    complain(flaw)
    return .unsupported
  }

  private mutating func tellUnplayed(_ flaw: EventFlaw) {
    text.removeAll()
    flaw.describe(.none, into: &text)
    engine.unplayed(KeptTexts(text.bytes), into: &effects)
  }
}
