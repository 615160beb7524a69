"""What is remembered of the agent's speech outside of the server: LiveKit's local history, the plugin's mirror of the
server's conversation, and what the plugin replays to a new connection. All three hold what was heard.

LiveKit hears of an item when the listener does: an announcement is withheld until then, and for good if the item is never
heard. What is on the server is commanded elsewhere (commands.py).
"""

from __future__ import annotations

import asyncio

from livekit.agents import llm

import rtmulti

from .recent import Recent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .accounts import Accounts

#: How long update_chat_ctx() waits for deletes, because an item may be created behind one that is on its way out.
DELETE_PATIENCE_S = 2.0


class History:
    """The three histories of one RealtimeSession.

    announce: hands an announcement to LiveKit.
    find_histories: gives LiveKit's local histories themselves, not their copies, as far as they can be seen.
    """

    def __init__(
        self,
        inner: llm.RealtimeSession[Any],
        accounts: Accounts,
        *,
        announce: Callable[[llm.RemoteItemAddedEvent], object],
        find_histories: Callable[[], list[llm.ChatContext]],
        has_heard_text: bool,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._inner = inner
        self._accounts = accounts
        self._announce = announce
        self._find_histories = find_histories
        self._has_heard_text = has_heard_text
        #: Items that LiveKit does not know of, and their announcements once they have come.
        self._withheld: dict[str, llm.RemoteItemAddedEvent | None] = {}
        self.deleting: dict[str, asyncio.Future[None]] = {}
        #: Items of which the mirror may hold more than was heard.
        self._cut: Recent[str, None] = Recent()
        self._records: Recent[str, rtmulti.Message] = Recent()
        self._previous: Recent[str, str | None] = Recent()
        self._created_here: Recent[str, None] = Recent()
        #: Whether another Agent has just come, whose history is not here yet.
        self._has_new_agent = False
        #: What was heard of items that a reconnect has made again before that was known.
        self._rewrites: dict[str, rtmulti.Message] = {}
        self._rewriting: asyncio.Task[None] | None = None

    # --- what LiveKit is told of ---

    def withhold(self, item_id: str) -> None:
        """LiveKit is not told of this item until it is heard."""
        self._withheld.setdefault(item_id, None)

    def on_placed(self, item_id: str, previous_item_id: str | None) -> None:
        """The server has put an item behind another one."""
        self._previous[item_id] = previous_item_id

    def is_created_here(self, item_id: str) -> bool:
        """Whether LiveKit or the agent made this item, by update_chat_ctx()."""
        return item_id in self._created_here

    def on_remote_item(self, ev: llm.RemoteItemAddedEvent) -> None:
        """The plugin announces an item."""
        if ev.item.id in self._withheld:
            self._withheld[ev.item.id] = ev
        else:
            self._tell(ev)

    def on_heard(self, item_id: str) -> None:
        """The first of this item is heard, or its text was shown."""
        ev = self._withheld.pop(item_id, None)
        if ev is not None:
            # What is heard now stands at the end of LiveKit's history, which "behind nothing" means there, also where the
            # call behind it was told before it. LiveKit would else put it by the time at which its response began.
            self._announce(llm.RemoteItemAddedEvent(previous_item_id=None, item=ev.item))

    def _tell(self, ev: llm.RemoteItemAddedEvent) -> None:
        # LiveKit takes an item for one at the end only when it knows what stands before it.
        before = ev.previous_item_id
        while before is not None and (before in self._withheld or before in self.deleting):
            before = self._previous.get(before)
        self._announce(llm.RemoteItemAddedEvent(previous_item_id=before, item=ev.item))

    # --- what was heard ---

    def heard_text(self, item_id: str) -> str:
        """The words of an item that were heard."""
        record = self._records.get(item_id)
        return self._accounts.heard_text(item_id) if record is None else record.heard_text

    def on_record(self, record: rtmulti.Message) -> None:
        """A message has its outcome."""
        item_id = record.item_id
        self._records[item_id] = record
        if record.outcome is not rtmulti.Outcome.SKIPPED:
            self.on_heard(item_id)
        if record.of_lost_session:
            self._rewrites[item_id] = record  # the plugin has made its whole mirror again, as text
        elif record.outcome is not rtmulti.Outcome.FULL:
            # A plugin that can neither truncate nor delete has a mirror, too.
            self._cut[item_id] = None
            # The plugin puts the whole transcript into its mirror behind the event that it has shown us.
            self._loop.call_soon(self.correct_mirror)
            if record.outcome is rtmulti.Outcome.PARTIAL:
                self._loop.call_soon(self._mend_placeholder, record)
            elif record.outcome is rtmulti.Outcome.SKIPPED:
                self._loop.call_soon(self._forget, item_id)

    def on_chat_message(self, item: Any) -> None:
        """LiveKit has made its ChatMessage; it is the very object that its history holds."""
        if item.type != "message" or item.role != "assistant":
            return
        record = self._records.get(item.id)
        if record is None:
            return
        if record.outcome is rtmulti.Outcome.FULL:
            # LiveKit takes a message for cut when the interruption comes as it ends.
            if item.interrupted and record.heard_text and self._has_heard_text:
                item.content[:] = [record.heard_text]
            item.interrupted = False
        elif record.outcome is rtmulti.Outcome.PARTIAL:
            # LiveKit takes it for heard in full where it was not the agent that was interrupted, but its output replaced.
            item.interrupted = True
            if self._has_heard_text:
                item.content[:] = [record.heard_text] if record.heard_text else []
        elif record.outcome is rtmulti.Outcome.SKIPPED:
            # Its output had said that it began, and then that it was stopped before anything was heard.
            item.interrupted = True
            item.content.clear()
            self._forget(item.id)

    def _mend_placeholder(self, record: rtmulti.Message) -> None:
        # LiveKit makes no ChatMessage where no text was forwarded. Its placeholder says "not interrupted", and shares its
        # content with the mirror, which has the whole transcript.
        for history in self._find_histories():
            item = history.get_by_id(record.item_id)
            if item is not None and item.type == "message":
                item.interrupted = True
                if self._has_heard_text:
                    item.content = [record.heard_text] if record.heard_text else []

    def _forget(self, item_id: str) -> None:
        # LiveKit would write it to the server anew with its next update_chat_ctx().
        for history in self._find_histories():
            if history.get_by_id(item_id) is not None:
                history.items[:] = [item for item in history.items if item.id != item_id]

    # --- the plugin's mirror ---

    def on_truncate(self, item_id: str) -> None:
        """The server is told to cut an item."""
        self._cut[item_id] = None

    def on_delete(self, item_id: str) -> None:
        """The server is told to forget an item."""
        self.withhold(item_id)
        self.deleting[item_id] = self._loop.create_future()

    def on_deleted(self, item_id: str) -> None:
        """The server has forgotten an item."""
        self._withheld.pop(item_id, None)
        future = self.deleting.pop(item_id, None)
        if future is not None and not future.done():
            future.set_result(None)

    def correct_mirror(self) -> None:
        """Takes out of the plugin's mirror what was not heard of items that were cut: it would be replayed on a reconnect."""
        if not self._cut:
            return
        for item in self._inner.chat_ctx.items:
            if item.type == "message" and item.id in self._cut:
                text = self.heard_text(item.id)
                item.content[:] = [text] if text else []

    @property
    def chat_ctx(self) -> llm.ChatContext:
        """The plugin's mirror without what is on its way out."""
        self.correct_mirror()
        return llm.ChatContext([item for item in self._inner.chat_ctx.items if item.id not in self.deleting])

    def on_new_agent(self) -> None:
        """An Agent takes this session over, and will say what its history is: it may be a copy that is older than what was
        heard since, for the speech of the Agent before it goes on meanwhile."""
        self._has_new_agent = True

    async def update_chat_ctx(self, chat_ctx: llm.ChatContext) -> None:
        """LiveKit's update, which can neither remove what it does not know of, nor make an item that was cut anew (rule F3), nor
        have items change places: LiveKit's history has them in the order in which they were heard or called, and would else
        delete what was spoken and write it anew."""
        self.correct_mirror()
        known = {item.id for item in self._inner.chat_ctx.items}
        if self.deleting and any(item.id not in known for item in chat_ctx.items):
            await asyncio.wait(list(self.deleting.values()), timeout=DELETE_PATIENCE_S)
        mirror = self._inner.chat_ctx.items
        items = [item for item in chat_ctx.items if item.id not in self._withheld]
        places = {item.id: place for place, item in enumerate(items)}
        for item in mirror:
            if item.id in self._cut and item.id in places:
                items[places[item.id]] = item
        items = _in_order_of(mirror, items)
        missed = self._heard_behind(items, mirror) if self._has_new_agent else set()
        self._has_new_agent = False
        for item in mirror:
            if item.id in missed:
                self._announce(llm.RemoteItemAddedEvent(previous_item_id=None, item=item))
        items = _with_withheld(items, mirror, self._withheld.keys() | self._heard_without_text() | missed)
        for item in items:
            if item.id not in known:
                self._created_here[item.id] = None
        await self._inner.update_chat_ctx(llm.ChatContext(items))

    def _heard_behind(self, items: list[Any], mirror: list[Any]) -> set[str]:
        """What was heard behind the last of `items` that the mirror has; nothing where it has none of them."""
        known = {item.id for item in items}
        behind: set[str] = set()
        for item in reversed(mirror):
            if item.id in known:
                return behind
            record = self._records.get(item.id)
            if record is not None and record.outcome is not rtmulti.Outcome.SKIPPED:
                behind.add(item.id)
        return set()

    def _heard_without_text(self) -> set[str]:
        # LiveKit makes no ChatMessage of these, and no placeholder when a call stands between: that its history lacks them
        # is no wish to have them forgotten.
        return {
            item_id
            for item_id, record in self._records.items()
            if not record.heard_text and record.outcome is not rtmulti.Outcome.SKIPPED
        }

    # --- a new connection ---

    def on_settled(self) -> None:
        """All of a response has its outcome: what was replayed of it otherwise is made again."""
        if self._rewrites and (self._rewriting is None or self._rewriting.done()):
            self._rewriting = asyncio.create_task(self._rewrite())

    async def _rewrite(self) -> None:
        await asyncio.sleep(0)  # those that settle together are told together
        records, self._rewrites = self._rewrites, {}
        mirror = self._inner.chat_ctx.items
        items: list[Any] = []
        for item in mirror:
            record = records.pop(item.id, None)
            if record is None or item.type != "message" or item.text_content == record.heard_text:
                items.append(item)
            elif record.outcome is not rtmulti.Outcome.SKIPPED and record.heard_text:
                items.append(item.model_copy(update={"content": [record.heard_text]}))
        # One that was still being generated had no text yet, and was not replayed at all.
        items.extend(
            llm.ChatMessage(id=item_id, role="assistant", content=[record.heard_text])
            for item_id, record in records.items()
            if record.heard_text and record.outcome is not rtmulti.Outcome.SKIPPED
        )
        if items != mirror:
            await self._inner.update_chat_ctx(llm.ChatContext(items))


def _in_order_of(mirror: list[Any], items: list[Any]) -> list[Any]:
    """`items` with those that the mirror has in its order, and all others at their places."""
    places = {item.id: place for place, item in enumerate(mirror)}
    known = iter(sorted((item for item in items if item.id in places), key=lambda item: places[item.id]))
    return [next(known) if item.id in places else item for item in items]


def _with_withheld(items: list[Any], mirror: list[Any], withheld: Any) -> list[Any]:
    """`items` with the withheld ones of the mirror, each behind what stands before it there."""
    there = {item.id for item in items}
    heads: list[Any] = []
    behind: dict[str, list[Any]] = {}
    before: str | None = None
    for item in mirror:
        if item.id in there:
            before = item.id
        elif item.id in withheld:
            (heads if before is None else behind.setdefault(before, [])).append(item)
    if not heads and not behind:
        return items
    for item in items:
        heads.append(item)
        heads.extend(behind.get(item.id, ()))
    return heads
