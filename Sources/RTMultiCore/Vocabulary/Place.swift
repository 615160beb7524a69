// Where something belongs, in the server's own words.

/// Where in the conversation a delta belongs, in the server's words.
public struct Place {
  /// The response, or nothing where the protocol does not say it.
  public var response: Bytes
  public var item: Bytes
  /// nil means the item's first audio part, else 0.
  public var contentIndex: Int32?

  /// A place as a server event names it.
  public init(response: Bytes = .none, item: Bytes, contentIndex: Int32? = nil) {
    self.response = response
    self.item = item
    self.contentIndex = contentIndex
  }
}
