"""A scenario file is read here: line by line, and what holds between the lines (config first, blocks that do not
contradict themselves). The lines themselves are read in their own files."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..enums import Codec
from .configuration import Configuration, read_config
from .effects import Family
from .expectation_lines import Expectation, Expected, read_expectation
from .inputs import Input, read_input
from .reader import Reader
from .words import GrammarError, Shape, split, trimmed

MAXIMUM_FILE_BYTES = 64 * 1024 * 1024

# Opus has fewer sample rates than PCM16, and the two keys may come in any order.
_ENCODER_RATES_HZ = (8000, 12000, 16000, 24000, 48000)


@dataclass
class Statement:
    """One `>` or `<` line; `text` is as it was written, for people."""

    line: int
    text: str
    says: Input | Expectation


@dataclass
class Scenario:
    """A scenario as it was read: its configuration and its statements in file order."""

    config: Configuration = field(default_factory=Configuration)
    statements: list[Statement] = field(default_factory=list)
    last_line: int = 0


class Unreadable(Exception):
    """Where and why a file could not be read; line 0 when it could not be opened at all."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass
class _Progress:
    """What has been read so far, and what the block of expectations at hand says of each family."""

    scenario: Scenario
    had_input: bool = False
    block: dict[Family, Expected] = field(default_factory=dict)


def load(path: str) -> Scenario:
    """Reads a whole file; raises Unreadable when it cannot be read or breaks the grammar."""
    text = _read_file(path)
    scenario = Scenario()
    progress = _Progress(scenario)
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for number, line in enumerate(lines, 1):
        scenario.last_line = number
        try:
            _read_line(progress, line, number)
        except GrammarError as problem:
            raise Unreadable(number, str(problem)) from None
    config = scenario.config
    if config.codec is Codec.OPUS and config.source_rate_hz not in _ENCODER_RATES_HZ:
        raise Unreadable(
            config.source_rate_line, "with codec=opus the source_rate is 8000, 12000, 16000, 24000 or 48000"
        )
    return scenario


def _read_file(path: str) -> bytes:
    try:
        file = open(path, "rb")
    except OSError as problem:
        # Python refuses to open a folder, which C opens and cannot read: one sentence for both runners.
        what = "read" if isinstance(problem, IsADirectoryError) else "opened"
        raise Unreadable(0, f"the file cannot be {what}: {problem.strerror}") from None
    with file:
        try:
            text = file.read(MAXIMUM_FILE_BYTES)
        except OSError as problem:
            raise Unreadable(0, f"the file cannot be read: {problem.strerror}") from None
    if len(text) == MAXIMUM_FILE_BYTES:
        raise Unreadable(0, "the file is larger than 64 MiB; a scenario is a small conversation")
    return text


def _read_line(progress: _Progress, text: bytes, line: int) -> None:
    words = split(text)
    if not words:
        return
    first = words[0]
    reader = Reader(words[1:])
    scenario = progress.scenario
    if first.shape is not Shape.BARE:
        raise GrammarError("a line begins with config, >, < or #")
    if first.value == "config":
        if progress.had_input:
            raise GrammarError("config stands only before the first >")
        read_config(reader, scenario.config, line)
        return
    says: Input | Expectation
    if first.value == ">":
        says = read_input(reader, scenario.config)
        progress.had_input = True
        progress.block.clear()
    elif first.value == "<":
        says = read_expectation(reader)
        _enter_block(progress, says)
    else:
        raise GrammarError("a line begins with config, >, < or #, and a space behind it")
    shown = trimmed(text.decode().lstrip(" ")[1:].lstrip(" "))
    scenario.statements.append(Statement(line, shown, says))


def _enter_block(progress: _Progress, latest: Expectation) -> None:
    """Enters an expectation into its block, which may not show a family and say that it was silent."""
    now = Expected.EFFECT if latest.shape is Expected.EFFECT else Expected.SILENCE
    for family in Family:
        if family in latest.families and progress.block.setdefault(family, now) is not now:
            raise GrammarError(f"this block shows {family.value} and says that it was silent")
