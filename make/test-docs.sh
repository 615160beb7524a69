#!/usr/bin/env bash
# Makes the site and looks at it: links, anchors, names, and how wide its pages are (Tests/Site/check_site.py). Ends with 77
# where Sphinx cannot be had.
#
# usage: make/test-docs.sh           (after `make lib`)
set -u
cd "$(dirname "$0")/.." || exit 1
make/docs.sh || exit
export RTMULTI_LIBRARY=$PWD/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
exec build/integrations/docs/bin/python Tests/Site/check_site.py
