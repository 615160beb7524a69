"""A text as a row of units, as SpeechUnits.swift makes them: rough classes of sound, by letters alone, one table for all
scripts. The letters' classes are written into the Swift table from here; how long a unit lasts is fitted (fit.py).
"""

from __future__ import annotations

import re
import unicodedata

#: The classes: a vowel, a sonorant, a hiss, a weak fricative, a stop, one of the last three, anything.
CLASSES = "VNSFTAG"
SILENCE = 7
VOWELS = set(
    "aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿěůāēīōūąęаеёиоуыэюяіїєαεηιουωάέήίόύώ"
)
CONSONANTS = {
    **dict.fromkeys("mnlrwñľĺŕřłмнлрй", "N"),
    **dict.fromkeys("szçßšžśźżсшзжщ", "S"),
    **dict.fromkeys("hfvþфвх", "F"),
    **dict.fromkeys("ptkqbdgťďптkкбдг", "T"),
    **dict.fromkeys("cjxčćчц", "A"),
}
JOINED = {
    **dict.fromkeys(("sh", "zh", "sch", "sz"), "S"), **dict.fromkeys(("ch", "tch", "cz"), "A"),
    **dict.fromkeys(("th", "ph"), "F"), **dict.fromkeys(("ck", "qu"), "T"), **dict.fromkeys(("ng", "gn"), "N"),
    "gh": "",
}
#: The units in the order of the table: their names in Swift, their class, and what they begin the fit with: milliseconds,
#: and how likely they are not spoken. What no training text has stays as it is here, and is paced as all the others are.
UNITS: tuple[tuple[str, str, float, float], ...] = (
    ("vowel", "V", 95, 0.04), ("longVowel", "V", 130, 0.04), ("finalE", "V", 95, 0.4), ("lastVowel", "V", 110, 0.04),
    ("sonorant", "N", 70, 0.06), ("lastSonorant", "N", 70, 0.12), ("hiss", "S", 105, 0.06), ("lastHiss", "S", 105, 0.12),
    ("fricative", "F", 75, 0.06), ("lastFricative", "F", 75, 0.12), ("stop", "T", 75, 0.06), ("lastStop", "T", 75, 0.12),
    ("either", "A", 95, 0.06), ("lastEither", "A", 95, 0.12), ("anything", "G", 85, 0.05),
    ("firstDigit", "G", 100, 0.02), ("digit", "G", 133, 0.15), ("zero", "G", 100, 0.2), ("ideograph", "A", 110, 0.2),
    ("ideographVowel", "V", 110, 0.05), ("sign", "G", 140, 0.05), ("spelled", "G", 80, 0.4), ("spelledVowel", "V", 120, 0.1),
    ("kanaVowel", "V", 75, 0.12), ("kanaStop", "T", 65, 0.05), ("kanaHiss", "S", 65, 0.05),
    ("kanaSonorant", "N", 65, 0.05), ("nothing", "G", 80, 0.5), ("hangul", "G", 95, 0.05),
)
NUMBER = {name: index for index, (name, _, _, _) in enumerate(UNITS)}
INNER = {"V": "vowel", "N": "sonorant", "S": "hiss", "F": "fricative", "T": "stop", "A": "either", "G": "anything"}
LAST = {"N": "lastSonorant", "S": "lastHiss", "F": "lastFricative", "T": "lastStop", "A": "lastEither"}
_PIECES = re.compile(r"[0-9]+|[\u3041-\u30ff]|[\u3400-\u9fff]|[\uac00-\ud7a3]|[%&+=@$€£]|[^\W\d_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+(?:['’][^\W\d_]+)*")
_ALONE = set("AIOÀÉАВИКОСУЯ")


def letter_class(letter: str) -> str:
    """The class of a letter of an alphabet, in either case; "" for what is none."""
    if unicodedata.category(letter)[0] != "L":
        return ""
    low = letter.lower() if len(letter.lower()) == 1 else letter
    base = unicodedata.normalize("NFD", low)[0]
    for one in (low, base):
        if one in VOWELS:
            return "V"
        if one in CONSONANTS:
            return CONSONANTS[one]
    return "G"


def _letters(word: str) -> list[str]:
    letters = [c for c in word if letter_class(c)]
    if all(c.isupper() for c in letters) and len(letters) <= 4 and (len(letters) > 1 or letters[0] not in _ALONE):
        return ["spelled", "spelledVowel"] * len(letters)
    found: list[str] = []
    low = "".join(c.lower() if len(c.lower()) == 1 else c for c in word)
    at = 0
    while at < len(low):
        size = next((n for n in (3, 2) if low[at : at + n] in JOINED and len(low[at : at + n]) == n), 1)
        kind = JOINED[low[at : at + size]] if size > 1 else letter_class(low[at])
        first, at = low[at], at + size
        if size == 1 and kind == "V":
            start = at
            while at < len(low) and letter_class(low[at]) == "V":
                at += 1
            if at > start:
                found.append("longVowel")
            elif at < len(low):
                found.append("vowel")
            else:
                found.append("finalE" if first == "e" and found else "lastVowel")
        elif kind:
            while size == 1 and kind != "G" and at < len(low) and low[at] == first:
                at += 1
            found.append(LAST.get(kind, INNER[kind]) if at >= len(low) else INNER[kind])
    return found


def kana(letter: str) -> str:
    """How a kana is written in the Swift table: v t s n q N."""
    if letter in "ーっッ":
        return "v" if letter == "ー" else "q"
    if letter in "んン":
        return "N"
    head = unicodedata.name(letter, "").split(" ")[-1].rstrip("AIUEO")
    if not head:
        return "v"
    return "t" if head in ("K", "G", "T", "D", "P", "B") else "s" if head in ("S", "SH", "Z", "J", "CH", "TS") else "n"


_KANA = {
    "v": ["kanaVowel"], "q": ["kanaStop"], "N": ["kanaSonorant"], "t": ["kanaStop", "kanaVowel"],
    "s": ["kanaHiss", "kanaVowel"], "n": ["kanaSonorant", "kanaVowel"],
}


def units_of(word: str) -> list[int]:
    """The units of a word, by their numbers."""
    found: list[str] = []
    for piece in _PIECES.findall(word):
        if piece.isdigit():
            for index, digit in enumerate(piece):
                found += ["zero"] * 2 if digit == "0" else ["digit" if index else "firstDigit"] * 3
        elif "\u3041" <= piece <= "\u30ff":
            found += _KANA[kana(piece)]
        elif "\u3400" <= piece <= "\u9fff":
            found += ["ideograph", "ideographVowel"]
        elif "\uac00" <= piece <= "\ud7a3":
            found += ["hangul"] * 2
        elif piece in "%&+=@$€£":
            found += ["sign"] * 3
        else:
            found += _letters(piece)
    return [NUMBER[name] for name in found or ["nothing"]]


def mark_behind(between: str) -> int:
    """The pause that is asked for behind a word: 0 none, 1 of a clause, 2 of a sentence."""
    if re.search(r"[.!?…。！？]", between):
        return 2
    return 1 if re.search(r"[,;:—–、，；：]|\s-\s", between) else 0


def letters_table(first: int, past: int) -> str:
    return "".join(letter_class(chr(code)) or "." for code in range(first, past))


def kana_table() -> str:
    return "".join(kana(chr(code)) for code in range(0x3041, 0x3097))
