"""The verdict over what was played: everybody remembers what the listener heard, and nothing else. The listener's own
account (ear.py) is the truth; the accounts of rtmulti are only asked for the words of a message that was cut.
"""

from __future__ import annotations

from collections.abc import Iterable

from played import Played, Said
from stage import Row

#: What is no more than rounding.
ROUNDING_MS = 2


def complaints(row: Row, played: Played, *, is_synchronized: bool) -> list[str]:
    """What is wrong, a sentence each."""
    found = [played.problem] if played.problem else []
    if not row.has_output:
        return [*found, *_histories_without_sound(played)]
    if row.reconnects:
        return [*found, *_replay(played), *_history("the local history", played, played.local, has_texts=not is_synchronized)]
    if not row.gives_up:
        found += [f"the agent was told: {error}" for error in played.errors]
    found += [f"refused: {words}" for words in played.refusals]
    if "server" in row.judged:
        found += _server(played, row.tolerance_ms)
    elif lost_ms(played):
        found.append(f"the server lost {lost_ms(played):.0f} ms that were heard")
    for name, said in (("local", played.local), ("mirror", played.mirror)):
        if name in row.judged:
            # Where nothing can be deleted, what is truncated to nothing may stay, and what has no audio yet cannot be truncated.
            has_all = row.can_delete or name == "local"
            said = said if has_all else [one for one in said if one.text]
            found += _history(f"the {name} history", played, said, has_texts=has_all and not is_synchronized)
    if "spoken" in row.judged:
        found += _spoken_texts(played)
    if played.replayed:
        found += _replay(played)
    return found


def _spoken_texts(played: Played) -> list[str]:
    """A text that a TTS speaks cannot be truncated: it is there when any of it was heard."""
    return [
        f"{name} {'lacks' if heard else 'holds'} {item_id}, of which {played.heard_ms[item_id]:.0f} ms were heard"
        for name, said in (("the local history", played.local), ("the mirror", played.mirror))
        for item_id in played.numbers
        for heard in (played.heard_ms[item_id] > 0,)
        if heard != (item_id in {one.item_id for one in said})
    ]


def unheard_ms(played: Played) -> float:
    """What the server remembers and nobody heard."""
    return _sum_beyond(line.remembered_ms - played.heard_ms.get(line.item_id, 0.0) for line in played.lines)


def lost_ms(played: Played) -> float:
    """What was heard and the server does not remember."""
    return _sum_beyond(played.heard_ms.get(line.item_id, 0.0) - line.remembered_ms for line in played.lines)


def _sum_beyond(differences_ms: Iterable[float]) -> float:
    return sum(ms for ms in differences_ms if ms > ROUNDING_MS)


def _server(played: Played, tolerance_ms: float) -> list[str]:
    return [
        f"the server remembers {line.remembered_ms} ms of {line.item_id}, heard were {heard_ms:.1f} of {line.sent_ms}"
        for line in played.lines
        for heard_ms in (played.heard_ms.get(line.item_id, 0.0),)
        if abs(line.remembered_ms - heard_ms) > tolerance_ms
    ]


def server_is_wrong(row: Row, played: Played) -> bool:
    """Whether the server remembers something else than was heard."""
    return bool(_server(played, row.tolerance_ms))


