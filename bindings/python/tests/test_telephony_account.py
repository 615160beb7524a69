"""rtmulti.telephony in virtual time: calls over bad lines, cut at any moment, and what the server remembers afterwards
against what a telephone that behaves as documented has played (rules C1, C2, E5, E6)."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from phone_companies import Plivo, Telnyx, Vonage, VonageReturning
from telephone_call import Call, Network, Telephone

import rtmulti
from rtmulti.telephony import PLIVO, TELNYX, TWILIO, VONAGE, Dialect, MediaStream
from rtmulti.telephony.account import Account, Clear
from rtmulti.telephony.far_clock import FarClock, Span

MESSAGES_MS = (1000, 1000)
STALL = Network(60, 20, stall_at_ms=250, stall_ms=500)
STALL_BACK = Network(60, 20, stall_at_ms=250, stall_ms=400, stalls_back=True)
LINES = [
    pytest.param(Network(60, 20), {}, 20, id="60+20"),
    pytest.param(Network(150, 60), {}, 30, id="150+60"),
    pytest.param(Network(60, 20), {"late_start_ms": 120}, 20, id="late start"),
    pytest.param(STALL, {"ahead_ms": 440}, 20, id="stall, runs dry"),
    pytest.param(STALL, {"ahead_ms": 900}, 20, id="stall, bridged"),
    pytest.param(STALL, {"ahead_ms": 440, "late_start_ms": 120}, 30, id="stall, runs dry and starts late"),
    pytest.param(STALL_BACK, {}, 20, id="stall on the way back"),
]


COMPANIES = [(Telephone, TWILIO), (Telnyx, TELNYX), (Plivo, PLIVO), (Vonage, VONAGE), (VonageReturning, VONAGE)]


class Disordered(Telnyx):
    """One piece of the caller's voice in ten comes behind the next."""

    disorder = 0.1


def cut_at_random(network: Network, seed: int, **options: Any) -> Call:
    """A call that is interrupted at some moment of its two messages."""
    chance = random.Random(seed)
    call = Call(replace(network, seed=seed), **options)
    begin_ms = 300 + chance.random() * 20
    cut_ms = begin_ms + chance.uniform(20, 2300)
    call.at(begin_ms, lambda: call.answer(*MESSAGES_MS))
    call.at(cut_ms, call.interrupt)
    call.run(cut_ms + 1500)
    return call


@pytest.mark.parametrize(("company", "dialect"), COMPANIES, ids=lambda it: it.__name__ if isinstance(it, type) else "")
@pytest.mark.parametrize(("network", "options", "tolerance_ms"), LINES)
def test_the_server_remembers_what_was_heard_wherever_it_is_cut(
    network: Network, options: dict[str, float], tolerance_ms: float, company: type[Telephone], dialect: Dialect
) -> None:
    for seed in range(6):
        call = cut_at_random(network, seed, company=company, dialect=dialect, **options)
        assert call.wrong_by_ms() <= tolerance_ms, (seed, call.heard_and_kept())
        assert not call.diagnostics, (seed, call.diagnostics)


def test_a_far_end_that_ran_dry_played_silence() -> None:
    """Rule C2: the clock goes on in the stall, the position does not."""
    heard = []
    for cut_ms in range(650, 1250, 100):
        call = Call(replace(STALL, seed=3), ahead_ms=300)
        call.at(300, lambda: call.answer(*MESSAGES_MS))
        call.at(cut_ms, call.interrupt)
        call.run(2500)
        assert call.telephone.dry == 1 or cut_ms > 1000
        assert call.wrong_by_ms() <= 20, (cut_ms, call.heard_and_kept())
        heard.append(call.heard_and_kept()["message 0"][0])
    # It went dry with what it had when the stall came, wherever in the stall the interruption fell.
    assert max(heard[:4]) - min(heard[:4]) <= 20 and max(heard[:4]) < 500


def test_every_byte_goes_through_and_there_are_marks_at_20_ms_and_each_100() -> None:
    call = Call(Network(60, 20))
    call.at(300, lambda: call.answer(*MESSAGES_MS))
    call.run(3500)
    assert bytes(call.telephone.heard) == b"\x91" * 8000 + b"\x92" * 8000
    assert call.wrong_by_ms() == 0 and not call.commands and call.telephone.dry == 1
    names = [message["mark"]["name"] for message in call.sent if message["event"] == "mark"]
    assert len(names) == len(set(names)) and call.telephone.marks == names
    places = [int(name.rsplit(":", 1)[-1].rsplit("-", 1)[-1]) for name in names]
    assert places[0] == 160 and places.count(8000) == 2
    assert max(after - before for before, after in zip(places, places[1:], strict=False)) <= 800
    assert call.telephone.most_queued_ms <= 800


