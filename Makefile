# The one door to building, testing and installing rtmulti. Targets and what they depend on live here; how a step
# is done, when it takes more than a few lines, lives in make/. `make help` lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

SWIFT ?= swift
CFLAGS ?= -O2 -g
# `make test` needs a C++ compiler once, to see that the header compiles; the Swift toolchain brings one.
CXX := $(shell command -v g++ || command -v clang++)
WARNINGS := -Wall -Wextra -Werror

# macOS has no flock, and words of its own for a library and for what strip takes away. The names in build/lib are one, so
# that whoever loads them need not ask where it is.
ifeq ($(shell uname),Darwin)
DYNAMIC := dylib
STRIP := -x
else
DYNAMIC := so
STRIP := --strip-unneeded
ALONE := flock build/log/library.lock
endif

# Where `make install` puts things. DESTDIR is prepended for packagers and appears in no file.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DOCDIR ?= $(PREFIX)/share/doc/rtmulti
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=

VERSION := $(shell sed -n 's/^\#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
SONAME := librtmulti.so.0
SHIPPED := build/lib/librtmulti.so.$(VERSION)
HEADER := build/include/rtmulti.h
SOURCES := $(shell find Sources include -type f) Package.swift

# `make programs SANITIZE=address` (or thread) builds the library and every program under that sanitizer into
# build/address/; SANITIZE=fuzz builds the fuzz targets, with AddressSanitizer and libFuzzer, into build/fuzz/, and fuzz-bare
# without AddressSanitizer into build/fuzz-bare/.
SANITIZE ?=
include make/sanitize.mk

.PHONY: all lib wheel test-wheel sdist deps demo test test-full simulate drive harness scenario-python programs benchmarks \
  bench bench-growth bench-full bench-peers loss-study bench-text test-livekit test-integrations docs test-docs fuzz fuzz-bare \
  fuzz-corpus soak soak-python man \
  install uninstall deb test-deb format lint clean help FORCE

all: lib ## build the library, its header and rtmulti.pc into build/

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | \
	  while read -r target what; do printf 'make %-10s %s\n' $$target "$$what"; done

deps: ## install what is missing (Debian packages; as root, otherwise it prints the line to run)
	@make/deps.sh

# --- the shippable library ---------------------------------------------------------------------------------

lib: $(SHIPPED) $(HEADER) build/lib/pkgconfig/rtmulti.pc

# A scratch folder of its own, for the flags of the shippable library must not reach `swift test`, and one make at a
# time in it. SwiftPM builds what has changed and what sees it (make/check-rebuild.sh holds it to that).
$(SHIPPED): $(SOURCES) build/sources | deps
	@mkdir -p $(@D) build/log
	@make/step.sh library $(ALONE) env RTMULTI_SHIP=1 \
	  $(SWIFT) build -c release --scratch-path .build-ship --product rtmulti --disable-build-manifest-caching
	@strip $(STRIP) -o $@.new .build-ship/release/librtmulti.$(DYNAMIC)
	@mv $@.new $@
	@ln -sf $(@F) build/lib/$(SONAME)
	@ln -sf $(SONAME) build/lib/librtmulti.so

# The names of all sources: a file that was taken away, or that came with an old date, is a change too.
build/sources: FORCE
	@mkdir -p $(@D)
	@find Sources include -type f | sort | cmp -s - $@ || find Sources include -type f | sort > $@

$(HEADER): include/rtmulti.h
	@mkdir -p $(@D)
	@cp $< $@

# The same file as the installed one, but it finds build/ wherever build/ is.
build/lib/pkgconfig/rtmulti.pc: bindings/c/rtmulti.pc.in include/rtmulti.h
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$${pcfiledir}/../..|' -e 's|@LIBDIR@|$${prefix}/lib|' \
	  -e 's|@INCLUDEDIR@|$${prefix}/include|' -e 's|@VERSION@|$(VERSION)|' $< > $@

# The manual pages are made of the header and of the command line's help: nothing in them is written twice.
man: build/man/librtmulti.3 build/man/rtmulti.1 ## write the manual pages librtmulti(3) and rtmulti(1) into build/man

MAN_WRITER = mkdir -p $(@D) && PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=bindings/python/src python3
build/man/librtmulti.3: include/rtmulti.h $(wildcard make/man/*.py)
	@$(MAN_WRITER) make/man/library_page.py $< > $@
build/man/rtmulti.1: $(shell find bindings/python/src/rtmulti -name '*.py') $(wildcard make/man/*.py)
	@$(MAN_WRITER) make/man/command_page.py > $@

install: lib build/man/librtmulti.3 ## install library, header, rtmulti.pc, manual and licences below $(DESTDIR)$(PREFIX)
	@install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(INCLUDEDIR)' '$(DESTDIR)$(DOCDIR)' '$(DESTDIR)$(MANDIR)/man3'
	@install -m 755 $(SHIPPED) '$(DESTDIR)$(LIBDIR)/'
	@ln -sf $(notdir $(SHIPPED)) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	@ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/librtmulti.so'
	@install -m 644 include/rtmulti.h '$(DESTDIR)$(INCLUDEDIR)/'
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' bindings/c/rtmulti.pc.in > '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc'
	@chmod 644 '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc'
	@install -m 644 LICENSE NOTICE '$(DESTDIR)$(DOCDIR)/'
	@install -m 644 build/man/librtmulti.3 '$(DESTDIR)$(MANDIR)/man3/'
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi
	@echo "rtmulti $(VERSION) is installed below $(DESTDIR)$(PREFIX)."
	@echo "A C program finds it with: pkg-config --cflags --libs rtmulti"

uninstall: ## take away what `make install` put there (with the same PREFIX and DESTDIR)
	@rm -f '$(DESTDIR)$(LIBDIR)/$(notdir $(SHIPPED))' '$(DESTDIR)$(LIBDIR)/$(SONAME)' \
	  '$(DESTDIR)$(LIBDIR)/librtmulti.so' '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc' \
	  '$(DESTDIR)$(INCLUDEDIR)/rtmulti.h' '$(DESTDIR)$(DOCDIR)/LICENSE' '$(DESTDIR)$(DOCDIR)/NOTICE' \
	  '$(DESTDIR)$(MANDIR)/man3/librtmulti.3'
	@rmdir '$(DESTDIR)$(DOCDIR)' 2>/dev/null || true
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

wheel: ## the wheel for any Linux of this processor, into dist/; as root, with apt
	@make/wheel.sh

test-wheel: ## try the wheel in bare Debian roots; ROOTS="bookworm trixie sid bullseye": only these
	@ROOTS='$(ROOTS)' make/test-wheel.sh

sdist: ## pack the sources for `pip install`, into dist/
	@make/sdist.sh
	@ls -l dist/rtmulti-$(VERSION).tar.gz

deb: lib ## make librtmulti0, librtmulti-dev and python3-rtmulti for the Debian that this machine is, into dist/
	@make/deb.sh

test-deb: ## make them, and use them in a bare Debian; as root
	@make/test-deb.sh

# --- programs that use it ----------------------------------------------------------------------------------
# Each program stands here once, with what it is made of; one rule compiles and one links, whatever the sanitizer.

STANDARD = -std=c11
CXX_STANDARD = -std=c++11 -pedantic
LIBRARIES = opus

c_sources = $(wildcard $(1)/*.c)
objects = $(patsubst %,$(OUT)/obj/%.o,$(1))
RUNNER := $(OUT)/obj/runner.a
TEST_PROGRAMS := $(patsubst Tests/C/%.c,$(OUT)/c/%,$(wildcard Tests/C/*.c))
FIELD_PROGRAMS := $(patsubst Tests/Field/%.c,$(OUT)/field/%,$(wildcard Tests/Field/*.c))
BENCHMARKS := $(patsubst Tests/Benchmarks/%.c,$(OUT)/bench/%,$(wildcard Tests/Benchmarks/*.c))
EXAMPLES := $(OUT)/demo $(OUT)/hello
FUZZ_TARGETS := json audio scenario calls
FUZZ_PARTS := $(call objects,$(patsubst %,Tests/Fuzzing/%.c,laws deliveries json_text values)) $(RUNNER)

PROGRAMS := $(addprefix $(OUT)/,rtmulti-harness rtmulti-simulate rtmulti-drive rtmulti-opus-check small-worlds fuzz-replay soak \
  loss-study) $(TEST_PROGRAMS) $(FIELD_PROGRAMS) $(OUT)/c/header_cpp $(EXAMPLES)

ifneq ($(IS_FUZZED),)
PROGRAMS := $(patsubst %,$(OUT)/%,$(FUZZ_TARGETS) planted)
$(patsubst %,$(OUT)/%,$(FUZZ_TARGETS)): $(FUZZ_PARTS)
$(PROGRAMS): $(OUT)/%: $(call objects,Tests/Fuzzing/%.c)
else
# Without a fuzzer all targets are in one program, which feeds them the committed corpus and past failures.
$(OUT)/fuzz-replay: $(call objects,$(patsubst %,Tests/Fuzzing/%.c,replay $(FUZZ_TARGETS))) $(FUZZ_PARTS)
$(patsubst %,$(OUT)/obj/Tests/Fuzzing/%.c.o,$(FUZZ_TARGETS)): FLAGS = -DLLVMFuzzerTestOneInput=$(*F)_target
endif

$(OUT)/rtmulti-harness: $(call objects,Tests/Runner/main.c) $(RUNNER)
$(OUT)/rtmulti-simulate: $(call objects,$(call c_sources,Tests/Simulation)) $(RUNNER)
$(OUT)/rtmulti-drive: $(call objects,$(call c_sources,Tests/Drive)) $(RUNNER)
$(OUT)/rtmulti-opus-check: $(call objects,Tests/OpusCheck/opus_check.c)
$(OUT)/small-worlds: $(call objects,$(call c_sources,Tests/SmallWorlds))
$(OUT)/soak: $(call objects,Tests/Soak/soak.c)
$(OUT)/loss-study: $(call objects,Tests/Loss/loss_study.c)
$(OUT)/c/header_cpp: $(call objects,Tests/C/header_cpp.cpp)
$(TEST_PROGRAMS): $(OUT)/c/%: $(call objects,Tests/C/%.c)
$(FIELD_PROGRAMS): $(OUT)/field/%: $(call objects,Tests/Field/%.c)
# Those that read what was recorded do it with the reader of the runner.
$(OUT)/c/trace_inputs: $(RUNNER)
$(BENCHMARKS): $(OUT)/bench/%: $(call objects,Tests/Benchmarks/%.c)
$(EXAMPLES): $(OUT)/%: $(call objects,bindings/c/%.c)
$(OUT)/portaudio_player: $(call objects,bindings/c/examples/portaudio_player.c)

$(OUT)/obj/Tests/Drive/%.o $(OUT)/obj/Tests/Simulation/%.o: FLAGS = -D_DEFAULT_SOURCE
$(OUT)/obj/Tests/C/header_c99.c.o: STANDARD = -std=c99 -pedantic
$(OUT)/obj/bindings/c/%.o: STANDARD = -std=c99 -pedantic
$(OUT)/obj/bindings/c/examples/%.o: STANDARD = -std=c11 -pedantic

# Beside the library, the least that its work on one event can cost: simdjson and our base64 alone.
$(OUT)/bench/json_event $(OUT)/bench/peer_wire: $(call objects,Tests/Benchmarks/json_floor.cpp Sources/CBase64/decode.c)
$(OUT)/obj/Tests/Benchmarks/json_%.o $(OUT)/obj/Sources/CBase64/decode.c.o: FLAGS = -ISources/CBase64/include
$(OUT)/obj/Tests/Benchmarks/json_floor.cpp.o: CXX_STANDARD = -std=c++17
$(OUT)/bench/%: LIBRARIES += speexdsp simdjson

# The readers of events themselves, which the library does not export.
$(OUT)/c/json_readers: $(call objects,Sources/CSimdJSON/audio_delta.c Sources/CSimdJSON/events.cpp \
  Sources/CSimdJSON/escapes.c Sources/CBase64/decode.c)
$(OUT)/c/json_readers: LIBRARIES += simdjson
$(OUT)/obj/Sources/CSimdJSON/%.o: FLAGS = -ISources/CSimdJSON/include
$(OUT)/obj/Sources/CSimdJSON/events.cpp.o: CXX_STANDARD = -std=c++17

# Only the sound tests want PortAudio, which `make deps` leaves to make/sound.sh; where it is, this one is compiled too.
$(OUT)/portaudio_player: LIBRARIES += portaudio-2.0
ifeq ($(SANITIZE)$(shell pkg-config --exists portaudio-2.0 2>/dev/null && echo there),there)
PROGRAMS += $(OUT)/portaudio_player
endif

ALL_PROGRAMS := $(sort $(PROGRAMS) $(BENCHMARKS) $(OUT)/portaudio_player)

# A program is linked again when its own parts change, not when the library does.
$(ALL_PROGRAMS): | $(LIBRARY)
	@mkdir -p $(@D)
	@make/step.sh $(subst /,-,$(@:build/%=%)) $(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -Wl,--as-needed \
	  $(USES_RTMULTI) $$(pkg-config --libs $(LIBRARIES)) $(if $(filter %.cpp.o,$^),-lstdc++) -pthread -ldl -lm

$(RUNNER): $(call objects,$(filter-out %/main.c,$(call c_sources,Tests/Runner)))
	@rm -f $@
	@make/step.sh runner $(AR) rcs $@ $^

# What an object includes stands in the .d file beside it.
COMPILE = mkdir -p $(@D) && make/step.sh $(subst /,-,$(@:build/%.o=%))
INCLUDES = -Ibuild/include $$(pkg-config --cflags opus) $(FLAGS) -MMD -MP
$(OUT)/obj/%.c.o: %.c | $(HEADER) deps
	@$(COMPILE) $(CC) $(STANDARD) $(CFLAGS) $(WARNINGS) $(INCLUDES) -c -o $@ $<
$(OUT)/obj/%.cpp.o: %.cpp | $(HEADER) deps
	@$(COMPILE) $(CXX) $(CXX_STANDARD) $(CFLAGS) $(WARNINGS) $(INCLUDES) -c -o $@ $<
-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)

programs: $(PROGRAMS) ## build every test program, with SANITIZE=address or thread under that sanitizer

harness: $(OUT)/rtmulti-harness ## build the scenario runner, build/rtmulti-harness

# The program lies where it is written, and finds the package and the harness beside it.
scenario-python: harness ## build the scenario runner of the Python binding, build/rtmulti-scenario-python
	@ln -sfn ../Tests/PythonRunner/rtmulti-scenario-python build/rtmulti-scenario-python

demo: build/demo ## the main job on real speech: a table of what was heard, and build/heard.wav
	@make/demo.sh

# --- tests -------------------------------------------------------------------------------------------------

test: deps ## everything in under ten minutes; closes with "N passed, N failed"
	@make/deps.sh valgrind
	@make/test.sh

test-full: ## `make test`, then both sanitizers and valgrind
	@make/deps.sh valgrind
	@make/test.sh full

SEEDS ?= 20000
FIRST ?= 1

simulate: $(OUT)/rtmulti-simulate ## conversations drawn from SEEDS seeds (20000) with the real library; FIRST=n
	@$< --first $(FIRST) --seeds $(SEEDS)

drive: $(OUT)/rtmulti-drive ## a second, independent driver: conversations through all doors in lock step; SEEDS=n (20000) FIRST=n
	@$< --first $(FIRST) --seeds $(SEEDS)

SESSIONS ?= 2000
DAYS ?= 1

soak: build/soak ## SESSIONS (2000) sessions talk for DAYS (1) simulated days, six times an hour each; a day is four minutes of one core
	@nice build/soak Tests/Fixtures $(SESSIONS) $$(($(DAYS) * 24))

soak-python: lib ## a Player of the Python binding talks for DAYS (1) simulated days; a day is some minutes of one core
	@nice make/python.sh Tests/Soak/soak_player.py $$(($(DAYS) * 24))

benchmarks: $(BENCHMARKS)

bench-growth: $(BENCHMARKS) ## what one call costs as a session grows; docs/growth.svg
	@python3 Tests/Benchmarks/growth.py

bench-full: $(BENCHMARKS) ## every input in sessions that are full to their limits, against empty ones; a minute or two
	@python3 Tests/Benchmarks/full_session.py

bench: $(BENCHMARKS) ## measure; a table, and JSON lines in build/bench/
	@make/deps.sh valgrind
	@python3 Tests/Benchmarks/run.py

loss-study: build/loss-study ## measure what lost packets cost; writes the table and the picture of docs/loss.md
	@python3 Tests/Loss/report.py write

bench-peers: $(BENCHMARKS) ## rtmulti beside livekit, pipecat, openai-agents and others; ARGUMENTS="--write": docs/performance.md, docs/peers.svg
	@make/bench-peers.sh $(ARGUMENTS)

bench-text: lib ## measure heard text against known speech and livekit-agents; writes docs/heard-text.md
	@make/bench-text.sh

COUNT ?= 1000
test-livekit: lib ## LiveKit Agents from PyPI with the wrapper and without; SEED=n COUNT=n: random conversations; LIVEKIT=1.8.9: one version
	@COUNT=$(COUNT) make/test-livekit.sh $(if $(SEED)$(LIVEKIT)$(JOBS),$(if $(SEED),--no-rows --seed $(SEED)) --conversations $(COUNT) $(if $(JOBS),--jobs $(JOBS)))

test-integrations: lib ## real time, on telephones and what else there is; SUITES="phone", REPEATS=10: each row so many times
	@REPEATS=$(REPEATS) make/test-integrations.sh $(SUITES)

docs: ## the site: guides, rules, both references and a search in build/site; begin with build/site/index.html
	@make/docs.sh

test-docs: ## make the site and look at it: links, anchors, names, and in Chromium its width on a phone
	@make/test-docs.sh

T ?= 60
fuzz: ## run each fuzz target for T=60 seconds; make fuzz-corpus then commits what they found to Tests/Fuzzing
	@make/deps.sh
	@mkdir -p build/log
	@$(MAKE) --no-print-directory programs SANITIZE=fuzz
	@make/fuzz.sh $(T)

fuzz-bare: ## the same without AddressSanitizer: the laws alone, on several times as many inputs
	@make/deps.sh
	@mkdir -p build/log
	@$(MAKE) --no-print-directory programs SANITIZE=fuzz-bare
	@FUZZ_HOUSE=build/fuzz-bare make/fuzz.sh $(T)

fuzz-corpus: ## replace the committed corpus by the smallest that reaches what `make fuzz` has reached
	@make/fuzz.sh grow

lint: ## see that every Swift file is formatted and documented
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## format every Swift file
	@$(SWIFT) format format --in-place --recursive Package.swift Sources Tests

clean: ## remove everything that was built
	@rm -rf build .build .build-ship .build-address .build-thread .build-fuzz .build-fuzz-bare
