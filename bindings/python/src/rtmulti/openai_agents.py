"""`import rtmulti.openai_agents`: the short name of rtmulti.integrations.openai_agents, and the same module. Nothing lives here."""

import sys

from .integrations import openai_agents as _openai_agents
from .integrations.openai_agents import *  # noqa: F403 - for those who read types: what runs is the line below

sys.modules[__name__] = _openai_agents
