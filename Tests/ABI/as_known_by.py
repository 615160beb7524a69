"""Writes the newer of two headers as a caller of the older one knows it: each struct cut to as many fields as the older
one has. Growth at the ends of structs is then gone, and whatever difference is left breaks that caller. (abidiff can be
told to overlook fields that were added at an end, but then it also overlooks others that moved.)

usage: as_known_by.py OLDER NEWER OUTPUT
"""

import re
import sys

STRUCT = re.compile(r"typedef struct (rtmulti_\w+) \{(.*?)\} \1;", re.DOTALL)


def plain(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)


def fields(body: str) -> list[str]:
    return [field for field in body.split(";") if field.strip()]


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    known = {name: len(fields(body)) for name, body in STRUCT.findall(plain(sys.argv[1]))}

    def shortened(struct: re.Match[str]) -> str:
        name, kept = struct[1], fields(struct[2])
        kept = kept[: known.get(name, len(kept))]
        return f"typedef struct {name} {{{';'.join(kept)};\n}} {name};"

    with open(sys.argv[3], "w", encoding="utf-8") as file:
        file.write(STRUCT.sub(shortened, plain(sys.argv[2])))


if __name__ == "__main__":
    main()
