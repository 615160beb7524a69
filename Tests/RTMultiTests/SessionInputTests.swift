// Whether the description of the inputs and the table of the trace's reader, which C programs use, say the same.

import Testing

@testable import RTMulti
@testable import RTMultiAudio
@testable import RTMultiCore

import Glibc

@Suite struct SessionInputTests {
  /// One input of each kind.
  private static var inputs: [SessionInput] {
    let name = Bytes("a")
    let place = Place(response: name, item: name, contentIndex: 1)
    let segment = SegmentID(number: 1)
    let plain: [Input] = [
      .expect(token: name), .expectOutOfBand(token: name), .unexpect(token: name),
      .responseCreated(id: name, traits: [], token: name),
      .responseDone(id: name, status: .completed, reason: name),
      .itemAdded(response: name, item: name, outputIndex: nil, kind: .message),
      .partAdded(place, kind: .audio, format: nil), .text(place, text: name, startMs: nil, endMs: nil),
      .partDone(place), .itemDone(item: name), .reconnect, .phase(item: name, name), .itemDeleted(item: name),
      .partTruncated(place, audioEndMs: 1), .interrupt(response: name, by: .host), .cancel(response: name),
      .setServer([.truncates]), .setClearTimeout(us: 1_000), .setAudioEnabled(false), .pause, .resume,
      .textDelivered(item: name), .close, .started(segment), .progress(segment, frames: 1),
      .finished(segment, frames: 1, interrupted: false), .mark(segment, frames: 1), .queued(frames: 1),
      .sinkReady, .advance(us: 1),
    ]
    return plain.map { .plain($0) } + [
      .audio(place, name), .packet(place, name, PacketStamp(sequence: 1, timestamp: 1)),
      .format(.realtimeDefault), .event(name),
      .audioDelta(place, base64: name, eventID: name),
      .functionCall(response: name, item: name, callID: name, name: name, arguments: name),
      .commandRejected(eventID: name, code: name, message: name), .outputBuffer(response: name, .started),
    ]
  }

  /// Writes down the letter of each field.
  private struct Letters: InputFields {
    var entry: TraceEntry?
    var letters = ""

    mutating func begin(_ entry: TraceEntry) { self.entry = entry }
    mutating func bytes(_ bytes: inout Bytes, _ what: BorrowedBytes) {
      let letter =
        switch what {
        case .response: "r"
        case .item: "i"
        case .words: "t"
        case .audio: "a"
        case .text: "x"
        case .event: "j"
        }
      letters += letter
    }
    mutating func place(_ place: inout Place) { letters += "p" }
    mutating func segment(_ segment: SegmentID) { letters += "g" }
    mutating func frames(_ frames: Int64) { letters += "d" }
    mutating func time(us: Int64) { letters += "u" }
    mutating func format(_ format: AudioFormat?) { letters += "f" }
    mutating func number(_ number: UInt64) { letters += "n" }
    mutating func number(_ number: Int64?) { letters += "s" }
  }

  /// The rows of the table: by number, the letters of an entry's fields.
  private static func rows(_ macro: String) throws -> [UInt8: String] {
    let path = #filePath.replacing("RTMultiTests/SessionInputTests.swift", with: "Runner/trace_entries.h")
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var text = ""
    while case let byte = getc(file), byte != EOF { text.unicodeScalars.append(Unicode.Scalar(UInt8(byte))) }
    var rows: [UInt8: String] = [:]
    for row in text.matches(of: try Regex("  \(macro)\\((\\d+), \\w+, \"\\w+\", \"(\\w*)\"")) {
      rows[try #require(UInt8(row[1].substring ?? ""))] = row[2].substring.map { String($0) }
    }
    return rows
  }

  @Test func theTableOfTheTraceSaysTheSame() throws {
    var described: [UInt8: String] = [:]
    for input in Self.inputs {
      var letters = Letters()
      var shown = input
      shown.show(to: &letters)
      described[try #require(letters.entry).rawValue] = letters.letters
    }
    #expect(described.count == Self.inputs.count)
    #expect(try Self.rows("INPUT") == described)
  }

  @Test func everyEntryIsInTheTable() throws {
    let numbers = try Array(Self.rows("INPUT").keys) + Self.rows("NOTE").keys
    #expect(Set(numbers) == Set(TraceEntry.allCases.map(\.rawValue)))
    #expect(numbers.count == TraceEntry.allCases.count)
  }

  @Test func whatIsSaidToBorrowNothingBorrowsNothing() {
    for input in Self.inputs where !input.mayBorrow {
      var letters = Letters()
      var shown = input
      shown.show(to: &letters)
      #expect(letters.letters.allSatisfy { "gduns".contains($0) })
    }
  }
}
