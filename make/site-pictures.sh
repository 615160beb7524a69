#!/usr/bin/env bash
# Takes pictures of the pages of the site into build/site-pictures, for a person to look at (Tests/Site/pictures.py).
#
# usage: make/site-pictures.sh [--dark] [--width PIXELS]... [PAGE...]       (after `make docs`)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. make/chromium.sh
exec make/python.sh Tests/Site/pictures.py "$@"
