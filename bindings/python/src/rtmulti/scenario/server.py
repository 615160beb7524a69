"""A small model of the server's conversation: what was announced, how much audio of it was sent, and what the
commands made of it. It refuses what a real server refuses. What the listener heard is not known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from ..enums import Codec, CommandKind, ItemKind, PartKind, ResponseFlag, Server
from ..events import Cancel, Command, Create, Delete, Sync, Truncate
from .configuration import Configuration
from .reader import NOT_GIVEN


class Generation(Enum):
    """How the generation of a response stands."""

    UNANNOUNCED = auto()  # an item named it before it was created
    ACTIVE = auto()  # created, and neither done nor cancelled
    ENDED = auto()
    LOST = auto()  # the connection it belonged to is gone


@dataclass(eq=False)
class ServerResponse:
    """A response; `is_settled` when the engine said so."""

    id: str
    generation: Generation = Generation.UNANNOUNCED
    flags: ResponseFlag = ResponseFlag.NONE
    is_settled: bool = False


class Presence(Enum):
    """Where an item is now, seen from the server's conversation."""

    HELD = auto()
    DELETED = auto()
    REWRITTEN = auto()  # deleted and created again as text
    LOST = auto()  # by a reconnect
    ELSEWHERE = auto()  # local or out of band: never in the conversation


@dataclass(eq=False)
class ServerPart:
    """A content part and what was sent of it."""

    content: int
    kind: PartKind
    #: What the `audio` lines asked for so far, so that rounding does not add up.
    asked_ms: int = 0
    received_bytes: int = 0
    #: Opus, at 48 kHz.
    received_frames: int = 0
    #: Opus: what a damaged packet counts for.
    last_packet_frames: int = 0
    #: Opus: made so far, lost ones included: what they are numbered by.
    packets: int = 0
    frames: int = 0
    #: Opus: lost since the last packet that came.
    lost_frames: int = 0
    #: NOT_GIVEN while it is whole.
    truncated_ms: int = NOT_GIVEN


@dataclass(eq=False)
class ServerItem:
    """An item; its response is None when it was announced while there was none."""

    id: str
    response: ServerResponse | None
    kind: ItemKind
    presence: Presence = Presence.HELD
    is_named_in_reject: bool = False
    parts: list[ServerPart] = field(default_factory=list)

    def part(self, content: int) -> ServerPart | None:
        """The part at this index."""
        return next((part for part in self.parts if part.content == content), None)

    def audio_content(self, content: int) -> int:
        """The index that is meant: NOT_GIVEN is the item's first audio part, else 0."""
        if content != NOT_GIVEN:
            return content
        return min((part.content for part in self.parts if part.kind is PartKind.AUDIO), default=0)

    def add_part(self, content: int, kind: PartKind) -> ServerPart:
        """The part at this index, made if it was not announced before."""
        part = self.part(content)
        if part is None:
            part = ServerPart(content, kind)
            self.parts.append(part)
        return part


class CommandState(Enum):
    """What became of a command."""

    OBEYED = auto()
    REFUSED = auto()
    REJECTED = auto()


@dataclass(eq=False)
class ServerCommand:
    """One command that arrived, with what is needed to undo it."""

    kind: CommandKind
    id: str
    event_id: str
    #: The command as a line, for people, and the statement during which it came.
    shown: str
    line: int
    state: CommandState = CommandState.OBEYED
    refusal: str = ""
    item: ServerItem | None = None
    part: ServerPart | None = None
    response: ServerResponse | None = None
    presence_before: Presence = Presence.HELD
    truncated_ms_before: int = NOT_GIVEN
    generation_before: Generation = Generation.UNANNOUNCED

    def reject(self) -> None:
        """A `reject` line: the command is undone, and its item is left out at the end."""
        if self.item is not None:
            self.item.is_named_in_reject = True
        if self.state is CommandState.OBEYED:
            if self.kind is CommandKind.CANCEL and self.response is not None:
                self.response.generation = self.generation_before
            if self.kind is CommandKind.TRUNCATE and self.part is not None:
                self.part.truncated_ms = self.truncated_ms_before
            if self.kind is CommandKind.DELETE and self.item is not None:
                self.item.presence = self.presence_before
        self.state = CommandState.REJECTED


class ServerModel:
    """The conversation as the server keeps it. Lists are oldest first."""

    def __init__(self, config: Configuration) -> None:
        self.capabilities = config.server
        self.codec = config.codec
        rates_hz = {Codec.PCM16: config.source_rate_hz, Codec.OPUS: 48_000}
        self.source_rate_hz = rates_hz.get(config.codec, 8_000)
        self.responses: list[ServerResponse] = []
        self.items: list[ServerItem] = []
        self.commands: list[ServerCommand] = []
        #: The host hung up: what is said now reaches nobody.
        self.is_closed = False

    # --- responses and items ---

    def find_response(self, id: str | None) -> ServerResponse | None:
        """The response of this id."""
        return next((response for response in self.responses if response.id == id), None)

    def _response_named(self, id: str) -> ServerResponse:
        response = self.find_response(id)
        if response is None:
            response = ServerResponse(id)
            self.responses.append(response)
        return response

    def response_created(self, id: str, flags: ResponseFlag) -> None:
        """A response was created; a repeated announcement changes nothing."""
        response = self._response_named(id)
        if response.generation is Generation.UNANNOUNCED:
            response.generation = Generation.ACTIVE
            response.flags = flags

    def response_done(self, id: str) -> None:
        """Its generation ended."""
        response = self.find_response(id)
        if response is not None and response.generation is Generation.ACTIVE:
            response.generation = Generation.ENDED

    def response_settled(self, id: str) -> None:
        """The engine said that it settled."""
        response = self.find_response(id)
        if response is not None:
            response.is_settled = True

    @property
    def newest_response(self) -> str | None:
        """The id of the newest response."""
        return self.responses[-1].id if self.responses else None

    def find_item(self, id: str | None) -> ServerItem | None:
        """The item of this id."""
        return next((item for item in self.items if item.id == id), None)

    def item_added(self, response_id: str | None, id: str, kind: ItemKind) -> ServerItem:
        """An item was announced, in the response named or else in the newest."""
        item = self.find_item(id)
        if item is not None:
            return item
        if response_id is not None:
            response: ServerResponse | None = self._response_named(response_id)
        else:
            response = self.responses[-1] if self.responses else None
        item = ServerItem(id, response, kind)
        if self.is_closed or (response is not None and response.generation is Generation.LOST):
            item.presence = Presence.LOST
        elif response is not None and response.flags & (ResponseFlag.LOCAL | ResponseFlag.OUT_OF_BAND):
            item.presence = Presence.ELSEWHERE
        self.items.append(item)
        return item

    def item_for_delta(self, id: str) -> ServerItem:
        """The item that a delta is for; one that was never announced belongs to the newest response."""
        return self.item_added(None, id, ItemKind.MESSAGE)

    def heard_listener(self, response_id: str | None) -> None:
        """The listener spoke: a server that interrupts ends what is named (None: everything)."""
        if not self.capabilities & Server.INTERRUPTS:
            return
        for response in self.responses:
            is_meant = response_id is None or response.id == response_id
            # Whoever makes a response uninterruptible tells the server so too.
            can_end = not response.flags & ResponseFlag.UNINTERRUPTIBLE
            if is_meant and can_end and response.generation is Generation.ACTIVE:
                response.generation = Generation.ENDED

    def reconnected(self) -> None:
        """The connection and all that it held are gone."""
        for response in self.responses:
            response.generation = Generation.LOST
        for item in self.items:
            if item.presence is not Presence.ELSEWHERE:
                item.presence = Presence.LOST

    # --- audio ---

    def audio_sent(self, part: ServerPart, size: int, frames: int) -> None:
        """The server sent bytes of audio; `frames`: Opus only."""
        if not self.is_closed:
            part.received_bytes += size
            part.received_frames += frames

    def received_us(self, part: ServerPart) -> int:
        """How much of this part was sent."""
        if part.kind is not PartKind.AUDIO:
            return 0
        frames = part.received_bytes
        if self.codec is Codec.OPUS:
            frames = part.received_frames
        elif self.codec is Codec.PCM16:
            frames = part.received_bytes // 2
        return frames * 1_000_000 // self.source_rate_hz

    def held_us(self, part: ServerPart) -> int:
        """What the conversation holds of this part; after a truncation later audio adds nothing."""
        return self.received_us(part) if part.truncated_ms == NOT_GIVEN else part.truncated_ms * 1000

    # --- commands ---

    def obey(self, command: Command, shown: str, line: int) -> None:
        """Obeys a command, or refuses it as a real server would; either way it is remembered."""
        kind = _KINDS[type(command)]
        if isinstance(command, Cancel):
            entry = ServerCommand(kind, command.response_id, command.event_id, shown, line)
            entry.response = self.find_response(command.response_id)
        else:
            id = "" if isinstance(command, Sync) else command.item_id
            entry = ServerCommand(kind, id, command.event_id, shown, line)
            entry.item = self.find_item(id)
        entry.refusal = self._refusal(entry, command)
        if entry.refusal:
            entry.state = CommandState.REFUSED
        self.commands.append(entry)

    def newest_command(self, kind: CommandKind, id: str | None) -> ServerCommand | None:
        """The newest command of a kind that names this id."""
        return next((entry for entry in reversed(self.commands) if entry.kind is kind and entry.id == id), None)

    def _refusal(self, entry: ServerCommand, command: Command) -> str:
        if isinstance(command, Cancel):
            return self._cancel(entry)
        if isinstance(command, Truncate):
            return self._truncate(entry, command.content_index, command.audio_end_ms)
        if isinstance(command, Delete):
            return self._delete(entry)
        if isinstance(command, Sync):
            return self._replace_context(command)
        return self._create(entry)

    def _cancel(self, entry: ServerCommand) -> str:
        response = entry.response
        if (
            response is None
            or response.generation is not Generation.ACTIVE
            or response.flags & ResponseFlag.LOCAL
        ):
            return "no such response is active"
        entry.generation_before = response.generation
        response.generation = Generation.ENDED
        return ""

    def _truncate(self, entry: ServerCommand, content: int, ms: int) -> str:
        if not self.capabilities & Server.TRUNCATES:
            return "this server cannot truncate"
        item = entry.item
        if item is None or item.presence is not Presence.HELD:
            return "it holds no such item"
        part = item.part(content)
        has_audio = sum(self.received_us(any_part) for any_part in item.parts) > 0
        if not has_audio or part is None or part.kind is not PartKind.AUDIO:
            return "there is no audio in it"
        held_ms = self.held_us(part) // 1000
        if ms < 0 or ms > held_ms:
            return f"it holds only {held_ms} ms of it"
        entry.part = part
        entry.truncated_ms_before = part.truncated_ms
        part.truncated_ms = ms
        return ""

    def _delete(self, entry: ServerCommand) -> str:
        if not self.capabilities & Server.DELETES:
            return "this server cannot delete"
        if entry.item is None or entry.item.presence is not Presence.HELD:
            return "it holds no such item"
        entry.presence_before = entry.item.presence
        entry.item.presence = Presence.DELETED
        return ""

    def _replace_context(self, sync: Sync) -> str:
        if not self.capabilities & Server.SYNCS:
            return "its context cannot be replaced"
        for id in sync.dropped:
            item = self.find_item(id)
            if item is not None and item.presence is Presence.HELD:
                item.presence = Presence.DELETED
        return ""

    def _create(self, entry: ServerCommand) -> str:
        if not self.capabilities & Server.REWRITES:
            return "this server cannot have items rewritten"
        if entry.item is None or entry.item.presence is not Presence.DELETED:
            return "the item was not deleted before"
        entry.item.presence = Presence.REWRITTEN
        return ""


_KINDS = {
    Cancel: CommandKind.CANCEL,
    Truncate: CommandKind.TRUNCATE,
    Delete: CommandKind.DELETE,
    Sync: CommandKind.SYNC,
    Create: CommandKind.CREATE,
}
