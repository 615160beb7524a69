"""Writes rtmulti(1): what `rtmulti --help` and the help of each command say, as a manual page. All of it is asked of
the command line's own parsers; only the order and the look are decided here.

usage: make/man/command_page.py > rtmulti.1     (with the package rtmulti on PYTHONPATH)
"""

from __future__ import annotations

import argparse
import re
import sys

from roff import Page, bold, escape, italic, prose

from rtmulti import __version__, cli

# A terminal of 80 columns, less the margin of a page and the indent of an example.
_CODE_COLUMNS = 64
# A line of help that is full goes on in the next one.
_SOURCE_COLUMNS = 120
# What stays on one line: what a usage has in brackets, an option with its value, what a shell has in quotes.
_TOGETHER = re.compile(r"\[[^\]]*\]|(?:--[\w-]+ (?=[^-]))?(?:'[^']*'|\"[^\"]*\"|\S)+")


def main() -> int:
    """Prints the page."""
    sys.stdout.write(page(cli._parser()))
    return 0


def page(parser: argparse.ArgumentParser) -> str:
    """The page's source."""
    page = Page("rtmulti", 1, __version__, "User Commands")
    summary = (parser.description or "").rstrip(".")
    commands = _commands(parser)
    page.section("Name")
    page.paragraph(f"rtmulti \\- {escape(summary[:1].lower() + summary[1:])}")
    page.section("Synopsis")
    for line in (f"{bold('rtmulti')} {italic('COMMAND')} [{italic('ARGUMENT')} ...]", _usage_of_options(parser)):
        page.paragraph(line)
    page.section("Description")
    page.paragraph(f"{bold('python3 -m rtmulti')} is the same. The commands are:")
    for number, (name, command) in enumerate(commands.items()):
        page.definition(bold(name), prose(_as_rtmulti(command.description or "")), close=number > 0)
    page.section("Options")
    _write_arguments(page, parser._actions)
    page.section("Commands")
    for name, command in commands.items():
        _write_command(page, name, command)
    page.section("Exit status")
    for number, (code, meaning) in enumerate(_exit_codes().items()):
        page.definition(bold(code), prose(meaning), close=number > 0)
    page.section("See also")
    page.paragraph(f"{bold('librtmulti')}(3)")
    return page.text()


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(commands.choices)


def _usage_of_options(parser: argparse.ArgumentParser) -> str:
    options = [max(action.option_strings, key=len) for action in parser._actions if action.option_strings]
    return f"{bold('rtmulti')} " + " | ".join(bold(option) for option in options)


def _write_command(page: Page, name: str, command: argparse.ArgumentParser) -> None:
    page.subsection(name)
    usage = _as_rtmulti(command.format_usage().removeprefix("usage: ").replace("[-h] ", ""))
    page.code(_filled(" ".join(usage.split()), ""))
    page.paragraph(prose(_capitalised(_as_rtmulti(command.description or "")) + "."))
    _write_arguments(page, [action for action in command._actions if action.dest != "help"])
    _write_epilog(page, _as_rtmulti(command.epilog or ""))


def _write_arguments(page: Page, actions: list[argparse.Action]) -> None:
    formatter = argparse.HelpFormatter("rtmulti")
    said = [action for action in actions if not isinstance(action, argparse._SubParsersAction)]
    for number, action in enumerate(said):
        if action.option_strings:
            value = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
            term = ", ".join(map(bold, action.option_strings)) + (" " + italic(value) if value else "")
        else:
            term = italic(formatter._format_args(action, formatter._get_default_metavar_for_positional(action)))
        meaning = formatter._expand_help(action) if action.help else ""
        page.definition(term, prose(_as_rtmulti(meaning)), close=number > 0)


def _write_epilog(page: Page, epilog: str) -> None:
    """What stands below the options: examples are lines that are indented, the rest is prose, a sentence a line."""
    last = ""
    for line in epilog.splitlines():
        text = line.strip()
        if line.startswith("  "):
            page.indent()
            page.code(_filled(text, " \\" if text.startswith("rtmulti ") else ""), close=last.startswith("  "))
            page.outdent()
        elif text and (not last or last.startswith("  ")):
            page.paragraph(prose(_capitalised(text)))
        elif text and len(last + " " + text.split()[0]) > _SOURCE_COLUMNS:
            page.go_on(prose(text))
        elif text:
            page.run_on(prose(_capitalised(text)))
        last = line


def _capitalised(text: str) -> str:
    """Help begins small, for it stands in tables; here it stands alone."""
    return text[:1].upper() + text[1:] if text.split(" ")[0].rstrip(":,").isalpha() else text


def _filled(line: str, end: str) -> list[str]:
    """A line of code in lines that fit, each but the last with this end."""
    lines, end_of_last = [""], 0
    for match in _TOGETHER.finditer(line):
        gap = line[end_of_last : match.start()]
        if lines[-1] and len(lines[-1] + gap + match[0] + end) > _CODE_COLUMNS:
            lines[-1] += end
            lines.append("    " + match[0])
        else:
            lines[-1] += gap + match[0]
        end_of_last = match.end()
    return lines


def _as_rtmulti(text: str) -> str:
    """The help names the command as it works everywhere; where this page is, it has its name."""
    return re.sub(r"python3? -m rtmulti", "rtmulti", text)


def _exit_codes() -> dict[str, str]:
    """The exit codes as the command line's own description lists them."""
    listed = re.search(r"Exit codes: (.*?)\.\n", cli.__doc__ or "", re.DOTALL)
    if not listed:
        raise ValueError('rtmulti.cli does not say its "Exit codes: 0 ...; 1 ..." any more')
    codes = (entry.split(" ", 1) for entry in " ".join(listed[1].split()).split("; "))
    return {code: meaning for code, meaning in codes}


if __name__ == "__main__":
    sys.exit(main())
