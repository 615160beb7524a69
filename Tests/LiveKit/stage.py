"""One conversation on the stage: the real AgentSession with the real OpenAI plugin, over a WebSocket, against the strict
server, with a listener (ear.py). What is played on it stands in rows.py, interruptions.py and conversations.py; what came
of it is a Played, which judge.py judges.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import inspect
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ear import MARK, Ear, Eye
from half_cascade import SilentTTS, SpeakingAgent, number_of
from livekit import agents
from livekit.agents import Agent, function_tool
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer
from livekit.plugins.openai.realtime import RealtimeModel
from played import Played, Said

import rtmulti
from rtmulti.server import StrictServer, parse_script

AgentSession: Any = getattr(agents, "AgentSession", None) or agents.LiveSession
#: From agents 2.0 on the history of an Agent is given to update_agent().
_AGENT_HAS_HISTORY = "chat_ctx" in inspect.signature(Agent.__init__).parameters
#: What a tool takes.
TOOL_S = 0.4


@dataclass(slots=True)
class Row:
    """A conversation: the server's script, what the host does, and what it plays on.

    make_ear: the output that it plays on, or LiveKit's own with a listener (room.py); ear: with which settings.
    speaks_of_server_vad: the plugin asks for the script's turn detection.
    has_output: there is an audio output.
    reconnects: the connection is dropped in it, so that what is replayed is judged in the place of the server's verdict.
    is_never_cut: nothing is interrupted, so that LiveKit alone must do just the same.
    tolerance_ms: how far the server may be off. All sides round to whole milliseconds; where the output does not say in time
        what it played, the wrapper estimates it.
    gives_up: the plugin does not connect again when its connection is lost.
    has_tts: OpenAI's model only writes, and a TTS speaks what it writes (half_cascade.py).
    steps_aside: the wrapper can see nothing, so that LiveKit alone must do just the same on the wire.
    can_delete: the plugin can have the server forget an item.
    make_model: what the AgentSession gets for OpenAI's model, with the wrapper or without.
    judged: what must hold: "server", "local" and "mirror", or only that nothing that was heard is "lost".
    """

    name: str
    script: dict[str, Any]
    act: Callable[[Stage], Awaitable[None]]
    make_ear: Callable[..., Any] = Ear
    ear: dict[str, Any] = field(default_factory=dict)
    speaks_of_server_vad: bool = False
    has_output: bool = True
    reconnects: bool = False
    is_never_cut: bool = False
    gives_up: bool = False
    has_tts: bool = False
    steps_aside: bool = False
    can_delete: bool = True
    tolerance_ms: float = 2
    make_model: Callable[[Any, bool], Any] = lambda model, is_wrapped: (
        rtmulti.livekit.wrap(model) if is_wrapped else model
    )
    judged: frozenset[str] | set[str] = frozenset({"server", "local", "mirror"})


class Stage:
    """What a row may use.

    make_model: makes what the AgentSession got, once more, for another Agent.
    """

    def __init__(self, session: Any, ear: Ear, plugin: Any, make_model: Callable[[], Any]) -> None:
        self.session = session
        self.ear = ear
        self.plugin = plugin
        self.make_model = make_model
        #: The messages that have audio, by item.
        self.numbers: dict[str, int] = {}
        self.has_told = False
        self.handle: Any = None
        self.sent: list[dict[str, Any]] = []
        self.closes_early = False
        self.replay_begins_at: int | None = None

    def reply(self, **keywords: Any) -> Any:
        """Asks for a response."""
        self.handle = self.session.generate_reply(**keywords)
        return self.handle

    def interrupt(self) -> None:
        """Interrupts the newest speech."""
        if self.handle is not None and not self.handle.done():
            self.handle.interrupt()

    def at(self, number: int, ms: float, call: Callable[[], Any]) -> None:
        """Calls something so long after a message began to be heard."""
        loop = asyncio.get_running_loop()
        self.ear.at_start[number].append(lambda: loop.call_later(ms / 1000, call))

    def behind(self, number: int, call: Callable[[], Any]) -> None:
        """Calls something when a message has been heard to its end."""
        self.ear.at_end[number].append(call)

    async def has_sent(self, kind: str) -> None:
        """Waits until the plugin has sent an event of a kind."""
        while not any(event["type"] == kind for event in self.sent):
            await asyncio.sleep(0)

    async def has_come(self, kind: str, count: int = 1) -> None:
        """Waits until the server has said something."""
        came = asyncio.Event()
        left = count

        def on_event(event: dict[str, Any]) -> None:
            nonlocal left
            if event["type"] == kind:
                left -= 1
                if not left:
                    came.set()

        self.plugin.on("openai_server_event_received", on_event)
        await asyncio.wait_for(came.wait(), 10)

    async def done(self, timeout_s: float = 12) -> None:
        """Waits until the newest speech is over."""
        await asyncio.wait_for(self.handle.wait_for_playout(), timeout_s)

    def history(self) -> Any:
        """A copy of the Agent's history."""
        return _history(self.session).copy()

    def another_ear(self) -> Ear:
        """Another output of the same listener."""
        ear = Ear()
        ear.heard_ms, ear.at_start, ear.at_end = self.ear.heard_ms, self.ear.at_start, self.ear.at_end
        return ear

    def tell_server(self) -> None:
        """Says to the strict server what was heard."""
        self.has_told = True
        for item_id, number in self.numbers.items():
            heard_ms = int(self.ear.heard_ms[number] + 0.01)
            self.plugin.send_event(
                {"type": "rtmulti.heard", "item_id": item_id, "content_index": 0, "heard_ms": heard_ms}
            )

    async def another_agent(self, history: Any, **keywords: Any) -> None:
        """Another Agent takes over, with this history; what is spoken ends first. It is there when this returns."""
        if _AGENT_HAS_HISTORY:
            self.session.update_agent(Agent(instructions="another", chat_ctx=history, **keywords))
        else:
            self.session.update_agent(Agent(instructions="another", **keywords), chat_ctx=history)
        await asyncio.wait_for(self.session._update_activity_atask, 20)

    async def hand_over(self, model: Any) -> None:
        """Another Agent goes on with a session of its own, made by `model`."""
        self.tell_server()
        await asyncio.sleep(0.05)
        self.replay_begins_at = len(self.sent)
        inner = model if isinstance(model, RealtimeModel) else model.inner
        make = inner.session

        def noted(**keywords: Any) -> Any:
            session = make(**keywords)
            session.on("openai_client_event_queued", lambda event: self.sent.append(dict(event)))
            return session

        inner.session = noted
        await self.another_agent(self.history(), llm=model)
        await asyncio.sleep(0.5)

    async def drop_connection(self) -> None:
        """The network fails, and the plugin connects again."""
        self.replay_begins_at = len(self.sent)
        again = asyncio.Event()
        self.plugin.on("session_reconnected", lambda _: again.set())
        await self.plugin._rtmulti_socket.close()
        await asyncio.wait_for(again.wait(), 8)
        await asyncio.sleep(0.3)


