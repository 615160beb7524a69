#!/usr/bin/env bash
# The second driver as `make test` runs it: it must find every fault that is planted, then so many seeds. What it does
# with a seed is Tests/Drive's.
#
# usage: make/drive.sh SEEDS
set -u
make -s build/rtmulti-drive || exit 1
build/rtmulti-drive --self-test || exit 1
exec build/rtmulti-drive --seeds "$1"
