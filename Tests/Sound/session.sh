#!/usr/bin/env bash
# Runs a command in a sound session of its own: PipeWire with WirePlumber and the PulseAudio server, all as this user
# and in a folder of their own, and as the only device that ALSA knows a null sink "rtmulti" (48 kHz, mono, which keeps time
# as a device does) for a loudspeaker, and another, "voice", for a microphone. What the command plays on the first can be
# recorded from "rtmulti.monitor", and the microphone hears what it plays on the second. No device of the machine is touched
# and nothing is left behind. What is played and recorded is the command's.
#
# usage: dbus-run-session -- Tests/Sound/session.sh COMMAND...
set -u
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
leave() {
  # shellcheck disable=SC2046  # a list of processes, none of which may be left when the folder goes
  kill $(jobs -p) 2>/dev/null
  wait
  rm -rf "$place"
}
trap leave EXIT
trap 'exit 143' TERM INT

unset PULSE_SERVER PULSE_SINK PULSE_SOURCE PIPEWIRE_REMOTE PIPEWIRE_CONFIG_DIR DISPLAY
export XDG_RUNTIME_DIR=$place/run XDG_CONFIG_HOME=$place/config XDG_STATE_HOME=$place/state
export ALSA_CONFIG_PATH=$here/asound.conf JACK_NO_START_SERVER=1
mkdir -m 700 "$XDG_RUNTIME_DIR"
mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME"/wireplumber/{main,bluetooth}.lua.d
for monitor in alsa v4l2 libcamera; do
  echo "${monitor}_monitor.enabled = false"
done >"$XDG_CONFIG_HOME/wireplumber/main.lua.d/60-no-devices.lua"
echo "bluez_monitor.enabled = false" >"$XDG_CONFIG_HOME/wireplumber/bluetooth.lua.d/60-no-devices.lua"

# wait_for SENTENCE COMMAND...: until the command succeeds, 10 s at most; else what the servers said is shown.
wait_for() {
  local sentence=$1 tries=200
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "The sound server did not start: it is not true after 10 s that $sentence." >&2
      tail -n 20 "$place"/*.log >&2
      exit 1
    fi
    sleep 0.05
  done
}

pipewire >"$place/pipewire.log" 2>&1 &
wait_for "PipeWire listens" test -S "$XDG_RUNTIME_DIR/pipewire-0"
wireplumber >"$place/wireplumber.log" 2>&1 &
pipewire-pulse >"$place/pulse.log" 2>&1 &
wait_for "the PulseAudio server answers" pactl info
for sink in rtmulti voice; do
  wait_for "there is a null sink $sink" \
    pactl load-module module-null-sink sink_name="$sink" rate=48000 channels=1 channel_map=mono
  wait_for "its monitor can be recorded" sh -c "pactl list short sources | grep -q $sink.monitor"
done

"$@"