def _note_sockets() -> None:
    """Lets drop_connection() find the socket of a plugin's session."""
    try:
        module: Any = importlib.import_module("livekit.agents.llm._realtime.openai")
    except ImportError:  # before 1.6
        module = importlib.import_module("livekit.plugins.openai.realtime.realtime_model")
    connect = module.RealtimeSession._create_ws_conn

    async def noted(self: Any) -> Any:
        self._rtmulti_socket = await connect(self)
        return self._rtmulti_socket

    module.RealtimeSession._rtmulti_socket = None
    module.RealtimeSession._create_ws_conn = noted


_note_sockets()
#: What the wrapper warns of, for each of the conversations that are played at once.
_warnings: ContextVar[list[str]] = ContextVar("warnings")


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        kept = _warnings.get(None)
        if kept is not None:
            kept.append(record.getMessage())


def _note_warnings() -> None:
    logger = logging.getLogger("rtmulti.livekit")
    logger.addHandler(_Warnings())
    logger.setLevel(logging.WARNING)
    logger.propagate = False


_note_warnings()


def _history(session: Any) -> Any:
    try:
        return session.current_agent.chat_ctx
    except RuntimeError:  # from agents 2.0 on only inside an Agent's hooks
        return session._activity.chat_ctx


def _said(items: list[Any]) -> list[Said]:
    return [
        Said(item.id, item.text_content or "", item.interrupted)
        for item in items
        if item.type == "message" and item.role == "assistant"
    ]


def _model(row: Row, port: int) -> Any:
    turn_detection = None
    if row.speaks_of_server_vad:
        from openai.types.realtime.realtime_audio_input_turn_detection import ServerVad

        turn_detection = ServerVad(type="server_vad", **row.script["turn_detection"])
    settings: dict[str, Any] = {"modalities": ["text"]} if row.has_tts else {}
    if row.gives_up:
        settings["conn_options"] = agents.APIConnectOptions(max_retry=0)
    return RealtimeModel(
        **settings,
        api_key="none",
        base_url=f"http://127.0.0.1:{port}/v1",
        turn_detection=turn_detection,
        input_audio_transcription=None,
    )


def _plugin_of(session: Any) -> Any:
    """OpenAI's own session, whatever stands around it."""
    while not hasattr(type(session), "_rtmulti_socket"):
        session = session._active if "_active" in vars(session) else session.inner
    return session


