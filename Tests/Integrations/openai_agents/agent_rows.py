"""What is played with openai-agents besides the rows of ../interruptions.py. How it is played stands in
agent_conversation.py, what is right in ../heard_judge.py."""

from __future__ import annotations

from interruptions import CALL, TWO, Cut, Row, says

#: Longer than anything waits to be told.
LONG = (says(1, 3000), says(2))
#: Rows that are played once more in ways of their own; see agent_conversation.Way.
SPECIAL = {
    "a guardrail trips": Row("guardrail", (says(1, 1500), says(2)), None, pace=2),
    "the tracker is told from a thread": Row("thread", LONG, Cut("began", 1900)),
    "interrupt(), and send_message() at once": Row("again", (says(1, 1500), says(2)), Cut("began", 300), pace=2),
    "a tool's answer is not wanted after a cut": Row("quiet", (says(1), CALL, says(2)), Cut("began", 200), is_tool=True),
    "a player of 100 ms blocks": Row("blocks", TWO, Cut("began", 250)),
    "deltas of 400 ms": Row("long", TWO, Cut("began", 250)),
    "the player is asked": Row("asked", LONG, Cut("began", 1730)),
    "a session that makes its model wait": Row("slow", TWO, None),
    "a second listener": Row("second", TWO, Cut("began", 250)),
    "by the public way only": Row("public", TWO, Cut("began", 200)),
}
REPLY = {"message": "Here is the answer.", "audio_ms": 300}
