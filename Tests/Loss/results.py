"""What build/loss-study printed, as it lies in docs/loss.csv. What is shown of it is decided elsewhere."""

from __future__ import annotations

import csv
from dataclasses import dataclass

PATTERNS = ("random", "bursty")
LOSSES_PERCENT = (1, 5, 10, 20)


@dataclass(frozen=True)
class Key:
    """How packets were lost, how they were sent, and who listened."""

    pattern: str
    loss_percent: int
    protection: str
    listener: str


@dataclass(frozen=True)
class Spread:
    """The median over the seeds, and the quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """What one listener heard, and of which stream."""

    snr_db: Spread
    segmental_db: Spread
    rebuilt_percent: float
    fec_percent: float
    wider_percent: float
    kbit_per_s: float


class Results:
    """All figures of one run, by what they are about, and the line that says how they were made."""

    def __init__(self, text: str) -> None:
        head, *lines = text.splitlines()
        self.made_by = head.removeprefix("# ")
        self.figures = {_key(row): _figures(row) for row in csv.DictReader(lines)}

    def of(self, pattern: str, loss_percent: int, protection: str, listener: str) -> Figures:
        """One cell."""
        return self.figures[Key(pattern, loss_percent, protection, listener)]


def _key(row: dict[str, str]) -> Key:
    return Key(row["pattern"], int(row["loss_percent"]), row["protection"], row["listener"])


def _figures(row: dict[str, str]) -> Figures:
    return Figures(
        snr_db=_spread(row, "snr"),
        segmental_db=_spread(row, "segmental"),
        rebuilt_percent=float(row["rebuilt_percent"]),
        fec_percent=float(row["fec_percent"]),
        wider_percent=float(row["wider_percent"]),
        kbit_per_s=float(row["kbit_per_s"]),
    )


def _spread(row: dict[str, str], name: str) -> Spread:
    return Spread(float(row[f"{name}_db"]), float(row[f"{name}_low_db"]), float(row[f"{name}_high_db"]))