async def play(row: Row, *, is_wrapped: bool, is_synchronized: bool) -> Played:
    """Plays a row, with the wrapper or without, with LiveKit's TranscriptSynchronizer or without."""
    warnings: list[str] = []
    _warnings.set(warnings)
    async with StrictServer(parse_script(row.script)) as server:
        model = _model(row, server.port)
        ear, eye = row.make_ear(**row.ear), Eye()
        await ear.start()

        @function_tool
        async def slow_tool() -> str:
            """Does something for a while."""
            await asyncio.sleep(TOOL_S)
            return "done"

        speaks = {"tts": SilentTTS()} if row.has_tts else {}
        session = AgentSession(llm=row.make_model(model, is_wrapped), **speaks)
        if not row.has_output:
            session.output.transcription = eye
        elif is_synchronized:
            both = TranscriptSynchronizer(next_in_chain_audio=ear, next_in_chain_text=eye)
            session.output.audio, session.output.transcription = both.audio_output, both.text_output
        else:
            session.output.audio, session.output.transcription = ear, eye
        await session.start((SpeakingAgent if row.has_tts else Agent)(instructions="test", tools=[slow_tool]))
        wrapped = session._activity._rt_session
        plugin = _plugin_of(wrapped)
        stage = Stage(session, ear, plugin, lambda: row.make_model(_model(row, server.port), is_wrapped))
        numbers = stage.numbers
        texts: dict[str, str] = {}

        def on_server_event(event: dict[str, Any]) -> None:
            kind = event["type"]
            if kind == "response.output_audio.delta" and event["item_id"] not in numbers:
                pcm = base64.b64decode(event["delta"])
                numbers[event["item_id"]] = int.from_bytes(pcm[2:4], "little", signed=True) - MARK
            elif kind in ("response.output_audio_transcript.delta", "response.output_text.delta"):
                texts[event["item_id"]] = texts.get(event["item_id"], "") + event["delta"]
                if row.has_tts:
                    numbers[event["item_id"]] = number_of(texts[event["item_id"]])

        def watch(its: Any) -> Any:
            stage.plugin = its
            its.on("openai_server_event_received", on_server_event)
            its.on("openai_client_event_queued", lambda event: stage.sent.append(dict(event)))
            return its

        watch(plugin)
        make = model.session
        model.session = lambda **keywords: watch(make(**keywords))  # one that takes the place of the first
        states: list[str] = []
        added: list[Any] = []
        errors: list[str] = []
        session.on("agent_state_changed", lambda ev: states.append(ev.new_state))
        session.on("conversation_item_added", lambda ev: added.append(ev.item))
        session.on("error", lambda ev: errors.append(str(getattr(ev.error, "error", ev.error))))
        await asyncio.sleep(0.1)
        problem = ""
        try:
            await row.act(stage)
            if not stage.closes_early:
                await asyncio.sleep(0.3)
        except (asyncio.TimeoutError, TimeoutError):
            problem = "it did not come to its end"
        history = _history(session)

        if stage.closes_early:
            close = plugin.aclose

            async def tell_and_close() -> None:
                stage.tell_server()
                await close()

            plugin.aclose = tell_and_close
        else:
            if not row.reconnects and not row.has_tts and not stage.has_told:
                stage.tell_server()
                await asyncio.sleep(0.05)
            mirror = _said(wrapped.chat_ctx.items)
        await session.aclose()
        await ear.aclose()
        heard_texts: dict[str, str] = {}
        if isinstance(wrapped, rtmulti.livekit.AccountedSession):
            heard_texts = {item_id: wrapped._accounts.heard_text(item_id) for item_id in [*numbers, *texts]}
        if stage.closes_early:
            mirror = _said(wrapped.chat_ctx.items)
        await model.aclose()
        verdict = await asyncio.wait_for(server.verdict(), 5)
        begin = stage.replay_begins_at
        return Played(
            heard_ms={item_id: ear.heard_ms[number] for item_id, number in numbers.items()},
            numbers=numbers,
            texts=texts,
            # What was only written or shown is judged by the histories (judge.py).
            lines=[] if row.reconnects else [line for line in verdict.lines if line.remembered_text is None],
            refusals=list(verdict.refusals),
            local=_said(history.items),
            mirror=mirror,
            added=_said(added),
            replayed=[]
            if begin is None
            else [event for event in stage.sent[begin:] if event["type"].startswith("conversation.item")],
            states=states,
            shown=eye.shown,
            errors=errors,
            problem=problem,
            heard_texts=heard_texts,
            gaps_ms=ear.gaps_ms,
            sent=stage.sent,
            warnings=warnings,
        )
