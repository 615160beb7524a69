// What a sink can do, and how it becomes known what it has played. What follows from that is Playout's.

/// How it becomes known what a sink has played (docs/rules/DESIGN.md §5).
public enum Reporting: Sendable {
  /// It reports; between reports its position is estimated where that is wanted.
  case reports
  /// It says nothing: its segments start, end and are cleared by the clock.
  case silent
  /// Every frame that it takes is counted: nothing is ever estimated.
  case counted
}

/// What a sink can do, as the engine needs to know it.
public struct SinkTraits: Equatable, Sendable {
  public var rateHz: Int
  public var isGapless: Bool
  public var canPause: Bool
  public var canClear: Bool
  /// Whether the host shows the text of messages without audio (rule B6).
  public var showsText: Bool
  /// How far the ear lags the sink's reports (rule C6).
  public var latencyUs: Int64
  public var reporting = Reporting.reports
  /// Whether it plays what it is given, so that its position is estimated before its first report (rule C8).
  public var startsAtOnce = false
  /// Whether whoever drives the sink bounds by itself how far it is written ahead.
  public var boundsItself = false

  /// A sink as the header's `rtmulti_sink` describes it.
  public init(
    rateHz: Int, isGapless: Bool, canPause: Bool, canClear: Bool, showsText: Bool, latencyUs: Int64
  ) {
    self.rateHz = rateHz
    self.isGapless = isGapless
    self.canPause = canPause
    self.canClear = canClear
    self.showsText = showsText
    self.latencyUs = latencyUs
  }
}
