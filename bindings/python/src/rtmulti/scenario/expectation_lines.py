"""The `<` lines: one effect, the silence of a family, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ..enums import DiagnosticKind
from .effects import Effect, Family, Kind
from .reader import MAXIMUM_CONTENT, NOT_GIVEN, Reader, choose
from .words import GrammarError, printed


class Expected(Enum):
    """What a `<` line says."""

    EFFECT = auto()
    SILENCE = auto()
    NOTHING = auto()


#: What `< nothing` means.
NOTHING_FAMILIES = (Family.COMMAND, Family.RECORD, Family.STATE)

_OUTCOMES = ("full", "partial", "text_only")
_DIAGNOSTICS = tuple(kind.name.lower() for kind in DiagnosticKind)
_ABOUT_RESPONSES = (Kind.CANCEL, Kind.SPEAKING_STARTED, Kind.SPEAKING_STOPPED, Kind.SETTLED)


@dataclass
class Expectation:
    """One `<` line; `families` are those that it shows or says to be silent."""

    shape: Expected
    families: tuple[Family, ...]
    effect: Effect
    tolerance_ms: int = 0


def read_expectation(reader: Reader) -> Expectation:
    """The line behind `<`; the first word is taken already."""
    word = reader.id("an expectation behind the <")
    nobody = Effect(Kind.PAUSE, ms=NOT_GIVEN, text=None, status=None)
    if word == "no":
        name = reader.id("the family that is silent")
        families = tuple(Family)
        family = families[choose("a family", name, [known.value for known in families])]
        expectation = Expectation(Expected.SILENCE, (family,), nobody)
    elif word == "nothing":
        expectation = Expectation(Expected.NOTHING, NOTHING_FAMILIES, nobody)
    else:
        kind = next((kind for kind in Kind if kind.word == word), None)
        if kind is None:
            raise GrammarError(f'there is no expectation "{printed(word)}"')
        effect = Effect(kind, ms=NOT_GIVEN, text=None, status=None)
        expectation = Expectation(Expected.EFFECT, (kind.family,), effect)
        _read_effect(reader, expectation)
    reader.end()
    return expectation


def _read_effect(reader: Reader, expectation: Expectation) -> None:
    effect = expectation.effect
    if effect.kind is Kind.TRUNCATE:
        effect.id = reader.id("the id of the item")
        effect.content = reader.key_number("content", MAXIMUM_CONTENT)
        effect.ms, expectation.tolerance_ms = reader.key_measure("ms")
        if effect.content == NOT_GIVEN or effect.ms == NOT_GIVEN:
            raise GrammarError("a truncate needs content=N and ms=MS")
    elif effect.kind is Kind.SYNC:
        effect.kept = reader.text("the list of kept ids")
        effect.dropped = reader.text("the list of dropped ids")
    elif effect.kind is Kind.MESSAGE:
        effect.id = reader.id("the id of the item")
        effect.outcome = reader.id("the outcome (full, partial or text_only)")
        choose("an outcome", effect.outcome, _OUTCOMES)
        effect.ms, expectation.tolerance_ms = reader.key_measure("ms")
        effect.text = reader.key("text")
        effect.status = reader.key("status")
    elif effect.kind is Kind.WRITE:
        effect.id = reader.id("the id of the item")
        effect.ms, expectation.tolerance_ms = reader.measure("the length in ms")
    elif effect.kind is Kind.TEXT:
        effect.id = reader.id("the id of the item")
        effect.text = reader.text("the heard text")
    elif effect.kind is Kind.DIAGNOSTIC:
        effect.id = reader.id("the name of the diagnostic")
        choose("a diagnostic", effect.id, _DIAGNOSTICS)
    elif effect.kind in _ABOUT_RESPONSES:
        effect.id = reader.id("the id of the response")
    elif effect.kind not in (Kind.PAUSE, Kind.RESUME):
        effect.id = reader.id("the id of the item")
