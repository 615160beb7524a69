// How the tests write a state machine down: one row for each event in each state. What a machine is, is its suite's.

/// What an event makes of a state.
struct StateCell<State: Equatable & Sendable, Event: CaseIterable & Equatable & Sendable>: Sendable,
  CustomStringConvertible
{
  let state: State
  let event: Event
  let next: State

  init(_ state: State, _ event: Event, _ next: State) {
    self.state = state
    self.event = event
    self.next = next
  }

  var description: String { "\(state) × \(event)" }
}

extension Array {
  /// Whether a table has every cell of these states, and none twice.
  func isWhole<State, Event>(for states: [State]) -> Bool where Element == StateCell<State, Event> {
    let each = states.allSatisfy { state in
      Event.allCases.allSatisfy { event in count { $0.state == state && $0.event == event } == 1 }
    }
    return each && count == states.count * Event.allCases.count
  }
}
