#!/usr/bin/env bash
# Runs the demo in C and again from Python, shows the table once, and says whether both came to the same and
# whether the saved sound is what the table says. Only showing and comparing is done here.
#
# usage: make/demo.sh                     (`make demo` builds what it needs)
set -u
mkdir -p build/log

build/demo Tests/Fixtures build | tee build/log/demo-c.txt
status=${PIPESTATUS[0]}
[ "$status" -eq 0 ] || { echo "The demo ended early; its last line says why." >&2; exit 1; }

if ! python3 bindings/python/demo_ctypes.py build/lib/librtmulti.so Tests/Fixtures >build/log/demo-python.txt; then
  echo "The demo in Python (bindings/python/demo_ctypes.py) ended early; the lines above say why." >&2
  exit 1
fi
if ! diff <(grep -v '^Saved' build/log/demo-c.txt | grep .) <(grep . build/log/demo-python.txt); then
  echo "The Python script came to another table than the C program: < is C's, > is Python's." >&2
  exit 1
fi
echo "The same library from Python (40 lines of ctypes): the same table."
python3 make/check-demo.py build/log/demo-c.txt Tests/Fixtures build || exit 1

echo
echo "And an agent on the real openai SDK, interrupted in its second message by the strict server's listener:"
make/python.sh bindings/python/demo.py build || exit 1
