"""The RealtimeSession that LiveKit gets: it stands between the AgentActivity and the plugin's own session, and says who is
told what. What is LiveKit's passes straight through; what is decided is decided in the other rooms.
"""

from __future__ import annotations

import asyncio
import logging

from livekit.agents import llm
from livekit.agents.types import NOT_GIVEN
from livekit.agents.utils import is_given

import rtmulti

from .accounts import Accounts
from .commands import Commands, server_abilities
from .generations import Generation
from .history import History
from .playout import Playout
from .plugin_streams import PumpedGeneration
from .raw_events import hands_on, listen
from .replies import Replies
from .server_words import ServerWords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable
    from typing import Any

    from .model import AccountedModel

logger = logging.getLogger("rtmulti.livekit")

#: The plugin's events that are LiveKit's alone, and those that are looked at first.
_PASSED_ON = (
    "input_speech_started",
    "input_speech_stopped",
    "input_audio_transcription_completed",
    "session_reconnected",
    "metrics_collected",
)
_LOOKED_AT = ("generation_created", "remote_item_added", "error")
#: So many generations can still be named; LiveKit has one or two.
_NEWEST_GENERATIONS = 64


class AccountedSession(llm.RealtimeSession):  # type: ignore[type-arg]
    """A RealtimeSession beside which accounts are kept of what was heard; made by AccountedModel.session()."""

    def __init__(
        self,
        model: AccountedModel,
        inner: llm.RealtimeSession[Any],
        *,
        agent_session: Any | None,
        heard_text: bool,
    ) -> None:
        super().__init__(model)
        self._inner = inner
        self._agent_session: Any = None
        self._activity: Any = None
        self._has_warned = False
        self._accounts = Accounts(
            server_abilities(self.capabilities),
            on_command=lambda command: self._commands.send(command),
            on_event=self._on_accounts_event,
            on_clear=lambda: self._playout.on_clear(),
        )
        self._playout = Playout(
            self._accounts,
            find_output=self._find_output,
            has_tts=self._has_tts,
            is_server_interrupting=lambda: self._words.is_server_interrupting,
        )
        self._history = History(
            inner,
            self._accounts,
            announce=lambda ev: self.emit("remote_item_added", ev),
            find_histories=self._find_histories,
            has_heard_text=heard_text,
        )
        self._commands = Commands(inner, self._history)
        self._words = ServerWords(self._accounts, self._history, speaks_texts=self._playout.speaks_texts)
        self._generations: dict[str, Generation] = {}
        self._unnamed_generations = 0
        self._replies = Replies(self._accounts, take=self._take, interrupt=self._interrupt)
        self._newest_speech: Any = None
        self._forwarded = {*_PASSED_ON, *_LOOKED_AT}
        for event in _PASSED_ON:
            inner.on(event, self._forwarder(event))
        inner.on("session_reconnected", self._on_reconnected)
        inner.on("generation_created", self._on_generation)
        inner.on("remote_item_added", self._on_remote_item)
        inner.on("error", self._on_error)
        self._stop_listening = listen(
            inner,
            {
                "openai_server_event_received": self._words.receive,
                "openai_client_event_queued": self._on_client_event,
            },
        )
        if agent_session is not None:
            self._attach(agent_session)

    @property
    def inner(self) -> llm.RealtimeSession[Any]:
        """The plugin's own session."""
        return self._inner

    # --- whose session it is ---

    @property
    def is_blind(self) -> bool:
        """Whether nobody knows whose output plays this: then everything passes as it is, as if there were no rtmulti."""
        return self._agent_session is None

    def _attach(self, agent_session: Any) -> None:
        if agent_session is self._agent_session:
            return
        self._detach()
        self._agent_session = agent_session
        self._words.is_seeing = True
        agent_session.on("speech_created", self._on_speech_created)
        agent_session.on("conversation_item_added", self._on_conversation_item)
        if hasattr(self._inner, "_agent_session"):
            # A RealtimeModelFallbackAdapter's session wants to know it, too, and LiveKit tells only one that it sees.
            self._inner._agent_session = agent_session

    def _detach(self) -> None:
        if self._agent_session is not None:
            self._agent_session.off("speech_created", self._on_speech_created)
            self._agent_session.off("conversation_item_added", self._on_conversation_item)
            self._agent_session = None
            self._words.is_seeing = False

    def _warn_blind(self) -> None:
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "rtmulti found no AgentSession that plays this model, so it keeps no accounts and LiveKit's own are all there "
                "are. Wrap the model that the AgentSession gets (a RealtimeModelFallbackAdapter from outside), or name the "
                "session: wrap(model, session=...)."
            )

    def _find_output(self) -> Any:
        output = None if self._agent_session is None else self._agent_session.output
        return output.audio if output is not None and output.audio_enabled else None

    def _has_tts(self) -> bool:
        try:
            own = self._agent_session.current_agent.tts
        except (AttributeError, RuntimeError):
            return False
        return (own if is_given(own) else self._agent_session.tts) is not None

    def _find_histories(self) -> list[llm.ChatContext]:
        if self._agent_session is None:
            return []
        # The AgentSession shows its own. That of the Agent is its AgentActivity's from agents 2.0 on; where it is
        # neither's any more, what was not heard stays there without its text.
        keepers = (self._activity, getattr(self._activity, "agent", None))
        histories = [self._agent_session.history, *(getattr(keeper, "_chat_ctx", None) for keeper in keepers)]
        return [history for history in histories if isinstance(history, llm.ChatContext)]

    # --- events of the plugin ---

    def on(self, event: str, callback: Callable[..., Any] | None = None) -> Any:
        """Registers a callback, for the plugin's own events too."""
        if event not in self._forwarded:
            self._forwarded.add(event)
            self._inner.on(event, self._forwarder(event))
        if event == "generation_created" and callback is not None:
            # Who registers here is an Agent's AgentActivity, and that knows its AgentSession.
            self._activity = getattr(callback, "__self__", None)
            session = getattr(self._activity, "session", None)
            self._history.on_new_agent()
            if self._agent_session is None and hasattr(session, "output") and hasattr(session, "current_speech"):
                self._attach(session)
        return super().on(event, callback)

    def _forwarder(self, event: str) -> Callable[..., None]:
        def forward(*arguments: Any) -> None:
            self.emit(event, *arguments)

        return forward

    def _on_remote_item(self, ev: llm.RemoteItemAddedEvent) -> None:
        item = ev.item
        if self.is_blind:
            self.emit("remote_item_added", ev)
            return
        if item.id in self._history.deleting:
            self._commands.delete_what_is_unheard()  # only now does the plugin know what it is to forget
        is_speech = item.type == "message" and item.role == "assistant"
        if is_speech and not self._words.has_come and not self._history.is_created_here(item.id):
            self._history.withhold(item.id)
        self._history.on_remote_item(ev)

    def _on_error(self, ev: Any) -> None:
        # A refusal of the accounts' own command has been told to them (rule F5); the agent did nothing wrong.
        body = getattr(getattr(ev, "error", None), "body", None)
        if not self._commands.is_ours(getattr(body, "event_id", None)):
            self.emit("error", ev)

    def _on_client_event(self, ev: dict[str, Any]) -> None:
        if ev.get("type") == "response.create" and not self.is_blind:
            self._replies.on_sent(ev)

    def _on_reconnected(self, _: Any) -> None:
        if not self.is_blind:
            self._accounts.reconnect(server_abilities(self.capabilities))
        if hands_on(self._inner):
            self._words.on_another_plugin()

    # --- events of the AgentSession ---

    def _on_speech_created(self, ev: Any) -> None:
        self._newest_speech = ev.speech_handle

    def _on_conversation_item(self, ev: Any) -> None:
        self._history.on_chat_message(ev.item)

    # --- generations ---

    def _on_generation(self, ev: llm.GenerationCreatedEvent) -> None:
        if self.is_blind:
            self._warn_blind()
            self.emit("generation_created", ev)
            return
        generation = self._take(ev)
        if ev.user_initiated:
            return  # LiveKit gets it through the future of generate_reply()
        self._newest_speech = None
        self.emit("generation_created", generation.event)
        if self._newest_speech is None:
            generation.skip()  # LiveKit made no speech of it
        else:
            generation.play_as(self._newest_speech)

    def _take(self, ev: llm.GenerationCreatedEvent) -> Generation:
        for generation in self._generations.values():
            if generation.inner is ev:
                return generation
        response_id = ev.response_id
        if response_id is None:
            self._unnamed_generations += 1
            response_id = f"generation_{self._unnamed_generations}"
        if self._words.has_come:
            generation = Generation(self._playout, ev, response_id)
        else:
            generation = PumpedGeneration(
                self._playout,
                ev,
                response_id,
                accounts=self._accounts,
                on_item=self._history.withhold,
                on_done=self._on_streams_done,
            )
        self._generations[response_id] = generation
        while len(self._generations) > _NEWEST_GENERATIONS:
            del self._generations[next(iter(self._generations))]
        return generation

    def _on_streams_done(self) -> None:
        self._words.on_response_done()
        self._commands.delete_what_is_unheard()

    def generate_reply(self, **keywords: Any) -> asyncio.Future[llm.GenerationCreatedEvent]:
        """Asks for a response; LiveKit may cancel the future, which interrupts it."""
        return self._reply(self._inner.generate_reply(**keywords), has_request=self._words.has_come)

    def say(self, text: str | AsyncIterable[str]) -> asyncio.Future[llm.GenerationCreatedEvent]:
        """Has the model say a text, where the plugin can."""
        return self._reply(self._inner.say(text), has_request=False)

    def _reply(
        self, inner: asyncio.Future[llm.GenerationCreatedEvent], *, has_request: bool
    ) -> asyncio.Future[llm.GenerationCreatedEvent]:
        if self.is_blind:
            self._warn_blind()
            return inner
        return self._replies.ask(inner, self._agent_session.current_speech, has_request=has_request)

    def _interrupt(self, response_id: str) -> None:
        self._accounts.interrupt(response_id, by_listener=self._words.is_server_interrupting)

    def interrupt(self) -> None:
        """LiveKit wants the server to stop. What it has interrupted is cut; of all else (the reply to a tool is about to be
        asked for) only the generation ends."""
        if self.is_blind:
            self._inner.interrupt()
            return
        for generation in list(self._generations.values()):
            if generation.is_interrupted:
                generation.cut()
            elif generation.cut_at is None:
                self._accounts.cancel(generation.response_id)

    def truncate(
        self,
        *,
        message_id: str,
        modalities: list[Any],
        audio_end_ms: int,
        audio_transcript: Any = NOT_GIVEN,
    ) -> None:
        """LiveKit's own truncate, which is kept back: the accounts know better. That of a text which a TTS spoke passes."""
        if self.is_blind or "audio" not in modalities:
            self._inner.truncate(
                message_id=message_id,
                modalities=modalities,
                audio_end_ms=audio_end_ms,
                audio_transcript=audio_transcript,
            )

    def _on_accounts_event(self, ev: rtmulti.Event) -> None:
        if isinstance(ev, rtmulti.PlaybackStarted):
            self._history.on_heard(ev.item_id)
        elif isinstance(ev, rtmulti.Message):
            self._history.on_record(ev)
        elif isinstance(ev, rtmulti.Settled):
            self._history.on_settled()

    # --- the history ---

    @property
    def chat_ctx(self) -> llm.ChatContext:
        """The plugin's mirror of the server's conversation, without what is on its way out."""
        return self._inner.chat_ctx if self.is_blind else self._history.chat_ctx

    async def update_chat_ctx(self, chat_ctx: llm.ChatContext) -> None:
        """Makes the server's conversation this one, but for what only the accounts know of."""
        await (self._inner if self.is_blind else self._history).update_chat_ctx(chat_ctx)

    # --- what passes straight through ---

    @property
    def capabilities(self) -> llm.RealtimeCapabilities:
        """What the plugin's session can do."""
        # Before 1.6 only the model says it.
        return getattr(self._inner, "capabilities", None) or self._inner.realtime_model.capabilities

    @property
    def tools(self) -> llm.ToolContext:
        """The tools of the plugin's session."""
        return self._inner.tools

    async def update_instructions(self, instructions: str) -> None:
        """Passed on."""
        await self._inner.update_instructions(instructions)

    async def update_tools(self, tools: list[Any]) -> None:
        """Passed on."""
        await self._inner.update_tools(tools)

    def update_options(self, **keywords: Any) -> None:
        """Passed on."""
        self._inner.update_options(**keywords)

    def push_audio(self, frame: Any) -> None:
        """Passed on."""
        self._inner.push_audio(frame)

    def push_video(self, frame: Any) -> None:
        """Passed on."""
        self._inner.push_video(frame)

    def commit_audio(self) -> None:
        """Passed on."""
        self._inner.commit_audio()

    def clear_audio(self) -> None:
        """Passed on."""
        self._inner.clear_audio()

    def start_user_activity(self) -> None:
        """Passed on."""
        self._inner.start_user_activity()

    async def aclose(self) -> None:
        """Settles what is still playing, tells the server of it, and closes the plugin's session."""
        if not self.is_blind:
            self._playout.close()
        self._accounts.close()
        self._detach()
        await self._inner.aclose()
        self._stop_listening()

    def __getattr__(self, name: str) -> Any:
        # What only this plugin has, such as send_event(). An inner that is not there yet must not be looked for.
        if name == "_inner":
            raise AttributeError(name)
        return getattr(self._inner, name)
