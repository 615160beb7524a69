// What the frames that a device has taken mean for each segment in the channel: reports in order, exact at every
// boundary, and one last word for each after a cut.

import RTMultiAudio
import RTMultiCore
import Testing

@testable import RTMulti

/// A driver, what was told of its segments, and a device on the same thread.
private struct Drive: ~Copyable {
  var pool = AudioPool()
  var driver: PulledDriver
  private let format = AudioFormat(codec: .pcm16, sampleRateHz: 48_000, channels: 1)!

  init() { driver = PulledDriver(sink: SinkFormat(sampleRateHz: 48_000, channels: 1)!, fadeUs: 0) }

  /// Begins a segment with so many frames.
  mutating func write(_ id: UInt64, frames: Int) {
    var part = PartAudio(format: format)
    let bytes = [UInt8](repeating: 1, count: 2 * frames)
    _ = bytes.withUnsafeBytes { part.append($0, pool: &pool) }
    _ = part.beginSending(at: 0, to: &driver.channel, pool: &pool)
    var sent: Int64 = 0
    while sent < Int64(frames) {
      let reading = part.send(atMost: .max, to: &driver.channel)
      driver.wrote(SegmentID(number: id), frames: Int64(reading.sinkFrames))
      sent += reading.sourceFrames
    }
    part.discard(pool: &pool)
  }

  mutating func pull(_ frames: Int, delay: Int = 0) {
    var buffer = [Int16](repeating: 0, count: frames)
    _ = driver.channel.device.pull(
      into: &buffer, frames: UInt32(frames), channels: UInt32(driver.channel.sink.channels),
      deviceDelayFrames: UInt32(delay))
  }

  /// All that is to be told, as words.
  mutating func reports() -> [String] {
    var words: [String] = []
    while let report = driver.nextReport() {
      switch report {
      case .started(let id): words.append("start \(id.number)")
      case .progress(let id, let frames): words.append("\(id.number) at \(frames)")
      case .finished(let id, let frames, let isCut):
        words.append("\(isCut ? "cut" : "end") \(id.number) at \(frames)")
      }
    }
    return words
  }

  mutating func end() { driver.end(pool: &pool) }
}

@Suite struct PulledDriverTests {
  @Test("reports come in order and are exact at a boundary inside a block")
  func boundary() {
    var drive = Drive()
    drive.write(1, frames: 700)
    drive.driver.flushed(SegmentID(number: 1))
    drive.write(2, frames: 500)
    let before = drive.reports()
    drive.pull(480)
    let first = drive.reports()
    drive.pull(480)
    let second = drive.reports()
    drive.driver.flushed(SegmentID(number: 2))
    drive.pull(480)
    let third = drive.reports()
    let isIdle = drive.driver.isIdle
    #expect(before == [])
    #expect(first == ["start 1", "1 at 480"])
    #expect(second == ["end 1 at 700", "start 2", "2 at 260"])
    #expect(third == ["end 2 at 500"])
    #expect(isIdle)
    drive.end()
  }

  @Test("A2: a segment that is followed before it was flushed is finished by its flush")
  func flushedLate() {
    var drive = Drive()
    drive.write(1, frames: 300)
    drive.write(2, frames: 300)
    drive.driver.flushed(SegmentID(number: 2))
    drive.pull(480)
    let first = drive.reports()
    drive.pull(480)
    let second = drive.reports()
    drive.driver.flushed(SegmentID(number: 1))
    let third = drive.reports()
    #expect(first == ["start 1", "1 at 300", "start 2", "2 at 180"])
    #expect(second == ["end 2 at 300"])
    #expect(third == ["end 1 at 300"])
    drive.end()
  }

  @Test("a cut counts what was claimed, whatever the device's delay, and the next segment begins from nothing")
  func cut() {
    var drive = Drive()
    drive.write(1, frames: 300)
    drive.driver.flushed(SegmentID(number: 1))
    drive.write(2, frames: 300)
    drive.write(3, frames: 300)
    drive.pull(480, delay: 4_800)
    let before = drive.reports()
    drive.driver.cut()
    let after = drive.reports()
    let isIdle = drive.driver.isIdle
    drive.write(4, frames: 100)
    drive.driver.flushed(SegmentID(number: 4))
    drive.pull(480)
    let next = drive.reports()
    #expect(before == [])
    #expect(after == ["start 1", "cut 1 at 300", "start 2", "cut 2 at 180", "cut 3 at 0"])
    #expect(isIdle)
    #expect(next == ["start 4", "end 4 at 100"])
    drive.end()
  }

  @Test("C6: the end is told when it has come to the ear")
  func delay() {
    var drive = Drive()
    drive.write(1, frames: 480)
    drive.driver.flushed(SegmentID(number: 1))
    drive.pull(480, delay: 480)
    let first = drive.reports()
    drive.pull(240, delay: 480)
    let second = drive.reports()
    drive.pull(240, delay: 480)
    let third = drive.reports()
    #expect(first == [])
    #expect(second == ["start 1", "1 at 240"])
    #expect(third == ["end 1 at 480"])
    drive.end()
  }

  @Test("a segment of no frames ends in its turn")
  func empty() {
    var drive = Drive()
    drive.write(1, frames: 480)
    drive.driver.wrote(SegmentID(number: 2), frames: 0)
    drive.driver.flushed(SegmentID(number: 1))
    drive.driver.flushed(SegmentID(number: 2))
    drive.pull(480)
    let reports = drive.reports()
    #expect(reports == ["start 1", "end 1 at 480", "end 2 at 0"])
    drive.end()
  }
}
