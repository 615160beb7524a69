"""Google's plugin: its own mirror of the conversation holds all that was generated in a response, whatever was heard of it,
and is what it tells the next connection as history. The real plugin and its real client talk TLS to a stand-in for the
Gemini Live server, which is in this file as far as it is needed; what is judged is the mirror and what the next
connection is told.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import json
import ssl
import tempfile
from pathlib import Path
from typing import Any

import rtmulti
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from ear import MARK, RATE_HZ, Ear
from google.genai import types
from livekit.agents import Agent
from livekit.plugins.google.realtime import RealtimeModel
from played import Said
from stage import AgentSession, _history, _said
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

WORDS = "one two three four five six seven eight nine ten"
AUDIO_MS = 1000
CUT_MS = 400


def _tls() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side and the client's, with a certificate for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="rtmulti-livekit-") as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(private + certificate)
        server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=certificate.decode())


class GeminiLive:
    """A server that answers each turn with one message: all of it at once, and that the turn is over after its time.

    histories: what each connection was told of before it was asked for anything, as (role, text).
    """

    def __init__(self) -> None:
        self._tls, self.client_tls = _tls()
        self.histories: list[list[tuple[str, str]]] = []
        self._leaving: asyncio.Queue[str] = asyncio.Queue()
        self._end: asyncio.TimerHandle | None = None
        self._number = 0

    async def __aenter__(self) -> GeminiLive:
        self._server = await serve(self._serve, "localhost", 0, ssl=self._tls)
        self.url = f"https://localhost:{next(iter(self._server.sockets)).getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def interrupt(self) -> None:
        """It hears the listener, and says so."""
        if self._end is not None:
            self._end.cancel()
        self._send({"interrupted": True})
        self._send({"turnComplete": True})

    async def _serve(self, connection: Any) -> None:
        told: list[tuple[str, str]] = []
        self.histories.append(told)
        self._leaving = asyncio.Queue()
        sender = asyncio.create_task(self._send_to(connection, self._leaving))
        try:
            await self._receive_from(connection, told)
        except ConnectionClosed:
            pass  # the plugin ends a connection with an error of its own
        finally:
            sender.cancel()

    async def _send_to(self, connection: Any, leaving: asyncio.Queue[str]) -> None:
        while True:
            await connection.send(await leaving.get())

    async def _receive_from(self, connection: Any, told: list[tuple[str, str]]) -> None:
        async for words in connection:
            message = json.loads(words)
            if "setup" in message:
                await connection.send(json.dumps({"setupComplete": {}}))
                continue
            content = message.get("client_content") or message.get("clientContent")
            if content is None:
                continue
            if content.get("turn_complete", content.get("turnComplete")):
                self._answer()
            else:
                told += [
                    (turn["role"], "".join(part.get("text", "") for part in turn["parts"])) for turn in content["turns"]
                ]

    def _answer(self) -> None:
        self._number += 1
        samples = (MARK + self._number).to_bytes(2, "little") * (RATE_HZ // 20)
        for word in WORDS.split():
            self._send({"outputTranscription": {"text": f"{word} "}})
            for _ in range(AUDIO_MS // 50 // 10):
                blob = {"mimeType": f"audio/pcm;rate={RATE_HZ}", "data": base64.b64encode(samples).decode()}
                self._send({"modelTurn": {"parts": [{"inlineData": blob}]}})
        self._send({"generationComplete": True})
        loop = asyncio.get_running_loop()
        self._end = loop.call_later(AUDIO_MS / 1000, self._send, {"turnComplete": True})

    def _send(self, content: dict[str, Any]) -> None:
        self._leaving.put_nowait(json.dumps({"serverContent": content}))


class _Conversation:
    """One conversation with the plugin."""

    def __init__(self, server: GeminiLive, session: Any, ear: Ear) -> None:
        self.server, self.session, self.ear = server, session, ear
        self.plugin = session._activity._rt_session

    async def reply(self) -> None:
        """One response, to its end."""
        await asyncio.wait_for(self.session.generate_reply().wait_for_playout(), 10)
        await asyncio.sleep(0.1)

    def cut(self, by: str, number: int = 1) -> None:
        """Has a message interrupted once it has played for CUT_MS."""
        stop = self.server.interrupt if by == "the server" else self.session.interrupt
        loop = asyncio.get_running_loop()
        self.ear.at_start[number].append(lambda: loop.call_later(CUT_MS / 1000, stop))

    async def reconnect(self) -> None:
        """The plugin connects again."""
        before = len(self.server.histories)
        self.plugin.update_options(voice="Kore")
        while len(self.server.histories) == before:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)


async def _play(act: Any) -> tuple[list[Said], list[Said], list[tuple[str, str]], dict[str, str]]:
    """The local history, the mirror, what the last connection was told, and the words that were heard by item."""
    async with GeminiLive() as server:
        options = types.HttpOptions(base_url=server.url, async_client_args={"ssl": server.client_tls})
        model = RealtimeModel(api_key="none", http_options=options)
        session: Any = AgentSession(llm=rtmulti.livekit.wrap(model))
        session.output.audio = ear = Ear()
        await session.start(Agent(instructions="test"))
        while not server.histories:
            await asyncio.sleep(0.02)
        talk = _Conversation(server, session, ear)
        await act(talk)
        local, mirror = _said(_history(session).items), _said(talk.plugin.chat_ctx.items)
        ids = {one.item_id for one in [*local, *mirror]}
        heard = {one: talk.plugin._accounts.heard_text(one) for one in ids}
        await talk.reconnect()
        await session.aclose()
        return local, mirror, server.histories[-1], heard


def _complaints(local: list[Said], mirror: list[Said], told: list[tuple[str, str]], heard: dict[str, str]) -> list[str]:
    found = [
        f"{name} holds {one.text!r} of {one.item_id}, heard was {heard[one.item_id]!r}"
        for name, said in (("the local history", local), ("the mirror", mirror))
        for one in said
        if one.text.strip() != heard[one.item_id].strip()
    ]
    theirs = "".join(text for role, text in told if role == "model").split()
    ours = "".join(f"{one.text} " for one in mirror).split()
    if theirs != ours:
        found.append(f"the next connection is told {theirs}, the mirror holds {ours}")
    return found


async def full(talk: _Conversation) -> None:
    """Two responses that nobody interrupts."""
    await talk.reply()
    await talk.reply()


async def cut_by_the_server(talk: _Conversation) -> None:
    """The server hears the listener."""
    talk.cut("the server")
    await talk.reply()


async def cut_by_the_host(talk: _Conversation) -> None:
    """LiveKit interrupts, and the server does not know of it."""
    talk.cut("the host")
    await talk.reply()
    await asyncio.sleep(AUDIO_MS / 1000)  # only then does the plugin put it into its mirror


async def cut_and_another(talk: _Conversation) -> None:
    """A response behind one that was cut."""
    talk.cut("the server")
    await talk.reply()
    await talk.reply()


async def cut_before_anything_is_heard(talk: _Conversation) -> None:
    """The output has not begun."""
    talk.ear._start_delay_s = 1.0
    asyncio.get_running_loop().call_later(0.5, talk.server.interrupt)
    await talk.reply()
    await asyncio.sleep(AUDIO_MS / 1000)


#: How many words of a response that was cut may be heard; none where nothing was.
CASES = {
    full: (20, 20),
    cut_by_the_server: (2, 9),
    cut_by_the_host: (2, 9),
    cut_and_another: (12, 19),
    cut_before_anything_is_heard: (0, 0),
}


async def play_google(tally: Any) -> None:
    """Plays all cases."""
    for act, (least, most) in CASES.items():
        try:
            local, mirror, told, heard = await asyncio.wait_for(_play(act), 30)
            found = _complaints(local, mirror, told, heard)
            words = sum(len(one.text.split()) for one in mirror)
            if not least <= words <= most:
                found.append(f"the mirror holds {words} words: {mirror}")
        except Exception as problem:  # any of them is a failed case, and the others are played
            found = [f"{type(problem).__name__}: {problem}"]
        tally.add(f"google_{act.__name__}", found, None)
