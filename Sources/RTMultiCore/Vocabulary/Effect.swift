// What the engine wants done. Effects are plain data: integers and ids, so that they can wait, be polled or be
// replayed.

/// The number of a command, from which its event id is made. Counted up from 1.
public typealias CommandNumber = UInt64

/// Which responses a context replacement is about.
public enum SyncScope: Equatable, Sendable {
  /// Those that one interrupt cut.
  case cut(group: UInt64)
  /// A single one, where a message was skipped without an interrupt.
  case response(ResponseID)
}

/// One thing to be done or told, in the order of birth.
public enum Effect {
  // To the sink. Writes and flushes are not here: they follow from the state (see ``Engine/nextHandover()``).
  case clear(SegmentID, PartID)
  case pause
  case resume
  case offerText(ItemID)

  // Events.
  case speakingStarted(ResponseID)
  case speakingStopped(ResponseID)
  case settled(ResponseID)
  case playbackStarted(SegmentID, PartID)
  case heardText(PartID, from: Int, to: Int, estimated: Bool)
  case message(ItemID)
  case functionCall(ItemID, KeptTexts)

  // Commands.
  case cancel(CommandNumber, ResponseID)
  case truncate(CommandNumber, PartID, audioEndMs: Int64, estimated: Bool)
  case delete(CommandNumber, ItemID)
  case sync(CommandNumber, SyncScope)
  case create(CommandNumber, ItemID)
  case clearOutput(CommandNumber, ResponseID)

  case diagnostic(Diagnostic, ResponseID, ItemID, SegmentID, Detail)

  // Housekeeping for whoever keeps the audio; never shown to the host's users.
  /// The listener has heard this segment up to here, in sink frames.
  case heardAudio(SegmentID, PartID, through: Int64)
  /// No more than what comes after this source frame will be asked for again.
  case release(PartID, heardThrough: Int64)
  /// Nothing of this part will be asked for again.
  case discard(PartID)
  /// The sink knows this segment no more.
  case retire(SegmentID)
  /// Texts that nobody will hear of.
  case dropTexts(KeptTexts)
  /// The part is forgotten: its slot may be given to another.
  case forget(PartID)
}

/// The effects that nobody has carried out yet, in the order of birth.
public typealias EffectRing = Ring<Effect>
