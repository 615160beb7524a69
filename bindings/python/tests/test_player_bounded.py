"""What a Player keeps of what a server says: bounded, however long it talks and whatever it repeats."""

from __future__ import annotations

import asyncio
import gc
import json

import pytest
from conversation import HandSink, Server, created, done, message, run
from lines import playing

import rtmulti
from rtmulti._settlements import OPEN_RESPONSES, REMEMBERED_RESPONSES

LATE = 20_000
RESPONSES = 20


def kept() -> int:
    """The records that anybody holds."""
    gc.collect()
    return sum(isinstance(thing, rtmulti.Message) for thing in gc.get_objects())


def announced(response_id: str, number: int) -> str:
    """An item that the server announces."""
    item = {"id": f"{response_id}_late_{number}", "type": "message", "role": "assistant", "content": []}
    return json.dumps({"type": "response.output_item.added", "response_id": response_id, "output_index": 1, "item": item})


def test_items_that_are_announced_after_a_cut_are_told_and_not_kept() -> None:
    told: list[str] = []

    def on_event(event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.Message):
            told.append(event.item_id)

    async def steps() -> None:
        server, sink = Server(), HandSink()
        async with rtmulti.Player(sink, server.send, on_event=on_event) as player:
            before = kept()
            for number in range(RESPONSES):
                response_id = f"r{number}"
                player.feed(created(response_id))
                for event in message(response_id, f"A{number}", 0, 20, "Yes."):
                    player.feed(event)
                await player.interrupt()
                for late in range(LATE // RESPONSES):
                    player.feed(announced(response_id, late))
                player.feed(done(response_id))
            assert len(told) == LATE + RESPONSES
            assert server.types.count("delete") >= LATE
            assert kept() - before <= REMEMBERED_RESPONSES
            assert [record.item_id for record in await player.settled("r0")] == ["A0"]

    run(steps())


def test_a_response_that_is_created_again_after_it_has_settled_is_not_kept_as_open() -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), Server().send, on_diagnostic=lambda _: None) as player:
            for number in range(1_000):
                for event in (created(f"r{number}"), done(f"r{number}"), created(f"r{number}")):
                    player.feed(event)
            assert len(player._settlements._open) <= OPEN_RESPONSES
            assert len(player._settlements._records) <= OPEN_RESPONSES

    run(steps())


def test_who_waits_in_vain_leaves_nothing_behind() -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), Server().send) as player:
            for number in range(1_000):
                assert await player.settled(f"never_{number}", timeout=0) is None
            waiting = [asyncio.ensure_future(player.settled("never")) for _ in range(3)]
            await asyncio.sleep(0)
            assert len(player._settlements._awaited) == 1
            for task in waiting:
                task.cancel()
            for task in waiting:
                with pytest.raises(asyncio.CancelledError):
                    await task
            settlements = player._settlements
            assert not settlements._awaited and not settlements._waiting and not settlements._awaited_older

    run(steps())


def test_one_of_two_who_leaves_takes_nothing_from_the_other() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with rtmulti.Player(sink, Server().send) as player:
            patient = asyncio.ensure_future(player.settled("r1"))
            await asyncio.sleep(0)
            assert await player.settled("r1", timeout=0) is None
            playing(player, sink)
            player.reconnect()
            assert await player.settled("r1", timeout=0) is None
            await player.interrupt()
            assert [record.heard_ms for record in await patient] == [200, 0]
            assert not player._settlements._awaited_older and not player._settlements._older

    run(steps())
