"""What is right: of each message the server remembers what was heard, within a millisecond, one that was heard in full is
whole, nothing of the client's was refused, and the application saw no error."""

from __future__ import annotations

from dataclasses import dataclass, field

from rtmulti.server import Verdict


@dataclass(slots=True)
class Outcome:
    """What one conversation came to, summed over its messages; each thing that is wrong in words."""

    unheard_ms: int = 0
    lost_ms: int = 0
    items_wrong: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(
        self,
        verdict: Verdict,
        heard_ms: dict[str, int],
        errors: list[str],
        history: dict[str, str],
        *,
        tolerance_ms: int = 1,
    ) -> None:
        """What the strict server says of it, what the application saw, and what the session's history holds."""
        for line in verdict.lines:
            heard = heard_ms.get(line.item_id, 0)
            by_ms = line.remembered_ms - heard
            is_spoilt = line.sent_ms > 0 and heard >= line.sent_ms - (tolerance_ms - 1) and line.told != "nothing"
            is_unseen_text = line.sent_ms == 0 and line.told == "nothing" and line.item_id not in history
            if abs(by_ms) > tolerance_ms:
                self.unheard_ms += max(0, by_ms)
                self.lost_ms += max(0, -by_ms)
            if abs(by_ms) > tolerance_ms or is_spoilt or is_unseen_text:
                self.items_wrong += 1
                words = f"{line.item_id}: heard {heard} of {line.sent_ms} ms, remembered {line.remembered_ms}, told {line.told}"
                self.wrong.append(words)
            if line.told == "delete" and line.item_id in history:
                self.wrong.append(f"{line.item_id}: deleted, and the history says {history[line.item_id]!r}")
            if line.told == "truncate" and history.get(line.item_id, "").strip() == line.text:
                self.wrong.append(f"{line.item_id}: cut, and the history has all of its words")
        self.wrong += [f"refused: {words}" for words in verdict.refusals if not words.startswith("rtmulti.heard")]
        self.wrong += [f"the application saw the error {words}" for words in errors]
