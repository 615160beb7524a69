"""What can go wrong, as exceptions. How a result becomes one is said here; when, where the calls are."""

from __future__ import annotations

from .enums import Result


class RtmultiError(Exception):
    """A call that the library refused; nothing was changed by it.

    `result` is the number of rtmulti.h (a Result where this version knows it), `code` its name
    ("RTMULTI_ERROR_BUSY" for example), and str() the library's sentence about it.
    """

    def __init__(self, result: int, code: str, sentence: str) -> None:
        self.result: int = next((known for known in Result if known == result), result)
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code}: {sentence}" if sentence else code)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.result, self.code, self.sentence)


class LibraryError(ImportError):
    """librtmulti was not found, cannot be loaded, or is not the one that this package was made for."""
