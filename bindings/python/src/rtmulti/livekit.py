"""`import rtmulti.livekit`: the short name of rtmulti.integrations.livekit, and the same module. Nothing lives here."""

import sys

from .integrations import livekit as _livekit
from .integrations.livekit import *  # noqa: F403 - for those who read types: what runs is the line below

sys.modules[__name__] = _livekit
