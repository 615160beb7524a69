"""Reports that say when it was so (rule C8), through a Session and through a Player. That the estimate is where the sink is
in many conversations is Tests/C/late_reports.c's."""

from __future__ import annotations

import asyncio
from typing import Any

import rtmulti
from rtmulti import Driver, Session, SinkFormat, mark_name

MS = 24


class Phone(rtmulti.Sink):
    """A far end of which only reports tell."""

    def __init__(self, format: SinkFormat = SinkFormat(driver=Driver.PACED, lead_ms=1000)) -> None:
        self.format = format
        self.segment = 0

    def write(self, segment: int, pcm: bytes) -> None:
        self.segment = segment


def say(session: Session, ms: int) -> None:
    session.response_created("r1")
    session.item_added("r1", "A")
    session.audio("r1", "A", b"\x01\x02" * MS * ms)
    session.response_done("r1")


def heard_ms(session: Session) -> int:
    position = session.position("A")
    assert position is not None
    return position.heard_ms


def test_a_mark_that_was_60_ms_on_its_way() -> None:
    phone = Phone()
    session = Session(phone)
    session.advance(0)
    say(session, 1000)
    session.advance(400_000)
    assert heard_ms(session) == 400
    assert session.playback_mark(mark_name(phone.segment, 340 * MS), at_us=340_000) is rtmulti.Result.OK
    assert heard_ms(session) == 400
    # Without its time it holds the estimate behind.
    assert session.playback_mark(mark_name(phone.segment, 345 * MS)) is rtmulti.Result.OK
    assert heard_ms(session) == 345


def test_each_report_has_its_time() -> None:
    phone = Phone(SinkFormat())
    session = Session(phone, config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED))
    session.advance(0)
    say(session, 400)
    session.advance(100_000)
    session.playback_started(phone.segment, at_us=50_000)
    assert heard_ms(session) == 50
    session.playback_progress(phone.segment, 20 * MS, at_us=90_000)
    assert heard_ms(session) == 30
    session.playback_finished(phone.segment, 400 * MS, at_us=100_000)
    assert session.message("A").outcome is rtmulti.Outcome.FULL  # type: ignore[union-attr]


def test_a_player_passes_it_on() -> None:
    async def play() -> None:
        phone = Phone()
        async with rtmulti.Player(phone, send=lambda command: None) as player:
            events: list[dict[str, Any]] = [
                {"type": "response.created", "response": {"id": "r1"}},
                {"type": "response.output_item.added", "response_id": "r1", "item": {"id": "A", "type": "message"}},
            ]
            for event in events:
                player.feed(event)
            player.audio("r1", "A", b"\x01\x02" * MS * 1000)
            await asyncio.sleep(0.2)
            at_us = player.now_us() - 100_000
            player.playback_mark(mark_name(phone.segment, 50 * MS), at_us=at_us)
            assert 150 <= heard_ms(player.session) <= 190

    asyncio.run(play())
