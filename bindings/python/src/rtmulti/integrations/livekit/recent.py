"""What is remembered of a conversation that may last for days: the newest, and no more. A container; it knows nobody."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

#: As many items as the library's own history keeps.
NEWEST = 1024


class Recent(OrderedDict[_Key, _Value]):
    """A dict of the NEWEST keys that were set; setting a key again makes it new."""

    def __setitem__(self, key: _Key, value: _Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > NEWEST:
            self.popitem(last=False)
