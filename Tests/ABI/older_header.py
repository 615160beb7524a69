"""Writes today's header as an older caller has it: without the youngest fields at the ends of structs, and without some
functions. It stands in for a released header while there is none, and stays as one that is always at hand. What is
compared with it is run.sh's.

usage: older_header.py HEADER OLDER
"""

import re
import sys

# From this field on a struct ends; the rest is younger.
YOUNGEST_FIELDS = {
    "rtmulti_config": "max_response_ms",
    "rtmulti_message": "generated_text",
    "rtmulti_stats": "written_ahead_ms",
}
YOUNGEST_FUNCTIONS = ("rtmulti_session_packet", "rtmulti_session_playback_queued", "rtmulti_device_pull_f32")


def cut(text: str, pattern: str, what: str) -> str:
    """Takes one stretch of the header away, which must be there exactly once."""
    text, count = re.subn(pattern, "", text, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"older_header.py cannot find {what}, or finds it {count} times; please teach it today's header.")
    return text


def older(text: str) -> str:
    for struct, field in YOUNGEST_FIELDS.items():
        pattern = rf"(?<=\n)  [a-z_0-9 ]+ \*?{field};(?:(?!\n}}).)*\n(?=}} {struct};)"
        text = cut(text, pattern, f"{struct}.{field}")
    for function in YOUNGEST_FUNCTIONS:
        text = cut(text, rf"(?<=\n)[a-z0-9_]+ {function}\([^;]*;\n", function)
    return text


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        text = older(file.read())
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
