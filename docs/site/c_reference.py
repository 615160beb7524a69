"""The C reference: everything that include/rtmulti.h says, by its own sections. An extension of Sphinx on hawkmoth,
which reads the header with clang.

    .. header-manual::              the comment at its top
    .. header-section:: Queries     the words below a banner, and all that is declared there
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from header_text import manual_of, sections_of, short_names_of, with_comments_before
from prose import Prose
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

HEADER = Path(__file__).parents[2] / "include" / "rtmulti.h"
_TEXT = HEADER.read_text(encoding="utf-8")
#: Names of the code are, in the header's sentences, its numbers: OK, BUSY, LIMIT_AUDIO, PACED.
SHORT_NAMES = short_names_of(_TEXT)
_PROSE = Prose(SHORT_NAMES, "text")


class _FromHeader(SphinxDirective):
    def parse(self, lines: list[str]) -> list[nodes.Node]:
        """The nodes of some lines of reStructuredText."""
        self.env.note_dependency(str(HEADER))
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source=str(HEADER)), 0, container)
        return container.children


class HeaderManual(_FromHeader):
    """The comment at the top of the header."""

    def run(self) -> list[nodes.Node]:
        """See Directive."""
        return self.parse(_PROSE.to_rest(manual_of(_TEXT)))


class HeaderSection(_FromHeader):
    """One section of the header. Without a title it is what stands before the first."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """See Directive."""
        title = self.arguments[0] if self.arguments else ""
        found = [section for section in sections_of(_TEXT) if section.title == title]
        if len(found) != 1:
            titles = ", ".join(section.title for section in sections_of(_TEXT) if section.title)
            raise ExtensionError(f"rtmulti.h has no section {title!r}; those that it has: {titles}")
        lines = _PROSE.to_rest(found[0].prose)
        for declared in found[0].declared:
            lines += [f".. c:{declared.directive}:: {declared.name}", "   :file: rtmulti.h"]
            lines += ["   :members:"] if declared.directive in ("autostruct", "autoenum") else []
            lines += [""]
        return self.parse(lines)


def _write_copy(app: Sphinx) -> None:
    folder = Path(app.doctreedir)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rtmulti.h").write_text(with_comments_before(_TEXT), encoding="utf-8")
    app.config.hawkmoth_root = str(folder)


def _read_comment(app: Sphinx, lines: list[str], transform: object, options: object) -> None:
    if len(lines) > 1:  # hawkmoth leaves the star of the last line
        lines[-1] = re.sub(r"^\s*\* ?", "", lines[-1])
    lines[:] = _PROSE.to_rest(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_directive("header-manual", HeaderManual)
    app.add_directive("header-section", HeaderSection)
    app.connect("builder-inited", _write_copy)
    app.connect("hawkmoth-process-docstring", _read_comment)
    return {"parallel_read_safe": True}
