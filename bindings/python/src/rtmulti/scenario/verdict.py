"""What must hold after the last line of every file: the server remembers what the listener heard, and it had to
refuse nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..enums import ItemKind, PartKind, ResponseFlag, Server
from .configuration import SinkKind
from .file import Scenario
from .inputs import Input
from .server import CommandState, Presence, ServerItem, ServerPart
from .words import printed

if TYPE_CHECKING:
    from .run import Run


def _tolerance_us(run: Run) -> int:
    """Within this, the two may differ.

    The wire knows only whole milliseconds, a far end that says nothing is known to a block of 20 ms, and a device
    takes 10 ms at a time.
    """
    return {SinkKind.PACED: 20_000, SinkKind.PULLED: 10_000}.get(run.scenario.config.sink, 1000)


def check(run: Run) -> None:
    """Checks the end of a run."""
    if not _is_checked(run.scenario):
        return
    _check_commands(run)
    _check_device(run)
    # Newest first, as in the C runner: of several differences both then name the same one.
    for item in reversed(run.server.items):
        if not _is_remembered_as_audio(item):
            continue
        for part in reversed(item.parts):
            if item.presence is Presence.DELETED:
                _check_forgotten(run, item, part)
            elif item.presence is Presence.HELD:
                _check_part(run, item, part)


def _is_checked(scenario: Scenario) -> bool:
    """Some servers cannot do what the law needs; a sink that does not report leaves nothing to compare with."""
    server = scenario.config.server
    if not server & Server.TRUNCATES or not server & (Server.DELETES | Server.SYNCS):
        return False
    said = (statement.says for statement in scenario.statements)
    return not any(isinstance(line, Input) and line.kind == "mute_reports" for line in said)


def _check_commands(run: Run) -> None:
    for command in run.server.commands:
        if command.state is CommandState.REFUSED:
            run.fail(
                command.line,
                f"the server was expected to obey every command, but it refuses `{command.shown}`: "
                f"{command.refusal}",
            )
            return


def _check_device(run: Run) -> None:
    """A device may not be given sound that is of nobody; what it took last is known when its delay has passed."""
    config = run.scenario.config
    owed_us = run.device.owed_frames * 1_000_000 // config.rate_hz
    if owed_us > _tolerance_us(run) + config.latency_ms * 1000:
        run.fail(
            run.scenario.last_line,
            "in the end every frame that the device took was expected to be of a message that began; "
            f"{owed_us // 1000} ms are not",
        )


def _is_remembered_as_audio(item: ServerItem) -> bool:
    """Responses that the page leaves out belong to nobody's memory.

    One whose modality is text is remembered as text, and audio that was played for it is the host's own (rules
    B6 and F9).
    """
    response = item.response
    return (
        response is not None
        and response.is_settled
        and not response.flags & ResponseFlag.TEXT
        and item.kind is ItemKind.MESSAGE
        and not item.is_named_in_reject
    )


def _check_part(run: Run, item: ServerItem, part: ServerPart) -> None:
    """A part that the server still holds must be as long there as it was for the listener."""
    if part.kind is not PartKind.AUDIO or run.server.capabilities & Server.OWNS_PLAYOUT:
        return
    least_us, most_us = run.sink.ear_heard(item.id, part.content)
    held_us = run.server.held_us(part)
    if least_us - _tolerance_us(run) <= held_us <= most_us + _tolerance_us(run):
        return
    run.fail(
        run.scenario.last_line,
        f"in the end the server was expected to hold {least_us // 1000} ms of {printed(item.id)} "
        f"(content {part.content}), as heard; it holds {held_us // 1000} ms",
    )


def _check_forgotten(run: Run, item: ServerItem, part: ServerPart) -> None:
    """What the server has forgotten must be something that nobody heard."""
    least_us, _ = run.sink.ear_heard(item.id, part.content)
    if part.kind is PartKind.AUDIO and least_us > _tolerance_us(run):
        run.fail(
            run.scenario.last_line,
            f"in the end the server was expected to hold {printed(item.id)}, of which {least_us // 1000} ms were "
            "heard; it has forgotten it",
        )
