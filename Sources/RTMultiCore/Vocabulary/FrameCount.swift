// Frames, milliseconds and rates: the one place that converts between them, and that always rounds down
// (rule C1), so that nobody is ever said to have heard what they did not.

/// Conversions of frame counts. Every count is Int64 and not negative.
public enum FrameCount {
  /// The unit in which audio of several rates is added up without rounding or dividing: 1/705 600 000 s, of which
  /// a frame of every usual rate has a whole number ("flick", github.com/facebookarchive/Flicks).
  public static let ticksPerSecond: Int64 = 705_600_000

  /// Whole milliseconds in `frames` at `rateHz`, rounded down.
  @inlinable
  public static func milliseconds(_ frames: Int64, rateHz: Int) -> Int64 {
    // 60 min at 48 kHz times 1000 needs 38 bits: no overflow within the limits.
    frames * 1_000 / Int64(rateHz)
  }

  /// Frames in `milliseconds` at `rateHz`, rounded down.
  @inlinable
  public static func frames(milliseconds: Int64, rateHz: Int) -> Int64 {
    milliseconds * Int64(rateHz) / 1_000
  }

  /// Frames in `microseconds` at `rateHz`, rounded down; the span is capped at a day, which is longer than
  /// any audio, so that a host's strange clock cannot overflow.
  @inlinable
  public static func frames(microseconds: Int64, rateHz: Int) -> Int64 {
    min(max(microseconds, 0), 86_400_000_000) * Int64(rateHz) / 1_000_000
  }

  /// Microseconds that `frames` at `rateHz` last, rounded up: the moment by which they have been heard.
  @inlinable
  public static func microseconds(_ frames: Int64, rateHz: Int) -> Int64 {
    (frames * 1_000_000 + Int64(rateHz) - 1) / Int64(rateHz)
  }

  /// Microseconds in `ticks`, rounded down.
  @inlinable
  public static func microseconds(ticks: Int64) -> Int64 { ticks / 7_056 * 10 + ticks % 7_056 * 10 / 7_056 }

  /// The same stretch of time counted at another rate, rounded down.
  @inlinable
  public static func convert(_ frames: Int64, fromHz: Int, toHz: Int) -> Int64 {
    fromHz == toHz ? frames : frames * Int64(toHz) / Int64(fromHz)
  }
}
