"""Takes the text of a comment apart into what a reader sees in it: paragraphs, items of lists, and the lines that begin
with a label. Where comments come from and how they look on a page is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LABELS = ("Errors", "Thread", "In a callback", "Memory", "Rules")

_LABEL = re.compile(rf"({'|'.join(LABELS)}): +(.*)")
_ITEM = re.compile(r"( *)(\d+\.|[-*]) +(.*)")
# Within a list, columns and lines that begin with an ellipsis are kept apart.
_COLUMN = re.compile(r" {2,}")


@dataclass
class Block:
    """A paragraph. `mark` is that of the item that it is, `of_item` says that it belongs to the item before, `label` is
    what it began with. `lines` are kept apart; each of them may be wrapped."""

    lines: list[str]
    mark: str = ""
    label: str = ""
    of_item: bool = False


def blocks(lines: list[str]) -> list[Block]:
    """The blocks of a comment, in order."""
    found: list[Block] = []
    item_indent = -1  # of the list at hand; -1 outside of lists
    is_open = False  # whether the next line may go on with the last block
    for line in lines:
        text = line.strip()
        if not text:
            is_open = False
            continue
        indent = len(line) - len(line.lstrip())
        if label := _LABEL.fullmatch(line):
            found.append(Block([label[2]], label=label[1]))
            item_indent = -1
        elif item := _ITEM.fullmatch(line):
            item_indent = len(item[1])
            found.append(Block(_COLUMN.split(item[3]), mark=item[2]))
        elif is_open and (item_indent < 0 or indent > item_indent):
            _go_on(found[-1], text)
        else:
            if indent <= item_indent:
                item_indent = -1
            found.append(Block([text], of_item=item_indent >= 0))
        is_open = True
    return found


def _go_on(block: Block, text: str) -> None:
    if block.mark and text.startswith("..."):
        block.lines.append(text)
    else:
        block.lines[-1] += " " + text
