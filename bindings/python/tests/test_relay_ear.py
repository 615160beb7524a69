"""What the relay believes of a client's player: that it plays block behind block, stands still where it has nothing, begins
after its latency, cannot give back what it has taken, and is believed when it says a moment later when it fell silent."""

from __future__ import annotations

import pytest

websockets = pytest.importorskip("websockets")

from rtmulti.relay.ear import DOUBT_US, HANDING_US, OVERTAKEN_US, Ear, Played, Takes  # noqa: E402

RATE_HZ = 24_000
BLOCK = 480  # frames of 20 ms
MS = 1000  # in us


def sent(ear: Ear, *at_ms: int, segment: int = 1) -> None:
    for ms in at_ms:
        ear.sent(segment, BLOCK, ms * MS)


def cut(ear: Ear, at_ms: int) -> dict[int, int]:
    """The player falls silent so long after it had the first block in its hand, and says so at once."""
    at_us = at_ms * MS + HANDING_US
    return ear.cut(at_us, at_us)


def test_blocks_follow_one_another_and_a_begun_one_is_heard() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert cut(ear, 0) == {1: BLOCK}
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert cut(ear, 39) == {1: 2 * BLOCK}
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert cut(ear, 500) == {1: 3 * BLOCK}


def test_an_underrun_is_not_playback() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 300, 300, 300)
    assert cut(ear, 315) == {1: 2 * BLOCK}


def test_a_latency_is_waited_for_once_in_a_run() -> None:
    ear = Ear(RATE_HZ, 20, 100)
    sent(ear, 0, 0, 0, 0)
    assert cut(ear, 99) == {1: 0}
    ear = Ear(RATE_HZ, 20, 100)
    sent(ear, 0, 0, 0, 0)
    assert cut(ear, 121) == {1: 2 * BLOCK}


def test_a_larger_block_is_taken_whole_across_messages() -> None:
    ear = Ear(RATE_HZ, 40, 0)
    for segment, frames in ((1, 960), (1, 480), (2, 960), (2, 960)):
        ear.sent(segment, frames, 0)
    # 45 ms are two blocks of 40: 60 ms of the first message, and 20 of the second.
    assert cut(ear, 45) == {1: 1440, 2: 480}


def test_it_is_told_late_so_that_a_client_is_believed() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0, 0)
    assert ear.advance(20 * MS + HANDING_US) == []
    assert ear.advance(20 * MS + HANDING_US + DOUBT_US) == [Played(1, BLOCK)]
    assert ear.next_us == 40 * MS + HANDING_US + DOUBT_US


def test_the_time_of_a_place_is_known_while_it_is_in_doubt() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    assert ear.time_at(1, BLOCK + 240) == 30 * MS + HANDING_US
    assert ear.time_at(1, 3 * BLOCK - 1) is not None
    assert ear.time_at(1, 3 * BLOCK) is None
    ear.advance(60 * MS + HANDING_US + DOUBT_US)
    assert ear.time_at(1, BLOCK) is None
    assert ear.time_at(2, 1) is None


@pytest.mark.parametrize(("takes", "late"), [(Takes.BLOCKS, 2), (Takes.FRAMES, 0)])
def test_what_was_sent_after_the_client_fell_silent_is_played_by_those_who_take_blocks(takes: Takes, late: int) -> None:
    ear = Ear(RATE_HZ, 20, 0, takes)
    sent(ear, 0, 0, 0)  # the client drops what it has at 20 ms
    sent(ear, 50, 70)  # and these come to an empty player
    at_us = 20 * MS + HANDING_US - 1
    assert ear.cut(at_us, 90 * MS) == {1: (1 + late) * BLOCK - (takes is Takes.FRAMES)}


def test_what_is_on_its_way_to_a_far_client_is_not_heard_and_news_of_it_comes_late() -> None:
    for at_ms, heard in ((119, 0), (121, 1), (165, 3)):
        ear = Ear(RATE_HZ, 20, 0)
        ear.round_trip_us = 120 * MS
        sent(ear, 0, 0, 0)
        assert cut(ear, at_ms) == {1: heard * BLOCK}


def test_what_was_on_its_way_when_a_far_client_fell_silent_is_played() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    ear.round_trip_us = 120 * MS
    # It has taken one block of the first three, and the others come to it when it is silent.
    sent(ear, 0, 0, 0, 20, 80, 100)
    assert cut(ear, 125) == {1: 4 * BLOCK}


def test_another_segment_waits_for_the_one_before_it() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0)
    sent(ear, 0, 0, segment=2)
    assert cut(ear, 25) == {1: BLOCK, 2: BLOCK}


def test_a_block_may_be_sent_when_the_lead_has_room() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    assert ear.free_us(60) == 0
    sent(ear, 0, 0, 0)
    assert ear.free_us(60) == 20 * MS
    # What is on its way does not lie there.
    ear = Ear(RATE_HZ, 20, 300)
    ear.round_trip_us = 120 * MS
    sent(ear, 0, 0, 0)
    assert ear.free_us(60) == 20 * MS


def test_after_a_cut_the_next_block_follows_what_was_taken() -> None:
    ear = Ear(RATE_HZ, 20, 0)
    sent(ear, 0, 0, 0)
    cut(ear, 5)
    sent(ear, 6, segment=2)
    assert cut(ear, 19) == {2: 0}


@pytest.mark.parametrize(("takes", "heard"), [(Takes.WHOLE_BLOCKS, 480), (Takes.BLOCKS, 960)])
def test_a_player_of_whole_blocks_plays_its_rest_first_when_more_comes(takes: Takes, heard: int) -> None:
    ear = Ear(RATE_HZ, 40, 0, takes)
    ear.sent(1, 960, 0)
    ear.sent(1, 480, 0)
    ear.sent(2, 960, 900 * MS)
    ear.sent(2, 960, 900 * MS)
    assert cut(ear, 910) == {1: 1440, 2: heard}


def test_a_player_of_whole_blocks_plays_what_it_has_in_its_hand_however_late() -> None:
    for takes, heard in ((Takes.WHOLE_BLOCKS, 960), (Takes.BLOCKS, 0)):
        ear = Ear(RATE_HZ, 40, 400, takes)
        ear.sent(1, 960, 0)
        ear.sent(1, 960, 0)
        assert cut(ear, 120) == {1: heard}


def test_an_interruption_overtakes_the_block_that_was_on_its_way_to_the_hand() -> None:
    for at_us, heard in ((OVERTAKEN_US - 1, 0), (OVERTAKEN_US, 960)):
        ear = Ear(RATE_HZ, 40, 0, Takes.WHOLE_BLOCKS)
        ear.sent(1, 960, 0)
        assert ear.cut(at_us, at_us) == {1: heard}


def test_a_player_of_whole_blocks_does_not_play_less_than_one() -> None:
    for frames, heard in ((480, 0), (1440, 960)):
        ear = Ear(RATE_HZ, 40, 0, Takes.WHOLE_BLOCKS)
        ear.sent(1, frames, 0)
        assert cut(ear, 300) == {1: heard}


def test_a_player_of_frames_drops_in_the_middle_of_a_block() -> None:
    for at_ms, heard in ((0, 0), (3, 72), (33, 792), (300, 960)):
        ear = Ear(RATE_HZ, 20, 0, Takes.FRAMES)
        sent(ear, 0, 0)
        assert cut(ear, at_ms) == {1: heard}
