#!/usr/bin/env bash
# Draws the pictures of the guides from the recorded conversation of the Python tests, in virtual time, and from the
# figures of the loss study (`make loss-study` measures them): the same command gives the same picture.
#
# usage: make/draw-guides.sh [FOLDER]     (docs, after `make lib`)
set -eu
folder=${1:-docs}
log=bindings/python/tests/sessions/weather.jsonl
draw() { make/python.sh -m rtmulti timeline "$log" "$@" >/dev/null; }

draw --out "$folder/interrupted.svg" --interrupt-at 2.4 --title "Interrupted in the second message"
draw --out "$folder/heard.svg" --title "Heard to the end"
python3 Tests/Loss/picture.py docs/loss.csv >"$folder/loss.svg"
