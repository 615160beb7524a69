"""The command line of rtmulti: which commands there are, and how their failures become messages and exit codes. What a
command does is in its own file.

Exit codes: 0 all is well; 1 it ran, and the answer is no (a verdict that is not green, a server that cannot be
reached); 2 it could not run (wrong arguments, a file that cannot be read, no library).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .._files import UnreadableFile
from ..errors import LibraryError, RtmultiError
from . import compare, play, record, relay, rules, screen, serve, timeline, trace
from .problem import Problem
from .version import VersionAction


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit code; `arguments` are those behind the program's name."""
    screen.prepare()
    try:
        options = _parser().parse_args(arguments)
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except Problem as problem:
        return _fail(str(problem), problem.exit_code)
    except (LibraryError, RtmultiError) as error:
        return _fail(str(error), 2)
    except UnreadableFile as error:
        return _fail(str(error), 2)
    except BrokenPipeError:
        # The reader of our output has seen enough (`| head`).
        screen.abandon()
        return 0
    except OSError as error:
        # What a file's own command did not tell of is the output.
        screen.abandon()
        return _fail(f"the output cannot be written: {error.strerror or error}.", 2)
    except MemoryError:
        return _fail("there is not enough memory for it.", 2)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Plays realtime speech conversations and shows what was heard of each message.",
        epilog=f"`{_program()} COMMAND --help` has examples.",
    )
    parser.add_argument(
        "--version", action=VersionAction, nargs=0, help="say which library is loaded, and how it was built"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in (play, timeline, trace, record, serve, relay, compare, rules):
        name, summary, examples = module.NAME, module.SUMMARY, module.EXAMPLES
        command = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def _program() -> str:
    """What the command line is called by: pip puts a program `rtmulti` beside Python, and `python -m` works without."""
    return "rtmulti" if os.path.basename(sys.argv[0]) == "rtmulti" else "python -m rtmulti"


def _fail(message: str, exit_code: int) -> int:
    screen.complain(message)
    return exit_code
