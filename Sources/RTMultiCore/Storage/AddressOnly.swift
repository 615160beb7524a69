// How large structs are kept from being copied by the compiler. No state and no rule lives here.

/// A field for structs that must stay where they are. Swift 6.3 passes a struct of known layout by value, also to
/// a method that only reads: a session was copied whole, 500 bytes at a time, four times per delta. A struct
/// with a field whose layout the compiler cannot know is passed by its address instead.
public struct AddressOnly {
  private let unknown: Any? = nil

  /// Holds nothing.
  public init() {}
}
