"""`python -m rtmulti`: the command line. What it can do stands in rtmulti.cli; nothing but the start is here."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
