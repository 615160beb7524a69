"""Holds the demo to the truth from outside: the lengths in its table are those of the files, and the sound that it
saved is the beginning of the whole sound, as long as the table says. Knows the table, Ogg pages and WAV; no rtmulti.

usage: check-demo.py TABLE FIXTURES OUTPUT"""
import array
import pathlib
import re
import struct
import sys
import wave

ROW = re.compile(r"^ (\w) +(\d+) ms +(\d+) ms +(\w+) +(.*?)  +(\S.*)$")


def length_ms(path):
    """The length of an Ogg Opus file: the last page's position less the pre-skip, at 48 kHz (RFC 7845)."""
    data = path.read_bytes()
    pre_skip = struct.unpack_from("<H", data, data.index(b"OpusHead") + 10)[0]
    position = struct.unpack_from("<q", data, data.rindex(b"OggS") + 6)[0]
    return (position - pre_skip) // 48


def samples(path):
    """The samples of a WAV file, which must be 24 kHz, 16 bit, mono."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (24000, 2, 1), path
        return array.array("h", file.readframes(file.getnframes()))


def main():
    table, fixtures, output = map(pathlib.Path, sys.argv[1:4])
    rows = [ROW.match(line).groups() for line in table.read_text().splitlines() if ROW.match(line)]
    whole_run, cut_run = rows[:3], rows[3:]
    lengths_ms = {name: length_ms(fixtures / f"speech-{name.lower()}.opus") for name in "ABC"}
    whole, heard = samples(output / "heard-full.wav"), samples(output / "heard.wav")
    heard_ms = sum(int(row[2]) for row in cut_run)
    checks = {
        "the table has three rows for each run": [row[0] for row in rows] == list("ABCABC"),
        "each message was received in the length of its file": all(
            int(row[1]) == lengths_ms[row[0]] for row in rows),
        "the first run was heard to its end, and the server was told nothing": all(
            row[2] == row[1] and row[3] == "full" and row[5] == "nothing" for row in whole_run),
        "in the second run A was full, B cut at 1200 ms, C forgotten": [(row[2], row[3], row[5]) for row in cut_run]
            == [(str(lengths_ms["A"]), "full", "nothing"), ("1200", "partial", "truncate at 1200 ms"),
                ("0", "skipped", "delete")],
        "B's heard text is the beginning of what it says, and not all of it": len(cut_run) == 3 and (
            0 < len(cut_run[1][4].strip()) < len(whole_run[1][4]) and whole_run[1][4].startswith(cut_run[1][4].strip())),
        # Each length is rounded down to whole milliseconds: three of them may lack up to 3 ms together.
        "heard-full.wav is as long as the files together": 0 <= len(whole) / 24 - sum(lengths_ms.values()) < 3,
        "heard.wav is as long as the table says": 0 <= len(heard) / 24 - heard_ms < 2,
        "heard.wav is the beginning of heard-full.wav, sample for sample": whole[: len(heard)] == heard,
        "heard.wav can be heard": max(map(abs, heard), default=0) > 1000,
    }
    for sentence, holds in checks.items():
        if not holds:
            print(f"not true: {sentence}")
    failed = sum(not holds for holds in checks.values())
    if not failed:
        print(f"heard.wav was checked: {len(heard) / 24000:.2f} s, sample for sample what the table says was heard.")
    print(f"demo: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
