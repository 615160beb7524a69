"""The session as the runner sees it: its effects, by callback or by polling, become entries of the log, orders for
the sink and commands for the server. Both ways end in the same methods."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import events
from ..config import Config, Format, SinkFormat
from ..enums import Delivery, EventKind, Outcome, Result
from ..errors import RtmultiError
from ..playout import Sink
from ..session import Session
from .effects import Effect, Kind
from .sink import Report, ReportKind, RunnerSink, SinkState, sink_format
from .words import escaped

if TYPE_CHECKING:
    from .run import Run

#: Results that no scenario can cause.
_IMPOSSIBLE = (
    Result.ERROR_BUSY,
    Result.ERROR_FORKED,
    Result.QUEUED,
    Result.ERROR_NO_MEMORY,
    Result.ERROR_LIMIT_DEFERRED,
)

_EVENT_KINDS: dict[type, EventKind] = {
    events.SpeakingStarted: EventKind.SPEAKING_STARTED,
    events.SpeakingStopped: EventKind.SPEAKING_STOPPED,
    events.Settled: EventKind.SETTLED,
    events.PlaybackStarted: EventKind.PLAYBACK_STARTED,
    events.HeardText: EventKind.HEARD_TEXT,
    events.Message: EventKind.MESSAGE,
    events.FunctionCall: EventKind.FUNCTION_CALL,
}

_COMMAND_KINDS: dict[type, tuple[int, Kind | None]] = {
    events.Cancel: (1, Kind.CANCEL),
    events.Truncate: (2, Kind.TRUNCATE),
    events.Delete: (3, Kind.DELETE),
    events.Sync: (4, Kind.SYNC),
    events.Create: (5, None),  # the page has no line for it, but the server obeys it
}


class SinkCalls(Sink):
    """What the library calls; it holds the library to its promise that a released sink is left alone."""

    def __init__(self, door: Door, sink: RunnerSink, format: SinkFormat) -> None:
        self.format = format
        self._door = door
        self._sink = sink

    def _called(self) -> RunnerSink:
        run = self._door.run
        if run.polls:
            run.fail(run.line, "a session that is polled called its sink")
        if self._sink.state is SinkState.RELEASED:
            run.fail(run.line, "a sink was called after it was replaced")
        return self._sink

    def write(self, segment: int, pcm: bytes) -> None:
        """Frames for a segment."""
        self._door.deliver_write(self._called(), segment, pcm)

    def flush(self, segment: int) -> None:
        """The end of a segment."""
        self._door.deliver_flush(self._called(), segment)

    def clear(self, segment: int) -> None:
        """Drop what is unheard."""
        self._door.deliver_clear(self._called(), segment)

    def pause(self) -> None:
        """Stop."""
        self._door.deliver_pause(self._called(), is_paused=True)

    def resume(self) -> None:
        """Go on."""
        self._door.deliver_pause(self._called(), is_paused=False)

    def text(self, item_id: str, text: str) -> None:
        """Text of a message without audio."""
        self._called()
        self._door.deliver_text(item_id, text)

    def detach(self) -> None:
        """The library released it."""
        super().detach()
        self._sink.state = SinkState.RELEASED


class Door:
    """One session of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        config = run.scenario.config
        self.session = Session(
            config=Config(
                delivery=Delivery.BY_POLLING if run.polls else Delivery.BY_CALLBACK,
                server=config.server,
                estimate=config.estimate,
                write_ahead_ms=config.write_ahead_ms,
                clear_timeout_ms=config.clear_timeout_ms,
                turn_patience_ms=config.turn_patience_ms,
                handover_ms=config.handover_ms,
            )
        )
        #: Polling: an effect is at hand, so reports have to wait as callbacks would.
        self._is_delivering = False
        self._waiting: list[Report] = []
        self.sentence = ""
        self.took("set_handlers", self._set_handlers)

    def _set_handlers(self) -> Result:
        self.session.set_handlers(
            on_event=self.deliver_event,
            on_command=self.deliver_command,
            on_diagnostic=self.deliver_diagnostic,
        )
        return Result.OK

    def set_format(self, format: Format) -> int:
        """Says how audio arrives."""
        return self.took("set_format", self.session.set_format, format)

    def set_sink(self) -> int:
        """Gives the session the sink of the run."""
        calls = SinkCalls(self, self.run.sink, sink_format(self.run.scenario.config))

        def plug_in() -> Result:
            self.session.set_sink(calls)
            return Result.OK

        return self.took("set_sink", plug_in)

    def close(self) -> None:
        """Destroys the session."""
        run = self.run
        try:
            self.session.destroy()
        except RtmultiError:
            run.fail(run.line, "the session could not be destroyed after the last line")
        if run.sink.state is not SinkState.RELEASED:
            run.fail(run.line, "the sink was not released with its session")

    # --- inputs ---

    def took(self, name: str, call: Callable[..., Result], *arguments: Any) -> int:
        """Gives an input and takes what it caused; refuses results that no scenario can cause."""
        run = self.run
        try:
            result: int = call(*arguments)
        except RtmultiError as refused:
            result, self.sentence = refused.result, refused.sentence
        if result <= -100 or result in _IMPOSSIBLE:
            shown = next((f"RTMULTI_{known.name}" for known in Result if known == result), "unknown result")
            run.fail(run.line, f"the library was expected to take `{name}`, came {shown}: {self.sentence}")
        if run.polls:
            self._poll_all()
        if run.traces:
            run.trace(f"input {name} RTMULTI_{Result(result).name}")
        return result

    def report(self, report: Report) -> int:
        """Gives a report of the sink; inside a delivery it is queued, as the library queues it."""
        if self._is_delivering:
            self._waiting.append(report)
            return Result.QUEUED
        try:
            result: int = self._give(report)
        except RtmultiError as refused:
            result, self.sentence = refused.result, refused.sentence
        if result == Result.QUEUED:
            return result
        return self.took(report.kind.value, lambda: Result(result))

    def _give(self, report: Report) -> Result:
        if report.kind is ReportKind.STARTED:
            return self.session.playback_started(report.segment)
        if report.kind is ReportKind.PROGRESS:
            return self.session.playback_progress(report.segment, report.frames)
        return self.session.playback_finished(report.segment, report.frames, report.interrupted)

    def _poll_all(self) -> None:
        """Takes every effect, then gives the reports that waited, until both are at rest: as callbacks do it."""
        given = 0
        while True:
            effect = self.session.poll()
            if effect is not None:
                self._is_delivering = True
                self._deliver(effect)
                self._is_delivering = False
            elif given < len(self._waiting):
                self._give(self._waiting[given])
                given += 1
            else:
                break
        self._waiting.clear()

    # --- what comes out ---

    def _deliver(self, effect: events.Effect) -> None:
        sink = self.run.sink
        if isinstance(effect, events.Write):
            self.deliver_write(sink, effect.segment, effect.pcm)
        elif isinstance(effect, events.Flush):
            self.deliver_flush(sink, effect.segment)
        elif isinstance(effect, events.Clear):
            self.deliver_clear(sink, effect.segment)
        elif isinstance(effect, (events.Pause, events.Resume)):
            self.deliver_pause(sink, is_paused=isinstance(effect, events.Pause))
        elif isinstance(effect, events.TextWrite):
            self.deliver_text(effect.item_id, effect.text)
        elif isinstance(effect, events.Diagnostic):
            self.deliver_diagnostic(effect)
        elif type(effect) in _COMMAND_KINDS:
            self.deliver_command(effect)  # type: ignore[arg-type]
        else:
            self.deliver_event(effect)  # type: ignore[arg-type]

    def _add(self, effect: Effect) -> None:
        self.run.effects.append(effect)

    def deliver_event(self, event: events.Event) -> None:
        """An event becomes an entry of the log."""
        if self.run.traces:
            self._trace_event(event)
        if isinstance(event, events.SpeakingStarted):
            self._add(Effect(Kind.SPEAKING_STARTED, event.response_id))
        elif isinstance(event, events.SpeakingStopped):
            self._add(Effect(Kind.SPEAKING_STOPPED, event.response_id))
        elif isinstance(event, events.Settled):
            self._add(Effect(Kind.SETTLED, event.response_id))
            self.run.server.response_settled(event.response_id)
        elif isinstance(event, events.HeardText):
            self._add(Effect(Kind.TEXT, event.item_id, text=event.text))
        elif isinstance(event, events.FunctionCall):
            self._add(Effect(Kind.CALL, event.item_id))
        elif isinstance(event, events.Message):
            kind = Kind.SKIPPED if event.outcome is Outcome.SKIPPED else Kind.MESSAGE
            self._add(
                Effect(
                    kind,
                    event.item_id,
                    outcome=event.outcome.name.lower(),
                    text=event.text,
                    status=event.status,
                    ms=event.heard_ms,
                )
            )
            self.run.device.settled(event.item_id)
        elif isinstance(event, events.PlaybackStarted):  # the page has no line for it
            self.run.device.started(event.segment, event.item_id, event.content_index)

    def deliver_command(self, command: events.Command) -> None:
        """A command becomes an entry of the log, and the server obeys it."""
        run = self.run
        number, kind = _COMMAND_KINDS[type(command)]
        if run.traces:
            self._trace_command(number, command)
        if isinstance(command, events.Create) or kind is None:
            run.server.obey(command, f"create {getattr(command, 'item_id', '')}", run.line)
            return
        if isinstance(command, events.Cancel):
            effect = Effect(kind, command.response_id)
        elif isinstance(command, events.Sync):
            kept = " ".join(item.item_id for item in command.kept)
            effect = Effect(kind, kept=kept, dropped=" ".join(command.dropped))
        elif isinstance(command, events.Truncate):
            effect = Effect(kind, command.item_id, content=command.content_index, ms=command.audio_end_ms)
        else:
            effect = Effect(kind, command.item_id)
        self._add(effect)
        run.server.obey(command, effect.line(), run.line)

    def deliver_diagnostic(self, diagnostic: events.Diagnostic) -> None:
        """A diagnostic becomes an entry of the log."""
        run = self.run
        name = diagnostic.kind.name.lower()
        if run.traces:
            _, text = _fields(diagnostic)
            run.trace(
                f"diagnostic {name} response={text('response_id')} item={text('item_id')} "
                f"segment={diagnostic.segment} result=RTMULTI_{Result(diagnostic.result).name}: "
                f"{escaped(diagnostic.message)}"
            )
        if not diagnostic.message:
            run.fail(run.line, "the library sent a diagnostic without a sentence")
        self._add(Effect(Kind.DIAGNOSTIC, name))

    def deliver_write(self, sink: RunnerSink, segment: int, pcm: bytes) -> None:
        """Frames go to the sink."""
        frames = len(pcm) // 2
        if self.run.traces:
            # Every sample is looked at: both doors and both runners must see the same ones.
            total = 2166136261
            for sample in array("H", pcm):
                total = ((total ^ sample) * 16777619) & 0xFFFFFFFF
            self.run.trace(f"write segment={segment} frames={frames} sum={total:08x}")
        sink.write(segment, frames)

    def deliver_flush(self, sink: RunnerSink, segment: int) -> None:
        """The end of a segment goes to the sink."""
        self.run.trace(f"flush segment={segment}")
        sink.flush(segment)

    def deliver_clear(self, sink: RunnerSink, segment: int) -> None:
        """A clear goes to the sink."""
        self.run.trace(f"clear segment={segment}")
        sink.clear(segment)

    def deliver_pause(self, sink: RunnerSink, is_paused: bool) -> None:
        """A pause or resume goes to the sink."""
        self.run.trace("pause" if is_paused else "resume")
        sink.pause(is_paused)

    def deliver_text(self, item_id: str, text: str) -> None:
        """Text was handed over; the page has no line for that."""
        self.run.trace(f'text_write item="{escaped(item_id)}" text="{escaped(text)}"')

    def _trace_event(self, event: events.Event) -> None:
        number, text = _fields(event)
        self.run.trace(
            f"event {_EVENT_KINDS[type(event)].value} response={text('response_id')} item={text('item_id')} "
            f"content={number('content_index')} output={number('output_index')} segment={number('segment')} "
            f"text={text('text')} outcome={number('outcome')} heard_ms={number('heard_ms')} "
            f"received_ms={number('received_ms')} started_us={number('started_us', -1)} "
            f"stopped_us={number('stopped_us', -1)} interrupted={number('interrupted')} "
            f"estimated={number('estimated')} status={text('status')} reason={text('reason')} "
            f"call={text('call_id')} name={text('name')} arguments={text('arguments')} phase={text('phase')}"
        )

    def _trace_command(self, kind: int, command: events.Command) -> None:
        number, text = _fields(command)
        kept, dropped = len(getattr(command, "kept", ())), len(getattr(command, "dropped", ()))
        self.run.trace(
            f"command {kind} event_id={text('event_id')} response={text('response_id')} heard={text('heard_text')} "
            f"audio={number('has_audio')} text={number('has_text')} kept={kept} dropped={dropped} "
            f"estimated={number('estimated')} json={command.json}"
        )


def _fields(shown: object) -> tuple[Callable[..., int], Callable[[str], str]]:
    """How the fields of something are listed that may not have them all: as a number, and as a text in quotes."""

    def number(name: str, otherwise: int = 0) -> int:
        value = getattr(shown, name, otherwise)
        return -1 if value is None else int(value)

    def text(name: str) -> str:
        return f'"{escaped(getattr(shown, name, ""))}"'

    return number, text
