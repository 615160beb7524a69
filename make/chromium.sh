# Sourced by the scripts that need a real browser: has Debian's Chromium be there, which it installs when there is none (as
# root; where that fails it ends the script with 77). What it is needed for stands in those scripts.

install_chromium() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null &&
    make/step.sh chromium sh -c 'apt-get update && apt-get install -y --no-install-recommends chromium' </dev/null
}
if ! command -v chromium >/dev/null && ! install_chromium; then
  echo "Chromium is not here and could not be installed, so nothing was shown in a browser: apt-get install chromium"
  exit 77
fi