def _history(name: str, played: Played, said: list[Said], *, has_texts: bool) -> list[str]:
    found: list[str] = []
    by_id = {one.item_id: one for one in said}
    lines = {line.item_id: line for line in played.lines}
    for item_id in played.numbers:
        heard_ms, text = played.heard_ms[item_id], played.texts.get(item_id, "")
        one = by_id.get(item_id)
        if heard_ms == 0:
            if one is not None:
                found.append(f"{name} holds {item_id}, of which nothing was heard")
        elif heard_ms < 1 or item_id not in lines:
            continue  # less than anybody counts in; or of a lost connection, of which no verdict says how long it was
        elif lines[item_id].told == "nothing" and heard_ms > lines[item_id].sent_ms - 1:
            if one is not None and text and one.text != text and one.text:
                found.append(f"{name} holds {one.text!r} of {item_id}, which was heard in full")
            elif one is None and text:
                found.append(f"{name} does not hold {item_id}, which was heard in full")
        elif one is not None and text and one.text not in ("", played.heard_texts.get(item_id, one.text)):
            found.append(f"{name} holds {one.text!r} of {item_id}, heard was {played.heard_texts.get(item_id)!r}")
        elif one is not None and name == "the local history" and not one.interrupted:
            found.append(f"{name} says that {item_id} was not interrupted")
    for item_id in set(played.texts) - set(played.numbers):
        # LiveKit shows no text of a message without audio through its synchronizer: nobody outside can mend that.
        # Of one whose end had not come when it was cut it does not say whether it was shown, though all of it may have been.
        is_shown = played.texts[item_id] in played.shown
        is_known = not is_shown or item_id in {one.item_id for one in played.added}
        if has_texts and is_known and (item_id in by_id) != is_shown:
            words = "lacks {}, which was shown" if is_shown else "holds {}, which was not shown"
            found.append(f"{name} {words.format(item_id)}")
    order = [one.item_id for one in said if one.item_id in played.numbers]
    if order != sorted(order):
        found.append(f"{name} has another order: {order}")
    return found


def _histories_without_sound(played: Played) -> list[str]:
    # What was shown was delivered.
    return [
        f"{name} lacks {item_id}, which was shown"
        for name, said in (("the local history", played.local), ("the mirror", played.mirror))
        for item_id, text in played.texts.items()
        if text in played.shown and item_id not in {one.item_id for one in said}
    ]


def _replay(played: Played) -> list[str]:
    """What the new connection was told in the end, item by item."""
    remembered: dict[str, str] = {}
    for event in played.replayed:
        if event["type"] == "conversation.item.delete":
            remembered.pop(event["item_id"], None)
        elif event["type"] == "conversation.item.create":
            item = event["item"] if isinstance(event["item"], dict) else event["item"].model_dump()
            remembered[item["id"]] = "".join(part.get("text") or "" for part in item.get("content") or [])
    found = []
    for item_id in played.numbers:
        heard = played.heard_ms[item_id] > 0
        words = remembered.get(item_id)
        if not heard and words is not None:
            found.append(f"{item_id} is replayed, of which nothing was heard")
        elif heard and words is None and played.heard_texts.get(item_id):
            found.append(f"{item_id} is not replayed, which was heard")
        elif words is not None and words != played.heard_texts.get(item_id, words):
            found.append(f"{words!r} of {item_id} is replayed, heard was {played.heard_texts[item_id]!r}")
    return found


def wire(played: Played) -> list[tuple[str, str]]:
    """What the plugin sent, but for what differs from one time to the next."""
    return [
        (event["type"], str(event.get("item_id", ""))) for event in played.sent if not event["type"].startswith("rtmulti")
    ]


def steps_not_aside(alone: Played, wrapped: Played) -> list[str]:
    """What is wrong where the wrapper can see nothing: the wire is not as with LiveKit alone, or it does not say so once."""
    found = []
    if wire(alone) != wire(wrapped):
        found.append(f"the wire has {wire(wrapped)}, and with LiveKit alone {wire(alone)}")
    if len(wrapped.warnings) != 1:
        found.append(f"it warned {len(wrapped.warnings)} times: {wrapped.warnings}")
    return found


def differences(alone: Played, wrapped: Played) -> list[str]:
    """What is not as with LiveKit alone, where nothing was cut."""
    pairs = {
        "agent states": (alone.states, wrapped.states),
        "messages": (alone.added, wrapped.added),
        "local history": (alone.local, wrapped.local),
        "texts shown": (alone.shown, wrapped.shown),
    }
    return [
        f"{name}: {ours}, and with LiveKit alone {theirs}" for name, (theirs, ours) in pairs.items() if theirs != ours
    ]
