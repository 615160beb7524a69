"""One run of one scenario, from the session's birth to its end: statements in file order, blocks of expectations
where they stand, the verdict behind the last line. No part keeps anything outside of its Run."""

from __future__ import annotations

from dataclasses import dataclass

from ..enums import Result
from ..session import Session
from . import expectations, verdict
from .device import Device
from .door import Door
from .effects import Effect, Family
from .expectation_lines import Expectation
from .file import Scenario, Statement
from .inputs import Input
from .server import ServerModel
from .sink import PlayedSegment, RunnerSink
from .traffic import Traffic
from .voice import Voice, VoiceError


@dataclass
class Failure:
    """Where and why a scenario failed."""

    line: int
    sentence: str


class Run:
    """Everything that the parts of a run share."""

    door: Door
    session: Session

    def __init__(self, scenario: Scenario, *, polls: bool = False, traces: bool = False) -> None:
        self.scenario = scenario
        #: Take the effects by polling instead of by callback.
        self.polls = polls
        #: Print every effect and the result of every input.
        self.traces = traces
        self.now_ms = 0
        #: Of the statement at hand.
        self.line = 1
        self.server = ServerModel(scenario.config)
        self.voice = Voice(scenario.config)
        #: Of all sinks, oldest first.
        self.segments: list[PlayedSegment] = []
        self.sink = RunnerSink(self)
        #: Pulled: whoever takes from the sink.
        self.device = Device(self)
        self.effects: list[Effect] = []
        #: The first effect that no block has seen, and the first behind the last block that showed a family.
        self.block_from = 0
        self.shown_from = dict.fromkeys(Family, 0)
        self.failure: Failure | None = None

    @property
    def has_failed(self) -> bool:
        """Whether something went wrong already."""
        return self.failure is not None

    def fail(self, line: int, sentence: str) -> None:
        """Keeps the first failure; later ones are mostly its consequences."""
        if self.failure is None:
            self.failure = Failure(line, sentence)

    def trace(self, line: str) -> None:
        """One line of --trace."""
        if self.traces:
            print(line)

    def play(self) -> Failure | None:
        """Runs the scenario; returns where and why it failed, or None."""
        self.door = Door(self)
        self.session = self.door.session
        try:
            self._plug_in()
            if not self.has_failed:
                self._play_statements()
            if not self.has_failed:
                verdict.check(self)
        except VoiceError as problem:
            self.fail(self.line, str(problem))
        finally:
            self.door.close()
            self.voice.end()
        return self.failure

    def _plug_in(self) -> None:
        formatted = self.door.set_format(self.voice.format)
        plugged = self.door.set_sink()
        if formatted != Result.OK or plugged != Result.OK:
            refused = Result(plugged if formatted == Result.OK else formatted)
            self.fail(
                1,
                f"the config lines were expected to suit the library, came RTMULTI_{refused.name}: "
                f"{self.door.sentence}",
            )

    def _play_statements(self) -> None:
        traffic = Traffic(self)
        statements = self.scenario.statements
        place = 0
        while place < len(statements) and not self.has_failed:
            statement = statements[place]
            self.line = statement.line
            if isinstance(statement.says, Input):
                traffic.play(statement.says)
                self.sink.report()
                place += 1
                continue
            block: list[tuple[Statement, Expectation]] = []
            while place < len(statements):
                says = statements[place].says
                if isinstance(says, Input):
                    break
                block.append((statements[place], says))
                place += 1
            expectations.check(self, block)
