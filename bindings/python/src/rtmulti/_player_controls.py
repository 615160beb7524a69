"""What the host wants of a Player and has at once: each method is that of the session with the same name, at the time
that it is now. What has to be waited for is in player.py, what the server says in _player_inputs.py."""

from __future__ import annotations

from functools import partial

from ._on_loop import OnLoop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .enums import Result, Server

    Answer = TypeVar("Answer")


class PlayerControls(OnLoop):
    """The wishes of a Player's host; see Session."""

    if TYPE_CHECKING:

        def _call(self, call: Callable[..., Answer], *arguments: Any) -> Answer: ...

    def cancel(self, response_id: str | None = None) -> Result:
        """The server shall stop generating, and what was received plays on; see Session.cancel.

        Raises what every method of a player does.
        """
        return self._call(self.session.cancel, response_id)

    def set_server(self, server: Server) -> Result:
        """What the server does and can be told from now on; see Session.set_server.

        Raises ERROR_UNSUPPORTED when Server.OWNS_PLAYOUT is to change, and what every method of a player does.
        """
        return self._call(self.session.set_server, server)

    def set_clear_timeout(self, clear_timeout_ms: int) -> Result:
        """How many ms the sink may take to answer a clear from now on; see Session.set_clear_timeout.

        Raises what every method of a player does.
        """
        return self._call(self.session.set_clear_timeout, clear_timeout_ms)

    def set_audio_enabled(self, enabled: bool) -> Result:
        """Switches the audio off, or on again: messages are shown instead of spoken; see Session.set_audio_enabled.

        Raises what every method of a player does.
        """
        return self._call(self.session.set_audio_enabled, enabled)

    def pause(self) -> Result:
        """Stops playing without losing anything; see Session.pause.

        Raises ERROR_UNSUPPORTED when the sink cannot pause, or the server plays by itself, and what every method of a
        player does.
        """
        return self._call(self.session.pause)

    def resume(self) -> Result:
        """Goes on where pause() stopped; IGNORED when it is not paused.

        Raises what every method of a player does.
        """
        return self._call(self.session.resume)

    def expect_response(self, token: str | None = None, *, out_of_band: bool = False) -> Result:
        """A response was asked for; an interrupt covers it already (rule D12). Without a token it is the next one.

        One that is `out_of_band` (`conversation: none`) is covered only by an interrupt that names its token.

        Raises ERROR_LIMIT_ITEMS past 64 of them, and what every method of a player does.
        """
        return self._call(partial(self.session.expect_response, out_of_band=out_of_band), token)

    def unexpect_response(self, token: str | None = None) -> Result:
        """The response is not expected any more (rule D12); without a token, the newest that was expected without one.

        Raises what every method of a player does.
        """
        return self._call(self.session.unexpect_response, token)
