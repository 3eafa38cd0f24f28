# The host is host/*/*.c, host/*.c and the library lua/troupe/**/*.lua, which
# becomes build/embedded.c. A variant is the same sources under other flags,
# in build/VARIANT/; the release is linked to build/troupe. For engines there
# is libtroupe, without the command: in build/ for use, in build/VARIANT/ for
# specs.

CC = gcc
LUA = lua5.4
CORES := $(shell nproc)

WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Werror
FLAGS = -std=gnu11 -g $(WARNINGS) -Ihost -I/usr/include/lua5.4
TESTED = -O1 -DTROUPE_ASSERTS -fno-omit-frame-pointer -fPIC \
  -ftls-model=initial-exec
# The same sources give the same bytes, wherever they are.
FLAGS_release = -O3 -flto=auto -ffile-prefix-map='$(CURDIR)'=.
FLAGS_library = -O3 -fPIC -fno-semantic-interposition -ftls-model=initial-exec \
  -ffile-prefix-map='$(CURDIR)'=.
FLAGS_test = $(TESTED)
FLAGS_asan = $(TESTED) -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined
FLAGS_tsan = $(TESTED) -fsanitize=thread
FLAGS_stress = $(TESTED) -DTROUPE_STRESS

# Lua goes in whole, and its names are exported: C modules that a script
# requires bind to it. libuv, and libedit with what that needs, stay inside.
archive = $(shell $(CC) -print-file-name=$(1))
LIBRARIES = -Wl,--dynamic-list=build/lua.list \
  -Wl,--wrap=luaS_hash \
  -Wl,--whole-archive $(call archive,liblua5.4.a) -Wl,--no-whole-archive \
  $(call archive,libuv_a.a) $(call archive,libedit.a) \
  $(call archive,libbsd.a) $(call archive,libmd.a) $(call archive,libtinfo.a) \
  -lm -ldl -lpthread

# --- For people --------------------------------------------------------------

INSTALL = @sh scripts/build/install.sh
BUILD_PACKAGES = gcc libc6-dev liblua5.4-dev libuv1-dev libedit-dev \
  libbsd-dev libmd-dev libncurses-dev lua5.4
TEST_PACKAGES = $(BUILD_PACKAGES) lua-busted procps tmux dpkg-dev luarocks \
  fish zsh lua-ldoc mandoc lua-check g++ luajit pkg-config love xvfb xauth \
  libsdl2-dev
DEB_PACKAGES = $(BUILD_PACKAGES) dpkg-dev
LINT_PACKAGES = lua5.4 lua-check clang-format
PEER_PACKAGES = $(BUILD_PACKAGES) erlang-nox elixir
SDL_PACKAGES = $(BUILD_PACKAGES) pkg-config libsdl2-dev \
  $(if $(DISPLAY)$(WAYLAND_DISPLAY),,xvfb xauth)
LOVE_PACKAGES = $(BUILD_PACKAGES) love \
  $(if $(DISPLAY)$(WAYLAND_DISPLAY),,xvfb xauth)
RUN_PACKAGES = $(BUILD_PACKAGES) $(if $(shell command -v nc),,netcat-openbsd)

JOBS = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(CORES))
COMPILE = @$(MAKE) --no-print-directory --output-sync $(JOBS)
SUITE = @TROUPE_SPEC_PATIENCE=$(1) $(LUA) spec/suite.lua
LIBRARY = build/libtroupe.so build/libtroupe.a
LUA_FILES = $(shell find lua scripts spec -name '*.lua')
C_FILES = $(shell find host -name '*.[ch]')

.PHONY: help build library run love sdl test
.PHONY: check lint check-asan check-tsan check-stress check-deb
.PHONY: bench bench-peers soak faults install uninstall deb clean
.DEFAULT_GOAL = help

help:
	@echo "make run          start the to-do server, and say how to talk to it"
	@echo "make test         run all specs; SPEC=spec/x_spec.lua runs one file"
	@echo "make check        lint, and all specs under every variant"
	@echo "make build        build/troupe, build/libtroupe.so and libtroupe.a"
	@echo "make library      the last two alone, for engines"
	@echo "make sdl          a game in C, by SDL, whose console is Troupe's"
	@echo "make love         ten thousand actors in a game, by LÖVE (ARGS=...)"
	@echo "make bench        measure; make bench-peers adds Erlang and Elixir"
	@echo "make soak         ten minutes of random load (SOAK_SECONDS=600)"
	@echo "make faults       1,000 seeds of faults, FAULT_SEEDS=1000, or one again"
	@echo "                  (FAULT_SEED=n); FAULT_VARIANT=asan, tsan or stress"
	@echo "make install      what make build has built, to PREFIX=/usr/local,"
	@echo "                  below DESTDIR; make uninstall removes just that"
	@echo "make deb          a Debian package, in build/deb/"
	@echo "make clean        remove build/"
	@echo "run, test and the rest install the Debian packages they miss."

