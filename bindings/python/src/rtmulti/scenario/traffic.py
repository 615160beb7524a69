"""What happened in the conversation: one `>` line becomes the calls that a host would make, and the server's model
sees the same. What comes back is door.py's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..enums import Codec, CommandKind, Interrupter, ItemKind, PartKind, ResponseFlag, Result
from .inputs import Input
from .reader import NOT_GIVEN
from .server import ServerPart
from .sink import PlayedSegment, Report, ReportKind, RunnerSink, SinkState, sink_frames
from .voice import DAMAGED_PACKET, fill
from .words import printed

if TYPE_CHECKING:
    from .run import Run

DELTA_MS = 20
PACKET_FRAMES_PER_MS = 48

#: So that both numbers of a part's packets wrap soon.
FIRST_SEQUENCE = 65533
FRAMES_BEFORE_WRAP = 2000

#: No segment has this id: what a report about an item that never reached the sink names.
UNKNOWN_SEGMENT = 2**64 - 1


class Traffic:
    """Plays the inputs of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.door = run.door
        self.session = run.session
        self.server = run.server
        #: Items whose next packet arrives damaged, and how many are lost before it: the `corrupt` and `lost` lines
        #: may come before the item.
        self._damaged: set[str] = set()
        self._lost: dict[str, int] = {}
        #: Items whose packets bear numbers: those of which any is lost in this file.
        says = [statement.says for statement in run.scenario.statements]
        self._numbered = {line.id for line in says if isinstance(line, Input) and line.kind == "lost"}

    def play(self, line: Input) -> None:
        """One `>` line."""
        getattr(self, f"_play_{line.kind}")(line)

    def _response_of(self, item_id: str) -> str | None:
        """The response that an item is known to belong to: a server says it with every delta.

        That of an unknown item is left for the engine to find.
        """
        item = self.server.find_item(item_id)
        return None if item is None or item.response is None else item.response.id

    # --- what the server says ---

    def _play_expect(self, line: Input) -> None:
        self.door.took("expect", self.session.expect_response, line.id)

    def _play_response(self, line: Input) -> None:
        self.server.response_created(_id(line), line.response_flags)
        flags, token = ResponseFlag(line.response_flags), line.token
        self.door.took("response", lambda: self.session.response_created(_id(line), flags, token=token))

    def _item_added(self, response: str | None, id: str, index: int, kind: ItemKind) -> None:
        self.server.item_added(response, id, kind)
        self.door.took("item", self.session.item_added, response, id, index, kind)

    def _play_item(self, line: Input) -> None:
        self._item_added(line.response, _id(line), line.index, line.item_kind)

    def _part_added(self, id: str, content: int, kind: PartKind) -> None:
        response = self._response_of(id)
        self.server.item_for_delta(id).add_part(content, kind)
        format = self.run.voice.format if kind is PartKind.AUDIO else None
        self.door.took("part", self.session.part_added, response, id, content, kind, format)

    def _play_part(self, line: Input) -> None:
        self._part_added(_id(line), line.content, line.part_kind)

    def _part_for_audio(self, id: str, content: int) -> ServerPart:
        item = self.server.item_for_delta(id)
        return item.add_part(item.audio_content(content), PartKind.AUDIO)

    def _send_audio(self, id: str, content: int, ms: int) -> None:
        """`ms` of audio in deltas of 20 ms, the last one shorter."""
        run = self.run
        response = self._response_of(id)
        part = self._part_for_audio(id, content)
        is_opus = run.voice.codec is Codec.OPUS
        end_ms = part.asked_ms + ms
        while part.asked_ms < end_ms and not run.has_failed:
            next_ms = min(part.asked_ms + DELTA_MS, end_ms)
            data = run.voice.speak(run.voice.frames(next_ms) - run.voice.frames(part.asked_ms))
            packet_frames = (next_ms - part.asked_ms) * PACKET_FRAMES_PER_MS if is_opus else 0
            if is_opus and id in self._damaged and not self._lost.get(id):
                self._damaged.discard(id)
                data = DAMAGED_PACKET
            part.last_packet_frames = packet_frames
            part.asked_ms = next_ms
            self._send_delta(response, id, data, content, part, packet_frames)

    def _send_delta(
        self, response: str | None, id: str, data: bytes, content: int, part: ServerPart, frames: int
    ) -> None:
        """One delta, which with Opus is a packet of `frames` frames.

        What is lost at the very end nobody can know of, so lost packets count as sent only when another one comes.
        """
        if id not in self._numbered:
            self.server.audio_sent(part, len(data), frames)
            self.door.took("audio", self.session.audio, response, id, data, content)
            return
        sequence, timestamp = FIRST_SEQUENCE + part.packets, part.frames - FRAMES_BEFORE_WRAP

        def give(packet: bytes) -> Result:
            return self.session.packet(response, id, packet, content, sequence=sequence, timestamp=timestamp)

        if part.packets == 0:
            self.door.took("first packet", give, b"")
        if self._lost.get(id):
            self._lost[id] -= 1
            part.lost_frames += frames
        else:
            self.server.audio_sent(part, len(data), part.lost_frames + frames)
            part.lost_frames = 0
            self.door.took("packet", give, data)
        part.packets += 1
        part.frames += frames

    def _send_bytes(self, line: Input) -> None:
        """N raw bytes in one delta; with Opus that is one packet, of whatever length it claims."""
        id = _id(line)
        response = self._response_of(id)
        part = self._part_for_audio(id, line.content)
        data = fill(line.bytes)
        frames = 0
        if self.run.voice.codec is Codec.OPUS:
            otherwise = part.last_packet_frames or DELTA_MS * PACKET_FRAMES_PER_MS
            frames = part.last_packet_frames = self.run.voice.packet_frames(data, otherwise)
        self._send_delta(response, id, data, line.content, part, frames)

    def _play_audio(self, line: Input) -> None:
        if line.bytes == NOT_GIVEN:
            self._send_audio(_id(line), line.content, line.ms)
        else:
            self._send_bytes(line)

    def _send_text(self, line: Input, content: int) -> None:
        response = self._response_of(_id(line))
        # Text of a part that was never announced is a transcript, so that part is one of audio.
        self._part_for_audio(_id(line), content)
        text, start_ms, end_ms = line.text or "", line.start_ms, line.end_ms
        self.door.took(
            "text",
            lambda: self.session.text(response, _id(line), text, content, start_ms=start_ms, end_ms=end_ms),
        )

    def _play_text(self, line: Input) -> None:
        self._send_text(line, line.content)

    def _play_part_done(self, line: Input) -> None:
        self.door.took("part_done", self.session.part_done, line.id, line.content)

    def _play_item_done(self, line: Input) -> None:
        self.door.took("item_done", self.session.item_done, line.id)

    def _play_message(self, line: Input) -> None:
        has_audio = line.ms != NOT_GIVEN
        has_text = line.text is not None
        response = self.server.newest_response if line.response is None else line.response
        self._item_added(response, _id(line), line.index, ItemKind.MESSAGE)
        if has_audio or has_text:
            self._part_added(_id(line), 0, PartKind.AUDIO if has_audio else PartKind.TEXT)
        if has_audio:
            self._send_audio(_id(line), 0, line.ms)
        if has_text:
            self._send_text(line, 0)
        if has_audio or has_text:
            self.door.took("part_done", self.session.part_done, line.id, 0)
        self.door.took("item_done", self.session.item_done, line.id)

    def _play_call(self, line: Input) -> None:
        id = _id(line)
        self._item_added(self.server.newest_response, id, NOT_GIVEN, ItemKind.FUNCTION_CALL)
        response, call_id = self._response_of(id), f"call_{printed(id)}"
        self.door.took("call", self.session.function_call, response, id, call_id, line.name, line.text)
        self.door.took("item_done", self.session.item_done, id)

    def _play_response_done(self, line: Input) -> None:
        self.server.response_done(_id(line))
        self.door.took("response_done", self.session.response_done, line.id, line.status, line.reason)

    def _play_reject(self, line: Input) -> None:
        command = self.server.newest_command(line.command, line.id)
        if command is None:
            word = CommandKind(line.command).name.lower()
            self.run.fail(
                self.run.line,
                f"a command `{word} {printed(_id(line))}` was expected, for the server to refuse, came none",
            )
            return
        command.reject()
        self.door.took("reject", self.session.command_rejected, command.event_id, line.code, line.message)

    def _play_reconnect(self, line: Input) -> None:
        self.server.reconnected()
        self.door.took("reconnect", self.session.reconnect)

    # --- what the host and its sink say ---

    def _play_interrupt(self, line: Input) -> None:
        if line.interrupter is Interrupter.LISTENER:
            self.server.heard_listener(line.id)
        self.door.took("interrupt", lambda: self.session.interrupt(line.id, by=line.interrupter))

    def _play_pause(self, line: Input) -> None:
        self.door.took("pause", self.session.pause)

    def _play_resume(self, line: Input) -> None:
        self.door.took("resume", self.session.resume)

    def _play_close(self, line: Input) -> None:
        def close() -> Result:
            # Session.close is harmless when it was closed before; the C door says CLOSED then.
            answer = Result.ERROR_CLOSED if self.session.is_closed else Result.OK
            self.session.close()
            return answer

        self.door.took("close", close)
        self.server.is_closed = True

    def _play_swap_sink(self, line: Input) -> None:
        run = self.run
        old = run.sink
        old.state = SinkState.RELEASED  # from now on the library may not call it
        run.sink = RunnerSink(run)
        if self.door.set_sink() == Result.OK:
            old.stop()
        else:
            old.state = SinkState.IN_USE
            run.sink = old

    def _play_text_delivered(self, line: Input) -> None:
        self.door.took("text_delivered", self.session.text_delivered, line.id)

    def _newest_segment(self, item_id: str, content: int) -> PlayedSegment | None:
        for segment in reversed(self.run.segments):
            if segment.content == content and segment.item == item_id:
                return segment
        return None

    def _report_by_hand(self, line: Input) -> None:
        item = self.server.find_item(line.id)
        content = 0 if item is None else item.audio_content(line.content)
        segment = self._newest_segment(_id(line), content)
        frames = sink_frames(self.run.scenario.config, line.ms)
        number = UNKNOWN_SEGMENT if segment is None else segment.id
        kind = ReportKind(line.kind)
        result = self.door.report(Report(kind, number, frames, line.interrupted))
        if result == Result.OK and segment is not None:
            segment.sink.reported(segment, kind, frames)

    _play_started = _play_progress = _play_finished = _report_by_hand

    def _play_advance(self, line: Input) -> None:
        """One millisecond after the other: the sink plays it, the session learns the time, the sink reports."""
        run = self.run
        for _ in range(line.ms):
            if run.has_failed:
                break
            run.now_ms += 1
            run.sink.play_ms()
            run.device.pull()
            self.door.took("advance", self.session.advance, run.now_ms * 1000)
            run.sink.report()

    def _play_stall(self, line: Input) -> None:
        self.run.sink.stalled_until_ms = self.run.now_ms + line.ms

    def _play_mute_reports(self, line: Input) -> None:
        self.run.sink.is_muted = True

    def _play_lost(self, line: Input) -> None:
        self._lost[_id(line)] = self._lost.get(_id(line), 0) + line.ms

    def _play_corrupt(self, line: Input) -> None:
        # Said twice before the packet comes, it still means that packet.
        self._damaged.add(_id(line))


def _id(line: Input) -> str:
    """The id of a line whose grammar demands one."""
    return line.id or ""
