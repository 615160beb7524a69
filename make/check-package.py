"""Does every target of Package.swift declare what it sees? What it imports, and what the modules that it imports show of
others: SwiftPM rebuilds and links only what is declared, so a target that leaves one out cannot be built alone, or keeps
the old layout of a struct. Which room may look into which is Tests/C/imports.sh's.

usage: swift package dump-package | python3 make/check-package.py
"""

import json
import re
import sys
from pathlib import Path

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.MULTILINE,
)


def main() -> int:
    targets = {target["name"]: target for target in json.load(sys.stdin)["targets"]}
    declared = {
        name: {dependency["byName"][0] for dependency in target["dependencies"] if "byName" in dependency}
        for name, target in targets.items()
    }
    passed = failed = 0
    for name, target in targets.items():
        folder = Path(target.get("path") or ("Tests" if target["type"] == "test" else "Sources"), name)
        sources = sorted(folder.rglob("*.swift"))
        seen = {module for source in sources for module in IMPORT.findall(source.read_text())} & targets.keys()
        if sources:
            # Through what it declares it also sees what those declare.
            seen |= {far for near in declared[name] for far in declared[near] if not is_c(far)}
        for module in sorted(seen - {name}):
            if module in declared[name]:
                passed += 1
            else:
                failed += 1
                print(f"FAIL {name} sees {module}; please add it to the dependencies of {name} in Package.swift")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


def is_c(name: str) -> bool:
    return not any(Path("Sources", name).rglob("*.swift"))


sys.exit(main())
