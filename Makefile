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

# Where `make install` puts things. DESTDIR is prepended for packagers and appears in no file.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DOCDIR ?= $(PREFIX)/share/doc/rtmulti
DESTDIR ?=

VERSION := $(shell sed -n 's/^\#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
SONAME := librtmulti.so.0
LIBRARY := build/lib/librtmulti.so.$(VERSION)
HEADER := build/include/rtmulti.h
SOURCES := $(shell find Sources include -type f) Package.swift
TEST_PROGRAMS := $(patsubst Tests/C/%.c,build/c/%,$(wildcard Tests/C/*.c))
BENCHMARKS := $(patsubst Tests/Benchmarks/%.c,build/bench/%,$(wildcard Tests/Benchmarks/*.c))

.PHONY: all lib deps demo test test-full simulate harness programs bench loss-study bench-text fuzz fuzz-corpus soak install uninstall format lint clean help
# `make test` calls make again for its steps; nothing is gained by two swift builds at the same time.
.NOTPARALLEL:

all: lib ## build the library, its header and rtmulti.pc into build/

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | \
	  while read -r target what; do printf 'make %-10s %s\n' $$target "$$what"; done

deps: ## install what is missing (Debian packages; as root, otherwise it prints the line to run)
	@make/deps.sh

# --- the shippable library ---------------------------------------------------------------------------------

lib: $(LIBRARY) $(HEADER) build/lib/pkgconfig/rtmulti.pc

# A scratch folder of its own, for the flags of the shippable library must not reach `swift test`, and one make at a
# time in it. It is built from nothing: after a change of a struct in one module SwiftPM 6.3.1 leaves modules that
# inlined the old one as they are, and the library crashes.
$(LIBRARY): $(SOURCES) | deps
	@mkdir -p $(@D) build/log
	@make/step.sh library flock build/log/library.lock sh -c 'rm -rf .build-ship && \
	  RTMULTI_SHIP=1 $(SWIFT) build -c release --scratch-path .build-ship --product rtmulti'
	@strip --strip-unneeded -o $@.new .build-ship/release/librtmulti.so
	@mv $@.new $@
	@ln -sf $(@F) build/lib/$(SONAME)
	@ln -sf $(SONAME) build/lib/librtmulti.so

$(HEADER): include/rtmulti.h
	@mkdir -p $(@D)
	@cp $< $@

# The same file as the installed one, but it finds build/ wherever build/ is.
build/lib/pkgconfig/rtmulti.pc: bindings/c/rtmulti.pc.in include/rtmulti.h
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$${pcfiledir}/../..|' -e 's|@LIBDIR@|$${prefix}/lib|' \
	  -e 's|@INCLUDEDIR@|$${prefix}/include|' -e 's|@VERSION@|$(VERSION)|' $< > $@

install: lib ## install library, header, rtmulti.pc and licences below $(DESTDIR)$(PREFIX)
	@install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(INCLUDEDIR)' '$(DESTDIR)$(DOCDIR)'
	@install -m 755 $(LIBRARY) '$(DESTDIR)$(LIBDIR)/'
	@ln -sf $(notdir $(LIBRARY)) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	@ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/librtmulti.so'
	@install -m 644 include/rtmulti.h '$(DESTDIR)$(INCLUDEDIR)/'
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' bindings/c/rtmulti.pc.in > '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc'
	@chmod 644 '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc'
	@install -m 644 LICENSE NOTICE '$(DESTDIR)$(DOCDIR)/'
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi
	@echo "rtmulti $(VERSION) is installed below $(DESTDIR)$(PREFIX)."
	@echo "A C program finds it with: pkg-config --cflags --libs rtmulti"

uninstall: ## take away what `make install` put there (with the same PREFIX and DESTDIR)
	@rm -f '$(DESTDIR)$(LIBDIR)/$(notdir $(LIBRARY))' '$(DESTDIR)$(LIBDIR)/$(SONAME)' \
	  '$(DESTDIR)$(LIBDIR)/librtmulti.so' '$(DESTDIR)$(LIBDIR)/pkgconfig/rtmulti.pc' \
	  '$(DESTDIR)$(INCLUDEDIR)/rtmulti.h' '$(DESTDIR)$(DOCDIR)/LICENSE' '$(DESTDIR)$(DOCDIR)/NOTICE'
	@rmdir '$(DESTDIR)$(DOCDIR)' 2>/dev/null || true
	@if [ -z '$(DESTDIR)' ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

# --- programs that use it ----------------------------------------------------------------------------------

USES_RTMULTI = -Ibuild/include -Lbuild/lib -lrtmulti

harness: build/rtmulti-harness ## build the scenario runner, build/rtmulti-harness

build/rtmulti-harness: $(wildcard Tests/Runner/*.c Tests/Runner/*.h Tests/C/random*.h Tests/C/ogg_writer.h) $(LIBRARY) $(HEADER)
	@make/step.sh harness $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -o $@ $(filter %.c,$^) $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs opus) -lm

# The simulation is built on the parts of the scenario runner.
build/rtmulti-simulate: $(wildcard Tests/Simulation/*.c Tests/Simulation/*.h) $(wildcard Tests/Runner/*.c \
  Tests/Runner/*.h Tests/C/random*.h Tests/C/ogg_writer.h) $(LIBRARY) $(HEADER)
	@make/step.sh simulate $(CC) -std=c11 -D_DEFAULT_SOURCE $(CFLAGS) $(WARNINGS) -o $@ \
	  $(filter-out %/Runner/main.c,$(filter %.c,$^)) $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs opus) -lm

build/rtmulti-opus-check: Tests/OpusCheck/opus_check.c $(LIBRARY) $(HEADER)
	@make/step.sh opus-check $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -o $@ $< $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs opus)

build/small-worlds: $(wildcard Tests/SmallWorlds/*.c Tests/SmallWorlds/*.h) $(LIBRARY) $(HEADER)
	@make/step.sh small-worlds $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -o $@ $(filter %.c,$^) $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib'

# The fuzz targets without a fuzzer: all in one program, which feeds them the committed corpus and past failures.
FUZZ_PARTS = $(wildcard Tests/Fuzzing/*.h Tests/Runner/*.h Tests/C/random*.h Tests/C/ogg_writer.h) $(LIBRARY) $(HEADER)
build/fuzz-replay: $(patsubst %,build/fuzz-replay-%.o,json audio scenario calls) $(FUZZ_PARTS) \
  $(patsubst %,Tests/Fuzzing/%.c,replay laws deliveries json_text values) \
  $(filter-out %/main.c,$(wildcard Tests/Runner/*.c))
	@make/step.sh fuzz-replay $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -ITests/Runner -o $@ $(filter %.c %.o,$^) \
	  $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs opus) -lm

build/fuzz-replay-%.o: Tests/Fuzzing/%.c $(FUZZ_PARTS)
	@make/step.sh fuzz-replay-$* $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -Ibuild/include -ITests/Runner \
	  -DLLVMFuzzerTestOneInput=$*_target -c -o $@ $<

programs: build/rtmulti-opus-check build/loss-study build/small-worlds build/rtmulti-simulate build/fuzz-replay build/soak \
  $(TEST_PROGRAMS) build/c/header_cpp build/demo build/hello

build/c/%: Tests/C/%.c $(wildcard Tests/C/*.h) $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh $* $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -o $@ $< $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/../lib' $$(pkg-config --cflags --libs opus) -pthread -lm

# It loads the library late, as a plug-in host does.
build/c/pull_realtime: Tests/C/pull_realtime.c Tests/C/check.h $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh pull_realtime $(CC) -std=c11 $(CFLAGS) $(WARNINGS) -o $@ $< -Ibuild/include \
	  -Wl,-rpath,'$$ORIGIN/../lib' $$(pkg-config --cflags --libs opus) -pthread -ldl

build/c/header_c99: Tests/C/header_c99.c $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh header_c99 $(CC) -std=c99 -pedantic $(WARNINGS) -o $@ $< $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/../lib'

build/c/header_cpp: Tests/C/header_cpp.cpp $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh header_cpp $(CXX) -std=c++11 -pedantic $(WARNINGS) -o $@ $< $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/../lib'

build/demo build/hello: build/%: bindings/c/%.c $(LIBRARY) $(HEADER)
	@make/step.sh $* $(CC) -std=c99 -pedantic $(CFLAGS) $(WARNINGS) -o $@ $< $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/lib'

build/loss-study: Tests/Loss/loss_study.c $(wildcard Tests/Loss/*.h Tests/Benchmarks/*.h) $(LIBRARY) $(HEADER)
	@make/step.sh loss-study $(CC) -std=c11 -O2 -g $(WARNINGS) -o $@ $< $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs opus) -lm

build/soak: Tests/Soak/soak.c $(wildcard Tests/Soak/*.h Tests/Benchmarks/*.h Tests/C/*.h) $(LIBRARY) $(HEADER)
	@make/step.sh soak $(CC) -std=c11 -O2 -g $(WARNINGS) -o $@ $< $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/lib' -pthread -lm

# Wants PortAudio, which `make deps` leaves to make/sound.sh.
build/portaudio_player: bindings/c/examples/portaudio_player.c $(LIBRARY) $(HEADER)
	@make/step.sh portaudio_player $(CC) -std=c11 -pedantic $(CFLAGS) $(WARNINGS) -o $@ $< $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/lib' $$(pkg-config --cflags --libs portaudio-2.0)

demo: build/demo ## the main job on real speech: a table of what was heard, and build/heard.wav
	@make/demo.sh

# --- tests -------------------------------------------------------------------------------------------------

test: deps ## everything in under ten minutes; closes with "N passed, N failed"
	@make/test.sh

test-full: ## `make test`, then both sanitizers and valgrind
	@make/deps.sh valgrind
	@make/test.sh full

SEEDS ?= 20000
FIRST ?= 1

simulate: build/rtmulti-simulate ## conversations drawn from SEEDS seeds (20000) with the real library; FIRST=n
	@$< --first $(FIRST) --seeds $(SEEDS)

build/bench/%: Tests/Benchmarks/%.c $(wildcard Tests/Benchmarks/*.h) $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh bench-$* $(CC) -std=c11 -O2 -g $(WARNINGS) -o $@ $< $(USES_RTMULTI) \
	  -Wl,-rpath,'$$ORIGIN/../lib' $$(pkg-config --cflags --libs opus speexdsp) -pthread -ldl -lm

# Beside the library, the least that its work on one event can cost: simdjson and our base64 alone.
build/bench/json_event: Tests/Benchmarks/json_event.c Tests/Benchmarks/json_floor.cpp Sources/CBase64/decode.c \
  $(wildcard Tests/Benchmarks/*.h) $(LIBRARY) $(HEADER)
	@mkdir -p $(@D)
	@make/step.sh bench-json_floor $(CXX) -std=c++17 -O2 -g $(WARNINGS) -c -o $@-floor.o Tests/Benchmarks/json_floor.cpp
	@make/step.sh bench-json_event $(CC) -std=c11 -O2 -g $(WARNINGS) -ISources/CBase64/include -o $@ $(filter %.c,$^) \
	  $@-floor.o $(USES_RTMULTI) -Wl,-rpath,'$$ORIGIN/../lib' $$(pkg-config --libs simdjson) -lstdc++ -lm

soak: build/soak ## 2,000 sessions talk for a simulated day, six times an hour each; ten minutes of processor time on two cores
	@nice build/soak Tests/Fixtures 2000 24

bench: $(BENCHMARKS) ## measure; a table, and JSON lines in build/bench/
	@make/deps.sh valgrind
	@python3 Tests/Benchmarks/run.py

loss-study: build/loss-study ## measure what lost packets cost; writes the table and the picture of docs/loss.md
	@python3 Tests/Loss/report.py write

bench-text: lib ## measure heard text against known speech and livekit-agents; writes docs/heard-text.md
	@make/bench-text.sh

T ?= 60
fuzz: ## run each fuzz target for T=60 seconds; make fuzz-corpus then commits what they found to Tests/Fuzzing
	@make/deps.sh
	@mkdir -p build/log
	@make/step.sh fuzz-build make/build-fuzz.sh
	@make/fuzz.sh $(T)

fuzz-corpus: ## replace the committed corpus by the smallest that reaches what `make fuzz` has reached
	@make/fuzz.sh grow

lint: ## see that every Swift file is formatted and documented
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format: ## format every Swift file
	@$(SWIFT) format format --in-place --recursive Package.swift Sources Tests

clean: ## remove everything that was built
	@rm -rf build .build .build-ship .build-address .build-thread .build-fuzz
