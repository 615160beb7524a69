// What RTMulti shows of the rooms below it: the words in which its own functions speak, so that the doors
// need to know this module alone.

@_exported import struct RTMultiAudio.PacketStamp
@_exported import struct RTMultiAudio.PullDevice
@_exported import struct RTMultiAudio.PullLog
@_exported import enum RTMultiAudio.UnheldDevices
@_exported import RTMultiCore
@_exported import enum RTMultiWire.Dialect
@_exported import enum RTMultiWire.MarkName
