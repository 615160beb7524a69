// The small machine of a response that the server plays by itself (rule F4): each word in each state.

import Testing

@testable import RTMultiCore

@Suite struct BufferedPlayoutTests {
  private static let states: [BufferedPlayout] = [
    .untold, .playing(sinceUs: 1), .silenced(sinceUs: nil, deadlineUs: 5), .silenced(sinceUs: 1, deadlineUs: 5),
    .cleared(sinceUs: 1, atUs: 2, deadlineUs: 5, isSaid: true),
  ]

  private func after(_ word: (inout BufferedPlayout) -> Bool) -> (states: [BufferedPlayout], isNews: [Bool]) {
    var states: [BufferedPlayout] = []
    var isNews: [Bool] = []
    for state in Self.states {
      var buffer = state
      isNews.append(word(&buffer))
      states.append(buffer)
    }
    return (states, isNews)
  }

  @Test("started begins what was untold, also when it was to be silenced")
  func started() {
    let after = after { $0.started(nowUs: 9) }
    #expect(after.isNews == [true, false, true, false, false])
    #expect(after.states[0] == .playing(sinceUs: 9))
    #expect(after.states[2] == .silenced(sinceUs: 9, deadlineUs: 5))
  }

  @Test("cleared keeps since when it played, and counts once")
  func cleared() {
    let after = after { $0.cleared(nowUs: 9, deadlineUs: 20, isSaid: true) }
    #expect(after.isNews == [true, true, true, true, false])
    #expect(after.states.map(\.sinceUs) == [nil, 1, nil, 1, 1])
    #expect(after.states.map(\.deadlineUs) == [20, 20, 20, 20, 5])
  }

  @Test("it is silenced once, and is heard until it is cleared")
  func silenced() {
    let after = after { $0.silenced(deadlineUs: 20) }
    #expect(after.isNews == [true, true, false, false, false])
    #expect(after.states.map(\.isHeard) == [false, true, false, true, false])
    #expect(Self.states.map(\.isBeingCut) == [false, false, true, true, true])
  }
}
