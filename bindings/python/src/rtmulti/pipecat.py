"""`import rtmulti.pipecat`: the short name of rtmulti.integrations.pipecat, and the same module. Nothing lives here."""

import sys

from .integrations import pipecat as _pipecat
from .integrations.pipecat import *  # noqa: F403 - for those who read types: what runs is the line below

sys.modules[__name__] = _pipecat
