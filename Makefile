# reeve: `make help` says what can be made.

BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= gcc

ROOMS     := base os core script modules convert control
PACKAGES  := lua5.4 jansson yaml-0.1
CPPFLAGS  += -D_GNU_SOURCE -Iinclude $(shell pkg-config --cflags $(PACKAGES))
CFLAGS    ?= -O2 -g
WARNINGS  := -std=c11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
SANITIZE  ?=
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

# The libraries are linked statically where Debian ships an archive: a client that starts in a
# millisecond, and one process of two megabytes. libc stays shared (users and hosts are looked up
# through it), and so do the modules' libraries, which are opened on first use.
STATIC    ?= yes
ifeq ($(STATIC),yes)
LIBS := -Wl,-Bstatic -llua5.4 -levent_core -ljansson -lyaml -Wl,-Bdynamic -lm -ldl
else
LIBS := -llua5.4 -levent_core -ljansson -lyaml -lm -ldl
endif

SOURCES := $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.c src/$(room)/*/*.c))
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
ARCHIVE := $(BUILD)/libreeve.a

FAKES      := $(wildcard tests/fake/*.c)
FAKED      := $(patsubst tests/fake/%.c,%,$(FAKES))
FAKE_OBJS  := $(FAKES:tests/fake/%.c=$(BUILD)/fake/%.o)
CORE_OBJS  := $(filter $(BUILD)/obj/base/%.o $(BUILD)/obj/core/%.o,$(OBJECTS)) \
              $(filter-out $(FAKED:%=$(BUILD)/obj/os/%.o),$(filter $(BUILD)/obj/os/%.o,$(OBJECTS)))
UNIT_TESTS := $(wildcard tests/unit/*/*_test.c)
UNITS      := $(UNIT_TESTS:tests/unit/%.c=$(BUILD)/unit/%)
PROGRAMS   := $(patsubst tests/programs/%.c,$(BUILD)/programs/%,$(wildcard tests/programs/*.c))

all: $(BUILD)/reeve

$(BUILD)/reeve: $(BUILD)/obj/main.o $(ARCHIVE)
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -Wl,--export-dynamic -o $@ $< $(ARCHIVE) $(LIBS)

$(ARCHIVE): $(OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/obj/%.o: src/%.c | $(BUILD)/version.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -I$(BUILD) $(CFLAGS) $(WARNINGS) $(SANITIZE) -MMD -MP -c -o $@ $<

$(BUILD)/version.h: FORCE
	@mkdir -p $(@D)
	@echo '#define REEVE_VERSION "$(VERSION)"' | cmp -s - $@ || echo '#define REEVE_VERSION "$(VERSION)"' > $@

# tests/fake stands in for the files of src/os that have its names.
$(BUILD)/fake/%.o: tests/fake/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(WARNINGS) $(SANITIZE) -MMD -MP -c -o $@ $<

$(BUILD)/unit/core/%: tests/unit/core/%.c $(CORE_OBJS) $(FAKE_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(WARNINGS) $(SANITIZE) -MMD -MP -o $@ $< $(FAKE_OBJS) $(CORE_OBJS) -lcmocka $(LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(ARCHIVE)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(WARNINGS) $(SANITIZE) -MMD -MP -o $@ $< $(ARCHIVE) -lcmocka $(LIBS)

$(BUILD)/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) $(SANITIZE) -o $@ $<

unit: $(UNITS)
	@for t in $(UNITS); do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

FORCE:
.PHONY: all unit clean FORCE
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
