// Messages that are shown instead of spoken (rules B6, B11): when their turn has come, and what counts as shown.

extension Engine {
  /// Whether a message is text that the host shows and that has not been offered yet (rule B6).
  func awaitsItsTurnAsText(_ item: ItemID) -> Bool {
    guard conversation[item].delivery == .none, isShownInstead(item) else { return false }
    // Before there is a sink nobody knows whether it shows text; a text response needs none.
    guard let sink else { return !isText(item) }
    return sink.showsText
  }

  /// Whether a message has a text, and its audio, if it has any, is not played.
  private func isShownInstead(_ item: ItemID) -> Bool {
    guard conversation[item].textBytes > 0 else { return false }
    if conversation[item].turn == .shown { return true }
    var hasAudio = false
    for part in conversation.parts(of: item) where conversation[part].received > 0 { hasAudio = true }
    return !hasAudio
  }

  /// Hands texts over whose turn has come: behind everything earlier that is heard (rule B6), or because a
  /// later message has begun.
  mutating func offerTexts(of response: ResponseID, into effects: inout EffectRing) {
    guard sink?.showsText == true else { return }
    let isSilent = !isAtSink(response)
    for item in conversation.messagesThatMatter(of: response) {
      if conversation[item].isOpenMessage {
        let isPassed = conversation[item].turn == .followed
        if conversation.hasEnded(item), awaitsItsTurnAsText(item), isSilent || isPassed {
          // After a reconnect nobody can acknowledge by its old name what is shown now (rule F8).
          conversation[item].delivery = conversation[response].membership == .lost ? .delivered : .offered
          effects.append(.offerText(item))
        } else if standing(of: item) != .over {
          return
        }
      }
    }
  }

  mutating func textDelivered(_ name: Bytes, into effects: inout EffectRing) -> Answer {
    guard let item = conversation.item(named: name), conversation[item].delivery == .offered,
      conversation[item].outcome == .pending
    else { return .ignored }
    conversation[item].delivery = .delivered
    return .ok
  }

  /// Whether the host shows a message though its sink takes no text: its response is text, or the audio was off in its turn.
  private func isText(_ item: ItemID) -> Bool {
    conversation[item].turn == .shown || conversation[conversation[item].response].traits.contains(.text)
  }

  /// Rule B11: a message that was shown with its audio off is not cut, however much of that was heard; unless the server was
  /// told before how much.
  func isReadInstead(_ item: ItemID) -> Bool {
    conversation[item].turn == .shown && isShownAsText(item)
      && !conversation.parts(of: item).contains { conversation[$0].truncation.isTold }
  }

  /// Rules B6, B11: a message counts when the host showed it, or when it is text.
  func isShownAsText(_ item: ItemID) -> Bool {
    guard conversation[item].textBytes > 0 else { return false }
    if conversation[item].delivery == .delivered { return true }
    guard isText(item) else { return false }
    return sink?.showsText != true || conversation[item].delivery == .offered
  }
}
