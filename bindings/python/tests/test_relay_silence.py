"""What the relay makes of a client that falls silent: by its cancel, by its truncate behind that, and far away. The clients play
on a device in real time, and what the server remembers is held against what that has played."""

from __future__ import annotations

from collections.abc import Callable

import pytest

websockets = pytest.importorskip("websockets")

from plain_client import PlainClient, Says  # noqa: E402
from relayed import fairly  # noqa: E402

from rtmulti.compare import Framework  # noqa: E402
from rtmulti.compare.client import Scene  # noqa: E402
from rtmulti.compare.device import Recordings  # noqa: E402
from rtmulti.compare.rows import Cut, Row, says  # noqa: E402
from rtmulti.compare.score import Score  # noqa: E402
from rtmulti.compare.talk import Talk  # noqa: E402

#: In the middle of a block, so that no race at the edge of one decides.
IN_THE_FIRST = Row("in the first", (says(1, 400), says(2, 400)), Cut("began", 130))
IN_THE_SECOND = Row("in the second", (says(1, 400), says(2, 400)), Cut("began", 130, 2))
BLOCK_MS = 20


def played(
    row: Row, make: Callable[[Scene], PlainClient], how: str, takes: str = "blocks", far_ms: int = 0
) -> Score:
    """One conversation behind a relay that was told how the client's player takes what it plays."""
    kind = Framework("plain", "none", "none", "none", BLOCK_MS, takes)
    recordings = Recordings()
    try:
        talk = Talk(row, make, recordings, how=how, is_heard=False, relayed=kind, far_ms=far_ms)
        result = fairly(talk.play())
    finally:
        recordings.close()
    assert (result.problem, result.refusals) == ("", 0)
    return result


@pytest.mark.parametrize("row", [IN_THE_FIRST, IN_THE_SECOND])
@pytest.mark.parametrize("said", [Says.PLACE, Says.CANCEL, Says.CANCEL_AND_PLACE])
def test_a_client_that_interrupts_says_thereby_when(row: Row, said: Says) -> None:
    result = played(row, lambda scene: PlainClient(scene, said), "api")
    assert result.wrong == []


@pytest.mark.parametrize("said", list(Says))
def test_a_client_that_was_told_of_speech_falls_silent_whatever_it_says(said: Says) -> None:
    result = played(IN_THE_SECOND, lambda scene: PlainClient(scene, said), "vad")
    assert result.wrong == []


def frames(said: Says) -> Callable[[Scene], PlainClient]:
    return lambda scene: PlainClient(scene, said, block_ms=1, drops_late=True)


@pytest.mark.parametrize("how", ["api", "vad"])
@pytest.mark.parametrize("far_ms", [0, 60])
def test_a_cancel_waits_for_the_place_that_follows_it(how: str, far_ms: int) -> None:
    # To the millisecond, where the message may have begun a little later than the relay thinks.
    result = played(IN_THE_SECOND, frames(Says.CANCEL_AND_PLACE), how, "frames", far_ms)
    assert result.wrong == []


@pytest.mark.parametrize("how", ["api", "vad"])
@pytest.mark.parametrize("said", [Says.PLACE, Says.CANCEL, Says.CANCEL_AND_PLACE])
def test_a_far_client_is_known_to_a_block(how: str, said: Says) -> None:
    result = played(IN_THE_FIRST, lambda scene: PlainClient(scene, said), how, far_ms=60)
    assert max(result.unheard_ms, result.lost_ms) <= BLOCK_MS + 2
    # What was on its way when it interrupted by itself has come to an empty player, and was played.
    assert how == "vad" or result.after_ms > 60


def test_what_a_client_asks_behind_its_cancel_waits_until_the_server_was_told() -> None:
    class Hasty(PlainClient):
        async def interrupt(self) -> None:
            await super().interrupt()
            await self.send("response.create")

    result = played(IN_THE_SECOND, lambda scene: Hasty(scene, Says.CANCEL), "api")
    assert [words for words in result.wrong if words.startswith(("message 1", "message 2"))] == []
