#!/usr/bin/env bash
# Plays the examples for sound devices on a null sink of PipeWire and holds them to what its monitor recorded
# (Tests/Sound). Where the packages of the sound server are missing and may not be installed, it says so and counts as
# skipped. What is checked stands in Tests/Sound/test_players.py.
#
# usage: make/sound.sh [PYTEST ARGUMENT...]     (after `make lib`)
set -u
if ! make/deps.sh sound; then
  if [ "$(id -u)" = 0 ]; then exit 1; fi
  echo "The players were not heard: a sound server of our own needs the packages above, and only root may install them."
  exit 77 # suites.sh: skipped
fi
make -s build/portaudio_player || exit 1
# Dozens of processes stand behind this one; none of them may outlive it.
exec timeout -k 10 300 dbus-run-session -- \
  Tests/Sound/session.sh make/python.sh -m pytest -q -p no:cacheprovider Tests/Sound "$@"
