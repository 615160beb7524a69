"""The conversations in which LiveKit Agents alone remembers what nobody heard, and those in which it must not become worse:
turns, tools, pauses, reports that come late or never, reconnects. The interruption rows stand in interruptions.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from ear import MARK, RATE_HZ
from livekit import rtc
from scripts import message, turns
from stage import Row, Stage

ROWS: dict[str, Row] = {}
_TWO = [message(1), message(2)]
_TWO_MORE = [message(4), message(5)]


def row(script: dict[str, Any], **settings: Any) -> Callable[[Callable[[Stage], Awaitable[None]]], Any]:
    """Makes a row of what a host does."""

    def take(act: Callable[[Stage], Awaitable[None]]) -> Any:
        ROWS[act.__name__] = Row(act.__name__, script, act, **settings)
        return act

    return take


# --- tools and turns ---


@row(turns([message(1), {"call": "slow_tool", "arguments": {}}, message(2)], [message(3)]), is_never_cut=True)
async def tool_between_two_messages(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(
    turns([message(1, 200)], [message(2), {"call": "slow_tool", "arguments": {}}, message(3)], [message(4, 200)]),
    ear={"start_delay_ms": 400},
    is_never_cut=True,
)
async def the_call_comes_before_the_message_in_front_of_it_is_heard(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    stage.reply()
    await stage.done()


@row(
    turns([message(1), {"call": "slow_tool", "arguments": {}}, message(2, text="")], [message(3)], _TWO_MORE),
    ear={"start_delay_ms": 400},
)
async def livekit_tidies_up_where_a_call_came_before_its_message_was_heard(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    # The output has message 5 and plays nothing of it: LiveKit then makes the server's conversation what its history is.
    stage.behind(4, lambda: asyncio.get_running_loop().call_later(0.2, stage.interrupt))
    stage.reply()
    await stage.done()


@row(turns([message(1), {"call": "slow_tool", "arguments": {}}], [message(2), message(3)]))
async def reply_to_a_tool_cut_in_its_first(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3)]))
async def user_text_after_a_cut(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    stage.reply(user_input="And then?")
    await stage.done()


@row(turns(_TWO, [message(3), message(4)]))
async def two_speeches_queued_and_both_cut(stage: Stage) -> None:
    first = stage.reply()
    stage.reply()
    stage.at(1, 200, lambda: stage.session.interrupt())
    await asyncio.wait_for(first.wait_for_playout(), 10)
    await stage.done()


@row(turns(_TWO, [message(3), message(4)]))
async def two_speeches_queued_and_the_first_cut(stage: Stage) -> None:
    first = stage.reply()
    stage.reply()
    stage.at(1, 200, lambda: first.interrupt())
    await asyncio.wait_for(first.wait_for_playout(), 10)
    await stage.done()


@row(turns(_TWO, [message(4)]))
async def say_with_its_own_audio_after_a_cut(stage: Stage) -> None:
    async def beep() -> Any:
        for _ in range(15):
            data = (MARK + 9).to_bytes(2, "little") * 480
            yield rtc.AudioFrame(data=data, sample_rate=RATE_HZ, num_channels=1, samples_per_channel=480)

    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.wait_for(stage.session.say("One moment.", audio=beep()).wait_for_playout(), 5)
    stage.reply()
    await stage.done()


@row(turns(_TWO), is_never_cut=True)
async def uninterruptible(stage: Stage) -> None:
    def try_it() -> None:
        with contextlib.suppress(RuntimeError):
            stage.handle.interrupt()

    stage.at(1, 200, try_it)
    stage.reply(allow_interruptions=False)
    await stage.done()


@row(turns(_TWO, [message(3)]))
async def another_agent_after_a_cut(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await stage.another_agent(stage.history())
    stage.reply()
    await stage.done()


@row(turns(_TWO))
async def closed_in_the_first(stage: Stage) -> None:
    reached = asyncio.Event()
    stage.at(1, 200, reached.set)
    stage.reply()
    await reached.wait()
    stage.closes_early = True


# --- pauses and underruns ---


@row(turns(_TWO), is_never_cut=True)
async def paused_and_resumed(stage: Stage) -> None:
    stage.at(1, 200, stage.ear.pause)
    stage.at(1, 500, stage.ear.resume)
    stage.reply()
    await stage.done()


@row(turns(_TWO))
async def paused_and_cut(stage: Stage) -> None:
    stage.at(2, 200, stage.ear.pause)
    stage.at(2, 500, stage.interrupt)
    stage.reply()
    await stage.done()
    stage.ear.resume()


@row(turns(_TWO), is_never_cut=True)
async def false_interruption(stage: Stage) -> None:
    activity = stage.session._activity  # LiveKit's own way: somebody made a noise, and said nothing

    def noise() -> None:
        activity._update_paused_speech(stage.handle, 0.3)
        stage.session.output.audio.pause()
        stage.session._update_agent_state("listening")
        activity._start_false_interruption_timer(0.3)

    stage.at(1, 200, noise)
    stage.reply()
    await stage.done()


@row(turns([message(1, 600), message(2)], pace=0.5))
async def cut_in_an_underrun(stage: Stage) -> None:
    stage.at(1, 500, stage.interrupt)
    stage.reply()
    await stage.done()


# --- what the server does ---


@row(turns([message(1)], late_output=[message(2)], pace=2))
async def an_item_comes_after_the_cancel(stage: Stage) -> None:
    stage.at(1, 150, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, batch_done=True, pace=4), is_never_cut=True)
async def dones_come_together(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(turns(_TWO, batch_done=True, pace=4))
async def dones_come_together_cut_in_the_second(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row({**turns(_TWO), "refuse": {"conversation.item.truncate": {"code": "server_error", "message": "not now"}}})
async def truncate_refused(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row({**turns(_TWO), "refuse": {"conversation.item.delete": {"code": "server_error", "message": "not now"}}})
async def delete_refused(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


def _listener(pace: float, *more: list[Any], answers: bool = False, interrupts: bool = True) -> dict[str, Any]:
    spoken = {"pace": pace, "chunk_ms": 20, "speech_at_ms": 300, "speech_ms": 300}
    return {
        "voice": "tone",
        "turn_detection": {"interrupt_response": interrupts, "create_response": answers},
        "turns": [{"output": _TWO, **spoken}, *({"output": output, "pace": 0} for output in more)],
    }


@row(_listener(4), speaks_of_server_vad=True)
async def the_server_hears_the_listener(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(_listener(1), speaks_of_server_vad=True)
async def the_server_hears_the_listener_and_generates_still(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(_listener(4, interrupts=False), speaks_of_server_vad=True)
async def the_server_hears_the_listener_and_does_not_interrupt(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(_listener(1, interrupts=False), speaks_of_server_vad=True)
async def the_server_hears_the_listener_generates_still_and_does_not_interrupt(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(_listener(2, [message(3), message(4)], answers=True), speaks_of_server_vad=True)
async def the_server_hears_the_listener_and_answers(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    await asyncio.sleep(1.6)


# --- what the output says ---


@row(turns(_TWO), ear={"report_delay_ms": 250})
async def an_avatar_reports_after_250_ms(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.sleep(0.3)


@row(turns(_TWO), ear={"report_delay_ms": 250}, is_never_cut=True)
async def an_avatar_reports_after_250_ms_full(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    await asyncio.sleep(0.3)


@row(turns(_TWO), ear={"report_delay_ms": 3000}, tolerance_ms=60)
async def an_avatar_reports_after_3_s(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO), ear={"report_delay_ms": None}, tolerance_ms=60)
async def an_avatar_never_reports(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO), ear={"report_delay_ms": None, "says_started": False}, tolerance_ms=60)
async def an_avatar_says_nothing_at_all(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO), has_output=False)
async def no_audio_output(stage: Stage) -> None:
    stage.reply()
    await stage.done()


# --- reconnects ---


@row(turns([message(1), message(2), message(3)], [message(4)]), reconnects=True)
async def the_connection_is_lost_after_a_cut(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.sleep(0.2)
    await stage.drop_connection()


@row(turns([message(1, 1500), message(2)], [message(4)]), reconnects=True)
async def the_connection_is_lost_in_the_first_and_then_it_is_cut(stage: Stage) -> None:
    stage.at(1, 1200, stage.interrupt)
    stage.reply()
    await asyncio.sleep(0.5)
    await stage.drop_connection()
    await stage.done()
    await asyncio.sleep(0.4)
