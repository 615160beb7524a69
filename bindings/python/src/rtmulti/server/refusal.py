"""What a real Realtime server refuses, in its own codes and words. Only the wording lives here: who refuses what, and
when, is decided by the conversation and the connection.

Clients match on these strings (rules F5 and F6), so they are the service's own, as they appear in public reports.
"""

from __future__ import annotations

from collections.abc import Iterable


class Refusal(Exception):
    """A client event that was refused. It becomes one `error` event and changes nothing.

    `code` and `message` are what the service says; `param` names the field at fault, or is None.
    """

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param


_LONGEST_VALUE = 200
#: Refusals that a correct client can get, because it and the server spoke at the same time (rule F5).
RACES = frozenset({"response_cancel_not_active", "item_truncate_invalid_item_id", "item_delete_invalid_item_id"})


def cancel_not_active() -> Refusal:
    """`response.cancel` when nothing is being generated."""
    return Refusal("response_cancel_not_active", "Cancellation failed: no active response found")


def response_already_active(response_id: str) -> Refusal:
    """`response.create` while another response is being generated."""
    return Refusal(
        "conversation_already_has_active_response",
        f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one.",
    )


def no_item_to_truncate(item_id: str) -> Refusal:
    """`conversation.item.truncate` of an item that is not in the conversation."""
    return Refusal(
        "item_truncate_invalid_item_id",
        f"Error truncating item: the item with id '{shown(item_id)}' does not exist.",
        "item_id",
    )


def no_item_to_delete(item_id: str) -> Refusal:
    """`conversation.item.delete` of an item that is not in the conversation."""
    return Refusal(
        "item_delete_invalid_item_id",
        f"Error deleting item: the item with id '{shown(item_id)}' does not exist.",
        "item_id",
    )


def no_item_to_retrieve(item_id: str) -> Refusal:
    """`conversation.item.retrieve` of an item that is not in the conversation."""
    return Refusal(
        "item_retrieve_invalid_item_id",
        f"Error retrieving item: the item with id '{shown(item_id)}' does not exist.",
        "item_id",
    )


def not_output_audio() -> Refusal:
    """`conversation.item.truncate` of anything but a message of the model that has audio (rule F2)."""
    return Refusal("unsupported_content_type", "Only model output audio messages can be truncated")


def already_shorter(audio_ms: int, audio_end_ms: int) -> Refusal:
    """`conversation.item.truncate` beyond the audio that there is (rules C1 and F6)."""
    message = f"Audio content of {audio_ms}ms is already shorter than {shown(audio_end_ms)}ms"
    return Refusal("invalid_value", message, "audio_end_ms")


def plays_by_itself() -> Refusal:
    """`conversation.item.truncate` where the server plays by itself (rule F4). No real server has these words."""
    return Refusal("rtmulti_plays_by_itself", "This server plays and truncates by itself; it is not to be told where.")


def buffer_too_small(buffered_ms: float) -> Refusal:
    """`input_audio_buffer.commit` with less than 100 ms of audio in the buffer."""
    return Refusal(
        "input_audio_buffer_commit_empty",
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {buffered_ms:.2f}ms of audio.",
    )


def missing(param: str) -> Refusal:
    """A field that the event must have is not there."""
    return Refusal("missing_required_parameter", f"Missing required parameter: '{param}'.", param)


def wrong_type(param: str, expected: str, value: object) -> Refusal:
    """A field holds a value of another type than `expected`, which is named with its article."""
    message = f"Invalid type for '{param}': expected {expected}, but got {_named(value)} instead."
    return Refusal("invalid_type", message, param)


def below_minimum(param: str, minimum: int, value: int) -> Refusal:
    """An integer field is smaller than it may be."""
    message = f"Invalid '{param}': integer below minimum value. Expected a value >= {minimum}, but got {shown(value)} instead."
    return Refusal("integer_below_min_value", message, param)


def out_of_range(param: str, maximum: float, value: float) -> Refusal:
    """A number is not between 0 and the largest that it may be."""
    message = f"Invalid '{param}': expected a value between 0 and {maximum:g}, but got {shown(value)} instead."
    return Refusal("decimal_out_of_range", message, param)


def wrong_value(param: str, value: object, supported: Iterable[str]) -> Refusal:
    """A field holds none of the values that it may hold."""
    values = ", ".join(f"'{name}'" for name in supported)
    return Refusal("invalid_value", f"Invalid value: '{shown(value)}'. Supported values are: {values}.", param)


def not_json(reason: str) -> Refusal:
    """The message was not one JSON object."""
    return Refusal("invalid_json", f"The event could not be read as a JSON object: {reason}.")


def too_much(what: str, most: str) -> Refusal:
    """More than one client may have remembered. No real server has these words."""
    return Refusal("rtmulti_too_much", f"This server has enough {what}: a client keeps at most {most}.")


def script_finished() -> Refusal:
    """`response.create` when the script has no more turns. The one refusal that no real server knows."""
    return Refusal("rtmulti_script_finished", "The script of this server has no more turns.")


def shown(value: object) -> str:
    """A value of the client's as far as it helps."""
    text = str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _named(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"
