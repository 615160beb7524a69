"""Random conversations: a seed gives the server's script, the listener's output and what the host does when. The same seed
gives the same plan; when its parts meet is the machine's.
"""

from __future__ import annotations

import asyncio
import random
from functools import partial
from typing import Any

from scripts import message, text_only, turns
from stage import Row, Stage


def conversation(seed: int) -> tuple[Row, bool]:
    """The row of a seed, and whether it is played with the TranscriptSynchronizer."""
    dice = random.Random(seed)
    numbers = iter(range(1, 100))
    is_synchronized = dice.random() < 0.3
    outputs: list[list[dict[str, Any]]] = []
    plan: list[list[int]] = []
    for _ in range(dice.randint(1, 3)):
        output, spoken = _output(dice, numbers, has_text_only=not is_synchronized)
        outputs.append(output)
        plan.append(spoken)
        if any("call" in one for one in output):  # the reply to the tool is a turn of the server's
            output, spoken = _output(dice, numbers, has_text_only=False, has_call=False)
            outputs.append(output)
            plan[-1] += spoken
    settings: dict[str, Any] = {
        "pace": dice.choice([0, 0, 1, 2, 4]),
        "chunk_ms": dice.choice([20, 50, 100]),
        "batch_done": dice.random() < 0.3,
    }
    script = turns(*outputs, **settings)
    if dice.random() < 0.2:
        dice.choice(script["turns"])["late_output"] = [message(next(numbers), 200)]
    ear = {
        "start_delay_ms": dice.choice([0, 0, 0, 50, 150]),
        "report_delay_ms": dice.choice([0, 0, 0, 50, 250]),
    }
    reconnects = dice.random() < 0.1
    act = partial(_act, seed, plan, reconnects)
    return Row(f"conversation {seed}", script, act, ear=ear, reconnects=reconnects), is_synchronized


def _output(dice: random.Random, numbers: Any, *, has_text_only: bool, has_call: bool = True) -> tuple[list[Any], list[int]]:
    """What one turn of the server says, and the numbers of its spoken messages."""
    output: list[dict[str, Any]] = []
    spoken: list[int] = []
    for _ in range(dice.randint(1, 4)):
        number = next(numbers)
        if has_text_only and dice.random() < 0.08:
            output.append(text_only(number))
            continue
        if dice.random() < 0.15:
            output.append({"pause_ms": dice.randint(20, 300)})
        output.append(message(number, dice.choice([100, 200, 300, 500]), text="" if dice.random() < 0.05 else None))
        spoken.append(number)
    if has_call and spoken and dice.random() < 0.2:
        output.insert(dice.randint(1, len(output)), {"call": "slow_tool", "arguments": {}})
    return output, spoken


async def _act(seed: int, plan: list[list[int]], reconnects: bool, stage: Stage) -> None:
    dice = random.Random(-seed - 1)
    loop = asyncio.get_running_loop()
    for place, spoken in enumerate(plan):
        kind = dice.random()
        if kind < 0.35 and spoken:
            stage.at(dice.choice(spoken), dice.uniform(0, 480), stage.interrupt)
        elif kind < 0.5 and spoken:
            stage.behind(dice.choice(spoken), partial(_hop, dice.randint(0, 16), stage.interrupt))
        elif kind < 0.75:
            loop.call_later(dice.uniform(0, 1.5), stage.interrupt)
        if dice.random() < 0.15 and spoken:
            begin, number = dice.uniform(0, 300), dice.choice(spoken)
            stage.at(number, begin, stage.ear.pause)
            stage.at(number, begin + dice.uniform(50, 400), stage.ear.resume)
        stage.reply(**({"user_input": f"question {place}"} if dice.random() < 0.3 else {}))
        await stage.done(60)  # other work may keep the machine from it
        if stage.ear.is_paused:
            stage.ear.resume()
        await asyncio.sleep(dice.choice([0, 0.05, 0.3]))
    if reconnects:
        await asyncio.sleep(0.3)
        await stage.drop_connection()


def _hop(left: int, call: Any) -> None:
    """Calls something so many turns of the event loop later."""
    if left:
        asyncio.get_running_loop().call_soon(_hop, left - 1, call)
    else:
        call()