def test_between_marks_the_session_knows_where_the_telephone_is() -> None:
    """A mark says when it was passed, not when it came back (rule C8)."""
    call = Call(Network(100, 20))
    call.at(300, lambda: call.answer(*MESSAGES_MS))
    off_ms = []
    for now_ms in range(700, 1300, 33):
        call.run(now_ms)
        call.session.advance(now_ms * 1000)
        position = call.session.position("message 0")
        assert position is not None
        off_ms.append(position.heard_ms - call.telephone.heard_ms())
    assert max(off_ms) <= 30 and min(off_ms) >= -30


def test_what_has_not_begun_to_play_is_not_heard() -> None:
    call = Call(Network(150, 60), late_start_ms=120)
    call.at(300, lambda: call.answer(*MESSAGES_MS))
    call.at(320, call.interrupt)
    call.run(2500)
    assert call.heard_and_kept()["message 1"] == (0, 0)
    heard_ms, kept_ms = call.heard_and_kept()["message 0"]
    assert heard_ms == 0 and kept_ms <= 20


def test_a_second_answer_follows_a_clear() -> None:
    """What is written behind a clear that is still on its way is no part of its answer."""
    call = Call(Network(150, 60))
    call.at(300, lambda: call.answer(*MESSAGES_MS))
    call.at(1000, call.interrupt)
    call.run(1050)
    call.tell(lambda: call.session.response_created("next"))
    call.tell(lambda: call.session.item_added("next", "after", 0))
    call.tell(lambda: call.session.audio("next", "after", b"\x95" * 4000))
    call.tell(lambda: call.session.response_done("next"))
    call.run(3000)
    assert call.wrong_by_ms() <= 30
    assert bytes(call.telephone.heard).endswith(b"\x95" * 4000)


