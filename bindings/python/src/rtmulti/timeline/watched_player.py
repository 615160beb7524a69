"""WatchedPlayer: a Player that notes what its sink reports, so that the conversation can be drawn and told to the
strict server. It plays exactly as a Player does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .._server_event import event_bytes
from .._arguments import record
from .._hooks import check_sink
from .._interruption import Interruption
from ..config import Config, SinkFormat
from ..enums import Interrupter, Result
from ..player import PATIENCE_S, Player
from ..playout import Sink
from .model import Timeline
from .recorder import TimelineRecorder

if TYPE_CHECKING:
    from .._line import Send
    from .._server_event import ServerEvent
    from ..events import Command, Event


_DEFAULTS = Config()


class WatchedPlayer(Player):
    """A Player whose conversation can be drawn: see `timeline`. It reads each event twice, which costs a little time.

    Takes what Player takes, and `title` for the picture.
    """

    def __init__(
        self,
        sink: Sink | None,
        send: Send,
        *,
        config: Config = _DEFAULTS,
        on_event: Callable[[Event], object] | None = None,
        on_command: Callable[[Command], object] | None = None,
        title: str = "",
        **options: Any,
    ) -> None:
        record("config", config, Config)
        self._recorder = TimelineRecorder(self._since_beginning_ms, title)
        self._began_us = 0
        self._rate_hz = _rate_hz(sink)
        self._interrupts_on_speech = config.interrupt_on_speech
        super().__init__(
            sink,
            send,
            config=config,
            on_event=_both(self._recorder.on_event, on_event),
            on_command=_both(self._recorder.on_command, on_command),
            **options,
        )

    def set_sink(self, sink: Sink | None) -> None:
        """See Player.set_sink."""
        before = self._rate_hz
        # First, for the new one may report while it is set.
        self._rate_hz = _rate_hz(sink)
        try:
            super().set_sink(sink)
        except BaseException:
            self._rate_hz = before
            raise

    @property
    def timeline(self) -> Timeline:
        """What happened so far, also after the player was closed."""
        return self._recorder.timeline

    def heard_reports(self) -> list[dict[str, Any]]:
        """What the sink says that it played, and what was shown, as the `rtmulti.heard` and `rtmulti.shown` events that the
        strict server takes."""
        heard: list[dict[str, Any]] = [
            {"type": "rtmulti.heard", "item_id": item_id, "content_index": content_index, "heard_ms": heard_ms}
            for (item_id, content_index), heard_ms in self._recorder.played_ms().items()
        ]
        shown = self._recorder.shown_texts.items()
        return heard + [{"type": "rtmulti.shown", "item_id": item_id, "text": text} for item_id, text in shown]

    async def __aenter__(self) -> WatchedPlayer:
        await super().__aenter__()
        self._began_us = self._recorder.began_us = self.now_us()
        self._recorder.session = self.session
        return self

    def feed(self, event: ServerEvent) -> Result:
        """See Player.feed."""
        data: Mapping[str, Any] = json.loads(event_bytes(event))
        is_interruption = self._interrupts_on_speech and data.get("type") == "input_audio_buffer.speech_started"
        stop = self._recorder.interrupted() if is_interruption else None
        result = super().feed(event)
        if stop is not None:
            stop.had_effect = result is not Result.IGNORED
        self._recorder.fed(data)
        return result

    async def interrupt(
        self,
        response_id: str | None = None,
        *,
        by: Interrupter = Interrupter.LISTENER,
        timeout: float | None = PATIENCE_S,
    ) -> Interruption:
        """See Player.interrupt."""
        stop = self._recorder.interrupted(by.name.lower())
        interruption = await super().interrupt(response_id, by=by, timeout=timeout)
        stop.had_effect = interruption.had_effect
        return interruption

    def playback_progress(self, segment: int, frames: int, *, at_us: int | None = None) -> Result:
        """See Playback."""
        self._recorder.played(segment, frames, self._rate_hz)
        return super().playback_progress(segment, frames, at_us=at_us)

    def playback_finished(
        self, segment: int, frames: int, interrupted: bool = False, *, at_us: int | None = None
    ) -> Result:
        """See Playback."""
        self._recorder.played(segment, frames, self._rate_hz)
        return super().playback_finished(segment, frames, interrupted, at_us=at_us)

    def _since_beginning_ms(self) -> float:
        return (self.now_us() - self._began_us) / 1000


def _rate_hz(sink: Sink | None) -> int:
    if sink is None:
        return SinkFormat().sample_rate_hz
    check_sink(sink)
    return record("format of a sink", sink.format, SinkFormat).sample_rate_hz


def _both(
    first: Callable[[Any], object], second: Callable[[Any], object] | None
) -> Callable[[Any], object]:
    if second is None:
        return first
    other = second

    def call(value: Any) -> None:
        first(value)
        other(value)

    return call
