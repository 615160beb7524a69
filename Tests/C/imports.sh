#!/bin/sh
# Does every room of the house look only into the rooms that the design allows it?
# usage: imports.sh SOURCES_FOLDER
#
# RTMultiCore imports nothing; RTMultiAudio and RTMultiWire import the core and their own C modules; RTMulti
# imports those three; RTMultiABI imports RTMulti, CRTMulti, CStack to know its thread and its place on the stack, and the
# system's C library, whatever its name is there.
# Synchronization is allowed to all, and so is the standard library itself (`@_spi(_Unicode) import Swift`).
# Foundation and Dispatch are allowed to nobody.
set -eu

if [ $# -ne 1 ]; then
  echo "usage: imports.sh SOURCES_FOLDER" >&2
  exit 2
fi
sources=$1
passed=0
failed=0

allowed() {
  case $1 in
    RTMultiCore) echo "Synchronization Swift" ;;
    RTMultiAudio) echo "Synchronization Swift RTMultiCore COpus COgg CSpeexDSP CSamples" ;;
    RTMultiWire) echo "Synchronization Swift RTMultiCore CSimdJSON CBase64" ;;
    RTMulti) echo "Synchronization Swift RTMultiCore RTMultiAudio RTMultiWire" ;;
    RTMultiABI) echo "Synchronization Swift Glibc Musl Darwin RTMulti CRTMulti CStack" ;;
    *) echo "" ;;
  esac
}

files=$(find "$sources" -name '*.swift' | sort)
for file in $files; do
  room=${file#"$sources"/}
  room=${room%%/*}
  # Attributes and access levels stand before `import`; a kind may follow it, and a name behind a dot.
  imports=$(sed -E -n \
    -e 's/^[[:space:]]+//' \
    -e 's/^(@[A-Za-z_]+(\([^)]*\))?[[:space:]]*)+//' \
    -e 's/^(public|package|internal|private|fileprivate) +//' \
    -e 's/^import +((struct|class|enum|protocol|func|var|let|typealias) +)?([A-Za-z_0-9]+).*$/\3/p' "$file")
  for module in $imports; do
    case " $(allowed "$room") " in
      *" $module "*) passed=$((passed + 1)) ;;
      *)
        echo "FAIL imports: $room may not import $module ($file)"
        failed=$((failed + 1))
        ;;
    esac
  done
done

# C has its own way to look elsewhere: the ABI's anchor sees the header and nothing more.
for include in $(sed -n 's/^#include [<"]\(.*\)[>"].*/\1/p' "$sources"/CRTMulti/*.c); do
  case $include in
    rtmulti.h | ../../include/rtmulti.h) passed=$((passed + 1)) ;;
    *)
      echo "FAIL imports: CRTMulti may include only rtmulti.h, not $include"
      failed=$((failed + 1))
      ;;
  esac
done

if [ "$passed" -eq 0 ]; then
  echo "FAIL imports: no import was found in $sources"
  failed=$((failed + 1))
fi
echo "imports: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
