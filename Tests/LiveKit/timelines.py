"""Draws docs/livekit.svg from one real conversation, played twice: what the model said, what was heard of it, and what the
server remembers, with LiveKit alone and with the wrapper.

usage: make/test-livekit.sh timelines      (writes docs/livekit.svg)
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from played import Played
from scripts import message, turns
from stage import Row, Stage, play

PICTURE = Path(__file__).parents[2] / "docs" / "livekit.svg"
MESSAGE_MS = 1000
CUT_MS = 650
_LEFT, _WIDTH, _ROW, _BAR, _TOP, _HEIGHT = 190, 480, 34, 20, 58, 232
_SAID, _HEARD, _UNHEARD, _INK = "#b9c4d0", "#3b7dd8", "#d9534f", "#24292f"


async def _act(stage: Stage) -> None:
    stage.at(1, CUT_MS, stage.interrupt)
    stage.reply()
    await stage.done()


def _x(ms: float) -> float:
    return _LEFT + ms * _WIDTH / (2 * MESSAGE_MS)


def _bar(row: int, begin_ms: float, ms: float, colour: str) -> str:
    y = _TOP + row * _ROW
    return f'<rect x="{_x(begin_ms):.1f}" y="{y}" width="{_x(ms) - _x(0):.1f}" height="{_BAR}" fill="{colour}" rx="3"/>'


def _words(row: int, text: str) -> str:
    return f'<text x="{_LEFT - 12}" y="{_TOP + 15 + row * _ROW}" text-anchor="end">{text}</text>'


def _key(place: int, colour: str, text: str) -> list[str]:
    x, y = _LEFT + place * 90, _HEIGHT - 16
    return [f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{colour}" rx="2"/>', f'<text x="{x + 18}" y="{y}">{text}</text>']


def _remembered(row: int, played: Played) -> list[str]:
    """What the server remembers: heard, and behind it what nobody heard."""
    bars = []
    for place, line in enumerate(played.lines):
        heard_ms = min(played.heard_ms.get(line.item_id, 0.0), line.remembered_ms)
        begin_ms = place * MESSAGE_MS
        if heard_ms:
            bars.append(_bar(row, begin_ms, heard_ms, _HEARD))
        if line.remembered_ms - heard_ms > 5:
            bars.append(_bar(row, begin_ms + heard_ms, line.remembered_ms - heard_ms - 4, _UNHEARD))
    return bars


def picture(alone: Played, wrapped: Played) -> str:
    """The picture of both timelines."""
    heard_ms = next(ms for ms in wrapped.heard_ms.values() if ms)
    said = [max(line.sent_ms for line in pair) for pair in zip(alone.lines, wrapped.lines, strict=True)]
    cut = _x(heard_ms)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 {_HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="700" height="{_HEIGHT}" fill="#fff"/>',
        f'<g fill="{_INK}">',
        f'<text x="{_x(0)}" y="{_TOP - 10}">message 1</text><text x="{_x(MESSAGE_MS)}" y="{_TOP - 10}">message 2</text>',
        f'<text x="{cut:.1f}" y="18" text-anchor="middle" font-weight="bold">interrupted after {heard_ms:.0f} ms</text>',
        _words(0, "the model said"),
        _words(1, "the listener heard"),
        _words(2, "LiveKit alone remembers"),
        _words(3, "with rtmulti"),
        *_key(0, _HEARD, "heard"),
        *_key(1, _UNHEARD, "remembered, and nobody heard it"),
        "</g>",
        *(_bar(0, place * MESSAGE_MS, said_ms - 4, _SAID) for place, said_ms in enumerate(said)),
        _bar(1, 0, heard_ms, _HEARD),
        *_remembered(2, alone),
        *_remembered(3, wrapped),
        f'<path d="M{cut:.1f} 26V{_TOP + 4 * _ROW - 6}" stroke="{_INK}" stroke-dasharray="4 3"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


async def main() -> None:
    """Plays it twice and writes the picture."""
    logging.basicConfig(level=logging.CRITICAL)
    script = turns([message(1, MESSAGE_MS), message(2, MESSAGE_MS)])
    row = Row("timelines", script, _act)
    alone, wrapped = [await play(row, is_wrapped=is_wrapped, is_synchronized=False) for is_wrapped in (False, True)]
    PICTURE.write_text(picture(alone, wrapped))
    for name, played in (("alone", alone), ("with", wrapped)):
        print(name, [(line.item_id, line.remembered_ms, round(played.heard_ms[line.item_id])) for line in played.lines])


if __name__ == "__main__":
    asyncio.run(main())
