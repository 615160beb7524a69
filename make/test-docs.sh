#!/usr/bin/env bash
# Makes the site and looks at it: links, anchors, names, and how wide its pages are (Tests/Site/check_site.py). Ends with 77
# where Sphinx cannot be had.
#
# usage: make/test-docs.sh
set -u
cd "$(dirname "$0")/.." || exit 1
make/docs.sh || exit
export PYTHONDONTWRITEBYTECODE=1
exec build/integrations/docs/bin/python Tests/Site/check_site.py