@pytest.mark.parametrize("says_stop", [True, False])
def test_the_next_stream_goes_on_where_the_one_before_ended(says_stop: bool) -> None:
    call = Call(Network(60, 20))
    call.at(300, lambda: call.answer(*MESSAGES_MS))
    call.run(810)
    old, first = call.telephone, call.stream
    call.telephone = Telephone("MZ2", call._say)
    heard_before_ms = old.heard_ms()
    if says_stop:
        old.stop()
        while not first.is_over:
            call.run(call.now_ms + 1)
    else:
        first.end()
    assert first.is_over
    call.tell(lambda: call.session.set_sink(None))
    call.run(1300)
    second = call.new_stream()
    call.plug_in(second)
    call.telephone.begin()
    # The line was bad, and marks of the old stream come late, on the new one (rule E6).
    for name in old.marks:
        second.receive(json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": name}}))
    call.run(4500)
    twice_ms = heard_before_ms + call.telephone.heard_ms() - 2000
    # Without a word nobody knows what is played while the news is on its way; it is played again, and nothing is lost.
    assert abs(twice_ms) <= 20 if says_stop else 0 <= twice_ms <= 120
    assert bytes(call.telephone.heard).endswith(b"\x92" * 8000)
    assert not call.commands


def test_a_far_end_that_drops_its_marks_at_a_clear_and_says_so() -> None:
    """Plivo, as its documentation has it: a checkpoint that was not reached stays away."""
    sent: list[str] = []
    reports: list[tuple[object, ...]] = []

    class Reports:
        def __getattr__(self, name: str) -> object:
            if name == "now_us":
                raise AttributeError(name)
            return lambda *what, **_: reports.append((name, *what))

    now_s = 0.0
    stream = MediaStream(sent.append, dialect=PLIVO, now_s=lambda: now_s)
    stream.attach(Reports())  # type: ignore[arg-type]
    start = {"streamId": "S", "callId": "C", "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000}}
    stream.receive(json.dumps({"event": "start", "start": start}))
    assert stream.start is not None and stream.start.stream_id == "S" and reports == [("sink_ready",)]
    assert stream.write(7, b"\x91" * 2400) == 2400
    checkpoints = [json.loads(text)["name"] for text in sent if '"checkpoint"' in text]
    assert len(checkpoints) == 6
    payload = {"payload": "/w==" * 53, "timestamp": "20"}
    for step in range(1, 7):
        now_s = step * 0.02
        stream.receive(json.dumps({"event": "media", "media": payload | {"timestamp": str(20 * step)}}))
        if step == 2:
            stream.receive(json.dumps({"event": "playedStream", "streamId": "S", "name": checkpoints[0]}))
    stream.clear(7)
    assert json.loads(sent[-2])["event"] == "clearAudio"
    stream.receive('{"event": "clearedAudio", "streamId": "S"}')
    (finished,) = [report for report in reports if report[0] == "playback_finished"]
    # Its first 20 ms ended with the 40th of its clock, and it said that it had cleared with the 120th.
    assert finished[1] == 7 and finished[3] is True and abs(int(str(finished[2])) / 8 - 100) <= 20


@pytest.mark.parametrize("later_ms", [0, 20, 60])
@pytest.mark.parametrize("played", [0, 1, 3])
def test_marks_that_a_clear_brings_back_tell_when_it_was_obeyed(played: int, later_ms: int) -> None:
    """The mark behind a clear may come to the far end some ms behind the clear itself; what the clear brought back was not
    played for all that."""
    account = Account(8000, returns_cleared_marks=True)
    marks = [account.put(1, 160, 40) for _ in range(5)]
    for at, mark in enumerate(marks[:played]):
        account.back(mark.name, Span(60 + 20 * at, 80 + 20 * at))
    clear = account.clear()
    assert isinstance(clear, Clear)
    low = 60 + 20 * played
    for mark in marks[played:]:
        assert account.back(mark.name, Span(low, low + 20)) is None
    (heard,) = account.back(clear.name, Span(low + later_ms, low + later_ms + 20)) or []
    assert 160 * played <= heard.frames <= 160 * (played + 1)


def test_voice_that_was_overtaken_costs_a_tick_and_no_more() -> None:
    for seed in range(20):
        call = cut_at_random(Network(60, 20), seed, company=Disordered, dialect=TELNYX)
        assert call.wrong_by_ms() <= 40, (seed, call.heard_and_kept())
        assert not call.diagnostics


def test_voice_that_was_overtaken_moves_no_clock() -> None:
    """Telnyx does not promise the order of its media, and says so."""
    clock = FarClock()
    order = [1020, 1040, 1080, 1060, 1100, 1140, 1120, 1160, 1200, 1220, 1180, 1240]
    for at, timestamp in enumerate(order):
        clock.tick(timestamp, 20, 5000 + 20 * at)
    assert clock.ms == 240
    # Where timestamps begin anew, or stand still, the voice itself is the clock.
    for at, timestamp in enumerate([20, 40, 40, 40]):
        clock.tick(timestamp, 20, 6000 + 20 * at)
    assert clock.ms == 320


def heard_for_a_second() -> FarClock:
    """A clock behind a second of the caller's voice, 60 ms on its way."""
    clock = FarClock()
    for at in range(20, 1020, 20):
        clock.note(at + 60)
        clock.tick(at, 20, at + 60)
    return clock


@pytest.mark.parametrize("held_up_ms", [200, 300, 600])
def test_a_mark_that_was_held_up_is_as_old_as_the_voice_before_it(held_up_ms: float) -> None:
    """The network stood still, or the host: what comes then comes at once, and a mark may be the first of it."""
    clock = heard_for_a_second()
    clock.note(1060 + held_up_ms)
    assert clock.span(1060 + held_up_ms) == Span(1000, 1020)


def test_where_the_caller_is_not_heard_marks_are_as_old_as_their_way() -> None:
    clock = heard_for_a_second()
    for now_ms in range(1140, 2000, 80):
        clock.note(now_ms)
        low, high = clock.span(now_ms)
        assert low <= now_ms - 60 <= high or now_ms < 1320, now_ms


def test_a_cut_while_news_of_the_far_end_is_held_up() -> None:
    for company, dialect in COMPANIES:
        for stall_at_ms in range(200, 420, 20):
            network = Network(60, 20, stall_at_ms=stall_at_ms, stall_ms=300, stalls_back=True)
            for cut_ms in (480, 600, 720):
                call = Call(network, company=company, dialect=dialect)
                call.at(300, lambda call=call: call.answer(*MESSAGES_MS))  # type: ignore[misc]
                call.at(cut_ms, call.interrupt)
                call.run(2500)
                assert call.wrong_by_ms() <= 20, (company.__name__, stall_at_ms, cut_ms, call.heard_and_kept())


def test_telnyx_gets_no_less_than_20_ms_in_one_message() -> None:
    call = Call(Network(60, 20), company=Telnyx, dialect=TELNYX)
    call.at(300, lambda: call.answer(950, 50))  # of the 50 ms ten would be left
    call.run(3000)
    assert set(call.telephone.sizes) == {160}
    assert call.telephone.heard.startswith(b"\x91" * 8 * 950) and call.telephone.heard.count(0x92) == 8 * 50
    assert not call.commands and not call.diagnostics


def test_a_line_that_is_stuck_holds_no_more_than_may_lie_at_the_far_end() -> None:
    import asyncio

    async def steps() -> None:
        never = asyncio.Event()
        sent: list[str] = []

        async def send(text: str) -> None:
            sent.append(text)
            await never.wait()

        stream = MediaStream(send, ahead_ms=500)
        session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
        stream.receive('{"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1"}}')
        for number in range(50):
            session.advance(number * 2_000_000)
            session.response_created(f"r{number}")
            session.item_added(f"r{number}", f"m{number}")
            session.audio(f"r{number}", f"m{number}", b"\x91" * 80_000)
            session.interrupt()
        assert len(stream._outbox._waiting) <= 100 and len(stream._account._travelling) <= 100
        assert stream._account.outstanding <= 4000
        session.close()
        await asyncio.sleep(0)
        assert len(sent) == 1

    asyncio.run(steps())
