// The integers that stand for the server's ids inside the engine. Ids are interned once, when they first
// come in; after that the engine compares integers.

/// A response: its place in the engine's storage. Reused once the response is forgotten.
public struct ResponseID: Equatable, Sendable {
  let slot: UInt32
  static let none = ResponseID(slot: .max)
  /// Whether this names a response at all.
  public var exists: Bool { slot != .max }
}

/// An output item: its place in the engine's storage. Reused once its response is forgotten.
public struct ItemID: Equatable, Sendable {
  let slot: UInt32
  static let none = ItemID(slot: .max)
  /// Whether this names an item at all.
  public var exists: Bool { slot != .max }
}

/// A content part: its place in the engine's storage. Reused once its response is forgotten.
public struct PartID: Equatable, Sendable {
  /// The number of the place; the host keeps what belongs to the part, such as its packets, under it.
  public let slot: UInt32
  static let none = PartID(slot: .max)
  /// Whether this names a part at all.
  public var exists: Bool { slot != .max }
}

/// The frames of one audio part as the sink knows them. Counted up from 1 and never reused.
public struct SegmentID: Equatable, Sendable {
  /// The number that the host and the sink see.
  public let number: UInt64
  /// The segment with this number, whether or not there is one.
  public init(number: UInt64) { self.number = number }
  static let none = SegmentID(number: 0)
  var exists: Bool { number != 0 }
}
