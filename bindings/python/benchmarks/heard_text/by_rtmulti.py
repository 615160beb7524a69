"""rtmulti, through its Python binding and in virtual time: a session for each interruption, and what its record of the
message says. The sink is a device that keeps exact time and reports as the case wants; no rule lives here.
"""

from __future__ import annotations

import rtmulti
from answers import Answer, Case, Reports, answer
from clips import BYTES_PER_MS, PACKET_MS, RATE_HZ, Clip
from deliveries import AudioDelta, Course, Delivery, Interruption

NAME = "rtmulti"
STEP_MS = 20
FORMATS = {
    "pcm16": rtmulti.Format(),
    "opus": rtmulti.Format(codec=rtmulti.Codec.OPUS, sample_rate_hz=48_000),
}
FRAMES_PER_MS = RATE_HZ // 1000


class Device(rtmulti.Sink):
    """Plays one segment at the speed of the clock, and stands still when it has nothing."""

    format = rtmulti.SinkFormat()

    def __init__(self, reports: Reports) -> None:
        self._reports = reports
        self._segment: int | None = None
        self._written = 0
        self.played = 0
        self._now = 0

    def write(self, segment: int, pcm: bytes) -> None:
        is_first, self._segment = self._segment is None, segment
        self._written += len(pcm) // 2
        if is_first and self.playback is not None:
            self.playback.playback_started(segment)

    def clear(self, segment: int) -> None:
        self._written = self.played
        if self.playback is not None:
            self.playback.playback_finished(segment, self.played, True)

    def play_until(self, now: int) -> None:
        """Plays what is due at this frame of its clock."""
        due, self._now = now - self._now, now
        if (played := min(self._written, self.played + due)) == self.played:
            return
        self.played = played
        if self._reports is Reports.ALL and self.playback is not None and self._segment is not None:
            self.playback.playback_progress(self._segment, played)


class _Conversation:
    """One session that plays one clip up to one interruption."""

    def __init__(self, clip: Clip, case: Case, course: Course) -> None:
        self._clip, self._case, self._course = clip, case, course
        self._device = Device(case.reports)
        self._record: rtmulti.Message | None = None
        self._released = ""
        self._at_ms = 0.0
        self._words_beyond = 0
        self._session = rtmulti.Session(self._device, format=FORMATS[case.codec], on_event=self._on_event)
        self._session.response_created("r")
        self._session.item_added("r", "m")

    def until(self, interruption: Interruption) -> Answer:
        waiting = list(reversed(self._course.arrivals))
        while waiting or self._at_ms < interruption.at_ms:
            next_ms = min(self._at_ms + STEP_MS, interruption.at_ms)
            while waiting and waiting[-1].at_ms <= next_ms:
                arrival = waiting.pop()
                self._go_to(arrival.at_ms)
                if isinstance(arrival.delta, AudioDelta):
                    self._hear(arrival.delta)
                else:
                    delta = arrival.delta
                    self._session.text("r", "m", delta.text, start_ms=delta.start_ms, end_ms=delta.end_ms)
                if not waiting:
                    self._session.response_done("r")
            self._go_to(next_ms)
            if next_ms >= interruption.at_ms:
                break
        self._session.interrupt()
        if self._record is None:
            raise RuntimeError(f"{self._clip.name} at {interruption}: rtmulti made no record")
        heard_ms = self._device.played / FRAMES_PER_MS
        if abs(heard_ms - interruption.position_ms) > 1:
            raise RuntimeError(f"{self._clip.name} at {interruption}: the device had played {heard_ms} ms")
        said = self._record.heard_text
        self._session.close()
        return answer(NAME, self._clip, self._case, self._course, interruption, said, self._words_beyond)

    def _go_to(self, at_ms: float) -> None:
        if at_ms > self._at_ms:
            self._at_ms = at_ms
            # The time first: a report is a fact about the moment in which it is given.
            self._session.advance(int(at_ms * 1000))
            self._device.play_until(int(at_ms * FRAMES_PER_MS))

    def _hear(self, delta: AudioDelta) -> None:
        if self._case.codec == "pcm16":
            self._session.audio("r", "m", self._clip.pcm[delta.start_ms * BYTES_PER_MS : delta.end_ms * BYTES_PER_MS])
            return
        for packet in self._clip.packets[delta.start_ms // PACKET_MS : -(-delta.end_ms // PACKET_MS)]:
            self._session.audio("r", "m", packet)

    def _on_event(self, event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.HeardText):
            self._released += event.text
            heard = self._clip.words_heard(self._course.position_ms(self._at_ms))
            self._words_beyond = max(self._words_beyond, self._clip.words_in(self._released) - heard)
        elif isinstance(event, rtmulti.Message):
            self._record = event


def answers(clip: Clip, case: Case) -> list[Answer]:
    course = Course(clip, case.delivery, case.starved)
    return [_Conversation(clip, case, course).until(interruption) for interruption in course.interruptions()]
