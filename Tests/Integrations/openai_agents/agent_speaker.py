"""What measurements play on: a session in the middle of an answer, and a speaker that costs next to nothing. Which model it is
measured with is the caller's to say; rows that are judged play on agent_conversation.Player, which is a thread as devices are.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from types import TracebackType
from typing import Any

from agents.realtime import (
    OpenAIRealtimeWebSocketModel,
    RealtimeAgent,
    RealtimePlaybackTracker,
    RealtimeRunner,
    RealtimeSession,
)

from rtmulti.integrations.openai_agents import HeardModel

_BYTES_PER_MS = 48


class Speaker:
    """Plays blocks in real time on the event loop, or on a thread, and tells the tracker of each when it was played.

    says_cleared: it stops in the middle of a block, tells how much of that was played, and says that it is silent. Without
        this it plays the block in its hand to its end, as the framework's examples do.
    """

    def __init__(
        self, tracker: Any, block_ms: int, *, is_thread: bool = False, says_cleared: bool = False
    ) -> None:
        self._tracker, self._says_cleared = tracker, says_cleared
        self._block_s, self._block_bytes = block_ms / 1000, block_ms * _BYTES_PER_MS
        self._loop = asyncio.get_running_loop()
        self._blocks: deque[tuple[str, int, bytes]] = deque()
        self._is_playing = self._is_over = False
        self._due_s = 0.0
        #: How much was played.
        self.played_ms = 0
        self._thread = threading.Thread(target=self._run, daemon=True) if is_thread else None
        if self._thread is not None:
            self._thread.start()

    def push(self, item_id: str, content_index: int, data: bytes) -> None:
        """Takes audio."""
        for at in range(0, len(data), self._block_bytes):
            self._blocks.append((item_id, content_index, data[at : at + self._block_bytes]))
        if self._thread is None and not self._is_playing:
            self._is_playing, self._due_s = True, self._loop.time() + self._block_s
            self._loop.call_at(self._due_s, self._play)

    def clear(self) -> None:
        """Drops what is not being played."""
        in_hand = [self._blocks[0]] if self._blocks else []
        self._blocks.clear()
        if self._says_cleared:
            for item_id, content_index, block in in_hand:
                rest_ms = max(0.0, self._due_s - self._loop.time()) * 1000
                played = block[: len(block) - 2 * int(rest_ms * _BYTES_PER_MS / 2)]
                self._played((item_id, content_index, played))
            self._tracker.cleared()
        else:
            self._blocks.extend(in_hand)

    def end(self) -> None:
        """Stops."""
        self._is_over = True
        self._blocks.clear()
        if self._thread is not None:
            self._thread.join()

    def _play(self) -> None:
        self._is_playing = bool(self._blocks)
        if self._is_playing:
            self._played(self._blocks.popleft())
            self._due_s += self._block_s
            self._loop.call_at(self._due_s, self._play)

    def _run(self) -> None:
        due_s = 0.0
        while not self._is_over:
            due_s = max(due_s, time.monotonic() - self._block_s) + self._block_s
            time.sleep(max(0.0, due_s - time.monotonic()))
            if self._blocks:
                self._played(self._blocks.popleft())

    def _played(self, block: tuple[str, int, bytes]) -> None:
        self._tracker.on_play_bytes(*block)
        self.played_ms += len(block[2]) // _BYTES_PER_MS


def make_runner(
    is_heard: bool, url: str, *, inner: Any = None, detection: Any = None
) -> tuple[RealtimeRunner, Any]:
    """A runner of the framework's model, or of rtmulti's, and the options with which it is to be run.

    inner: the framework's model, where it is a special one.
    """
    model = inner or OpenAIRealtimeWebSocketModel()
    tracker: Any = RealtimePlaybackTracker()
    if is_heard:
        model = HeardModel(model)
        tracker = model.tracker
    config: Any = {"tracing_disabled": True}
    if detection is not None:
        config["model_settings"] = {"turn_detection": detection}
    runner = RealtimeRunner(RealtimeAgent(name="agent", instructions="Speak."), model=model, config=config)
    return runner, {"api_key": "none", "url": url, "playback_tracker": tracker}


class Talk:
    """A session whose answers play on a speaker.

    speaker: what Speaker takes besides the tracker.
    more: what make_runner takes besides.
    """

    def __init__(self, is_heard: bool, url: str, speaker: dict[str, Any], **more: Any) -> None:
        self._speaker_options = speaker
        self._runner, self._options = make_runner(is_heard, url, **more)

    async def __aenter__(self) -> Talk:
        self.session: RealtimeSession = await self._runner.run(model_config=self._options)
        await self.session.__aenter__()
        self.speaker = Speaker(self._options["playback_tracker"], **self._speaker_options)
        self._listening = asyncio.create_task(self._listen())
        await asyncio.sleep(0.2)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.speaker.end()
        self._listening.cancel()
        await self.session.close()

    async def _listen(self) -> None:
        async for event in self.session:
            if event.type == "audio":
                self.speaker.push(event.item_id, event.content_index, event.audio.data)
            elif event.type == "audio_interrupted":
                self.speaker.clear()

    async def until_played(self, ms: int) -> None:
        """Returns when so much has been played."""
        while self.speaker.played_ms < ms:
            await asyncio.sleep(0.05)
