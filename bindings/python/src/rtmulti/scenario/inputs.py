"""The `>` lines: one row for each input of the page, and what follows its first word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..enums import Codec, CommandKind, Interrupter, ItemKind, PartKind, ResponseFlag, Status
from .configuration import Configuration
from .reader import (
    MAXIMUM_BYTES,
    MAXIMUM_CONTENT,
    MAXIMUM_INDEX,
    MAXIMUM_MS,
    NOT_GIVEN,
    Reader,
    choose,
    parse_number,
)
from .words import GrammarError, printed


@dataclass
class Input:
    """One `>` line; the fields that its kind does not use keep their defaults."""

    #: The first word of the line.
    kind: str
    #: Item, response or token: the word the line is about. Of `interrupt` it may be None.
    id: str | None = None
    #: item: R; message: response=
    response: str | None = None
    #: response: expected=
    token: str | None = None
    #: call
    name: str = ""
    #: text and message; call: arguments=
    text: str | None = None
    reason: str | None = None
    code: str | None = None
    message: str | None = None
    #: message: audio=; lost: N
    ms: int = 0
    bytes: int = NOT_GIVEN
    start_ms: int = NOT_GIVEN
    end_ms: int = NOT_GIVEN
    content: int = NOT_GIVEN
    index: int = NOT_GIVEN
    response_flags: ResponseFlag = ResponseFlag.NONE
    item_kind: ItemKind = ItemKind.MESSAGE
    part_kind: PartKind = PartKind.AUDIO
    status: Status = Status.COMPLETED
    command: CommandKind = CommandKind.CANCEL
    interrupter: Interrupter = Interrupter.LISTENER
    interrupted: bool = False


def _read_expect(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("a name for what is asked for")


def _read_response(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the response")
    line.token = reader.key("expected")
    if reader.key_choice("conversation", ("none",)) == 0:
        line.response_flags |= ResponseFlag.OUT_OF_BAND
    if reader.key_choice("modality", ("text",)) == 0:
        line.response_flags |= ResponseFlag.TEXT
    if reader.flag("uninterruptible"):
        line.response_flags |= ResponseFlag.UNINTERRUPTIBLE
    if reader.flag("local"):
        line.response_flags |= ResponseFlag.LOCAL


def _read_item(reader: Reader, _: Configuration, line: Input) -> None:
    line.response = reader.id("the id of the response")
    line.id = reader.id("the id of the item")
    line.index = reader.key_number("index", MAXIMUM_INDEX)
    kind = reader.key_choice("type", ("message", "function_call", "other"))
    line.item_kind = ItemKind.MESSAGE if kind is None else ItemKind(ItemKind.MESSAGE + kind)


def _read_part(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.content = reader.key_number("content", MAXIMUM_CONTENT)
    kind = reader.key_choice("type", ("audio", "text"))
    if line.content == NOT_GIVEN or kind is None:
        raise GrammarError("a part needs content=N and type=audio or type=text")
    line.part_kind = PartKind(PartKind.AUDIO + kind)


def _check_length(config: Configuration, ms: int) -> None:
    """Opus packets are made of whole tens of milliseconds."""
    if config.codec is Codec.OPUS and ms % 10 != 0:
        raise GrammarError("with codec=opus the milliseconds of audio are a multiple of 10")


def _read_audio(reader: Reader, config: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.bytes = reader.key_number("bytes", MAXIMUM_BYTES)
    line.content = reader.key_number("content", MAXIMUM_CONTENT)
    if line.bytes == NOT_GIVEN:
        line.ms = reader.number("the length in ms", MAXIMUM_MS)
        _check_length(config, line.ms)
        return
    # The bytes decide; the milliseconds may stand beside them for the reader.
    ms = reader.optional_id()
    if ms is not None and parse_number(ms, MAXIMUM_MS) is None:
        raise GrammarError("the length in ms is a whole number")


def _read_text(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.text = reader.text("the text")
    line.content = reader.key_number("content", MAXIMUM_CONTENT)
    line.start_ms = reader.key_number("start", MAXIMUM_MS)
    line.end_ms = reader.key_number("end", MAXIMUM_MS)
    if (line.start_ms == NOT_GIVEN) != (line.end_ms == NOT_GIVEN):
        raise GrammarError("a span needs both start=MS and end=MS")


def _read_part_done(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.content = reader.key_number("content", MAXIMUM_CONTENT)


def _read_item_id(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")


def _read_message(reader: Reader, config: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.ms = reader.key_number("audio", MAXIMUM_MS)
    line.text = reader.key("text")
    line.response = reader.key("response")
    line.index = reader.key_number("index", MAXIMUM_INDEX)
    if line.ms != NOT_GIVEN:
        _check_length(config, line.ms)


def _read_call(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    line.name = reader.text("the name of the function")
    line.text = reader.key("arguments")


def _read_response_done(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the response")
    status = reader.key_choice("status", ("completed", "cancelled", "incomplete", "failed"))
    line.status = Status.COMPLETED if status is None else Status(Status.COMPLETED + status)
    line.reason = reader.key("reason")


def _read_time(reader: Reader, _: Configuration, line: Input) -> None:
    line.ms = reader.number("the time in ms", MAXIMUM_MS)


def _read_interrupt(reader: Reader, _: Configuration, line: Input) -> None:
    line.interrupter = Interrupter.HOST if reader.flag("host") else Interrupter.LISTENER
    line.id = reader.optional_id()


def _read_reject(reader: Reader, _: Configuration, line: Input) -> None:
    command = reader.id("the command that is refused")
    choice = choose("a refused command", command, ("cancel", "truncate", "delete"))
    line.command = CommandKind(CommandKind.CANCEL + choice)
    line.id = reader.id("the id that the command named")
    line.code = reader.key("code")
    line.message = reader.key("message")
    if line.code is None:
        raise GrammarError('a reject needs code="..."')


def _read_report(reader: Reader, _: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    if line.kind != "started":
        line.ms = reader.number("the position in ms", MAXIMUM_MS)
    if line.kind == "finished":
        line.interrupted = reader.flag("interrupted")
    line.content = reader.key_number("content", MAXIMUM_CONTENT)


def _read_packet_fault(reader: Reader, config: Configuration, line: Input) -> None:
    line.id = reader.id("the id of the item")
    if line.kind == "lost":
        line.ms = reader.number("the number of packets", MAXIMUM_INDEX)
    if config.codec is not Codec.OPUS:
        raise GrammarError("only codec=opus has packets that can be lost or damaged")


def _read_nothing(_: Reader, __: Configuration, ___: Input) -> None:
    """The word alone says it all."""


_ROWS: dict[str, Callable[[Reader, Configuration, Input], None]] = {
    "expect": _read_expect,
    "response": _read_response,
    "item": _read_item,
    "part": _read_part,
    "audio": _read_audio,
    "text": _read_text,
    "part_done": _read_part_done,
    "item_done": _read_item_id,
    "message": _read_message,
    "call": _read_call,
    "response_done": _read_response_done,
    "advance": _read_time,
    "interrupt": _read_interrupt,
    "pause": _read_nothing,
    "resume": _read_nothing,
    "close": _read_nothing,
    "reconnect": _read_nothing,
    "swap_sink": _read_nothing,
    "text_delivered": _read_item_id,
    "reject": _read_reject,
    "started": _read_report,
    "progress": _read_report,
    "finished": _read_report,
    "stall": _read_time,
    "mute_reports": _read_nothing,
    "lost": _read_packet_fault,
    "corrupt": _read_packet_fault,
}


def read_input(reader: Reader, config: Configuration) -> Input:
    """The line behind `>`; the first word is taken already."""
    word = reader.id("an input behind the >")
    read_rest = _ROWS.get(word)
    if read_rest is None:
        raise GrammarError(f'there is no input "{printed(word)}"')
    line = Input(word)
    read_rest(reader, config, line)
    reader.end()
    return line
