#!/usr/bin/env bash
# Makes a bare Debian in a folder: its smallest set of packages and those that are asked for, and nothing of this
# machine. The mirror is the one that this machine's own apt uses. What is tried in the root is the caller's.
#
# usage: make/bare-root.sh SUITE FOLDER [PACKAGE...]     (as root; ends with 77 and a sentence where it cannot be made)
set -u
suite=$1 folder=$2
shift 2

cannot() {
  echo "A bare Debian $suite was not made: $1"
  exit 77
}

[ "$(id -u)" = 0 ] || cannot "only root can make one. Please run this as root."
command -v apt-get >/dev/null || cannot "this machine has no apt, from which its mirror would be known."
make/deps.sh mmdebstrap || cannot "mmdebstrap is missing and could not be installed."
# shellcheck disable=SC2016  # it is apt that fills in $(REPO_URI)
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$mirror" ] || cannot "apt knows no mirror of Debian here. Please run: apt-get update"

rm -rf --one-file-system "$folder"
mkdir -p "$(dirname "$folder")" build/log
log=build/log/bare-root-$suite.log
packages=$(IFS=, && echo "$*")
# A mirror that stands still is past its date; where this machine's apt does not mind, nor does the root's.
mapfile -t dates < <(
  apt-config dump --format '%f "%v"%n' Acquire::Check-Valid-Until Acquire::Check-Date | sed 's/^/--aptopt=/')
if ! mmdebstrap --variant=minbase "${dates[@]}" ${packages:+"--include=$packages"} "$suite" "$folder" "$mirror" >"$log" 2>&1 </dev/null; then
  tail -n 5 "$log"
  cannot "mmdebstrap failed; all that it said is in $log."
fi
# What is installed later comes from where the root itself came from, and the root knows the way there.
chroot "$folder" apt-get update -qq >>"$log" 2>&1 || cannot "its apt does not reach the mirror; see $log."
