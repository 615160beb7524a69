#!/usr/bin/env bash
# Plays Tests/Integrations/browser in a real headless Chromium, Debian's, which it installs when there is none (as root; where
# that fails it ends with 77). What is played stands there.
#
# usage: make/test-browser.sh [ARGUMENT OF play_browser.py...]           (after `make lib`)
#        make/test-browser.sh cost          measures what a page costs, and what it adds
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
    make/step.sh chromium sh -c 'apt-get update && apt-get install -y --no-install-recommends chromium' </dev/null
}
if ! command -v chromium >/dev/null && ! install; then
  echo "Chromium is not here and could not be installed, so nothing was played in a browser: apt-get install chromium"
  exit 77
fi
program=play_browser
if [ "${1:-}" = cost ]; then
  program=browser_cost
  shift
fi
exec make/python.sh "Tests/Integrations/browser/$program.py" "$@"
