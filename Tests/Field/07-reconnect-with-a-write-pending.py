"""agents-js#2366, eliza#17996: the line dies without a word (half open); the host notices, opens a new one and calls
reconnect() while a write on the old one still blocks; later the old socket gives up."""
from _lib import *
import asyncio
def delta(i, ms, r): return {"type": "response.output_audio.delta", "response_id": r, "item_id": i, "delta": b64(ms)}
async def main():
    new, old, line = [], asyncio.get_running_loop().create_future(), ["old"]
    async def send(text):
        if line[0] == "old": await old
        else: c = json.loads(text); new.append((c["type"].split(".")[-1], c.get("item_id") or c.get("response_id"), c.get("audio_end_ms")))
    spoke = {"type": "input_audio_buffer.speech_started", "item_id": "u"}
    async with Player(CallbackSink(lambda s, pcm: None), send=send, config=Config(interrupt_on_speech=True)) as p:
        p.feed({"type": "response.created", "response": {"id": "r1"}}); p.feed(delta("A", 2000, "r1")); await asyncio.sleep(0.2)
        p.feed(spoke); await asyncio.sleep(0.05)                      # the CANCEL of r1 blocks on the old line
        line[0] = "new"; p.reconnect()
        p.feed({"type": "response.created", "response": {"id": "r2"}}); p.feed(delta("B", 2000, "r2")); await asyncio.sleep(0.3)
        p.feed(spoke); await asyncio.sleep(0.05); before = list(new)
        old.set_exception(ConnectionError("the old line was closed")); await asyncio.sleep(0.2)
        try: p.feed({"type": "rate_limits.updated"}); raised = None
        except Exception as x: raised = repr(x)
        heard = [(m.item_id, m.outcome.name, m.heard_ms) for m in p.session.history()]
    return before, raised, heard, new
before, raised, heard, new = asyncio.run(main())
verdict(any(c[:2] == ("truncate", "B") for c in new), on_the_new_line_while_the_old_blocks=before, next_call_raises=raised, heard=heard, on_the_new_line_at_the_end=new)
