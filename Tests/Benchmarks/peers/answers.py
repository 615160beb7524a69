"""Inside the process of a subject: reads questions, one line of JSON each, and answers each on an event loop of its own with one
line of JSON. What the answers are stands in in_*.py.

usage: python -m peers.answers MODULE [ARGUMENT...]
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import sys
import traceback
import warnings
from typing import Any


def main(module: str, arguments: list[str]) -> None:
    """Answers until there are no more questions."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    # What a framework prints is not the answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    subject: Any = importlib.import_module(f"peers.{module}").Subject(*arguments)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = asyncio.run(getattr(subject, question.pop("ask"))(**question))
        except Exception as problem:
            traceback.print_exc()
            answer = {"problem": str(problem) or type(problem).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
