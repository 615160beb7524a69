"""One sentence, cut after 1.2 s: with times, without, without its text, and with silence in the place of its sound."""

from pathlib import Path

from rtmulti import ClockedSink, Codec, Format, Session

SPEECH = Path(__file__).resolve().parents[4] / "Tests" / "Fixtures" / "speech-b.opus"  # 2973 ms
WORDS = "It is sunny in Paris, with a light west wind."
UNTIMED = [(WORDS, -1, -1)]
TIMED = [("It is sunny in Paris,", 0, 1150), (" with a light west wind.", 1350, 2900)]


def cut(name: str, sound: bytes, format: Format, pieces: list[tuple[str, int, int]]) -> None:
    sink = ClockedSink()
    with Session(sink, format=format) as session:
        session.response_created("r1")
        session.audio("r1", "A", sound)
        for text, start_ms, end_ms in pieces:
            session.text("r1", "A", text, start_ms=start_ms, end_ms=end_ms)
        for now_us in (0, 1_200_000):
            sink.play_until(now_us)
        session.interrupt()
        (record,) = session.history()
        print(f"{name}: {record.heard_text!r}, estimated: {record.text_estimated}")


cut("with times", SPEECH.read_bytes(), Format(Codec.OGG_OPUS), TIMED)
cut("without times", SPEECH.read_bytes(), Format(Codec.OGG_OPUS), UNTIMED)
cut("without text", SPEECH.read_bytes(), Format(Codec.OGG_OPUS), [])
cut("silence", bytes(48 * 2973), Format(), UNTIMED)
