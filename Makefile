# reeve: `make help` says what can be made.

BUILD  ?= build
PREFIX ?= /usr/local
ifeq ($(origin CC),default)
CC := gcc
endif

# Two jobs unless the caller says otherwise; -j on the command line wins over this.
MAKEFLAGS += --no-print-directory
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2
endif

ROOMS    := base os core script modules convert control
# The nearest tag, such as v1.2, and how far from it we are; before the first one, and without git, it is 0.
DESCRIBE := git describe --tags --dirty --match 'v[0-9]*'
VERSION  := $(shell cat VERSION 2>/dev/null || { $(DESCRIBE) || $(DESCRIBE) --always | sed 's/^/0-g/'; } 2>/dev/null | sed 's/^v//' | grep . || echo 0)
WERROR   ?= -Werror
WARNINGS := -std=c11 -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
# Fortified by name: Ubuntu's gcc does it unasked, and its warnings should be the same everywhere.
# Small before fast: what a supervisor does, it does seldom, with cold caches. Measured, -O2 is slower.
CFLAGS   ?= -Os -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANITIZE ?=

# Asked when the first file is compiled, so that the other targets work where nothing is installed yet.
# Lua's package is called differently from system to system.
once      = $(eval $(1) := $(2))$($(1))
PACKAGES  = $(call once,PACKAGES,$(shell for lua in lua5.4 lua-5.4 lua54 lua; do \
              pkg-config --exists $$lua 2>/dev/null && echo $$lua && break; done) libevent_core jansson yaml-0.1)
PKG_FLAGS = $(call once,PKG_FLAGS,$(shell pkg-config --cflags $(PACKAGES)))
PKG_LIBS  = $(call once,PKG_LIBS,$(shell pkg-config --libs $(PACKAGES)))
CPPFLAGS += -D_GNU_SOURCE -Iinclude -I$(BUILD)

# The libraries are linked statically where the system has an archive: a client that starts in a
# millisecond, and one process of two megabytes. libc stays shared (users and hosts are looked up
# through it), and so do the modules' libraries, which are opened on first use.
STATIC ?= yes
archive = $(if $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a)),-l:lib$(1).a,-l$(1))
ifeq ($(STATIC),yes)
LIBS = $(call once,LIBS,$(filter-out -l%,$(PKG_LIBS)) $(foreach l,$(filter -l%,$(PKG_LIBS)),$(call archive,$(l:-l%=%))) -lm -ldl)
else
LIBS = $(PKG_LIBS) -lm -ldl
endif

# The relocations in 4 kB instead of 70, where the linker can and the system's loader understands it: this tries.
try    = { echo 'int main(void) { return 0; }' | $(CC) -x c - -o $(BUILD)/try $(1) && $(BUILD)/try; } 2>/dev/null && echo $(1)
PACKED = $(call once,PACKED,$(shell $(call try,-Wl$(comma)-z$(comma)pack-relative-relocs)))
comma := ,

# All rooms but modules, where each folder becomes a shared object of its own, unless it needs no library.
BUILT_IN := gearman
SOURCES  := $(foreach room,$(filter-out modules,$(ROOMS)),$(wildcard src/$(room)/*.c src/$(room)/*/*.c)) \
            $(foreach m,$(BUILT_IN),$(wildcard src/modules/$(m)/*.c))
OBJECTS  := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
ARCHIVE  := $(BUILD)/libreeve.a
# All of it, since modules may use any function; but others see only what the modules do use, and Lua, for libraries
# that users require: two thousand names more would be half of what the linker has to read at each start.
EXPORTS  := $(BUILD)/exports
WHOLE    := -Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive -Wl,--dynamic-list=$(EXPORTS)

MODULES       := $(filter-out $(BUILT_IN),$(patsubst src/modules/%/,%,$(wildcard src/modules/*/)))
MODULE_FILES  := $(MODULES:%=$(BUILD)/modules/%.so)
curl_PACKAGES  := libcurl
edit_PACKAGES  := libedit
mysql_PACKAGES := libmariadb

