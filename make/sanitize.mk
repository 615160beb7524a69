# What SANITIZE= changes: where things are built, with which compiler, and against which library. Everything under a
# sanitizer is compiled with the Swift toolchain's own clang, because a process can hold only one sanitizer runtime.
# Which programs there are stands in the Makefile.

OUT := build$(addprefix /,$(SANITIZE))
IS_FUZZED := $(filter fuzz fuzz-bare,$(SANITIZE))

ifeq ($(SANITIZE),)
LIBRARY := $(SHIPPED)
USES_RTMULTI = -Lbuild/lib -lrtmulti -Wl,-rpath,'$$ORIGIN/lib:$$ORIGIN/../lib'
else

ifeq ($(filter $(SANITIZE),address thread fuzz fuzz-bare),)
$(error SANITIZE is "$(SANITIZE)"; it can be address, thread, fuzz or fuzz-bare)
endif

SCRATCH := .build-$(SANITIZE)
RUNTIME := $(shell $(SWIFT) -print-target-info | \
  python3 -c 'import json, sys; print(json.load(sys.stdin)["paths"]["runtimeLibraryPaths"][0])')
TOOLCHAIN := $(realpath $(RUNTIME)/../..)/../bin
CC := $(TOOLCHAIN)/clang
CXX := $(TOOLCHAIN)/clang++
SWIFT_BUILD := $(SWIFT) build --scratch-path $(SCRATCH) --disable-build-manifest-caching --product rtmulti

ifneq ($(IS_FUZZED),)
# Optimised, for every second has to be worth many inputs; a trap of Swift is a crash all the same. With libFuzzer's
# coverage of the Swift code as well as of C and C++. A bare one has no AddressSanitizer: the laws alone, many times as often.
COVERAGE := edge,inline-8bit-counters,pc-table
BUILT := $(SCRATCH)/release
SWIFT_BUILD += -c release -Xswiftc -sanitize-coverage=$(COVERAGE) -Xcc -fsanitize-coverage=$(COVERAGE:edge,%=%)
ifeq ($(SANITIZE),fuzz)
CFLAGS := -O2 -g -fsanitize=address,fuzzer
SWIFT_BUILD += --sanitize=address
else
CFLAGS := -O2 -g -fsanitize=fuzzer
SWIFT_BUILD += -Xswiftc -sanitize=fuzzer -Xlinker --unresolved-symbols=ignore-all
endif
else
CFLAGS := -O1 -g -fsanitize=$(SANITIZE)
BUILT := $(SCRATCH)/debug
SWIFT_BUILD += --sanitize=$(SANITIZE)
endif

LIBRARY := $(BUILT)/librtmulti.so
$(LIBRARY): $(SOURCES) build/sources | deps
	@mkdir -p build/log
	@make/step.sh $(SANITIZE)-library $(SWIFT_BUILD)
	@touch $@

# The toolchain's own linker: the one of the system warns about each function of the sanitizer.
USES_RTMULTI = -fuse-ld=lld -L$(BUILT) -lrtmulti -Wl,-rpath,$(abspath $(BUILT)):$(RUNTIME)
ifeq ($(SANITIZE),thread)
# The thread sanitizer of the Swift toolchain watches Dispatch as well and cannot be linked without it.
USES_RTMULTI += -L$(RUNTIME) -ldispatch -lBlocksRuntime
endif
endif
