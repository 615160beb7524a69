// How each struct of the header looks before its host changes it: the *_init functions and the defaults that they fill
// in. What a value means and which ones are taken is Choices.swift's.

import CRTMulti

extension rtmulti_format {
  /// What the OpenAI Realtime API sends when nothing is said.
  static var defaults: rtmulti_format {
    var format = rtmulti_format()
    format.codec = UInt32(RTMULTI_CODEC_PCM16)
    format.sample_rate_hz = 24_000
    format.channels = 1
    return format
  }
}

extension rtmulti_config {
  /// The defaults that stand behind the fields in the header.
  static var defaults: rtmulti_config {
    var config = rtmulti_config()
    config.delivery = UInt32(RTMULTI_DELIVER_BY_CALLBACK)
    config.server = UInt32(RTMULTI_SERVER_TRUNCATES) | UInt32(RTMULTI_SERVER_DELETES)
    config.interrupts = UInt32(RTMULTI_AS_THE_SESSION_SAYS)
    config.interrupt_on_speech = UInt32(RTMULTI_AS_THE_SESSION_SAYS)
    config.estimate = 1
    config.write_ahead_ms = 200
    config.clear_timeout_ms = 500
    config.turn_patience_ms = 200
    config.response_patience_ms = 2_000
    config.command_patience_ms = 10_000
    config.handover_ms = 100
    config.max_response_ms = 3_600_000
    config.max_open_items = 1_024
    config.max_text_bytes = 1_048_576
    config.max_queued_bytes = 67_108_864
    config.wire = UInt32(RTMULTI_WIRE_GA)
    config.max_event_bytes = 16_777_216
    return config
  }
}

extension rtmulti_sink {
  /// The defaults that stand behind the fields in the header.
  static var defaults: rtmulti_sink {
    var sink = rtmulti_sink()
    sink.flags = UInt32(RTMULTI_SINK_CAN_PAUSE) | UInt32(RTMULTI_SINK_CAN_CLEAR)
    sink.sample_rate_hz = 24_000
    sink.channels = 1
    sink.driver = UInt32(RTMULTI_DRIVER_REPORTED)
    sink.frame_ms = 20
    sink.lead_ms = 100
    sink.max_prebuffer_ms = 200
    sink.fade_us = 3_000
    sink.codec = UInt32(RTMULTI_CODEC_PCM16)
    return sink
  }
}

// MARK: The functions

@_cdecl("rtmulti_format_init") @implementation
public func rtmulti_format_init(_ format: UnsafeMutablePointer<rtmulti_format>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_format.defaults.initialize(format, size: struct_size)
}

@_cdecl("rtmulti_config_init") @implementation
public func rtmulti_config_init(_ config: UnsafeMutablePointer<rtmulti_config>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_config.defaults.initialize(config, size: struct_size)
}

@_cdecl("rtmulti_sink_init") @implementation
public func rtmulti_sink_init(_ sink: UnsafeMutablePointer<rtmulti_sink>!, _ struct_size: Int) -> rtmulti_result
{
  rtmulti_sink.defaults.initialize(sink, size: struct_size)
}

@_cdecl("rtmulti_message_init") @implementation
public func rtmulti_message_init(_ message: UnsafeMutablePointer<rtmulti_message>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_message().initialize(message, size: struct_size)
}

@_cdecl("rtmulti_event_init") @implementation
public func rtmulti_event_init(_ event: UnsafeMutablePointer<rtmulti_event>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_event().initialize(event, size: struct_size)
}

@_cdecl("rtmulti_kept_item_init") @implementation
public func rtmulti_kept_item_init(_ item: UnsafeMutablePointer<rtmulti_kept_item>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_kept_item().initialize(item, size: struct_size)
}

@_cdecl("rtmulti_command_init") @implementation
public func rtmulti_command_init(_ command: UnsafeMutablePointer<rtmulti_command>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_command().initialize(command, size: struct_size)
}

@_cdecl("rtmulti_diagnostic_init") @implementation
public func rtmulti_diagnostic_init(_ diagnostic: UnsafeMutablePointer<rtmulti_diagnostic>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_diagnostic().initialize(diagnostic, size: struct_size)
}

@_cdecl("rtmulti_heard_audio_init") @implementation
public func rtmulti_heard_audio_init(_ heard: UnsafeMutablePointer<rtmulti_heard_audio>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_heard_audio().initialize(heard, size: struct_size)
}

@_cdecl("rtmulti_handlers_init") @implementation
public func rtmulti_handlers_init(_ handlers: UnsafeMutablePointer<rtmulti_handlers>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_handlers().initialize(handlers, size: struct_size)
}

@_cdecl("rtmulti_effect_init") @implementation
public func rtmulti_effect_init(_ effect: UnsafeMutablePointer<rtmulti_effect>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_effect().initialize(effect, size: struct_size)
}

@_cdecl("rtmulti_position_init") @implementation
public func rtmulti_position_init(_ position: UnsafeMutablePointer<rtmulti_position>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_position().initialize(position, size: struct_size)
}

@_cdecl("rtmulti_stats_init") @implementation
public func rtmulti_stats_init(_ stats: UnsafeMutablePointer<rtmulti_stats>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_stats().initialize(stats, size: struct_size)
}

@_cdecl("rtmulti_segment_init") @implementation
public func rtmulti_segment_init(_ segment: UnsafeMutablePointer<rtmulti_segment>!, _ struct_size: Int)
  -> rtmulti_result
{
  rtmulti_segment().initialize(segment, size: struct_size)
}
