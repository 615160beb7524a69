"""One conversation: the real RealtimeRunner and RealtimeSession, the strict server over a real WebSocket, and a player as
the framework's examples have it. What is played stands in ../interruptions.py and agent_rows.py, what is right in
../heard_judge.py."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from array import array
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent_rows import REPLY
from agents import GuardrailFunctionOutput, OutputGuardrail, function_tool
from agents.realtime import (
    OpenAIRealtimeWebSocketModel,
    RealtimeAgent,
    RealtimeModel,
    RealtimeModelListener,
    RealtimePlaybackTracker,
    RealtimeRunner,
    RealtimeSession,
)
from heard_judge import Outcome
from interruptions import Cut, How, Row, is_called, is_cancelling

from rtmulti.integrations.openai_agents import HeardModel
from rtmulti.server import StrictServer, parse_script

_ANSWER_S = 12
_PATIENCE_S = 30
_QUIET_S = 0.7
_TOOL_S = 1.5
#: So much a player may be late on a busy machine.
_LATE_MS = 300
#: What HeardModel hands on before it is reported as played, unless it is told otherwise.
WRITE_AHEAD_MS = 200
#: 20 ms of noise that a VAD hears.
_SPEECH = array("h", [9000, -9000] * 240).tobytes()
_SILENCE = bytes(960)


@dataclass(frozen=True, slots=True)
class Way:
    """How it is played: alone, alone with the framework's tracker, or with rtmulti; and what else there is."""

    model: str = "rtmulti"  # "alone", "tracker", "rtmulti"
    how: How = "api"
    is_threaded: bool = False
    is_public: bool = False
    says_again: bool = False
    answers_after_cut: bool = True
    has_guardrail: bool = False
    block_ms: int = 20
    chunk_ms: int = 100
    asks_player: bool = False
    listener: Literal["session", "slow session", "session and another"] = "session"


class Public(RealtimeModel):
    """A model that shows the five abstract methods and nothing else."""

    def __init__(self) -> None:
        self.hidden = OpenAIRealtimeWebSocketModel()

    async def connect(self, options: Any) -> None:
        """See RealtimeModel."""
        await self.hidden.connect(options)

    def add_listener(self, listener: Any) -> None:
        """See RealtimeModel."""
        self.hidden.add_listener(listener)

    def remove_listener(self, listener: Any) -> None:
        """See RealtimeModel."""
        self.hidden.remove_listener(listener)

    async def send_event(self, event: Any) -> None:
        """See RealtimeModel."""
        await self.hidden.send_event(event)

    async def close(self) -> None:
        """See RealtimeModel."""
        await self.hidden.close()


class SlowSession(RealtimeSession):
    """A session that keeps its model waiting, as no session of the framework does with audio."""

    async def on_event(self, event: Any) -> None:
        """See RealtimeModelListener."""
        if event.type == "audio":
            await asyncio.sleep(0.001)
        await super().on_event(event)


class Bystander(RealtimeModelListener):
    """Another listener than the session, which says in which task it is asked."""

    def __init__(self) -> None:
        self.heard_bytes: dict[str, int] = {}
        self.has_no_task = False

    async def on_event(self, event: Any) -> None:
        """See RealtimeModelListener."""
        if event.type == "audio":
            self.has_no_task |= asyncio.current_task() is None
            self.heard_bytes[event.item_id] = self.heard_bytes.get(event.item_id, 0) + len(event.data)


