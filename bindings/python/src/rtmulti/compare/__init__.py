"""One table: the same conversations through every installed framework, alone and with rtmulti, against the strict server over a
real WebSocket. What a framework's maintainers would run before a release. docs/compare.md says how each is driven. The rooms:

rows.py         the conversations: the 16 rows, and any number from a seed
device.py       the listener's device, which knows what was heard
far.py          a client that is far away
clock.py        an event loop that is fair on a busy machine
client.py       what is asked of a framework's client; by_livekit.py, by_pipecat.py, by_openai_agents.py do it
frameworks.py   which frameworks there are, and which are installed
talk.py         one conversation
score.py        what it came to, held against what was heard
cells.py        the sums, and what each must be
play.py         everything, several conversations at a time
report.py       a table, JSON, a picture
"""

from __future__ import annotations

from .cells import Cell
from .frameworks import FRAMEWORKS, NAMES, Framework, Way
from .play import play
from .rows import ROWS, Row, random_row

__all__ = ["FRAMEWORKS", "NAMES", "ROWS", "Cell", "Framework", "Row", "Way", "play", "random_row"]
