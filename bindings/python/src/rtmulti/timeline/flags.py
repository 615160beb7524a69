"""Where the flags of interruptions stand, so that none covers another: lanes above an axis. Nothing is drawn here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: What is left free between two flags.
GAP = 8.0
#: More lanes than these take more room than they are worth; a flag that would need one goes without words.
MOST_LANES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where a flag stands: its left edge, and its lane, 0 being the lowest. Without a lane it has no words."""

    left: float
    lane: int | None


def place_flags(
    stems: Sequence[float],
    widths: Sequence[float],
    left: float,
    right: float,
) -> list[Place]:
    """The places of flags whose stems stand at these x, from left to right, on a paper from `left` to `right`.

    A flag begins at its stem, and ends at the paper's edge where it is too wide for that. It stands above those whose
    stems come behind it while it lasts, so that no stem crosses a flag, as far as the edge lets it.
    """
    lefts = [max(left, min(stem - 1, right - width)) for stem, width in zip(stems, widths, strict=True)]
    places: list[Place] = []
    for index in reversed(range(len(stems))):
        end = lefts[index] + widths[index] + GAP
        behind = [
            place.lane
            for place, other in zip(reversed(places), range(index + 1, len(stems)), strict=True)
            if lefts[other] < end and place.lane is not None
        ]
        lane = max(behind, default=-1) + 1
        places.append(Place(lefts[index], lane if lane < MOST_LANES else None))
    return places[::-1]
