"""Chooses of a grown corpus what is committed: the smallest inputs, as many as fit, named by their content.
What an input means is its target's.

usage: python3 Tests/Fuzzing/choose.py GROWN CORPUS     replaces what lies in CORPUS
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

MOST_INPUTS = 400
MOST_BYTES = 144 * 1024


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    grown, corpus = Path(sys.argv[1]), Path(sys.argv[2])
    inputs = sorted((path.read_bytes() for path in grown.iterdir()), key=lambda data: (len(data), data))
    for path in corpus.iterdir():
        path.unlink()
    chosen, size = 0, 0
    for data in inputs[:MOST_INPUTS]:
        if size + len(data) > MOST_BYTES:
            break
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        chosen += 1
        size += len(data)
    print(f"{corpus}: {chosen} of {len(inputs)} inputs, {size} bytes")


if __name__ == "__main__":
    main()
