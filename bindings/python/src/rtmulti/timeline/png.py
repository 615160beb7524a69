"""Draws a timeline as PNG: the SVG, by the package resvg-py, which is asked for nothing else. What stands on it is
svg.py's business."""

from __future__ import annotations

from .marks import FONTS
from .model import Timeline
from .svg import draw_svg

NEEDS = (
    "a PNG is drawn by the package resvg-py: pip install 'rtmulti[png]'. An SVG or an HTML page needs nothing more: "
    "name the file .svg or .html"
)
NEEDS_FONT = "a PNG with its words needs a common font, and none is here: apt-get install fonts-dejavu-core"
#: A picture is drawn at twice its size, to be sharp on any screen, unless it is a long one.
_LONGEST_DOUBLED = 4000
_EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
_WORD = f"<text y='16' font-family='{FONTS}'>A</text>"


class UndrawableError(Exception):
    """Something that a picture needs is not on this machine; the sentence says what to install."""


def draw_png(timeline: Timeline) -> bytes:
    """The timeline as the bytes of a PNG. Raises UndrawableError where the package resvg-py or a font is missing."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError as error:
        raise UndrawableError(NEEDS) from error
    # Without a font it draws everything but the words, and says nothing.
    if svg_to_bytes(svg_string=_EMPTY.format(_WORD)) == svg_to_bytes(svg_string=_EMPTY.format("")):
        raise UndrawableError(NEEDS_FONT)
    svg = draw_svg(timeline)
    height = float(svg.partition('height="')[2].partition('"')[0])
    return bytes(svg_to_bytes(svg_string=svg, zoom=2 if height <= _LONGEST_DOUBLED else 1))
