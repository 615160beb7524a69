"""What wrap() gives: a RealtimeModel that is another one, but for its sessions. Nothing of a conversation lives here."""

from __future__ import annotations

from livekit.agents import llm

from .session import AccountedSession

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def wrap(
    model: llm.RealtimeModel,
    *,
    session: Any | None = None,
    heard_text: bool = True,
    enabled: bool = True,
) -> llm.RealtimeModel:
    """Makes what the server, the history and a reconnect remember of `model`'s speech what the listener heard of it.

    session: the AgentSession that plays it. It is found by itself where the model is the `llm` of an AgentSession or an
        Agent; where another model stands between them, name it here.
    heard_text: a ChatMessage that was cut holds the words that were heard, to the word; without it LiveKit's own guess.
    enabled: False gives `model` back as it is, which is how to turn all of this off.

    Wrap a RealtimeModelFallbackAdapter from outside. Where no AgentSession is found nobody knows what was heard, so
    everything passes as if there were no rtmulti, with one warning.
    """
    return AccountedModel(model, session=session, heard_text=heard_text) if enabled else model


class AccountedModel(llm.RealtimeModel):
    """A RealtimeModel whose sessions keep accounts of what was heard; made by wrap()."""

    def __init__(
        self, inner: llm.RealtimeModel, *, session: Any | None = None, heard_text: bool = True
    ) -> None:
        super().__init__(capabilities=inner.capabilities)
        self._inner = inner
        self._agent_session = session
        self._heard_text = heard_text
        self._label = inner.label

    @property
    def inner(self) -> llm.RealtimeModel:
        """The model that was wrapped."""
        return self._inner

    @property
    def model(self) -> str:
        """The name of the wrapped model."""
        return str(getattr(self._inner, "model", "unknown"))

    @property
    def provider(self) -> str:
        """Who provides the wrapped model."""
        return str(getattr(self._inner, "provider", "unknown"))

    @property
    def metrics_metadata(self) -> Any:
        """How the wrapped model is named in metrics."""
        return self._inner.metrics_metadata

    @property
    def capabilities(self) -> llm.RealtimeCapabilities:
        """What the wrapped model can do."""
        return self._inner.capabilities

    @property
    def label(self) -> str:
        """The label of the wrapped model."""
        return str(self._inner.label)

    def session(self, *, turn_detection_disabled: bool = False) -> AccountedSession:
        """A session of the wrapped model, with accounts beside it."""
        # Before 1.8 there is no such argument, so it is passed on only where somebody says it.
        keywords = {"turn_detection_disabled": True} if turn_detection_disabled else {}
        return AccountedSession(
            self, self._inner.session(**keywords), agent_session=self._agent_session, heard_text=self._heard_text
        )

    async def aclose(self) -> None:
        """Closes the wrapped model."""
        await self._inner.aclose()

    def __getattr__(self, name: str) -> Any:
        # What only this plugin has, such as update_options(). An inner that is not there yet must not be looked for.
        if name == "_inner":
            raise AttributeError(name)
        return getattr(self._inner, name)
