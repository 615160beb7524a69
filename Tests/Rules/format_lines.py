"""The lines of the scenario format, one sample of each, and whether a runner reads them. What they mean is the page's
and the runners' affair.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

CONFIG = """
rate=8000 rate=16000 rate=44100 rate=48000 codec=pcm16 codec=ulaw codec=alaw codec=opus source_rate=16000
sink=auto sink=manual sink=paced sink=pulled gapless=yes can_pause=no can_clear=no text_sink=yes estimate=yes
starts_at_once=yes write_ahead=200 write_ahead=none latency=100 server=none
server=truncate,delete,sync,interrupts,owns_playout,rewrite
clear_timeout=100 turn_patience=100 handover=50 response_patience=1000 command_patience=1000 answers=no
speech=interrupts speech=ignored speech=session
""".split()

INPUTS = """
expect T
expect T conversation=none
expect
unexpect T
unexpect
cancel
cancel r1
response R conversation=none
response R expected=T
response R uninterruptible
response R local
response R modality=text
item r1 I index=1
item r1 I type=message
item r1 I type=function_call
item r1 I type=other
part A content=1 type=audio
part A content=1 type=text
audio A 100 content=0
audio A 100 delta=10
audio A bytes=960
text A "x" content=0
text A "x" start=0 end=10
part_done A content=0
item_done A
message I audio=100 text="x" response=r1 index=1
call I name arguments="{}"
response_done r1
response_done r1 status=completed
response_done r1 status=cancelled reason=x
response_done r1 status=incomplete
response_done r1 status=failed
advance 1
interrupt
interrupt r1
interrupt host
interrupt r1 host
pause
resume
close
reconnect
swap_sink
text_delivered A
reject truncate A code="x" message="y"
reject delete B code="x"
reject cancel r1 code="x"
reject delete B code="x" unnamed
buffer r1 started
buffer r1 stopped
buffer r1 cleared
truncated A 50 content=0
deleted A
speech_started
speech_stopped
session turn_detection=none
session turn_detection=interrupts
session turn_detection=ignored
set_server truncate
set_clear_timeout 100
set_audio_enabled no
set_audio_enabled yes
started A content=0
started A ago=10
progress A 50 content=0
progress A 50 ago=10
finished A 50 interrupted content=0
finished A 50 ago=10
stall 10
mute_reports
lost A 1
corrupt A
""".strip().splitlines()

EXPECTATIONS = """
cancel r1
clear_output r1
truncate A content=0 ms=5
delete A
sync "A" "B"
message A full ms=10~1 text="x" status=completed
message A partial of_lost_session=no
message A text_only
skipped A
skipped A of_lost_session=yes
speaking_started r1
speaking_stopped r1
settled r1
settled r1 interrupted at=5
call I
write A 10
flush A
clear A
pause
resume
text A "x"
no diagnostic
nothing
diagnostic late_audio
diagnostic unknown_item
diagnostic stale_report
diagnostic clear_timeout
diagnostic command_rejected
diagnostic command_unanswered
diagnostic memory_differs
diagnostic missing_done
diagnostic unknown_format
diagnostic silent_sink
diagnostic corrupt_packet
diagnostic odd_byte
diagnostic limit
diagnostic refused_pause
diagnostic protocol
""".strip().splitlines()

# What must stand before an input for it to have a place: a manual sink, Opus, commands that can be refused.
_CONFIG_BEFORE = {"started": "sink=manual", "progress": "sink=manual", "finished": "sink=manual", "lost": "codec=opus",
                  "corrupt": "codec=opus"}
_INPUTS_BEFORE = {"reject": ["> message B audio=100", "> advance 50", "> interrupt"]}
_NEVER = "< settled nobody"


def samples() -> list[str]:
    """All of them, each with the sign that begins its line."""
    return ([f"config {line}" for line in CONFIG] + [f"> {line}" for line in INPUTS]
            + [f"< {line}" for line in EXPECTATIONS])


def scenario_of(sample: str) -> tuple[str, int]:
    """A scenario that cannot pass, and the line in it at which a runner stumbles that does not read the sample."""
    talk = ["> response r1", "> message A audio=100"]
    if sample.startswith("config"):
        lines = [sample, *talk, _NEVER]
    elif sample.startswith(">"):
        word = sample.split()[1]
        config = [f"config {_CONFIG_BEFORE[word]}"] if word in _CONFIG_BEFORE else []
        lines = [*config, *talk, *_INPUTS_BEFORE.get(word, []), sample, _NEVER]
    else:
        lines = [*talk, _NEVER, "> advance 1", sample]
    text = "\n".join(["# A1: a sample", *lines]) + "\n"
    return text, 2 + lines.index(sample)


def unread_by(runner: Path) -> set[str]:
    """The samples that a runner does not read."""
    with tempfile.TemporaryDirectory() as folder:
        places: dict[str, str] = {}
        for number, sample in enumerate(samples()):
            text, line = scenario_of(sample)
            path = Path(folder) / f"{number}.scenario"
            path.write_text(text, encoding="utf-8")
            places[f"{path}:{line}"] = sample
        paths = [place.rpartition(":")[0] for place in places]
        done = subprocess.run([str(runner), *paths], capture_output=True, text=True, timeout=300, check=False)
    said = re.findall(r"^FAIL (\S+\.scenario:\d+)\b", done.stdout, re.MULTILINE)
    if len(said) != len(places):
        raise RuntimeError(f"{runner} told of {len(said)} of {len(places)} samples:\n{done.stdout}{done.stderr}")
    return {places[place] for place in said if place in places}


def _table(page: str, heading: str) -> list[list[str]]:
    part = page.split(f"## {heading}")[1].split("\n## ")[0]
    rows = [line.replace("\\|", "¦").strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def words_without_a_sample(page: str) -> set[str]:
    """The words of the page's tables that no sample has: the samples have fallen behind the page."""
    sampled = " ".join(samples())
    words: set[str] = set()
    for key, *_ in _table(page, "config keys"):
        words |= {f"{name}=" for name in key.split(", ")}
    for line, *_ in _table(page, "inputs"):
        words |= _words_of(line)
    for family, line in _table(page, "expectations"):
        words |= _words_of(line)
        if family == "diagnostic":
            words |= set(line.partition(": ")[2].split(", "))
    return {word for word in words if not re.search(rf"\b{re.escape(word)}", sampled)}


def _words_of(cell: str) -> set[str]:
    words: set[str] = set()
    for code in re.findall(r"`([<>] [^`]*)`", cell):
        code = re.sub(r'"[^"]*"|\.\.\.', "", code)
        words |= set(re.findall(r"\b[a-z][a-z0-9_]*\b=?", code))
    return words
