"""BrowserSink without a browser: what is heard, cut, carried over to another page and refused, in virtual time. The real
page in a real Chromium is `make test-integrations SUITES=browser`."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from browser_page import Conversation, Page

import rtmulti
from rtmulti.browser import MODULE, PAGE, BrowserSink, State, reports

MS = 24


def outcomes(conversation: Conversation) -> list[tuple[str, str, int]]:
    return [(record.item_id, record.outcome.name, record.heard_ms) for record in conversation.records]


def told(conversation: Conversation) -> list[tuple[str, str, int | None]]:
    return [
        (type(command).__name__, command.item_id, getattr(command, "audio_end_ms", None))
        for command in conversation.commands
        if isinstance(command, (rtmulti.Truncate, rtmulti.Delete))
    ]


def kinds(conversation: Conversation) -> list[str]:
    return [diagnostic.kind.name for diagnostic in conversation.diagnostics]


# --- what is heard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one_way_ms", [0, 80])
def test_what_was_heard_in_full_is_full_and_gapless(one_way_ms: float) -> None:
    conversation = Conversation(one_way_ms)
    conversation.speak(400, 300)
    conversation.run(1200)
    assert outcomes(conversation) == [("A", "FULL", 400), ("B", "FULL", 300)]
    assert conversation.heard() == list(range(1, 700 * MS + 1))
    assert not conversation.commands and not conversation.diagnostics


@pytest.mark.parametrize("late_frames", [0, 40 * MS])
@pytest.mark.parametrize("seed", range(20))
def test_a_cut_at_any_moment_tells_what_was_rendered(seed: int, late_frames: int) -> None:
    chance = random.Random(seed)
    conversation = Conversation(chance.choice([0, 5, 80]), late_frames)
    conversation.speak(*(chance.randrange(100, 600) for _ in range(3)))
    conversation.at(chance.uniform(0, 1500), conversation.session.interrupt)
    conversation.run(3000)
    frames = [sum(segment == each for each, _ in conversation.pages[0].ear) for segment in (1, 2, 3)]
    heard = {record.item_id: record.heard_ms for record in conversation.records}
    assert [heard[name] for name in "ABC"] == [count // MS for count in frames]
    assert not conversation.diagnostics


def test_the_rest_of_a_cut_message_is_truncated_and_what_nobody_heard_is_deleted() -> None:
    conversation = Conversation(80)
    conversation.speak(500, 500)
    conversation.at(300, conversation.session.interrupt)
    conversation.run(1000)
    (cut, gone) = told(conversation)
    assert cut[:2] == ("Truncate", "A") and cut[2] is not None and 215 <= cut[2] <= 225  # 300, less the way there, twice over
    assert gone == ("Delete", "B", None)


def test_a_pause_loses_nothing() -> None:
    conversation = Conversation(20)
    conversation.speak(400)
    conversation.at(150, conversation.session.pause)
    conversation.at(600, conversation.session.resume)
    conversation.run(550)
    assert 130 * MS < len(conversation.heard()) < 180 * MS
    conversation.run(1200)
    assert outcomes(conversation) == [("A", "FULL", 400)] and conversation.heard() == list(range(1, 400 * MS + 1))


def test_a_page_that_answers_no_clear_is_believed_in_what_it_said_before() -> None:
    conversation = Conversation()
    conversation.speak(1000)
    page = conversation.pages[0]
    conversation.run(400)
    page.take = lambda message: None  # type: ignore[method-assign]
    heard = len(conversation.heard())
    conversation.session.interrupt()
    page.render = lambda: None  # type: ignore[method-assign]
    conversation.run(400 + PAGE.clear_timeout_ms + 50)
    ((_, outcome, heard_ms),) = outcomes(conversation)
    assert outcome == "PARTIAL" and 0 <= heard / MS - heard_ms <= 30


def test_what_comes_late_of_a_message_belongs_to_it() -> None:
    conversation = Conversation(20)
    session = conversation.session
    session.response_created("r")
    session.item_added("r", "A")
    session.audio("r", "A", b"\x01\x02" * MS * 100)
    conversation.run(500)
    session.audio("r", "A", b"\x01\x02" * MS * 100)
    session.item_done("A")
    session.response_done("r")
    conversation.run(1000)
    assert outcomes(conversation) == [("A", "FULL", 200)] and len(conversation.heard()) == 200 * MS
    assert {segment for segment, _ in conversation.pages[0].ear} == {1}


def test_room_is_not_filled_crumb_by_crumb() -> None:
    conversation = Conversation()
    conversation.open(ahead_ms=300)
    blocks: list[int] = []
    page = conversation.pages[-1]
    take = page.take

    def note(message: str | bytes) -> None:
        blocks.append(len(message) - 16)
        take(message)

    page.take = note  # type: ignore[method-assign]
    conversation.speak(1500)
    conversation.run(1800)
    assert sum(blocks) == 2 * MS * 1500 and len(blocks) <= 30


# --- another page ----------------------------------------------------------------------------------------------------


def test_a_reload_in_the_middle_of_a_message_loses_nothing() -> None:
    conversation = Conversation(20)
    conversation.speak(600)
    conversation.run(300)
    sink = conversation.session
    conversation.pages[0].render = lambda: None  # type: ignore[method-assign]  # its process is gone
    before = len(conversation.heard())
    conversation.run(320)
    conversation.open()
    conversation.run(1200)
    after = conversation.heard(1)
    assert sorted({*conversation.heard(0), *after}) == list(range(1, 600 * MS + 1))
    assert 0 <= before - (after[0] - 1) <= 25 * MS  # at most what was not reported is heard twice
    assert outcomes(conversation) == [("A", "FULL", 600)] and sink is conversation.session and not conversation.commands


def test_of_two_tabs_the_newest_has_the_voice() -> None:
    conversation = Conversation(20)
    conversation.speak(600)
    conversation.run(300)
    conversation.open()
    conversation.run(330)
    old = conversation.pages[0]
    assert old.is_over and not conversation.pages[1].is_over
    silent_at = len(old.ear)
    conversation.run(1200)
    assert len(old.ear) == silent_at
    assert outcomes(conversation) == [("A", "FULL", 600)]
    assert sorted({*conversation.heard(0), *conversation.heard(1)}) == list(range(1, 600 * MS + 1))


@pytest.mark.parametrize("late_frames", [0, 40 * MS])
@pytest.mark.parametrize("seed", range(12))
def test_what_a_page_that_leaves_has_played_counts_to_the_frame(seed: int, late_frames: int) -> None:
    chance = random.Random(seed)
    conversation = Conversation(chance.choice([0, 20, 80]), late_frames)
    conversation.speak(*(chance.randrange(100, 500) for _ in range(3)))
    conversation.run(chance.uniform(250, 800))
    old, before = conversation.pages[0], conversation.sinks[0]
    if seed % 2:
        old.leave()  # it is loaded again
    else:
        before.dismiss()  # another tab comes
    conversation.run(conversation.now_ms + 200)
    assert before.is_over and before.playback is None
    conversation.open()
    conversation.run(conversation.now_ms + chance.uniform(0, 300))
    conversation.session.interrupt()
    conversation.run(conversation.now_ms + 400)
    heard = [conversation.heard(page) for page in range(2)]
    assert heard[0] + heard[1] == list(range(1, len(heard[0]) + len(heard[1]) + 1))  # no frame twice, and none left out
    assert sum(record.heard_ms for record in conversation.records) == pytest.approx(sum(map(len, heard)) / MS, abs=2)
    assert not conversation.diagnostics


def test_a_clear_behind_a_dismissal_is_answered_by_the_last_word() -> None:
    conversation = Conversation(40)
    conversation.speak(600)
    conversation.run(300)
    conversation.sinks[0].dismiss()
    conversation.run(310)
    conversation.session.interrupt()
    assert conversation.session.stats().responses_being_cut == 1
    conversation.run(500)
    assert [heard_ms for _, _, heard_ms in outcomes(conversation)] == [len(conversation.heard()) // MS]


def test_a_page_that_does_not_play_is_dismissed_at_once_and_an_answer_may_stay_away() -> None:
    sent: list[str | bytes] = []
    silent = BrowserSink(sent.append)
    silent.dismiss()
    assert silent.is_over and sent == [reports.over()]
    deaf = BrowserSink(sent.append)
    deaf.receive('["hello", 1, 24000]')
    deaf.dismiss()
    deaf.dismiss()
    assert deaf.state is State.LEAVING and deaf.write(1, bytes(960)) == 0 and deaf.receive(bytes(960)) is None
    deaf.end()
    assert deaf.is_over and sent == [reports.over()] * 2


def test_objects_of_the_application_are_handed_on() -> None:
    objects: list[dict[str, Any]] = []
    sink = BrowserSink(lambda _: None, on_object=objects.append)
    for text in ('{"press": true}', "{}", '["hello", 1, 24000]'):
        assert sink.receive(text) is None
    assert objects == [{"press": True}, {}]
    with pytest.raises(TypeError, match="on_object"):
        BrowserSink(lambda _: None, on_object="print")  # type: ignore[arg-type]


def test_a_page_that_is_over_is_not_listened_to() -> None:
    conversation = Conversation()
    conversation.speak(600)
    conversation.run(200)
    sink = conversation.open()
    conversation.session.set_sink(None)
    assert sink.is_over and sink.receive(bytes(960)) is None and sink.receive('["hello", 1, 24000]') is None
    sink.end()
    sink.end()
    assert sink.write(1, bytes(960)) == 0 and sink.unreadable == 0


def test_a_lost_connection_leaves_the_rest_to_the_next_page() -> None:
    conversation = Conversation()
    first = conversation.open()
    conversation.speak(400)
    conversation.run(200)
    first.end()
    assert first.state is State.OVER and first.playback is None
    conversation.run(500)
    assert not conversation.records
    conversation.open()
    conversation.run(1200)
    assert outcomes(conversation) == [("A", "FULL", 400)]


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_a_page_that_reports_nothing_gets_what_may_be_ahead_and_no_more() -> None:
    sent: list[str | bytes] = []
    sink = BrowserSink(sent.append, ahead_ms=220)
    session = rtmulti.Session(sink, config=PAGE)
    session.response_created("r")
    session.item_added("r", "A")
    session.audio("r", "A", bytes(2 * MS * 5000))
    assert not sent
    sink.receive('["hello", 1, 24000]')
    for now_us in range(0, 10_000_000, 10_000):
        session.advance(now_us)
    assert sum(len(message) - 16 for message in sent) == 2 * MS * 220
    session.destroy()


def test_a_send_that_never_returns_holds_nothing_up_and_piles_nothing_up() -> None:
    async def steps() -> None:
        stuck = asyncio.Event()

        async def send(message: str | bytes) -> None:
            await stuck.wait()

        told: list[rtmulti.Diagnostic] = []
        sink = BrowserSink(send, on_diagnostic=told.append)
        async with rtmulti.Player(sink, lambda command: None, config=PAGE) as player:
            sink.receive('["hello", 1, 24000]')
            for _ in range(600):
                player.pause()
                player.resume()
            await asyncio.sleep(0)
            assert sink.is_over and sink._outbox.waiting == 0
            assert [diagnostic.kind.name for diagnostic in told] == ["CALLBACK_FAILED"]

    asyncio.run(steps())


def test_a_send_that_fails_ends_the_page_and_is_told_once() -> None:
    def send(_: str | bytes) -> None:
        raise ConnectionError("the line is gone")

    diagnostics: list[rtmulti.Diagnostic] = []
    sink = BrowserSink(send, on_diagnostic=diagnostics.append)
    session = rtmulti.Session(sink, config=PAGE)
    session.response_created("r")
    session.item_added("r", "A")
    session.audio("r", "A", bytes(4800))
    sink.receive('["hello", 1, 24000]')
    assert sink.is_over and [each.kind.name for each in diagnostics] == ["CALLBACK_FAILED"]
    session.interrupt()
    assert session.stats().responses_being_cut == 0  # nobody is waited for
    session.destroy()


# --- hostile and broken pages ----------------------------------------------------------------------------------------

GARBAGE: list[str | bytes] = [
    "",
    "{",
    "nothing",
    "[" * 50_000,
    "9" * 5000,
    "[]",
    "[1]",
    "null",
    '"heard"',
    '["heard"]',
    '["heard", 1]',
    '["heard", 1, -5]',
    '["heard", -1, 5]',
    '["heard", 1, 1e300]',
    '["heard", 1, NaN]',
    '["heard", 1, Infinity]',
    '["heard", 1, true]',
    '["heard", 1, "5"]',
    '["heard", 1, null]',
    '["heard", 1, 99999999999999999999999999]',
    '["heard", [1], {}]',
    '["cleared", 1, {}]',
    '["cleared", 1, [[1]]]',
    '["cleared", 1, [[1, -1]]]',
    '["cleared", 1, [[[], 1]]]',
    '["cleared", -1, []]',
    '["over"]',
    '["hello"]',
    '["heard", 1, 5, 6]',
    '"' + "A" * 70_000 + '"',
    b"\x01",
    bytes(2 * 24_000 + 2),
]
#: What a page may say without harm or use: late, of nothing, or the application's own.
IDLE = ['{"my": "own"}', "{}", '["heard", 77, 5]', '["heard", 9007199254740991, 5]', '["cleared", 9, []]']


def test_garbage_is_told_once_of_each_kind_and_ends_nothing() -> None:
    conversation = Conversation()
    sink = conversation.open()
    conversation.speak(400)
    conversation.run(100)
    for _ in range(3):
        for message in GARBAGE:
            assert sink.receive(message) is None
    assert sink.unreadable == 3 * len(GARBAGE) and not sink.is_over
    sentences = [diagnostic.message for diagnostic in conversation.diagnostics]
    assert len(sentences) == len(set(sentences)) and 3 <= len(sentences) <= 8
    assert all(len(sentence) < 200 and "AAAA" not in sentence for sentence in sentences)
    assert any("more than 65536 characters" in sentence for sentence in sentences)
    for text in IDLE:
        assert sink.receive(text) is None
    assert sink.unreadable == 3 * len(GARBAGE)
    conversation.run(900)
    assert outcomes(conversation) == [("A", "FULL", 400)]


@pytest.mark.parametrize("frames", [400 * MS + 1, 2**53 - 1, 0])
def test_a_page_cannot_have_heard_more_than_it_got_nor_less_than_before(frames: int) -> None:
    conversation = Conversation()
    sink = conversation.open()
    conversation.speak(400)
    conversation.run(200)
    sink.receive(json.dumps(["heard", 1, frames]))
    assert kinds(conversation) == ["PROTOCOL"]
    conversation.run(900)
    assert outcomes(conversation) == [("A", "FULL", 400)]


@pytest.mark.parametrize(
    ("said", "heard_ms", "is_told"),
    [([[1, 2**53 - 1]], 400, 1), ([[1, 0]], 100, 1), ([[1, 200 * MS]], 200, 0), ([], 100, 0), ([[5, 5]], 100, 0)],
)
def test_an_answer_to_a_clear_counts_as_far_as_it_can_be_true(said: list[list[int]], heard_ms: int, is_told: int) -> None:
    sent: list[str | bytes] = []
    records: list[rtmulti.Event] = []
    sink = BrowserSink(sent.append, on_diagnostic=lambda _: None)
    session = rtmulti.Session(sink, config=PAGE, on_event=records.append)
    sink.receive('["hello", 1, 24000]')
    session.response_created("r")
    session.item_added("r", "A")
    session.audio("r", "A", b"\x01\x02" * MS * 400)
    sink.receive(json.dumps(["heard", 1, 100 * MS]))
    session.interrupt()
    assert sent[-1] == '["clear",1]'
    sink.receive(json.dumps(["cleared", 1, said]))
    (record,) = (each for each in records if isinstance(each, rtmulti.Message))
    assert (record.heard_ms, sink.unreadable) == (heard_ms, is_told)
    session.destroy()


@pytest.mark.parametrize("seed", range(30))
def test_a_page_that_says_anything_at_any_time_ends_nothing(seed: int) -> None:
    chance = random.Random(seed)
    conversation = Conversation(chance.choice([0, 40]))
    sink = conversation.open()
    conversation.speak(300, 300)
    numbers: list[Any] = [0, 1, 2, 3, -1, 240, 2**53, 1e9, None, "x", [], True]
    for _ in range(200):
        kind = chance.choice(["hello", "heard", "cleared", "over"])
        values = [chance.choice(numbers) for _ in range(chance.randrange(4))]
        text = json.dumps([kind, *values]) if chance.random() < 0.8 else chance.choice([*IDLE, '["heard",'])
        conversation.at(chance.uniform(0, 900), lambda text=text: sink.receive(text))  # type: ignore[misc]
    conversation.at(chance.uniform(0, 900), conversation.session.interrupt)
    conversation.run(3000)
    assert {record.item_id for record in conversation.records} == {"A", "B"}
    conversation.session.destroy()


@pytest.mark.parametrize(("hello", "word"), [('["hello", 1, 48000]', "same rate"), ('["hello", 2, 24000]', "MODULE")])
def test_a_page_that_cannot_play_what_is_written_gets_nothing_and_it_is_said_why(hello: str, word: str) -> None:
    sent: list[str | bytes] = []
    diagnostics: list[rtmulti.Diagnostic] = []
    sink = BrowserSink(sent.append, on_diagnostic=diagnostics.append)
    session = rtmulti.Session(sink, config=PAGE)
    session.response_created("r")
    session.item_added("r", "A")
    session.audio("r", "A", bytes(4800))
    sink.receive(hello)
    assert not sent and sink.state is State.UNPLAYABLE and sink.receive(bytes(960)) is None
    assert diagnostics[0].kind is rtmulti.DiagnosticKind.UNKNOWN_FORMAT and word in diagnostics[0].message
    session.interrupt()
    session.destroy()


@pytest.mark.parametrize("hello", ['["hello", true, 24000]', '["hello", 1, "24000"]', '["hello", 1]'])
def test_a_first_word_that_is_none_is_waited_for(hello: str) -> None:
    sink = BrowserSink(lambda message: None, on_diagnostic=lambda _: None)
    assert sink.receive(hello) is None and sink.unreadable == 1 and sink.state is State.EXPECTED
    sink.receive('["hello", 1, 24000]')
    assert sink.state is State.OPEN


# --- the voice, the arguments, the file ------------------------------------------------------------------------------


def test_the_listeners_voice_passes() -> None:
    sink = BrowserSink(lambda message: None, on_diagnostic=lambda _: None)
    assert sink.receive(bytes(960)) is None and sink.unreadable == 0  # it is early
    sink.receive('["hello", 1, 24000]')
    assert sink.receive(b"\x01\x02" * 480) == b"\x01\x02" * 480
    assert sink.receive(bytes(2 * 24_000)) is not None


def test_arguments_that_cannot_be_are_refused_with_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"send must be a function of one message, as websocket\.send is, not None"):
        BrowserSink(None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="ahead_ms is 50, and it must be a whole number of ms from 100 to 60000"):
        BrowserSink(print, ahead_ms=50)
    with pytest.raises(TypeError, match=r"sample_rate_hz must be a whole number of Hz, as 24000 is, not float 24000\.0"):
        BrowserSink(print, 24000.0)  # type: ignore[arg-type]


def test_the_page_module_is_small_and_speaks_this_version() -> None:
    text = MODULE.read_bytes()
    assert len(text) < 4000 and f"[0, kind, {reports.VERSION}, sampleRate]".encode() in text


def test_the_page_of_these_tests_reports_in_time() -> None:
    said: list[str] = []
    page = Page(said.append)
    page.take(reports.audio(3, 0, bytes(2 * 1000)))
    for _ in range(12):
        page.render()
    assert [json.loads(text)[2] for text in said] == [128, 640, 1000]
