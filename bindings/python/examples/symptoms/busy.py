"""Half a second of a session that is called when it asks for it, and of one that is called all the time."""

import time

from rtmulti import ClockedSink, Session


def play(name: str, is_patient: bool) -> None:
    sink, calls = ClockedSink(), 0
    with Session(sink) as session:
        session.response_created("r1")
        session.audio("r1", "A", bytes(24_000))
        session.response_done("r1")
        while sink.is_playing or not calls:
            now_us = time.monotonic_ns() // 1000
            session.advance(now_us)
            sink.play_until(now_us)
            calls += 1
            if is_patient:
                wake_us = min(session.next_deadline() or now_us + 10_000, now_us + 10_000)
                time.sleep(max(0, wake_us - now_us) / 1e6)
    print(f"{name}: {'dozens' if calls <= 100 else 'thousands'} of calls")


play("when it asks for it", is_patient=True)
play("all the time", is_patient=False)
