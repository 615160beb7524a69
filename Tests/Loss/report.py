"""Brings the loss study into the guides: `write` runs all of it and writes docs/loss.csv, docs/loss.svg and the tables
of docs/loss.md; `check` runs one stream of it and sees that the guide says what the program finds. What is measured is
the program's affair, and the look of the picture is picture.py's.

usage: python3 Tests/Loss/report.py write|check      (in the root, after `make programs`)"""

from __future__ import annotations

import pathlib
import subprocess
import sys
from collections.abc import Callable, Iterator

from picture import draw
from results import LOSSES_PERCENT, PATTERNS, Figures, Key, Results, Spread

_PROGRAM = ["build/loss-study", "Tests/Fixtures"]
_CSV, _PAGE, _PICTURE = (pathlib.Path("docs") / name for name in ("loss.csv", "loss.md", "loss.svg"))
_BEGIN, _END = "<!-- written by make loss-study -->\n", "<!-- end -->\n"

# What stands in the tables, from left to right: the heading, and which stream and listener it is.
_COLUMNS = (
    ("no FEC: silence", "none", "silence"),
    ("no FEC: libopus", "none", "concealment"),
    ("no FEC: **rtmulti**", "none", "rtmulti"),
    ("FEC: **rtmulti**", "fec", "rtmulti"),
    ("wideband FEC: libopus, FEC unused", "wideband_fec", "concealment"),
    ("wideband FEC: libopus, FEC used", "wideband_fec", "next_fec"),
    ("wideband FEC: **rtmulti**", "wideband_fec", "rtmulti"),
)

# libopus' versions differ in the last digits, and by more where a decision of the encoder falls otherwise. Without its
# FEC the stream that is checked would lose 7 dB.
_CHECKED_STREAM = "10:fec"
_TOLERANCE_DB = 1.0
_TOLERANCE_PERCENT = 5.0

# They differ only behind 120 ms of loss, and docs/loss.md says by how little.
_SAME_MEANS = ("next_fec", "rtmulti")
_NEAR_DB = 0.1


def _tables(results: Results) -> str:
    """The tables, as they stand on the page."""
    lines = [
        f"Made with {results.made_by}. Signal to noise in dB: the median, and where half of the draws lie:",
        "",
        *_table(results, lambda figures: _with_quartiles(figures.snr_db)),
        "",
        "The same as segmental signal to noise in dB, the median:",
        "",
        *_table(results, lambda figures: f"{figures.segmental_db.median:.1f}"),
        "",
        "What the encoder made of it, and how many of the lost packets rtmulti could rebuild:",
        "",
        *_streams(results),
    ]
    return "\n".join(lines) + "\n"


def _table(results: Results, cell: Callable[[Figures], str]) -> Iterator[str]:
    yield "| lost | " + " | ".join(heading for heading, _, _ in _COLUMNS) + " |"
    yield "|---" * (1 + len(_COLUMNS)) + "|"
    for pattern in PATTERNS:
        for loss_percent in LOSSES_PERCENT:
            cells = [cell(results.of(pattern, loss_percent, sent, heard)) for _, sent, heard in _COLUMNS]
            yield f"| {loss_percent} % {pattern} | " + " | ".join(cells) + " |"


def _with_quartiles(spread: Spread) -> str:
    return f"{spread.median:.1f} ({spread.low:.1f} to {spread.high:.1f})"


def _streams(results: Results) -> Iterator[str]:
    yield "| stream | loss told | kbit/s | packets above wideband | with FEC | rebuilt, random | rebuilt, bursty |"
    yield "|---" * 7 + "|"
    for protection, name in (("none", "no FEC"), ("fec", "FEC"), ("wideband_fec", "wideband FEC")):
        # Without FEC nothing is told to the encoder, and it is the same stream four times.
        for loss_percent in LOSSES_PERCENT if protection != "none" else LOSSES_PERCENT[:1]:
            random, bursty = (results.of(pattern, loss_percent, protection, "rtmulti") for pattern in PATTERNS)
            told = f"{loss_percent} %" if protection != "none" else "none"
            yield (
                f"| {name} | {told} | {random.kbit_per_s:.1f} | {random.wider_percent:.0f} % "
                f"| {random.fec_percent:.0f} % | {random.rebuilt_percent:.0f} % | {bursty.rebuilt_percent:.0f} % |"
            )


