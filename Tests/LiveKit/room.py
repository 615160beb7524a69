"""LiveKit's own outputs with somebody who listens: the one that a room has, on a native AudioSource, and the one that an
avatar has. A room's server is not there; Room stands in for what the outputs want of one, and carries frames and calls
from here to there. The listeners know to 10 ms which place of which message was heard last.
"""

from __future__ import annotations

import asyncio
import json
from array import array
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ear import MARK, RATE_HZ, Ear
from livekit import rtc
from livekit.agents.voice.avatar import DataStreamAudioOutput
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput

BLOCK_MS = 10
#: LiveKit's words between an avatar and its agent.
CLEAR_BUFFER = "lk.clear_buffer"
PLAYBACK_FINISHED = "lk.playback_finished"
PLAYBACK_STARTED = "lk.playback_started"


def placed_samples(number: int, ms: int) -> array[int]:
    """Samples that say which message they are of and, by turns with that, which block of it they stand in."""
    samples = array("h")
    for block in range(ms // BLOCK_MS):
        samples.extend([block, MARK + number] * (RATE_HZ * BLOCK_MS // 2000))
    return samples


class Room(rtc.EventEmitter[str]):
    """What an output wants of a connected room. Its local participant is itself.

    avatar: gets the frames that are streamed to it, and the calls.
    """

    identity = "agent"

    def __init__(self, avatar: Any = None) -> None:
        super().__init__()
        self.local_participant = self
        self.avatar = avatar
        self._rpc_handlers: dict[str, Callable[[Any], str]] = {}
        self.remote_participants: dict[str, Any] = {}
        if avatar is not None:
            self.remote_participants[avatar.identity] = avatar

    def isconnected(self) -> bool:
        """It is."""
        return True

    async def publish_track(self, track: Any, options: Any) -> Any:
        """Publishes a track, to which somebody subscribes at once."""

        async def wait_for_subscription() -> None:
            pass

        self.track = track
        return SimpleNamespace(sid="track", wait_for_subscription=wait_for_subscription)

    async def stream_bytes(self, *, attributes: dict[str, str], **_: Any) -> Any:
        """A stream of samples to the avatar."""
        avatar, rate = self.avatar, int(attributes["sample_rate"])

        async def write(data: bytes) -> None:
            await avatar.capture_frame(rtc.AudioFrame(data, rate, 1, len(data) // 2))

        async def aclose() -> None:
            avatar.flush()

        return SimpleNamespace(write=write, aclose=aclose)

    async def perform_rpc(self, *, method: str, **_: Any) -> str:
        """A call to the avatar."""
        assert method == CLEAR_BUFFER
        self.avatar.answer_clear()
        return "ok"

    def register_rpc_method(self, method: str, handler: Callable[[Any], str]) -> None:
        """Who answers the avatar's calls."""
        self._rpc_handlers[method] = handler

    def call_agent(self, method: str, payload: str = "") -> None:
        """A call of the avatar's."""
        self._rpc_handlers[method](SimpleNamespace(caller_identity=self.avatar.identity, payload=payload))


class _Listened:
    """What the rows ask of an output, as Ear has it."""

    def _listen(self) -> None:
        self.heard_ms: dict[int, float] = defaultdict(float)
        self.at_start: dict[int, list[Callable[[], Any]]] = defaultdict(list)
        self.at_end: dict[int, list[Callable[[], Any]]] = defaultdict(list)
        self.gaps_ms: list[float] = []
        self.is_paused = False

    def _hear(self, samples: memoryview) -> None:
        """One block is heard. Of silence there is nothing to say."""
        number = samples[-1] - MARK
        if number < 0:
            return
        is_first = number not in self.heard_ms
        self.heard_ms[number] = (samples[-2] + 1) * BLOCK_MS
        if is_first:
            for call in self.at_start[number]:
                call()


class RoomEar(_Listened, _ParticipantAudioOutput):
    """The output of a room: the real one, with a listener on its native track."""

    def __init__(self) -> None:
        self._listen()
        self._stand_in = Room()
        super().__init__(
            self._stand_in,  # type: ignore[arg-type]
            sample_rate=RATE_HZ,
            num_channels=1,
            track_publish_options=rtc.TrackPublishOptions(),
        )

    async def start(self, **keywords: Any) -> None:
        """Publishes its track, and listens to it."""
        await super().start(**keywords)
        self._stream = rtc.AudioStream.from_track(track=self._stand_in.track, sample_rate=RATE_HZ, num_channels=1)
        self._listener = asyncio.create_task(self._hear_stream())

    async def _hear_stream(self) -> None:
        async for ev in self._stream:
            self._hear(memoryview(ev.frame.data))

    def pause(self) -> None:
        super().pause()
        self.is_paused = True

    def resume(self) -> None:
        super().resume()
        self.is_paused = False

    async def aclose(self) -> None:
        self._listener.cancel()
        await super().aclose()
        await self._stream.aclose()


class _Avatar(Ear):
    """The far side of an avatar's output: it plays in real time, and says so in calls when it wants to.

    is_gone_when_called: it has left the room when somebody calls it, and is not heard any more.
    """

    kind = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    state = getattr(rtc, "ParticipantState", SimpleNamespace(PARTICIPANT_STATE_ACTIVE=None)).PARTICIPANT_STATE_ACTIVE

    def __init__(self, identity: str, *, is_gone_when_called: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self.identity = identity
        self._is_gone_when_called = is_gone_when_called

    def answer_clear(self) -> None:
        """Somebody calls to empty it."""
        self.clear_buffer()
        if self._is_gone_when_called:
            raise rtc.RpcError(rtc.RpcError.ErrorCode.RECIPIENT_NOT_FOUND, "the avatar is gone")


class AvatarEar(DataStreamAudioOutput):
    """The output of an avatar: the real one, with an avatar at the other end.

    report_delay_ms: how late the avatar says that it has finished; None for never.
    says_started: whether it says that it has begun; else the output claims it for the first frame.
    is_gone_when_called: the avatar has left when it is told to stop; LiveKit says then that all was played.
    """

    _count = 0

    def __init__(
        self, *, report_delay_ms: float | None = 0, says_started: bool = True, is_gone_when_called: bool = False
    ) -> None:
        AvatarEar._count += 1
        avatar = _Avatar(
            f"avatar-{AvatarEar._count}", is_gone_when_called=is_gone_when_called, report_delay_ms=report_delay_ms
        )
        self._far = Room(avatar)
        super().__init__(
            self._far,  # type: ignore[arg-type]
            destination_identity=avatar.identity,
            wait_playback_start=says_started,
        )
        self.heard_ms, self.at_start, self.at_end = avatar.heard_ms, avatar.at_start, avatar.at_end
        self.gaps_ms, self.is_paused = avatar.gaps_ms, False
        if says_started:
            avatar.on("playback_started", lambda _: self._far.call_agent(PLAYBACK_STARTED))
        avatar.on("playback_finished", self._report)

    def _report(self, ev: Any) -> None:
        words = {"playback_position": ev.playback_position, "interrupted": ev.interrupted}
        self._far.call_agent(PLAYBACK_FINISHED, json.dumps(words))

    async def start(self) -> None:
        """It starts by itself."""

    async def aclose(self) -> None:
        """It has nothing to close."""
