"""One block of `<` lines against the effects born since the block before it: each family that it shows must match
completely and in order; the others are not looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .configuration import SinkKind
from .effects import Effect, Family, Kind
from .expectation_lines import Expectation, Expected
from .reader import NOT_GIVEN
from .words import printed, trimmed

if TYPE_CHECKING:
    from .file import Statement
    from .run import Failure, Run

_ADDING_UP = (Kind.WRITE, Kind.TEXT)


def check(run: Run, block: list[tuple[Statement, Expectation]]) -> None:
    """Checks a block of consecutive expectations."""
    checked: set[Family] = set()
    for statement, expected in block:
        if expected.shape is not Expected.EFFECT:
            for family in expected.families:
                _check_silence(run, statement.line, family)
            continue
        family = expected.families[0]
        if family not in checked:
            checked.add(family)
            _check_family(run, block, family)
    run.block_from = len(run.effects)


def _collect(run: Run, family: Family, since: int) -> list[Effect]:
    """The family's effects in the block at hand, which begin at run.block_from.

    An earlier `since` brings in the writes and texts of blocks that did not show them: their lines count
    "since the last line". Writes for one item in a row are one, and so are all texts of an item.
    """
    shown: list[Effect] = []
    for place in range(since, len(run.effects)):
        effect = run.effects[place]
        if effect.kind.family is not family or (place < run.block_from and effect.kind not in _ADDING_UP):
            continue
        last = shown[-1] if shown else None
        if effect.kind is Kind.WRITE and last is not None and last.kind is Kind.WRITE and last.id == effect.id:
            last.frames += effect.frames
            continue
        if effect.kind is Kind.TEXT:
            joined = next((text for text in shown if text.id == effect.id), None)
            if joined is not None:
                joined.text = (joined.text or "") + (effect.text or "")
                continue
        shown.append(replace(effect))
    for effect in shown:
        if effect.kind is Kind.WRITE:
            effect.ms = effect.frames * 1000 // run.scenario.config.rate_hz
    return shown


def _is_near(expected: Expectation, ms: int) -> bool:
    wanted = expected.effect.ms
    return wanted == NOT_GIVEN or abs(wanted - ms) <= expected.tolerance_ms


def _is_text(expected: str | None, came: str | None) -> bool:
    return expected is None or trimmed(expected) == trimmed(came or "")


def _matches(expected: Expectation, came: Effect) -> bool:
    effect = expected.effect
    if effect.kind is not came.kind or effect.id != came.id:
        return False
    if effect.kind is Kind.TRUNCATE:
        return effect.content == came.content and _is_near(expected, came.ms)
    if effect.kind is Kind.SYNC:
        return effect.kept == came.kept and effect.dropped == came.dropped
    if effect.kind is Kind.MESSAGE:
        return (
            effect.outcome == came.outcome
            and _is_near(expected, came.ms)
            and _is_text(effect.text, came.text)
            and (effect.status is None or effect.status == came.status)
        )
    if effect.kind is Kind.WRITE:
        return _is_near(expected, came.ms)
    if effect.kind is Kind.TEXT:
        return _is_text(effect.text, came.text)
    return True


def _silence(run: Run, kind: Kind) -> str:
    """What came instead of an effect that did not come."""
    if kind is Kind.WRITE and run.scenario.config.sink is SinkKind.PULLED:
        return "none: nothing is written to a pulled sink, its device takes what is next"
    return f"no further {kind.family.value}"


def _compare(
    run: Run, block: list[tuple[Statement, Expectation]], family: Family, came: list[Effect]
) -> Failure | None:
    """The lines of a block that show one family, against what came of it."""
    from .run import Failure

    place = 0
    last_line = 0
    for statement, expected in block:
        if expected.shape is not Expected.EFFECT or expected.families[0] is not family:
            continue
        last_line = statement.line
        if place < len(came) and _matches(expected, came[place]):
            place += 1
            continue
        instead = f"`{came[place].line()}`" if place < len(came) else _silence(run, expected.effect.kind)
        return Failure(statement.line, f"`{printed(statement.text)}` was expected, came {instead}")
    if place == len(came):
        return None
    return Failure(last_line, f"no further {family.value} was expected, came `{came[place].line()}`")


def _check_silence(run: Run, line: int, family: Family) -> None:
    came = _collect(run, family, run.block_from)
    run.shown_from[family] = len(run.effects)
    if came:
        run.fail(line, f"no {family.value} was expected, came `{came[0].line()}`")


def _check_family(run: Run, block: list[tuple[Statement, Expectation]], family: Family) -> None:
    shown_from = run.shown_from[family]
    failure = _compare(run, block, family, _collect(run, family, run.block_from))
    may_add_up = family in (Family.SINK, Family.TEXT) and shown_from < run.block_from
    is_met = failure is None or (
        may_add_up and _compare(run, block, family, _collect(run, family, shown_from)) is None
    )
    run.shown_from[family] = len(run.effects)
    if failure is not None and not is_met:
        run.fail(failure.line, failure.sentence)
