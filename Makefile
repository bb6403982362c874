# smpptools: make, make check, make SAN=1 check, make lint, make cover,
# make bench, make install DESTDIR= PREFIX=, make uninstall
#
# A new .c file is picked up by itself. Objects go to build/KIND.

PREFIX  = /usr/local
DESTDIR =
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man
PKG_CONFIG = pkg-config

VERSION := 0.1

CC     = cc
CFLAGS = -O2 -g

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Werror
kind := $(notdir $(CC))
ifdef SAN
kind := $(kind)-san
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
endif
ifdef COVER
kind := $(kind)-cover
SANFLAGS = --coverage -O0
endif
B := build/$(kind)

# What each program links besides the archive, as pkg-config names.
event := libevent_core libevent_pthreads
PKGS_smpp-send   := $(event) openssl
PKGS_smpp-listen := $(event) openssl
PKGS_smpp-sim    := $(event) openssl
PKGS_smpp-decode := jansson

pkgs_all := $(event) openssl jansson libunistring
pkg_flags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
# libunistring has no .pc file in some distributions
pkg_libs  = $(shell $(PKG_CONFIG) --libs $(filter-out libunistring,$(1))) \
	$(if $(filter libunistring,$(1)),-lunistring)

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Icommon $(WARN) $(CFLAGS) $(SANFLAGS) \
	-DSMPPTOOLS_VERSION='"$(VERSION)"' -MMD -MP -pthread

programs := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
sources  := $(wildcard common/*/*.c)
objects  := $(sources:%.c=$B/%.o)
archive  := $B/libsmpptools.a
tests    := $(patsubst %.c,$B/%,$(wildcard tests/*/test_*.c))

all: $(programs:%=$B/%)
	@mkdir -p build/bin && for p in $(programs); do \
		ln -sf ../$(kind)/$$p build/bin/$$p; done

$B/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(call pkg_flags,$(pkgs_all)) -c -o $@ $<

$(archive): $(objects)
	@rm -f $@
	$(AR) rcs $@ $^

$(programs:%=$B/%): $B/%: $B/cmd/%.o $(archive)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(archive) \
		$(if $(PKGS_$*),$(call pkg_libs,$(PKGS_$*)))

$(tests): $B/%: $B/%.o $(archive)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(archive) -lcmocka $(call pkg_libs,$(pkgs_all))

check: all $(tests)
	scripts/run-tests $B $(T)

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)

.PHONY: all check clean
.SECONDARY:
