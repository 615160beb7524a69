"""What help() and an editor say of the package: a unit with every number that has one, signatures that fit a screen,
and of each method of a Player what it raises, which it then does."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from conversation import HandSink, run
from test_values import RECORDS

import rtmulti

PACKAGE = Path(rtmulti.__file__).parent
WIDEST_SIGNATURE = 100
#: How the name of a field ends that is measured in something, and the word for that.
UNITS = {"_ms": "ms", "_us": "us", "_hz": "Hz", "_bytes": "bytes", "frames": "frames"}


@pytest.mark.parametrize("record", [*RECORDS, rtmulti.Interruption])
def test_a_field_that_is_measured_says_in_what(record: Any) -> None:
    said = inspect.getdoc(record) or ""
    for field in dataclasses.fields(record):
        unit = next((word for end, word in UNITS.items() if field.name.endswith(end)), "")
        sentence = re.search(rf"^{field.name}: (.*(?:\n +.*)*)", said, re.MULTILINE)
        assert sentence is not None, f"{record.__name__} does not say what {field.name} is"
        assert re.search(rf"\b{unit}\b", sentence[1]), f"{record.__name__}.{field.name} is not said to be in {unit}"


def test_no_signature_is_wider_than_a_screen() -> None:
    too_wide, count = [], 0
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                count += 1
                parts = [node.returns, *ast.walk(node.args)]
                last = max(getattr(part, "end_lineno", None) or node.lineno for part in parts)
                if max(map(len, lines[node.lineno - 1 : last])) > WIDEST_SIGNATURE:
                    too_wide.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}")
    assert not too_wide and count > 1000


def test_a_default_is_short_where_a_signature_shows_it() -> None:
    assert "config: 'Config' = Config()," in str(inspect.signature(rtmulti.Player))
    assert repr(rtmulti.Config(estimate=False)) == "Config(estimate=False)"
    assert eval(repr(rtmulti.SinkFormat(sample_rate_hz=8000)), vars(rtmulti)) == rtmulti.SinkFormat(sample_rate_hz=8000)


#: The arguments of those methods of a Player that need some.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "audio": ("r", "i", b"\0\0"),
    "audio_base64": ("r", "i", b"AAAA"),
    "command_rejected": (None, "code"),
    "feed": ({"type": "response.created", "response": {"id": "r"}},),
    "function_call": ("r", "i", "call", "name"),
    "item_added": ("r", "i"),
    "item_deleted": ("i",),
    "item_done": ("i",),
    "output_buffer": ("r", rtmulti.BufferWord.STARTED),
    "packet": ("r", "i", b"\xfc"),
    "part_added": ("r", "i", 0),
    "part_done": ("i",),
    "part_truncated": ("i", 5),
    "playback_finished": (1, 1),
    "playback_mark": ("mark",),
    "playback_progress": (1, 1),
    "playback_queued": (1,),
    "playback_started": (1,),
    "response_created": ("r",),
    "response_done": ("r",),
    "say": (b"\0\0",),
    "set_audio_enabled": (False,),
    "set_clear_timeout": (100,),
    "set_format": (rtmulti.Format(),),
    "set_phase": ("i", "phase"),
    "set_server": (rtmulti.Server.TRUNCATES,),
    "set_sink": (None,),
    "settled": ("r",),
    "text": ("r", "i", "Hello."),
    "text_delivered": ("i",),
}
#: These say something of a player that is closed or was never entered.
SPARED = {"close", "now_us"}
METHODS = [name for name, _ in inspect.getmembers(rtmulti.Player, inspect.isfunction) if not name.startswith("_")]


async def call(player: rtmulti.Player, name: str) -> object:
    more = {"sequence": 1, "timestamp": 1} if name == "packet" else {}
    answer = getattr(player, name)(*ARGUMENTS.get(name, ()), **more)
    return await answer if inspect.isawaitable(answer) else answer


@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_a_player_says_what_it_raises(name: str) -> None:
    said = inspect.getdoc(getattr(rtmulti.Player, name)) or ""
    assert "Raises " in said
    # And first what it is for: whoever hovers over it in an editor reads no other page.
    assert not said.startswith("See ")


@pytest.mark.parametrize("name", sorted(set(METHODS) - SPARED))
def test_a_method_of_a_player_raises_outside_of_its_block(name: str) -> None:
    async def steps() -> None:
        player = rtmulti.Player(HandSink(), lambda _: None)
        with pytest.raises(RuntimeError, match="a player works inside its block"):
            await call(player, name)
        async with player:
            pass
        with pytest.raises(rtmulti.RtmultiError) as refused:
            await call(player, name)
        assert refused.value.result is rtmulti.Result.ERROR_CLOSED

    run(steps())


CANNOT_PAUSE = rtmulti.SinkFormat(can_pause=False)


REFUSALS: list[tuple[str, str, tuple[Any, ...], type[Exception], str]] = [
    ("set_server", "", (rtmulti.Server.OWNS_PLAYOUT,), rtmulti.RtmultiError, "ERROR_UNSUPPORTED"),
    ("pause", "", (), rtmulti.RtmultiError, "ERROR_UNSUPPORTED"),
    ("feed", "", ("no JSON",), rtmulti.RtmultiError, "ERROR_INVALID"),
    ("feed", "", (b" " * 20_000_000,), rtmulti.RtmultiError, "ERROR_LIMIT_EVENT"),
    ("set_sink", "", ("no sink",), TypeError, "a sink needs the method attach"),
    ("reconnect", "", ("no function",), TypeError, "send must be a function"),
    ("say", "", ("words",), TypeError, "text is no audio"),
    ("say", "", (b"RIFF",), ValueError, "whole WAV file"),
    ("set_format", "", (rtmulti.Format(sample_rate_hz=5),), rtmulti.RtmultiError, "ERROR_UNSUPPORTED"),
    ("part_added", "", ("r", "i", -5), rtmulti.RtmultiError, "ERROR_INVALID"),
    ("part_truncated", "", ("i", -1), rtmulti.RtmultiError, "ERROR_INVALID"),
    ("settled", "await", ("r", -1.0), ValueError, "timeout is -1.0"),
]


@pytest.mark.parametrize(("name", "how", "arguments", "kind", "words"), REFUSALS)
def test_a_player_raises_what_its_methods_say(
    name: str, how: str, arguments: tuple[Any, ...], kind: type[Exception], words: str
) -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(CANNOT_PAUSE), lambda _: None) as player:
            with pytest.raises(kind, match=re.escape(words)):
                answer = getattr(player, name)(*arguments)
                if how:
                    await answer
            for waiting in (player.interrupt(timeout=-1), player.close(timeout=-1)):
                with pytest.raises(ValueError, match="timeout is -1"):
                    await waiting

    run(steps())


def test_the_limits_of_what_was_asked_for_and_of_packets() -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), lambda _: None) as player:
            for number in range(64):
                player.expect_response(f"token {number}")
            with pytest.raises(rtmulti.RtmultiError, match="LIMIT_ITEMS"):
                player.expect_response("one more")
            player.response_created("r")
            player.part_added("r", "i", 0)
            with pytest.raises(rtmulti.RtmultiError, match="UNSUPPORTED"):
                player.packet("r", "i", b"\xfc\xff\xfe", 0, sequence=1, timestamp=1)

    run(steps())


def test_a_sink_that_is_set_already_is_refused_and_so_is_one_from_inside_a_hook() -> None:
    async def steps() -> None:
        sink = HandSink()
        refused: list[rtmulti.RtmultiError] = []

        def again(event: object) -> None:
            try:
                player.set_sink(HandSink())
            except rtmulti.RtmultiError as error:
                refused.append(error)

        async with rtmulti.Player(sink, lambda _: None, on_event=again) as player:
            with pytest.raises(ValueError, match="this sink is set already"):
                player.set_sink(sink)
            player.feed({"type": "response.created", "response": {"id": "r"}})
            player.item_added("r", "i")
            await player.interrupt()
            await asyncio.sleep(0)
        assert [error.code for error in refused] and {error.code for error in refused} == {"RTMULTI_ERROR_IN_CALLBACK"}

    run(steps())
