#!/usr/bin/env bash
# Makes the site and looks at it: links, anchors, names, and how wide its pages are (Tests/Site/check_site.py); and sees
# that what makes it is typed. Ends with 77 where Sphinx cannot be had.
#
# usage: make/test-docs.sh
set -u
cd "$(dirname "$0")/.." || exit 1
make/docs.sh || exit
export PYTHONDONTWRITEBYTECODE=1
python=build/integrations/docs/bin/python
MYPYPATH=docs/site:Tests/Site:Tests/Rules:Tests/Integrations/browser:bindings/python/src \
  make/step.sh site-types "$python" -m mypy --strict --python-version 3.10 --explicit-package-bases \
  --follow-imports silent --cache-dir build/mypy-cache docs/site Tests/Site || exit 1
exec "$python" Tests/Site/check_site.py
