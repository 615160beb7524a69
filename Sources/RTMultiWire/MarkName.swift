// The names of marks for sinks that answer in marks (rule E6): they say what they mark, so that nobody has
// to remember them.

import RTMultiCore

/// Names like "rtmulti-7-4800": what lies before frame 4800 of segment 7. Segments are never used twice, so
/// names are not either.
public enum MarkName {
  private static var prefix: Bytes { Bytes("rtmulti-") }

  /// Adds the name to `text`.
  public static func write(segment: UInt64, frames: Int64, into text: inout ByteBuffer) {
    text.append(prefix)
    text.append(decimal: Int64(clamping: segment))
    text.append(UInt8(ascii: "-"))
    text.append(decimal: frames)
  }

  /// What a name marks, or nil when it is none of ours.
  public static func read(_ name: Bytes) -> (segment: UInt64, frames: Int64)? {
    guard name.count > prefix.count, name.count <= 48 else { return nil }
    for index in 0..<prefix.count where name.base![index] != prefix.base![index] { return nil }
    var index = prefix.count
    guard let segment = number(in: name, from: &index), index < name.count,
      name.base![index] == UInt8(ascii: "-")
    else { return nil }
    index += 1
    guard let frames = number(in: name, from: &index), index == name.count else { return nil }
    return (UInt64(segment), frames)
  }

  private static func number(in name: Bytes, from index: inout Int) -> Int64? {
    var value: Int64 = 0
    let start = index
    while index < name.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(name.base![index]) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowToo) = tens.addingReportingOverflow(Int64(name.base![index] - UInt8(ascii: "0")))
      guard !overflow, !overflowToo else { return nil }
      value = sum
      index += 1
    }
    return index > start ? value : nil
  }
}
