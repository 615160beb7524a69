#!/usr/bin/env bash
# Sees that the machine has what rtmulti is built from, and installs what is missing if it may. It asks for
# capabilities, not for packages, so that a library from elsewhere is as good; when nothing is missing it takes
# a few milliseconds. Only what must be installed is known here, nothing about building.
#
# usage: make/deps.sh [TOOL | sound]...     (also wants these commands, as `make test-full`, Tests/ABI and others do; a
# sound server)
set -euo pipefail

for tool in swift cc python3; do
  if ! command -v "$tool" >/dev/null; then
    case $tool in
      swift) advice="install the Swift 6.3 toolchain and put its usr/bin on your PATH; docs/swift.md says how" ;;
      *) advice="install gcc and python3, on Debian with: apt-get install gcc python3" ;;
    esac
    echo "rtmulti cannot find $tool. Please $advice." >&2
    exit 1
  fi
done

missing=()
# What a toolchain from swift.org itself needs, and brings nothing of. Asked where nothing was built yet, for it takes a moment.
if ! compgen -G 'build/lib/librtmulti.so.*' >/dev/null && command -v ldd >/dev/null; then
  tools=$(dirname "$(command -v swift)")
  if ldd "$tools/swift" "$tools/swift-build" 2>/dev/null | grep -q 'not found'; then
    missing+=(libncurses6 libcurl4 libxml2)
  fi
fi
command -v pkg-config >/dev/null || missing+=(pkg-config)
for library in opus ogg speexdsp simdjson; do
  pkg-config --exists "$library" 2>/dev/null || missing+=("lib$library-dev")
done
# On Linux the Swift toolchain compiles C++ by itself but takes the C++ library from gcc.
[ "$(uname)" = Darwin ] || compgen -G '/usr/include/c++/*/vector' >/dev/null || missing+=(g++)

# What make/sound.sh needs, as COMMAND:PACKAGE; the last two are no commands.
want_sound() {
  local wanted
  for wanted in pipewire:pipewire wireplumber:wireplumber pipewire-pulse:pipewire-pulse pactl:pulseaudio-utils \
    dbus-run-session:dbus-daemon; do
    command -v "${wanted%:*}" >/dev/null || missing+=("${wanted#*:}")
  done
  pkg-config --exists portaudio-2.0 2>/dev/null || missing+=(portaudio19-dev)
  compgen -G '/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so' >/dev/null || missing+=(libasound2-plugins)
}
for tool in "$@"; do
  if [ "$tool" = sound ]; then
    want_sound
  elif ! command -v "$tool" >/dev/null; then
    case $tool in
      abidiff) missing+=(abigail-tools) ;;
      advzip) missing+=(advancecomp) ;;
      man) missing+=(man-db) ;;
      dh) missing+=(debhelper) ;;
      dh_python3) missing+=(dh-python) ;;
      dpkg-buildpackage) missing+=(dpkg-dev) ;;
      *) missing+=("$tool") ;;
    esac
  fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  if command -v brew >/dev/null; then
    echo "rtmulti needs a few libraries. Please run: brew install pkgconf opus libogg speexdsp simdjson" >&2
    exit 1
  fi
  echo "rtmulti needs these, under whatever names your system has for them: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  echo "rtmulti needs a few system packages. Please run this line, then try again:" >&2
  echo "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends ${missing[*]}'" >&2
  exit 1
fi
echo "Installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
make/step.sh deps sh -c "apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" </dev/null
