"""bindings/c/demo.c again in plain ctypes, to the same table: polled instead of called back, and with a sink that plays
at once instead of in time. usage: demo_ctypes.py build/lib/librtmulti.so Tests/Fixtures"""
import pathlib, struct, sys
from ctypes import CDLL, byref, c_int64, c_size_t, c_uint64, c_void_p, create_string_buffer, string_at
lib, fixtures, outcomes = CDLL(sys.argv[1]), pathlib.Path(sys.argv[2]), ("pending", "full", "partial", "skipped", "text")
SPEECH = {"A": "Let me check.", "B": "It is sunny in Paris, with a light west wind.", "C": "Tomorrow it will rain."}
EFFECT, COMMAND, MESSAGE = "IIQPIIPNPNPPPP", "IIPNPNPNiIq", "IIPNPNiIPNPNIIIIqqqqPNPN"  # rtmulti.h's, for `struct`
def text(string): return string and string.encode(), c_size_t(-1)  # (pointer, size), -1 for "up to the NUL"
for title, stop in (("A response of three messages, played to its end:", 1 << 40),  # frames of B before the interrupt
                    ("The same response; the listener interrupts 1.2 s into the second message:", 28800)):
    config, stream, sink, effect, record = (create_string_buffer(struct.pack("I", n), n) for n in (88, 16, 112, 96, 160))
    for name, made, second in ("config", config, 1), ("format", stream, 5), ("sink", sink, 4):
        lib[f"rtmulti_{name}_init"](made, c_size_t(len(made)))
        struct.pack_into("I", made, 4, second)  # the config says: deliver by polling; format: Ogg Opus; sink: can clear
    lib.rtmulti_session_create(config, byref(session := c_void_p()))
    inputs, played, told = [("set_format", stream), ("response_created", *text("response"), 0, *text(None))], {}, {}
    for item, words in SPEECH.items():
        at, ogg = (*text("response"), *text(item)), (fixtures / f"speech-{item.lower()}.opus").read_bytes()
        inputs += [("item_added", *at, -1, 1), ("part_added", *at, 0, 1, None),
                   ("audio", *at, 0, ogg, c_size_t(len(ogg))), ("text", *at, 0, *text(words), c_int64(-1), c_int64(-1))]
    inputs += [("response_done", *text("response"), 1, *text(None)), ("set_sink", sink)]
    for name, *values in inputs:  # the list grows while the sink answers
        if lib["rtmulti_session_" + name](session, *values) < 0: sys.exit(f"demo_ctypes.py: {name} failed")
        while lib.rtmulti_session_poll(session, effect) == 0:
            _, kind, segment, _, frames, *_, command, _, _ = struct.unpack(EFFECT, effect)
            if kind == 1:  # WRITE
                played[segment] = min(played.get(segment, 0) + frames, stop if len({*played, segment}) == 2 else 1 << 40)
                inputs.append(("playback_progress", c_uint64(segment), c_int64(played[segment]), c_int64(-1)))
                if played[segment] == stop: inputs.append(("interrupt", *text(None), 1))
            elif kind in (2, 3):  # FLUSH, CLEAR
                inputs.append(("playback_finished", c_uint64(segment), c_int64(played[segment]), kind == 3, c_int64(-1)))
            elif kind == 8:  # COMMAND
                _, kind, *_, item, _, _, _, at_ms = struct.unpack(COMMAND, string_at(command, struct.calcsize(COMMAND)))
                told[string_at(item).decode()] = f"truncate at {at_ms} ms" if kind == 2 else "delete"
    print(f"\n{title}\n\n message  received     heard  outcome  {'heard text':45}  the server was told")
    for item in SPEECH:
        lib.rtmulti_session_message(session, *text(item), record)
        _, outcome, *_, heard, received, _, _, text_at, _, _, _ = struct.unpack(MESSAGE, record)
        print(f" {item:7}  {received:5} ms  {heard:5} ms  {outcomes[outcome]:7}  "
              f"{string_at(text_at).decode() or '-':45}  {told.get(item, 'nothing')}")