build:
	$(INSTALL) $(BUILD_PACKAGES)
	$(COMPILE) build/troupe $(LIBRARY)

library:
	$(INSTALL) $(BUILD_PACKAGES)
	$(COMPILE) $(LIBRARY)

run:
	$(INSTALL) $(RUN_PACKAGES)
	$(COMPILE) build/troupe
	@exec build/troupe run scripts/todo/main.lua $(ARGS)

test:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/test/troupe build/test/libtroupe.a \
	  build/test/libtroupe.so
	$(call SUITE,1) build/test/troupe $(SPEC)

love:
	$(INSTALL) $(LOVE_PACKAGES)
	$(COMPILE) build/libtroupe.so
	@sh scripts/embed/love/run.sh build/libtroupe.so $(ARGS)

sdl:
	$(INSTALL) $(SDL_PACKAGES)
	$(COMPILE) build/sdl-game
	@sh scripts/embed/sdl/run.sh build/sdl-game $(ARGS)

build/sdl-game: $(wildcard scripts/embed/sdl/*.[ch]) build/libtroupe.a
	$(CC) -std=c99 -O2 -g -Wall -Wextra -Ihost $$(pkg-config --cflags sdl2) \
	  $(filter %.c %.a,$^) $$(pkg-config --libs sdl2) -lm -ldl -lpthread -o $@

# One failure does not hide the next.
check:
	@$(MAKE) --no-print-directory --keep-going -j1 lint test check-asan \
	  check-tsan check-stress check-deb

lint:
	$(INSTALL) $(LINT_PACKAGES)
	luacheck --no-color --quiet lua scripts spec
	@printf '%s\n' $(LUA_FILES) | xargs -n 1 luac5.4 -p
	@! grep -nE '^.{81,}' $(C_FILES)
	@echo "Where clang-format would lay out a line otherwise (a report):"
	@-clang-format --dry-run $(C_FILES) 2>&1 | grep -c warning: || true

check-asan:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/asan/troupe build/asan/libtroupe.a
	$(call SUITE,4) build/asan/troupe $(SPEC)

check-tsan: export TROUPE_WORKERS = 8
check-tsan:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/tsan/troupe build/tsan/libtroupe.a
	$(call SUITE,8) build/tsan/troupe $(SPEC)

check-stress: export TROUPE_WORKERS = $(CORES)
check-stress:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/stress/troupe build/stress/libtroupe.a
	$(call SUITE,8) build/stress/troupe $(SPEC)

# A sanitizer's report fails the spec that caused it, whatever it asserted.
export ASAN_OPTIONS = exitcode=66:detect_leaks=1
export TSAN_OPTIONS = exitcode=66
export UBSAN_OPTIONS = print_stacktrace=1

bench: build
	@build/troupe run scripts/bench/run.lua $(ARGS)

bench-peers:
	$(INSTALL) $(PEER_PACKAGES)
	$(COMPILE) build/troupe
	@build/troupe run scripts/bench/run.lua --peers $(ARGS)

SOAK_SECONDS = 600
soak:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/test/troupe
	@build/test/troupe run --log off spec/soak.lua $(SOAK_SECONDS)

FAULT_SEEDS = 1000
FAULT_VARIANT = test
faults: export TROUPE_SPEC_PATIENCE = $(if $(filter test,$(FAULT_VARIANT)),1,8)
faults:
	$(INSTALL) $(TEST_PACKAGES)
	$(COMPILE) build/$(FAULT_VARIANT)/troupe
	@build/$(FAULT_VARIANT)/troupe run --log off spec/faults.lua $(FAULT_SEEDS)

# Builds nothing, so that it may be another user's: make build comes before.
PREFIX = /usr/local
install:
	@sh scripts/build/place.sh install build/troupe "$(PREFIX)" "$(DESTDIR)"

uninstall:
	@sh scripts/build/place.sh uninstall "$(PREFIX)" "$(DESTDIR)"

deb:
	$(INSTALL) $(DEB_PACKAGES)
	$(COMPILE) build/troupe $(LIBRARY)
	@sh scripts/build/package.sh build/troupe build/deb

check-deb: deb
	$(INSTALL) lintian
	lintian --allow-root --fail-on error,warning build/deb/*.deb

clean:
	rm -rf build

# --- Files -------------------------------------------------------------------

SOURCES := $(sort $(wildcard host/*.c host/*/*.c))
MODULES := $(sort $(shell find lua -name '*.lua'))

# Knows the hard states from inside: never part of the release.
PROBE = host/script/probe.c host/script/probe_values.c
# Never part of the command, and what is never part of the library.
SHIM = host/base/shim.c
COMMAND = host/main.c host/command/%.c host/terminal/%.c

define variant
OBJECTS_$(1) := $$(patsubst host/%.c,build/$(1)/%.o,$(2)) \
  build/$(1)/embedded.o