# tests/fake stands in for the files of src/os that have its names.
FAKES      := $(wildcard tests/fake/*.c)
FAKED      := $(FAKES:tests/fake/%.c=$(BUILD)/obj/os/%.o)
FAKE_OBJS  := $(FAKES:tests/fake/%.c=$(BUILD)/fake/%.o)
CORE_OBJS  := $(filter-out $(FAKED),$(filter $(BUILD)/obj/base/% $(BUILD)/obj/os/% $(BUILD)/obj/core/%,$(OBJECTS)))
UNIT_TESTS := $(wildcard tests/unit/*/*_test.c)
UNITS      := $(UNIT_TESTS:tests/unit/%.c=$(BUILD)/unit/%)
PROGRAMS   := $(patsubst tests/programs/%.c,$(BUILD)/programs/%,$(wildcard tests/programs/*.c)) \
              $(patsubst tests/preload/%.c,$(BUILD)/programs/%.so,$(wildcard tests/preload/*.c))
FUZZERS    := $(wildcard tests/fuzz/*_fuzz.c)
REPLAYS    := $(FUZZERS:tests/fuzz/%.c=$(BUILD)/replay/%)
EXAMPLES   := $(wildcard examples/*.lua)
E2E_TESTS  := $(wildcard tests/e2e/*/*.sh)

COMPILE = $(CC) $(CPPFLAGS) $(PKG_FLAGS) $(CFLAGS) $(MODULE_FLAGS) $(WARNINGS) $(SANITIZE)
# A test is compiled and linked in one go, so the names in its dependency file have to be said.
TEST    = $(COMPILE) -Itests -MMD -MP -MT $@ -MF $@.d -o $@ $<

# What a recipe does in a word; `make V=1` shows the commands.
ifeq ($(V),1)
say =
else
say = @echo '  $(1)  $(2)';
endif

all: $(BUILD)/reeve $(MODULE_FILES) ## build the supervisor (the default)

help: ## this list
	@awk -F ': .*## |:## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo; echo "  Variables: BUILD=$(BUILD) PREFIX=$(PREFIX) DESTDIR= CC=$(CC) CFLAGS='$(CFLAGS)' SANITIZE= STATIC=$(STATIC) V=1"

setup: ## install the packages that the build needs
	@contrib/setup build

demo: ## set up, build, and show a supervisor at work
	@contrib/setup build
	@$(MAKE) all
	@REEVE=$(BUILD)/reeve contrib/demo

jobs: ## set up, build, and show a thousand Gearman jobs
	@contrib/setup build test
	@$(MAKE) all
	@REEVE=$(BUILD)/reeve contrib/demo-jobs

# ---- building ----------------------------------------------------------------------------------

$(BUILD)/reeve: $(BUILD)/obj/main.o $(ARCHIVE) $(EXPORTS)
	$(call say,ld,$@)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) $(PACKED) -o $@ $< $(WHOLE) $(LIBS)

static: $(BUILD)/reeve-static ## a binary that needs no library, and has no modules

# The linker warns that users and hosts are looked up by libc's own libraries, if there are any.
$(BUILD)/reeve-static: $(BUILD)/obj/main.o $(ARCHIVE)
	$(call say,ld,$@)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $< $(ARCHIVE) $(LIBS) 2>$@.warnings || { cat $@.warnings; exit 1; }

$(EXPORTS): $(MODULE_FILES)
	@{ echo '{ lua_*; luaL_*; luaopen_*;'; nm -D -u $^ | sed -n 's/^ *U \([a-z][a-z0-9_]*\)$$/\1;/p' | sort -u; echo '};'; } >$@

$(ARCHIVE): $(OBJECTS)
	@rm -f $@
	$(call say,ar,$@)ar rcs $@ $^

$(BUILD)/obj/%.o: src/%.c | $(BUILD)/version.h
	@mkdir -p $(@D)
	$(call say,cc,$<)$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/obj/modules/%.o: MODULE_FLAGS = -fPIC -fvisibility=hidden $(shell pkg-config --cflags $($(notdir $(@D))_PACKAGES))

$(BUILT_IN:%=$(BUILD)/obj/modules/%/%.o): MODULE_FLAGS =

