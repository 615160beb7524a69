"""LiveKit Agents: one line makes a voice agent remember what was heard, and nothing else.

    session = AgentSession(llm=rtmulti.livekit.wrap(openai.realtime.RealtimeModel(...)))

LiveKit goes on playing, message by message. Beside it an rtmulti session keeps the accounts: it is told what the server
says and what LiveKit's output reports, and what it commands goes out in the place of LiveKit's own truncates.
docs/livekit.md says what is covered and what it costs. The rooms:

model.py            what wrap() gives: a RealtimeModel around a RealtimeModel
session.py          its RealtimeSession: who is told what, and what is LiveKit's passes straight through
accounts.py         the rtmulti session; the only file that calls one
raw_events.py       how the plugin's raw events are heard at little cost
server_words.py     what an OpenAI server says, from the plugin's documented raw events
plugin_streams.py   the same from the streams of a plugin that shows no raw events
generations.py      responses and messages on their way to LiveKit, and who interrupts them
replies.py          generate_reply(), which LiveKit may cancel before there is a response
playout.py          what the output reports, and what is believed when it reports nothing
commands.py         what the accounts command, in the words of the plugin
history.py          what LiveKit's history and the plugin's mirror hold, and what a reconnect replays
recent.py           the newest of what is remembered
"""

from __future__ import annotations

try:
    import livekit.agents  # noqa: F401
except ImportError as missing:
    raise ImportError("rtmulti.livekit needs LiveKit Agents: pip install 'rtmulti[livekit]'") from missing

from .model import AccountedModel, wrap
from .session import AccountedSession

__all__ = ["AccountedModel", "AccountedSession", "wrap"]
