"""What the relay believes of a client's player: that it plays block behind block, stands still where it has nothing, begins
after its latency, finishes the block that it has taken, and is believed when it says a moment later when it fell silent."""

from __future__ import annotations

import pytest

websockets = pytest.importorskip("websockets")

from rtmulti.relay.ear import DOUBT_US, Ear, Played  # noqa: E402

RATE_HZ = 24_000
BLOCK = 480  # frames of 20 ms
MS = 1000  # in us


def sent(ear: Ear, *at_ms: int, segment: int = 1) -> None:
    for ms in at_ms:
        ear.sent(segment, BLOCK, ms * MS)


def test_blocks_follow_one_another_and_a_begun_one_is_heard() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert ear.cut(0) == {1: BLOCK}
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert ear.cut(39 * MS) == {1: 2 * BLOCK}
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert ear.cut(500 * MS) == {1: 3 * BLOCK}


def test_an_underrun_is_not_playback() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 300, 300, 300)
    assert ear.cut(315 * MS) == {1: 2 * BLOCK}


def test_a_latency_is_waited_for_once_in_a_run() -> None:
    ear = Ear(RATE_HZ, 20, 100)
    sent(ear, 0, 0, 0, 0)
    assert ear.cut(99 * MS) == {1: 0}
    ear = Ear(RATE_HZ, 20, 100)
    sent(ear, 0, 0, 0, 0)
    assert ear.cut(121 * MS) == {1: 2 * BLOCK}


def test_a_larger_block_is_taken_whole_across_messages() -> None:
    ear = Ear(RATE_HZ, 40, 0)
    for segment, frames in ((1, 960), (1, 480), (2, 960), (2, 960)):
        ear.sent(segment, frames, 0)
    # 45 ms are two blocks of 40: 60 ms of the first message, and 20 of the second.
    assert ear.cut(45 * MS) == {1: 1440, 2: 480}


def test_it_is_told_late_so_that_a_client_is_believed() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0, 0)
    assert ear.advance(20 * MS) == []
    assert ear.advance(20 * MS + DOUBT_US) == [Played(1, BLOCK)]
    assert ear.next_us == 40 * MS + DOUBT_US


def test_the_time_of_a_place_is_known_while_it_is_in_doubt() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert ear.time_at(1, BLOCK + 240) == 30 * MS
    ear.advance(60 * MS + DOUBT_US)
    assert ear.time_at(1, BLOCK) is None
    assert ear.time_at(2, 1) is None


def test_what_was_sent_after_the_client_fell_silent_is_played() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)  # the client drops the second and the third at 10 ms
    sent(ear, 50, 70)  # and these come to an empty player
    assert ear.cut(10 * MS) == {1: 3 * BLOCK}


def test_another_segment_waits_for_the_one_before_it() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0)
    sent(ear, 0, 0, segment=2)
    assert ear.cut(25 * MS) == {1: BLOCK, 2: BLOCK}


def test_a_block_may_be_sent_when_the_lead_has_room() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    assert ear.free_us(60) == 0
    sent(ear, 0, 0, 0)
    assert ear.free_us(60) == 20 * MS


def test_after_a_cut_the_next_block_follows_what_was_taken() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    ear.cut(5 * MS)
    sent(ear, 6, segment=2)
    assert ear.cut(19 * MS) == {2: 0}


def test_a_player_of_whole_blocks_plays_its_rest_first_when_more_comes() -> None:
    for keeps_rest, heard in ((True, 480), (False, 960)):
        ear = Ear(RATE_HZ, 40, 0, keeps_rest)
        ear.sent(1, 960, 0)
        ear.sent(1, 480, 0)
        ear.sent(2, 960, 900 * MS)
        ear.sent(2, 960, 900 * MS)
        assert ear.cut(910 * MS) == {1: 1440, 2: heard}
