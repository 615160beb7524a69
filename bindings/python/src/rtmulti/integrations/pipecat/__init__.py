"""Pipecat: a realtime service that remembers what was heard, by a changed import and one more processor.

    from rtmulti.integrations.pipecat import OpenAIRealtimeLLMService

    llm = OpenAIRealtimeLLMService(api_key=..., settings=...)
    output = transport.output()
    Pipeline([transport.input(), aggregators.user(), llm, output, llm.playout(output), aggregators.assistant()])

Between the server and Pipecat's service stands an rtmulti player: the speech reaches the output one message after another
and not far ahead, text and turns reach the context when they were heard, and after an interruption the server is told what
was heard. docs/pipecat.md says what is covered and what it costs. The rooms:

service.py      the service: what of the server's words is Pipecat's, what the player's, and who interrupts
wire.py         what goes over the connection, seen by the service before Pipecat sees it
speech.py       the sink: the player's frames become blocks for the output, and what was written is reported
playout.py      the processor behind the output, which sees what the output writes and says there what was heard
told.py         what the context and the listeners downstream are told, in the order in which it was heard
outbox.py       the way of a frame from where nobody can wait into the pipeline
"""

from __future__ import annotations

try:
    import pipecat.services.openai.realtime.llm  # noqa: F401
except ImportError as missing:
    raise ImportError("rtmulti.pipecat needs pipecat-ai 0.0.90 or later: pip install 'rtmulti[pipecat]'") from missing

from .playout import Playout
from .service import OpenAIRealtimeLLMService

__all__ = ["OpenAIRealtimeLLMService", "Playout"]
