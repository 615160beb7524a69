"""openai-agents: a realtime model that remembers what was heard, and the application's loop stays as it is.

    model = rtmulti.openai_agents.HeardModel()
    session = await RealtimeRunner(agent, model=model).run(model_config={"playback_tracker": model.tracker})

The application plays `audio` events, drops what it has at `audio_interrupted`, and tells the tracker what it played. Between
the framework's model and its session stands an rtmulti player: audio passes when it may be played, one message after
another and not far ahead, and after an interruption the server is told what was heard. docs/openai-agents.md says what is
covered and what it costs. The rooms:

model.py        HeardModel: a RealtimeModel around a RealtimeModel, and who is told what
playout.py      the sink of a host that plays by itself: which audio events may pass, and what was played of them
tracker.py      the playback tracker that the application tells, from any thread
commands.py     what the player commands, in the words of the framework, and which errors are answers to it
history.py      what the session's history holds of a message that was cut
"""

from __future__ import annotations

try:
    import agents.realtime  # noqa: F401
except ImportError as missing:
    raise ImportError("rtmulti.openai_agents needs openai-agents: pip install 'rtmulti[openai-agents]'") from missing

from .model import HeardModel
from .tracker import HeardTracker

__all__ = ["HeardModel", "HeardTracker"]