build/$(1)/%.o: host/%.c Makefile
	@mkdir -p $$(@D)
	@echo "$(1) $$<"
	@$(CC) $(FLAGS) $(FLAGS_$(1)) $(CFLAGS) -MMD -MP -c -o $$@ $$<

build/$(1)/embedded.o: $(4) Makefile
	@mkdir -p $$(@D)
	@$(CC) $(FLAGS) $(FLAGS_$(1)) $(CFLAGS) -MMD -MP -c -o $$@ $$<

$(3): $$(OBJECTS_$(1)) build/lua.list build/sources.list
	@echo "$$@"
	@$(CC) $(FLAGS_$(1)) $(LDFLAGS) -o $$@ $$(OBJECTS_$(1)) $$(LIBRARIES)

-include $$(OBJECTS_$(1):.o=.d)
endef

# The modules of the command are not in the library.
build/library/embedded.c: scripts/build/embed.lua build/modules.list $(MODULES)
	@mkdir -p $(@D)
	@$(LUA) scripts/build/embed.lua $(filter-out lua/troupe/cli% lua/meta/%, \
	  $(MODULES)) >$@.new
	@mv $@.new $@

COMMANDED = $(filter-out $(SHIM),$(SOURCES))
$(eval $(call variant,release,$(filter-out $(PROBE),$(COMMANDED)), \
  build/troupe,build/embedded.c))
$(foreach name,test asan tsan stress,$(eval \
  $(call variant,$(name),$(COMMANDED),build/$(name)/troupe,build/embedded.c)))

# --- The library -------------------------------------------------------------

VERSION := $(shell sed -n 's/^.define TROUPE_VERSION "\(.*\)"/\1/p' \
  host/troupe.h)
SONAME = libtroupe.so.$(firstword $(subst ., ,$(VERSION)))

# A variant's objects, but for those of the command, and those that differ. The
# shared library stays in the process: after a stop that has failed, threads are
# in it yet.
define library
LIBRARY_$(1) := $$(patsubst host/%.c,build/$(1)/%.o,$$(filter-out $$(SHIM) \
  $$(COMMAND) host/base/flavour.c,$(2))) build/$(1)/embedded.o \
  build/$(1)/library/flavour.o

build/$(1)/library/%.o: host/base/%.c Makefile
	@mkdir -p $$(@D)
	@echo "$(1) $$< (library)"
	@$(CC) $(FLAGS) $(FLAGS_$(1)) -DTROUPE_LIBRARY $(CFLAGS) -MMD -MP \
	  -c -o $$@ $$<

build/$(1)/libtroupe.o: $$(LIBRARY_$(1)) build/$(1)/library/shim.o \
    scripts/build/piece.sh build/sources.list
	@CC='$(CC)' sh scripts/build/piece.sh $$@ build/$(1)/library/shim.o \
	  $$(LIBRARY_$(1))

$(3): build/$(1)/libtroupe.o
	@echo "$$@"
	@rm -f $$@
	@$$(AR) rcsD $$@ $$<

$(4): build/$(1)/libtroupe.o
	@echo "$$@"
	@echo 'TROUPE_0 { global: troupe_*; local: *; };' >build/$(1)/libtroupe.map
	@$(CC) -shared $(LDFLAGS) -o $$@ $$< -Wl,-soname,$(SONAME) \
	  -Wl,--version-script=build/$(1)/libtroupe.map -Wl,-z,defs -Wl,-z,text \
	  -Wl,-z,nodelete \
	  -lm -ldl -lpthread
	@ln -sf libtroupe.so $$(@D)/$(SONAME)

-include $$(wildcard build/$(1)/library/*.d)
endef

$(eval $(call variant,library,$(filter-out $(PROBE) $(SHIM) $(COMMAND), \
  $(SOURCES)),build/library/nothing,build/library/embedded.c))
$(eval $(call library,library,$(filter-out $(PROBE),$(SOURCES)), \
  build/libtroupe.a,build/libtroupe.so))
$(foreach name,test asan tsan stress,$(eval \
  $(call library,$(name),$(SOURCES),build/$(name)/libtroupe.a, \
    build/$(name)/libtroupe.so)))

build/lua.list: Makefile
	@mkdir -p build
	@echo '{ lua_*; luaL_*; luaopen_*; };' >$@

build/embedded.c: scripts/build/embed.lua build/modules.list $(MODULES)
	@$(LUA) scripts/build/embed.lua $(MODULES) >$@.new
	@mv $@.new $@

# A file that goes away must be noticed too: its list then changes.
build/sources.list: FORCE
	@mkdir -p build
	@echo '$(SOURCES)' | cmp -s - $@ || echo '$(SOURCES)' >$@

build/modules.list: FORCE
	@mkdir -p build
	@echo '$(MODULES)' | cmp -s - $@ || echo '$(MODULES)' >$@

.PHONY: FORCE
FORCE:
