"""What a server event is before the library reads it: text, bytes, a mapping, or an SDK's object. Nothing in it is
judged here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ._arguments import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from json import JSONEncoder
    from typing import Any, Protocol, TypeAlias

    class JSONModel(Protocol):
        """An event as an SDK parsed it (pydantic)."""

        def model_dump_json(self, *, exclude_unset: bool) -> str:
            """The event as JSON text; `exclude_unset`: without the fields that the server left out."""
            ...

        def model_dump(self, *, exclude_unset: bool) -> dict[str, Any]:
            """The same as a dict."""
            ...

    ServerEvent: TypeAlias = str | bytes | bytearray | memoryview | Mapping[str, Any] | JSONModel

#: The highest content index that the library takes.
_HIGHEST_INDEX = 65_535
#: An event that announces a response is never longer than this.
_LONGEST_CREATED = 65_536


def event_bytes(event: ServerEvent) -> bytes:
    """A server event as the UTF-8 text of one JSON object, whatever it comes as.

    A field that the server left out is left out (rule A6): an SDK's object has null in its place. Half a surrogate
    pair, which servers send when they cut an emoji in two, is no UTF-8: it goes as an escape, or as U+FFFD.
    """
    if isinstance(event, str):
        try:
            return event.encode()
        except UnicodeEncodeError:
            return event.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    if isinstance(event, (bytearray, memoryview)):
        return bytes(event)
    if isinstance(event, bytes):
        return event
    if type(event) is dict or isinstance(event, Mapping):
        return _json_bytes(event)
    to_json = getattr(event, "model_dump_json", None)
    if to_json is None:
        raise TypeError(f"an event must be str, bytes, a mapping or an SDK's object, not {shown(event)}")
    try:
        text: str = to_json(exclude_unset=True)
        return text.encode()
    except ValueError:
        return _json_bytes(event.model_dump(exclude_unset=True))


#: The audio deltas of the wire, GA and beta.
_AUDIO_DELTAS = ("response.output_audio.delta", "response.audio.delta")
#: What such an event has besides its type, where no JSON has to be made of it; the first two it must have.
_DELTA_FIELDS = ("item_id", "delta", "content_index", "response_id", "event_id", "output_index")


def audio_delta(
    event: ServerEvent,
) -> tuple[bytes | None, int, bytes, int, int, bytes, int, bytes | None, int] | None:
    """The arguments of rtmulti_session_audio_base64 for an ordinary audio delta that is a dict or an SDK's object; None
    for all else.

    These are nearly all the bytes of a conversation, and making JSON of one costs several times what is done with it. One
    that has other fields says more than these arguments can.
    """
    if type(event) is not dict:
        if getattr(event, "type", None) not in _AUDIO_DELTAS:
            return None
        # pydantic: the fields that the server sent, also those that the SDK does not know.
        names = getattr(event, "model_fields_set", None)
        if type(names) is not set:
            return None
        event = {name: getattr(event, name) for name in names}
    if event.get("type") not in _AUDIO_DELTAS:
        return None
    item, delta, index, response, event_id, output_index = map(event.get, _DELTA_FIELDS)
    missing = (index is None) + (response is None) + (event_id is None) + (output_index is None)
    if (
        len(event) != 1 + len(_DELTA_FIELDS) - missing
        or not type(item) is type(delta) is str
        or not item
        or (index is not None and (type(index) is not int or not 0 <= index <= _HIGHEST_INDEX))
        or (response is not None and type(response) is not str)
        or (event_id is not None and type(event_id) is not str)
        or (output_index is not None and type(output_index) is not int)
    ):
        return None
    try:
        item, delta = item.encode(), delta.encode("ascii")
        response = None if response is None else response.encode()
        event_id = None if event_id is None else event_id.encode()
    except UnicodeEncodeError:
        return None
    return (
        response, 0 if response is None else len(response), item, len(item), -1 if index is None else index,
        delta, len(delta),
        event_id, 0 if event_id is None else len(event_id),
    )  # fmt: skip


def _json_bytes(event: object) -> bytes:
    try:
        return _encoder().encode(event).encode()
    except UnicodeEncodeError:
        import json

        return json.dumps(event, default=_plain).encode()


@cache
def _encoder() -> JSONEncoder:
    # Made once: json.dumps makes one for each event that it writes as here, which takes as long as the writing.
    import json

    return json.JSONEncoder(ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    """What is in a mapping and is no type of JSON."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an event must hold what JSON can say, and this one holds {shown(value)}")


def created_response(event: ServerEvent) -> str | None:
    """The id in a response.created; None for any other event. It costs little for the others, however they come."""
    if isinstance(event, str):
        found = len(event) < _LONGEST_CREATED and '"response.created"' in event
    elif isinstance(event, (bytes, bytearray)):
        found = len(event) < _LONGEST_CREATED and b'"response.created"' in event
    elif isinstance(event, memoryview):
        found = event.nbytes < _LONGEST_CREATED and b'"response.created"' in bytes(event)
    elif isinstance(event, Mapping):
        found = event.get("type") == "response.created"
    else:
        found = getattr(event, "type", None) == "response.created"
    if not found:
        return None
    import json

    told = json.loads(event_bytes(event))
    response = told.get("response")
    if told.get("type") != "response.created" or not isinstance(response, dict):
        return None
    return str(response.get("id") or "") or None
