// Structs that grow at their ends: what an older caller does not have is left at its default, what a newer
// caller has on top is zeroed on the way out, and on the way in it must be 0. What the structs hold is Faces.swift's.

import CRTMulti
import RTMulti

/// A struct of the header that begins with its size.
protocol SizedStruct {
  init()
  var struct_size: UInt32 { get set }
  /// What is kept for later, and is 0 until then.
  var reserved: UInt32 { get }
  /// What it is called as an argument, and its size.
  static var argument: StaticString { get }
  static var sizeArgument: StaticString { get }
  static var howToFill: StaticString { get }
}

extension SizedStruct {
  var reserved: UInt32 { 0 }
}

extension rtmulti_format: SizedStruct {
  static var argument: StaticString { "format" }
  static var sizeArgument: StaticString { "format.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_format_init(&format, sizeof format)" }
}
extension rtmulti_config: SizedStruct {
  static var argument: StaticString { "config" }
  static var sizeArgument: StaticString { "config.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_config_init(&config, sizeof config)" }
}
extension rtmulti_sink: SizedStruct {
  static var argument: StaticString { "sink" }
  static var sizeArgument: StaticString { "sink.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_sink_init(&sink, sizeof sink)" }
}
extension rtmulti_handlers: SizedStruct {
  static var argument: StaticString { "handlers" }
  static var sizeArgument: StaticString { "handlers.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_handlers_init(&handlers, sizeof handlers)" }
}
extension rtmulti_message: SizedStruct {
  static var argument: StaticString { "message" }
  static var sizeArgument: StaticString { "message.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_message_init(&message, sizeof message)" }
}
extension rtmulti_event: SizedStruct {
  static var argument: StaticString { "event" }
  static var sizeArgument: StaticString { "event.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_event_init(&event, sizeof event)" }
}
extension rtmulti_kept_item: SizedStruct {
  static var argument: StaticString { "item" }
  static var sizeArgument: StaticString { "item.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_kept_item_init(&item, sizeof item)" }
}
extension rtmulti_command: SizedStruct {
  static var argument: StaticString { "command" }
  static var sizeArgument: StaticString { "command.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_command_init(&command, sizeof command)" }
}
extension rtmulti_diagnostic: SizedStruct {
  static var argument: StaticString { "diagnostic" }
  static var sizeArgument: StaticString { "diagnostic.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_diagnostic_init(&diagnostic, sizeof diagnostic)" }
}
extension rtmulti_heard_audio: SizedStruct {
  static var argument: StaticString { "heard" }
  static var sizeArgument: StaticString { "heard.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_heard_audio_init(&heard, sizeof heard)" }
}
extension rtmulti_effect: SizedStruct {
  static var argument: StaticString { "effect" }
  static var sizeArgument: StaticString { "effect.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_effect_init(&effect, sizeof effect)" }
}
extension rtmulti_position: SizedStruct {
  static var argument: StaticString { "position" }
  static var sizeArgument: StaticString { "position.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_position_init(&position, sizeof position)" }
}
extension rtmulti_segment: SizedStruct {
  static var argument: StaticString { "segment" }
  static var sizeArgument: StaticString { "segment.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_segment_init(&segment, sizeof segment)" }
}
extension rtmulti_stats: SizedStruct {
  static var argument: StaticString { "stats" }
  static var sizeArgument: StaticString { "stats.struct_size" }
  static var howToFill: StaticString { "fill it with rtmulti_stats_init(&stats, sizeof stats)" }
}

extension SizedStruct {
  /// The size that this version of the library knows.
  static var knownSize: Int { MemoryLayout<Self>.size }

  /// Room for all that can ever be added. A larger size is a mistake.
  private static var largestSize: Int { 4_096 }

  /// The size that a caller's struct says it has, be it true or not.
  @inline(__always)
  private static func statedSize(of pointer: UnsafePointer<Self>) -> Int {
    Int(UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self))
  }

  /// The size that a caller's struct says it has; nil when that cannot be true.
  @inline(__always)
  private static func size(of pointer: UnsafePointer<Self>) -> Int? {
    let size = statedSize(of: pointer)
    return (8...largestSize).contains(size) ? size : nil
  }

  /// Why a caller's struct is none.
  @inline(never)
  static func refusal(of pointer: UnsafePointer<Self>?) -> Refusal {
    guard let pointer else { return .null(argument, howToFill) }
    return .number(sizeArgument, Int64(statedSize(of: pointer)), howToFill)
  }

  /// Reads a caller's struct over `defaults`. What it has on top, and what is reserved, must be 0: anything else is an
  /// option of a newer header, and to pass over it in silence would be to promise what nobody keeps.
  static func read(_ pointer: UnsafePointer<Self>?, over defaults: Self) throws(Refusal) -> Self {
    guard let pointer, let size = size(of: pointer) else { throw refusal(of: pointer) }
    let known = min(size, knownSize)
    var value = defaults
    withUnsafeMutableBytes(of: &value) {
      $0.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: known))
    }
    value.struct_size = UInt32(knownSize)
    let beyond = UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + known, count: size - known)
    guard value.reserved == 0, beyond.allSatisfy({ $0 == 0 }) else {
      throw .newer(sizeArgument, size: size)
    }
    return value
  }

  /// Zeroes a caller's struct that an answer may fill, all but its size. Returns false when that cannot be true.
  static func empty(_ pointer: UnsafeMutablePointer<Self>?) -> Bool {
    guard let pointer, let size = size(of: pointer) else { return false }
    (UnsafeMutableRawPointer(pointer) + 4).initializeMemory(as: UInt8.self, repeating: 0, count: size - 4)
    return true
  }

  /// Fills as much of a caller's emptied struct as it has room for; its own size stays.
  func fill(_ pointer: UnsafeMutablePointer<Self>) {
    let size = UnsafeRawPointer(pointer).loadUnaligned(as: UInt32.self)
    var value = self
    value.struct_size = size
    withUnsafeBytes(of: &value) {
      UnsafeMutableRawPointer(pointer).copyMemory(
        from: $0.baseAddress!, byteCount: min(Int(size), Self.knownSize))
    }
  }

  /// For the *_init functions: fills a struct of the caller's size with defaults, and with zeros what this
  /// version does not know.
  func initialize(_ pointer: UnsafeMutablePointer<Self>?, size: Int) -> rtmulti_result {
    guard let pointer, (8...Self.largestSize).contains(size) else {
      OrphanedError.keep(
        pointer == nil
          ? .null(Self.argument, Self.howToFill) : .number("struct_size", Int64(clamping: size), Self.howToFill)
      )
      return rtmulti_result(RTMULTI_ERROR_INVALID)
    }
    UnsafeMutableRawPointer(pointer).storeBytes(of: UInt32(size), as: UInt32.self)
    _ = Self.empty(pointer)
    fill(pointer)
    return rtmulti_result(RTMULTI_OK)
  }
}