$(foreach m,$(MODULES),$(eval $(BUILD)/modules/$(m).so: \
    $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/modules/$(m)/*.c))))

$(BUILD)/modules/%.so:
	@mkdir -p $(@D)
	$(call say,ld,$@)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -shared -o $@ $^ $(shell pkg-config --libs $($*_PACKAGES))

# What was decided when it was made; written anew only when it changes.
define VERSION_H
#define REEVE_VERSION "$(VERSION)"
#define REEVE_MODULE_DIR "$(PREFIX)/lib/reeve/modules"
endef
export VERSION_H
$(BUILD)/version.h: FORCE | $(BUILD)/packages
	@echo "$$VERSION_H" | cmp -s - $@ || echo "$$VERSION_H" > $@

# Says at once, and in one line, what is not installed.
$(BUILD)/packages: contrib/setup
	@mkdir -p $(@D)
	@contrib/setup --look build
	@touch $@

$(FAKE_OBJS): $(BUILD)/fake/%.o: tests/fake/%.c | $(BUILD)/version.h
	@mkdir -p $(@D)
	$(call say,cc,$<)$(COMPILE) -Itests -MMD -MP -c -o $@ $<

$(BUILD)/libfaked.a: $(CORE_OBJS)
	@rm -f $@
	$(call say,ar,$@)ar rcs $@ $^

$(BUILD)/unit/core/%: tests/unit/core/%.c $(FAKE_OBJS) $(BUILD)/libfaked.a
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) $(FAKE_OBJS) $(BUILD)/libfaked.a -lcmocka $(LIBS)

$(BUILD)/unit/modules/%: tests/unit/modules/%.c $(ARCHIVE) $(MODULE_FILES) $(EXPORTS)
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) $(WHOLE) -lcmocka $(LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) $(ARCHIVE) -lcmocka $(LIBS)

$(BUILD)/programs/%: tests/programs/%.c | $(BUILD)/version.h
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) $(LDFLAGS)

# Loaded into reeve, which brings the sanitizers' runtime itself.
$(BUILD)/programs/%.so: tests/preload/%.c | $(BUILD)/version.h
	@mkdir -p $(@D)
	$(call say,cc,$<)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -shared -fPIC -MMD -MP -MT $@ -MF $@.d -o $@ $<

$(BUILD)/replay/%: tests/fuzz/%.c tests/fuzz/replay.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) tests/fuzz/replay.c $(ARCHIVE) $(LIBS)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) -fsanitize=fuzzer $(ARCHIVE) $(LIBS)

# ---- testing -----------------------------------------------------------------------------------

RUN = REEVE='$(abspath $(BUILD))/reeve' PROGRAMS='$(abspath $(BUILD))/programs' tests/run

everything: all $(UNITS) $(PROGRAMS) $(REPLAYS)

test: ## set up, build, and run all tests
	@contrib/setup build test
	@$(MAKE) everything static
	@$(RUN) $(UNITS) $(REPLAYS) $(EXAMPLES) $(E2E_TESTS)

unit: $(UNITS) $(PROGRAMS) ## only the unit tests
	@$(RUN) $(UNITS)

e2e: all $(PROGRAMS) ## only the end-to-end tests
	@$(RUN) $(E2E_TESTS)

# clang's build is the one with sanitizers, so two builds cover two compilers.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
check: ## lint, build with gcc and clang, tests under ASan and UBSan
	@contrib/setup build test check deb
	@$(MAKE) lint
	@$(MAKE) everything
	@$(MAKE) deb
	@$(RUN) tests/e2e/house/package.sh
	@$(MAKE) BUILD='$(BUILD)-asan' CC=clang CFLAGS='-O1 -g' SANITIZE='$(SANITIZERS)' sanitized

sanitized: everything
	@ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 $(RUN) $(UNITS) $(REPLAYS) $(E2E_TESTS)

LUA_CODE := $(wildcard lua/*/*.lua lua/*/*/*.lua examples/*.lua contrib/*/*.lua tests/lua/*.lua tests/lua/*/*.lua)
SCRIPTS  := $(wildcard .ci/run contrib/setup contrib/demo* contrib/notes contrib/debian/build contrib/openrc/reeve contrib/*/demo \
              tests/run tests/*.sh tests/e2e/run tests/e2e/*.sh tests/e2e/*/*.inc \
              tests/bench/run tests/bench/workers tests/bench/compare tests/bench/*.sh) $(E2E_TESTS)
MANUALS  := $(wildcard contrib/man/*.[1-8])

layers: ## who includes a room above their own
	@tests/layers.sh

lint: layers ## layers, luacheck, shellcheck, the manual's markup
	@luacheck -q $(LUA_CODE)
	@shellcheck -x $(SCRIPTS)
	@mandoc -Tlint -Wwarning $(MANUALS)

# What valgrind itself stands in the way of: an exec that fails, limits of descriptors, pidfd_open, mount without a type.
NO_VALGRIND := $(addprefix $(BUILD)/unit/,os/child_failure_test os/child_start_test os/acceptor_test os/child_adopt_test \
                 modules/lookup_test)

valgrind: ## unit tests under valgrind
	@contrib/setup build test
	@$(MAKE) $(UNITS) $(PROGRAMS)
	@REEVE_SPAWN=fork LIMIT=3600 RETRIES=1 WRAPPER='valgrind -q --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --error-exitcode=99' \
	    $(RUN) $(filter-out $(NO_VALGRIND),$(UNITS))

FUZZ_SECONDS ?= 60
fuzz: ## every fuzz target for FUZZ_SECONDS=60
	@contrib/setup build check
	@$(MAKE) BUILD='$(BUILD)-fuzz' CC=clang CFLAGS='-O1 -g' \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' fuzzed

fuzzed: $(FUZZERS:tests/fuzz/%.c=$(BUILD)/fuzz/%)
	@for fuzzer in $^; do \
	    name=$$(basename $$fuzzer _fuzz); mkdir -p $(BUILD)/corpus/$$name tests/fuzz/corpus/$$name; \
	    $$fuzzer -max_total_time=$(FUZZ_SECONDS) -timeout=10 -artifact_prefix=$(BUILD)/fuzz/ \
	        $(BUILD)/corpus/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

faults: everything ## each call of the system fails in turn, all of them; make test tries a share
	@FAULTS_SHARE=1 LIMIT=600 $(RUN) $(wildcard tests/e2e/faults/*.sh)

SOAK_SECONDS ?= 3600
soak: everything ## random walks, steps and crashes for SOAK_SECONDS=3600
	@SOAK_SECONDS=$(SOAK_SECONDS) REEVE='$(abspath $(BUILD))/reeve' tests/e2e/crash/a_churn.sh & \
	end=$$(($$(date +%s) + $(SOAK_SECONDS))); \
	while [ "$$(date +%s)" -lt "$$end" ]; do \
	    $(BUILD)/unit/core/walk_test 1000000 random && REEVE='$(abspath $(BUILD))/reeve' ANYTHING_SEED=$$(date +%s) ANYTHING_STEPS=500 \
	        tests/e2e/crash/anything.sh || { kill $$!; exit 1; }; \
	done; \
	wait $$! && echo "nothing was lost in $(SOAK_SECONDS) s"

$(BUILD)/bench/hooks: tests/bench/hooks.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,cc,$<)$(TEST) $(ARCHIVE) $(LIBS)

bench: all $(BUILD)/bench/hooks ## how fast it is
	@$(BUILD)/bench/hooks
	@REEVE='$(abspath $(BUILD))/reeve' tests/bench/run
	@REEVE='$(abspath $(BUILD))/reeve' tests/bench/workers
	@if [ -x /usr/sbin/gearmand ]; then REEVE='$(abspath $(BUILD))/reeve' tests/bench/gearman.py; fi

format: ## clang-format on all C
	@git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

# ---- installing --------------------------------------------------------------------------------

ROOT        = $(DESTDIR)$(PREFIX)
COMPLETIONS = contrib/completion/reeve.bash:share/bash-completion/completions/reeve \
              contrib/completion/_reeve:share/zsh/site-functions/_reeve \
              contrib/completion/reeve.fish:share/fish/vendor_completions.d/reeve.fish
DOCUMENTS   = README.md LICENSE contrib/release-notes.md contrib/systemd/reeve.service

install: all ## to PREFIX, below DESTDIR
	install -D $(BUILD)/reeve '$(ROOT)/bin/reeve'
	@for page in $(MANUALS); do install -D -m 644 $$page "$(ROOT)/share/man/man$${page##*.}/$${page##*/}"; done
	@for file in $$(find lua -name '*.lua'); do install -D -m 644 $$file "$(ROOT)/share/reeve/$$file"; done
	@for file in $(MODULE_FILES); do install -D $$file "$(ROOT)/lib/reeve/modules/$${file##*/}"; done
	@for file in $(DOCUMENTS); do install -D -m 644 $$file "$(ROOT)/share/doc/reeve/$${file##*/}"; done
	@for file in lua/README.md $$(find examples -type f); do \
	    mode=644; if [ -x $$file ]; then mode=755; fi; \
	    install -D -m $$mode $$file "$(ROOT)/share/doc/reeve/$$file"; \
	done
	@for pair in $(COMPLETIONS); do install -D -m 644 $${pair%%:*} "$(ROOT)/$${pair#*:}"; done

uninstall: ## what install put there
	rm -rf '$(ROOT)/bin/reeve' '$(ROOT)/share/reeve' '$(ROOT)/lib/reeve' '$(ROOT)/share/doc/reeve'
	@for page in $(MANUALS); do rm -f "$(ROOT)/share/man/man$${page##*.}/$${page##*/}"; done
	@for pair in $(COMPLETIONS); do rm -f "$(ROOT)/$${pair#*:}"; done

dist: ## a tarball of HEAD in BUILD, and its release notes
	@mkdir -p $(BUILD)
	@contrib/notes '$(VERSION)' > $(BUILD)/reeve-$(VERSION).md || { rm -f $(BUILD)/reeve-$(VERSION).md; exit 1; }
	@echo '$(VERSION)' > $(BUILD)/VERSION
	@git archive --format=tar.gz --prefix=reeve-$(VERSION)/ --add-file=$(BUILD)/VERSION -o $(BUILD)/reeve-$(VERSION).tar.gz HEAD
	@printf '%s\n' $(BUILD)/reeve-$(VERSION).md $(BUILD)/reeve-$(VERSION).tar.gz

deb: ## a Debian package of HEAD in BUILD
	@contrib/setup build deb
	@contrib/debian/build $(BUILD) '$(VERSION)'

clean: ## remove all that was built
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz

FORCE:
.PHONY: all help setup demo jobs everything test unit e2e check sanitized layers lint valgrind fuzz fuzzed faults soak bench \
        format static install uninstall dist deb clean FORCE
.SECONDARY:

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
