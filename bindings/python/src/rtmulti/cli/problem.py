"""Why a command cannot go on, and with which exit code it ends. Only that."""

from __future__ import annotations


class Problem(Exception):
    """Ends the command with this message for a person; `exit_code` is 2 unless the command ran and the answer is no."""

    def __init__(self, message: str, exit_code: int = 2) -> None:
        super().__init__(message)
        self.exit_code = exit_code
