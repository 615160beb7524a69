// What comes along with a diagnostic, a function call or a refusal. The engine hands it on and looks at none of it.

/// Texts that somebody else keeps: where they are, or nothing. Whoever takes the effect that bears them frees them.
public struct KeptTexts: Equatable, Sendable {
  /// The address, as whoever keeps them gave it; 0 stands for no texts.
  public let address: UInt
  /// Stands for the texts at an address.
  public init(address: UInt) { self.address = address }
  /// No texts.
  public static var none: KeptTexts { KeptTexts(address: 0) }
}

/// What a diagnostic says beside its kind and what it is about.
public enum Detail: Sendable {
  case none
  /// The answer that was given.
  case answer(Answer)
  /// Which command it is about.
  case command(CommandNumber)
  /// Which callback failed.
  case callback(HostCallback)
  /// The server's words, or what is wrong with them.
  case texts(KeptTexts)
}
