#!/usr/bin/env bash
# The simulation as `make test` runs it: it must find every fault that is planted, then the committed scenarios under
# its eyes, then so many seeds. What it does with a seed is Tests/Simulation's.
#
# usage: make/simulate.sh SEEDS SCENARIO...
set -u
seeds=$1
shift
make -s build/rtmulti-simulate || exit 1
build/rtmulti-simulate --self-test || exit 1
build/rtmulti-simulate "$@" || exit 1
exec build/rtmulti-simulate --seeds "$seeds"
