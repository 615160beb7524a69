"""What is played with openai-agents besides the rows of ../interruptions.py. How it is played stands in
agent_conversation.py, what is right in ../heard_judge.py."""

from __future__ import annotations

from interruptions import CALL, TWO, Cut, Row, says

#: Rows that are played once more in ways of their own; see agent_conversation.Way.
SPECIAL = {
    "a guardrail trips": Row("guardrail", (says(1, 1500), says(2)), None, pace=2),
    "the tracker is told from a thread": Row("thread", TWO, Cut("began", 200)),
    "interrupt(), and send_message() at once": Row("again", (says(1, 1500), says(2)), Cut("began", 300), pace=2),
    "a tool's answer is not wanted after a cut": Row("quiet", (says(1), CALL, says(2)), Cut("began", 200), is_tool=True),
    "a player of 100 ms blocks": Row("blocks", TWO, Cut("began", 250)),
    "by the public way only": Row("public", TWO, Cut("began", 200)),
}
REPLY = {"message": "Here is the answer.", "audio_ms": 300}
