#!/usr/bin/env bash
# Plays Tests/Integrations/browser in a real headless Chromium, Debian's, which it installs when there is none (as root; where
# that fails it ends with 77). What is played stands there.
#
# usage: make/test-browser.sh [ARGUMENT OF play_browser.py...]           (after `make lib`)
#        make/test-browser.sh cost          measures what a page costs, and what it adds
#        make/test-browser.sh timeline      opens the page that `rtmulti timeline --out t.html` draws
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

. make/chromium.sh
program=play_browser
case ${1:-} in
  cost) program=browser_cost && shift ;;
  timeline) program=timeline_page && shift ;;
esac
exec make/python.sh "Tests/Integrations/browser/$program.py" "$@"