def _run(*streams: str) -> str:
    """What the program prints; it says itself what went wrong."""
    return subprocess.run([*_PROGRAM, *streams], stdout=subprocess.PIPE, text=True, check=True).stdout


def _split(page: str) -> tuple[str, str, str]:
    """The page before, in and behind its tables."""
    before, rest = page.split(_BEGIN)
    tables, after = rest.split(_END)
    return before, tables, after


def write() -> None:
    """Runs everything, and writes what stands in docs/."""
    text = _run()
    results = Results(text)
    before, _, after = _split(_PAGE.read_text(encoding="utf-8"))
    _CSV.write_text(text, encoding="utf-8")
    _PAGE.write_text(before + _BEGIN + _tables(results) + _END + after, encoding="utf-8")
    _PICTURE.write_text(draw(results), encoding="utf-8")
    print(f"{_PAGE}, {_PICTURE} and {_CSV} are written.")


def _differences(now: Figures, then: Figures) -> Iterator[str]:
    """In what a cell differs from what the guide has."""
    for name, came, expected in (
        ("signal to noise", now.snr_db, then.snr_db),
        ("segmental signal to noise", now.segmental_db, then.segmental_db),
    ):
        for part in ("median", "low", "high"):
            if abs(getattr(came, part) - getattr(expected, part)) > _TOLERANCE_DB:
                yield f"{name}, {part}: {getattr(expected, part):.2f} dB there, {getattr(came, part):.2f} dB now"
    if abs(now.rebuilt_percent - then.rebuilt_percent) > _TOLERANCE_PERCENT:
        yield f"rebuilt: {then.rebuilt_percent:.1f} % there, {now.rebuilt_percent:.1f} % now"


def _apart_db(results: Results, key: Key) -> float:
    """How far rtmulti is from libopus with the same means."""
    medians = [results.of(key.pattern, key.loss_percent, key.protection, who).snr_db.median for who in _SAME_MEANS]
    return abs(medians[0] - medians[1])


def _complaints() -> Iterator[tuple[str, str]]:
    """Each check, and what is wrong with it, or nothing."""
    committed = Results(_CSV.read_text(encoding="utf-8"))
    tables = _split(_PAGE.read_text(encoding="utf-8"))[1]
    yield "the tables of the guide", "" if tables == _tables(committed) else "they are not those of docs/loss.csv"
    drawn = _PICTURE.read_text(encoding="utf-8") == draw(committed)
    yield "the picture of the guide", "" if drawn else "it is not that of docs/loss.csv"
    apart_db = max(_apart_db(committed, key) for key in committed.figures)
    near = apart_db < _NEAR_DB
    yield "rtmulti hears what libopus hears", "" if near else f"their medians are up to {apart_db:.2f} dB apart"
    now = Results(_run(_CHECKED_STREAM)).figures
    for key, then in committed.figures.items():
        if f"{key.loss_percent}:{key.protection}" == _CHECKED_STREAM:
            what = f"{key.pattern} losses of {key.loss_percent} %, {key.listener}"
            yield what, "; ".join(_differences(now[key], then)) if key in now else "the program no longer tells"


def check() -> int:
    """Says how many checks passed."""
    found = list(_complaints())
    failed = [(what, complaint) for what, complaint in found if complaint]
    for what, complaint in failed:
        print(f"not true: {what}: {complaint}. `make loss-study` writes them anew.")
    print(f"loss-study: {len(found) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Either of the two."""
    try:
        if arguments == ["write"]:
            write()
            return 0
        if arguments == ["check"]:
            return check()
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        print(f"not true: the study can be made: {error}")
        print("loss-study: 0 passed, 1 failed")
        return 1
    print("usage: python3 Tests/Loss/report.py write|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
