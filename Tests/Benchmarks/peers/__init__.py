"""rtmulti side by side with what people use today: the real packages, each in a process and an environment of its own, driven
as `python -m rtmulti compare` drives them. The rooms:

__main__.py         the options, and the order of things
sections.py         what is measured in which order, and under which names
workers.py          the subjects: which processes there are, pinned, and how they are asked
servers.py          the strict servers that speak to them, in a process of their own
metronome.py        a server that keeps time for many sessions at once
answers.py          inside a subject's process: answers one question after another
in_framework.py     the answers of livekit, pipecat and openai-agents
in_rtmulti.py       the answers of rtmulti from Python
in_crowd.py         sessions of rtmulti that all talk at once
in_livekit_speech.py    the answers of livekit without a model
in_decoders.py      the answers of PyAV, opuslib and livekit's decoder
loading.py, loads.py    what answers without a process that stays
searching.py        how many are tried
speaker.py          what everybody plays on
clocks.py           when a truncate leaves, and what a process holds
table.py, picture.py    how it is written down
"""
