"""The records of the responses that have settled, and who waits for one, connection by connection: an id that a new
connection uses again is another response (rule F8). What settles when is the session's business."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict

from .events import Message, Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .events import Event

    Records = tuple[Message, ...]

#: How many settled responses are remembered.
REMEMBERED_RESPONSES = 64
#: How many responses can wait in a session, and have records before they settle.
OPEN_RESPONSES = 256


class Settlements:
    """Answers who asks for the records of a response, before it is created or after it has settled."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        #: Of responses that have not settled.
        self._records: dict[str, list[Message]] = {}
        self._settled: OrderedDict[str, Records] = OrderedDict()
        self._awaited: dict[str, asyncio.Future[Records]] = {}
        #: Created on this connection, and not settled.
        self._open: set[str] = set()
        #: The host's own, which no connection ends (rule A11).
        self._local: set[str] = set()
        #: Of older connections, and not settled: how many of each id, and who waits for them.
        self._older: Counter[str] = Counter()
        self._awaited_older: dict[str, list[asyncio.Future[Records]]] = {}
        #: How many wait for each of these.
        self._waiting: Counter[asyncio.Future[Records]] = Counter()
        self._next: asyncio.Future[None] | None = None

    def created(self, response_id: str, *, is_local: bool = False) -> None:
        """A response begins."""
        if is_local:
            self._local.add(response_id)
        else:
            self._open.add(response_id)

    def told(self, event: Event) -> None:
        """An event of the session."""
        if isinstance(event, Message):
            self._keep(event)
        elif isinstance(event, Settled):
            self._settle(event.response_id, tuple(self._records.pop(event.response_id, ())))
            self._tell_next()

    def _keep(self, record: Message) -> None:
        # A server may announce items behind a cut for ever: their records are told, and nobody can ask for them again.
        if record.response_id in self._settled and not self._older[record.response_id]:
            return
        self._records.setdefault(record.response_id, []).append(record)
        if len(self._records) > OPEN_RESPONSES:
            del self._records[next(iter(self._records))]

    def _settle(self, response_id: str, records: Records) -> None:
        # Of two with one id the older settles first: it was queued first.
        if self._older[response_id]:
            self._older[response_id] -= 1
            if not self._older[response_id]:
                del self._older[response_id]
            for older in self._awaited_older.pop(response_id, ()):
                _answer(older, records)
            return
        self._open.discard(response_id)
        self._settled[response_id] = records
        while len(self._settled) > REMEMBERED_RESPONSES:
            self._local.discard(self._settled.popitem(last=False)[0])
        future = self._awaited.pop(response_id, None)
        if future is not None:
            _answer(future, records)

    def reconnected(self) -> None:
        """What was created until now belongs to an older connection, but for the host's own."""
        for response_id in self._open:
            self._older[response_id] += 1
            future = self._awaited.pop(response_id, None)
            if future is not None:
                self._awaited_older.setdefault(response_id, []).append(future)
        self._open.clear()
        for response_id in [known for known in self._settled if known not in self._local]:
            del self._settled[response_id]

    def known(self, response_id: str) -> Records | None:
        """The records of a response of this connection that has settled; the newest 64 are known."""
        return self._settled.get(response_id)

    def awaited(self, response_id: str) -> asyncio.Future[Records]:
        """What is done when the response has settled. Many may wait for it, so nobody may cancel it; whoever waits no more
        says so by leave()."""
        future = self._awaited.get(response_id)
        if future is None:
            future = self._awaited[response_id] = self._loop.create_future()
        self._waiting[future] += 1
        return future

    def leave(self, response_id: str, future: asyncio.Future[Records]) -> None:
        """One who got `future` waits no more; for whom nobody waits nothing is kept."""
        self._waiting[future] -= 1
        if self._waiting[future]:
            return
        del self._waiting[future]
        if self._awaited.get(response_id) is future:
            del self._awaited[response_id]
        older = self._awaited_older.get(response_id, [])
        if future in older:
            older.remove(future)
            if not older:
                del self._awaited_older[response_id]

    def next(self) -> asyncio.Future[None]:
        """What is done when the next response settles, or nothing does any more. Nobody may cancel it."""
        if self._next is None:
            self._next = self._loop.create_future()
        return self._next

    def _tell_next(self) -> None:
        future, self._next = self._next, None
        if future is not None:
            future.set_result(None)

    def end(self, problem: Exception) -> None:
        """Nothing settles any more: whoever waits gets `problem`."""
        self._tell_next()
        older = [future for futures in self._awaited_older.values() for future in futures]
        for future in [*self._awaited.values(), *older]:
            if not future.done():
                future.set_exception(problem)
                # Asked for, so that one for whom nobody waits any more is no complaint of the loop.
                future.exception()
        self._awaited.clear()
        self._awaited_older.clear()


def _answer(future: asyncio.Future[Records], records: Records) -> None:
    if not future.done():
        future.set_result(records)
