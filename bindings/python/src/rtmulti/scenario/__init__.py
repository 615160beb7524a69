"""The scenario runner in Python: `python -m rtmulti.scenario FILE...` (docs/rules/SCENARIOS.md is the format).

The same runner as Tests/Runner, through the Python binding instead of the C ABI: the same grammar, the same
sentences, the same server and ear. A rule that is written down once is so held for both.
"""