class Player:
    """Plays blocks in real time and tells the tracker of each when it was played; clear() drops what is not in its hand."""

    def __init__(self, tracker: Any, way: Way, row: Row) -> None:
        self._tracker, self._way, self._row = tracker, way, row
        self._queue: list[tuple[str, int, bytes]] = []
        self._in_hand = b""
        self._is_over = False
        #: How much it had at most that was not played.
        self.most_ms = 0
        #: How much it was ever given of each message.
        self.given: dict[str, int] = {}
        #: Where the tracker is told, unless it is told from the device's own thread.
        self.loop: asyncio.AbstractEventLoop | None = None
        self.heard: dict[str, int] = {}
        self.order: list[str] = []
        self.played_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Starts the device."""
        self._thread.start()

    def end(self) -> None:
        """Stops it."""
        self._is_over = True
        self._thread.join()

    def push(self, item_id: str, content_index: int, data: bytes) -> None:
        """Takes audio."""
        step = 48 * self._way.block_ms
        self._queue += [(item_id, content_index, data[at : at + step]) for at in range(0, len(data), step)]
        self.given[item_id] = self.given.get(item_id, 0) + len(data)
        self.most_ms = max(self.most_ms, (len(self._in_hand) + sum(len(block) for *_, block in list(self._queue))) // 48)

    def clear(self) -> None:
        """Drops it."""
        self._queue.clear()

    def heard_ms(self) -> dict[str, int]:
        """How much of each message was played."""
        return {item_id: count // 48 for item_id, count in self.heard.items()}

    def _run(self) -> None:
        loop = self.loop
        due = 0.0
        has_begun = False
        while not self._is_over:
            if self._queue and not has_begun:
                has_begun = True
                time.sleep(self._row.latency_ms / 1000)
            try:
                item_id, content_index, block = self._queue.pop(0)
                self._in_hand = block
            except IndexError:
                time.sleep(0.002)
                due = 0.0
                continue
            if item_id not in self.order:
                self.order.append(item_id)
            due = max(due, time.monotonic() - 0.05) + len(block) / 48_000
            time.sleep(max(0.0, due - time.monotonic()))
            self._in_hand = b""
            self.heard[item_id] = self.heard.get(item_id, 0) + len(block)
            self.played_at = time.monotonic()
            if self._tracker is not None and loop is None:
                self._tracker.on_play_bytes(item_id, content_index, block)
            elif self._tracker is not None and loop is not None:
                loop.call_soon_threadsafe(self._tracker.on_play_bytes, item_id, content_index, block)


def _words(part: Any) -> str:
    return str(getattr(part, "transcript", None) or getattr(part, "text", None) or "")


class Conversation:
    """Plays one row in one way."""

    def __init__(self, row: Row, way: Way) -> None:
        self._row, self._way = row, way
        turn = {"output": list(row.output), "pace": row.pace, "chunk_ms": way.chunk_ms}
        detection = {"create_response": False, "interrupt_response": is_cancelling(way.how)}
        script = {"voice": "tone", "turn_detection": detection, "turns": [turn, {"output": [REPLY]}, {"output": [REPLY]}]}
        self._script = parse_script(script)
        self._errors: list[str] = []
        self._announced = 0
        #: Set when the interruption is known to the model.
        self._interrupted = asyncio.Event()
        self._wrong: list[str] = []
        self._bystander = Bystander()

    async def run(self) -> Outcome:
        """The conversation, from its beginning to the server's verdict."""
        return await asyncio.wait_for(self._run(), _PATIENCE_S)

    async def _run(self) -> Outcome:
        async with StrictServer(self._script) as server:
            model, tracker = self._model()
            self.player = Player(tracker, self._way, self._row)
            if not self._way.is_threaded:
                self.player.loop = asyncio.get_running_loop()
            detection = {"type": "server_vad", "create_response": False, "interrupt_response": is_cancelling(self._way.how)}
            config: Any = {"tracing_disabled": True, "model_settings": {"turn_detection": detection}}
            config["guardrails_settings"] = {"debounce_text_length": 20}
            runner = RealtimeRunner(self._agent(), model=model, config=config)
            options: Any = {"api_key": "none", "url": server.url}
            if tracker is not None:
                options["playback_tracker"] = tracker
            if self._way.listener == "session and another":
                model.add_listener(self._bystander)
            session = await runner.run(model_config=options)
            if self._way.listener == "slow session":
                session.__class__ = SlowSession
            async with session:
                history = await self._talk(session, model)
            return self._outcome(await server.verdict(), history)

    def _outcome(self, verdict: Any, history: dict[str, str]) -> Outcome:
        outcome = Outcome()
        if self._way.is_public:
            # The framework asks for the item that came last, which is deleted; it takes a private hook to keep it from that.
            others = (words for words in verdict.refusals if not words.startswith("conversation.item.retrieve"))
            verdict = replace(verdict, refusals=tuple(others))
        outcome.add(verdict, self.player.heard_ms(), self._errors, history)
        outcome.wrong += self._wrong
        if self._way.model == "rtmulti" and self.player.most_ms > WRITE_AHEAD_MS:
            outcome.wrong.append(f"{self.player.most_ms} ms were handed on ahead of what was played")
        if self._way.listener == "session and another" and self._bystander.heard_bytes != self.player.given:
            outcome.wrong.append(f"another listener got {self._bystander.heard_bytes}, the session {self.player.given}")
        if self._bystander.has_no_task:
            outcome.wrong.append("a listener was asked outside of a task")
        heard = self.player.heard_ms()
        lines = {line.item_id: line for line in verdict.lines}
        replies = [item_id for item_id, line in lines.items() if line.text == REPLY["message"]]
        if self._way.model == "rtmulti" and not self._wants_reply and replies:
            outcome.wrong.append("something was answered that nobody asked")
        if self._way.model == "rtmulti" and self._wants_reply and not any(heard.get(item_id) for item_id in replies):
            outcome.wrong.append("the answer was not heard")
        return outcome

    @property
    def _wants_reply(self) -> bool:
        is_answered = self._row.is_tool and self._way.answers_after_cut
        return self._way.says_again or is_answered or self._way.has_guardrail

    def _model(self) -> tuple[Any, Any]:
        if self._way.model == "alone":
            return OpenAIRealtimeWebSocketModel(), None
        if self._way.model == "tracker":
            return OpenAIRealtimeWebSocketModel(), RealtimePlaybackTracker()
        inner: Any = Public() if self._way.is_public else None
        model = HeardModel(inner, answer_after_cut=self._way.answers_after_cut)
        return model, model.tracker

    def _agent(self) -> Any:
        @function_tool
        async def slow_tool() -> str:
            """Takes its time, and is running when somebody interrupts: an answer that waits then is cut with the rest."""
            await asyncio.sleep(_TOOL_S)
            await asyncio.wait_for(self._interrupted.wait(), _ANSWER_S)
            return "done"

        async def trips(context: Any, agent: Any, output: Any) -> Any:
            is_wrong = "1: this is a message" in str(output)
            return GuardrailFunctionOutput(output_info=None, tripwire_triggered=is_wrong)

        guardrails: list[Any] = [OutputGuardrail(guardrail_function=trips)] if self._way.has_guardrail else []
        return RealtimeAgent(name="agent", instructions="Speak.", tools=[slow_tool], output_guardrails=guardrails)

    async def _talk(self, session: Any, model: Any) -> dict[str, str]:
        listening = asyncio.create_task(self._listen(session))
        await asyncio.sleep(0.15)
        self.player.begin()
        await session.send_message("Please begin.")
        cut = self._row.cut
        before: set[str] = set()
        if cut is not None:
            await self._until_cut()
            self._check_flow(cut)
            before.update(self.player.order)
            if self._way.asks_player:
                self._ask(model)
            await self._interrupt(session)
        await self._until_quiet(before)
        self.player.end()
        said = [item for item in session._history if getattr(item, "role", "") == "assistant"]
        history = {item.item_id: "".join(_words(part) for part in item.content) for item in said}
        inner = getattr(model, "inner", model)
        socket = getattr(inner, "hidden", inner)._websocket
        for item_id, ms in self.player.heard_ms().items():
            report = {"type": "rtmulti.heard", "item_id": item_id, "content_index": 0, "heard_ms": ms}
            await socket.send(json.dumps(report))
        await asyncio.sleep(0.05)
        listening.cancel()
        return history

    async def _listen(self, session: Any) -> None:
        async for event in session:
            if event.type == "audio":
                self.player.push(event.item_id, event.content_index, event.audio.data)
            elif event.type == "audio_interrupted":
                self.player.clear()
            elif event.type == "error":
                self._errors.append(str(event.error))
            elif event.type == "raw_model_event" and event.data.type == "raw_server_event":
                kind = event.data.data.get("type")
                if kind == "response.output_item.added":
                    self._announced += 1
                elif kind == "input_audio_buffer.speech_started":
                    self._interrupted.set()

    async def _until_cut(self) -> None:
        cut = self._row.cut
        assert cut is not None
        if cut.when == "began":
            while len(self.player.order) < cut.message:
                await asyncio.sleep(0.002)
        elif cut.when == "ended":
            full = 48 * int(self._row.output[0]["audio_ms"])
            while not self.player.order or self.player.heard.get(self.player.order[0], 0) < full:
                await asyncio.sleep(0.002)
        elif cut.when == "announced":
            while self._announced < 1:
                await asyncio.sleep(0.002)
        await asyncio.sleep(cut.ms / 1000)

    def _check_flow(self, cut: Cut) -> None:
        """Until somebody interrupts, there is always something to play."""
        if self._way.model == "rtmulti" and cut.when == "began":
            heard_ms = self.player.heard_ms()[self.player.order[cut.message - 1]]
            if heard_ms < cut.ms - _LATE_MS:
                self._wrong.append(f"{heard_ms} ms were heard in {cut.ms} ms: there was nothing to play")

    def _ask(self, model: HeardModel) -> None:
        """The player's queries know each block that the tracker was told of, up to the one that is being told."""
        for item_id, heard_ms in self.player.heard_ms().items():
            message = model.player.session.message(item_id)
            known_ms = 0 if message is None else message.heard_ms
            if not heard_ms - self._way.block_ms <= known_ms <= heard_ms + 2 * self._way.block_ms:
                self._wrong.append(f"the player knows of {known_ms} ms of {item_id}, and {heard_ms} were heard")

    async def _interrupt(self, session: Any) -> None:
        if is_called(self._way.how):
            await session.interrupt()
            self._interrupted.set()
            if self._way.says_again:
                await session.send_message("And now?")
            return
        for block in [_SPEECH] * 10 + [_SILENCE] * 5:
            await session.send_audio(block)
            await asyncio.sleep(0.02)

    async def _until_quiet(self, before: set[str]) -> None:
        """Until nothing is heard any more; on a busy machine an answer, which is none of the messages before, takes longer."""
        began_at = time.monotonic()
        # A tool takes 1.5 s, and so does the longest pause of a row and what follows it.
        least_s = 3.0 if self._row.is_tool or self._row.cut is None else 1.5
        while True:
            await asyncio.sleep(0.05)
            now = time.monotonic()
            is_answered = not self._wants_reply or not before.issuperset(self.player.order)
            if not is_answered and now - began_at < _ANSWER_S:
                continue
            if now - began_at > least_s and now - self.player.played_at > _QUIET_S:
                return
