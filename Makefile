# smpptools: make, make check, make SAN=1 check, make lint, make cover,
# make bench, make install DESTDIR= PREFIX=, make uninstall, make format
#
# A new .c file is picked up by itself. Objects go to build/KIND, where KIND
# is the compiler and -san or -cover; build/bin points at the last plain build.

PREFIX  = /usr/local
DESTDIR =
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man
DOCDIR  = $(PREFIX)/share/doc/smpptools
PKG_CONFIG = pkg-config

VERSION := 0.1

CC     = cc
CFLAGS = -O2 -g
LDFLAGS =
WERROR = -Werror

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
	-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	$(WERROR)
kind := $(notdir $(firstword $(CC)))
# clang objects to NULL + 0, which C2y allows
null_plus_0 := $(if $(findstring clang,$(CC)),-fno-sanitize=pointer-overflow)
ifdef SAN
kind := $(kind)-san
# gcc takes the promotions that its own checks add for conversions of ours
MODE = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -Wno-conversion $(null_plus_0)
endif
ifdef COVER
kind := $(kind)-cover
MODE = --coverage -O0
endif
ifdef FUZZ
kind := $(kind)-fuzz
MODE = -O1 -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer $(null_plus_0)
endif
B := build/$(kind)

# Programs are optimized as one piece where the compiler keeps machine code
# beside what it needs for that: the tests link that and are built fast.
LTO = $(if $(MODE),,$(lto))
lto := $(shell echo 'int main(void) { return 0; }' | $(firstword $(CC)) -flto=auto \
	-ffat-lto-objects -Werror -x c -o /dev/null - 2>/dev/null && echo -flto=auto)

# What each program links besides the archive, as pkg-config names. A program
# that is not named links none.
event := libevent_core
PKGS_smpp-send   := $(event) openssl libunistring jansson
PKGS_smpp-listen := $(event) openssl libunistring
PKGS_smpp-sim    := $(event) openssl libunistring
PKGS_smpp-decode := jansson libpcap
PKGS_smpp-ctl    := $(event) openssl libunistring jansson
PKGS_smpp-bulk-xlsx := $(event) libzip expat freexl libseccomp xlsxwriter libunistring
PKGS_mm4-relay   := $(event) openssl libunistring jansson gmime-3.0 sqlite3 resolv

pkgs_all := $(event) openssl jansson libpcap libunistring libzip expat freexl libseccomp xlsxwriter \
	gmime-3.0 sqlite3 resolv
# libunistring has no .pc file in some distributions, the resolver in none
no_pc := libunistring resolv
# headers of others are not held to our warnings
pkg_cflags := $(patsubst -I%,-isystem %,\
	$(shell $(PKG_CONFIG) --cflags $(filter-out $(no_pc),$(pkgs_all)) 2>/dev/null))
pkg_libs = $(if $(filter-out $(no_pc),$(1)),\
	$(shell $(PKG_CONFIG) --libs $(filter-out $(no_pc),$(1)))) \
	$(if $(filter libunistring,$(1)),-lunistring) \
	$(if $(filter resolv,$(1)),-lresolv)
as_needed := $(if $(filter Darwin,$(shell uname -s)),,-Wl,--as-needed)

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Icommon $(WARN) $(pkg_cflags) \
	$(CFLAGS) $(MODE) $(if $(LTO),$(LTO) -ffat-lto-objects) -DSMPPTOOLS_VERSION='"$(VERSION)"' -pthread
LINK = $(CC) $(CFLAGS) $(MODE) -pthread $(as_needed) $(LDFLAGS)

programs := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
objects  := $(patsubst %.c,$B/%.o,$(wildcard common/*/*.c))
archive  := $B/libsmpptools.a
unit     := $(patsubst %.c,$B/%,$(wildcard tests/*/test_*.c))
fuzz     := $(patsubst %.c,$B/%,$(wildcard tests/fuzz/fuzz_*.c))
bench    := $(patsubst %.c,$B/%,$(wildcard tests/bench/*.c))
pages    := $(wildcard man/*.[1-9])
examples := $(wildcard scripts/*.service tests/data/smpptools.ini)

all: $(archive) $(programs:%=$B/%)
ifeq ($(SAN)$(COVER)$(FUZZ),)
	@mkdir -p build/bin
	@for p in $(programs); do ln -sf ../$(kind)/$$p build/bin/$$p; done
endif

# Libraries are looked for once; a missing one stops here, with its packages.
$B/.needs $B/.needs-test: scripts/packages
	@mkdir -p $(@D)
	@PKG_CONFIG='$(PKG_CONFIG)' CC='$(CC)' \
		scripts/need build $(if $(findstring test,$@),check)
	@touch $@

# Other flags make other objects.
$B/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(ALL_CFLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(ALL_CFLAGS))' >$@

$B/%.o: %.c $B/.flags | $B/.needs
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/tests/%.o: | $B/.needs-test

# The list decides too, so that a module taken away leaves the archive.
$B/.objects: FORCE
	@mkdir -p $(@D)
	@echo '$(objects)' | cmp -s - $@ || echo '$(objects)' >$@

$(archive): $(objects) $B/.objects
	@rm -f $@
	$(AR) rcs $@ $(objects)

$(programs:%=$B/%): $B/%: $B/cmd/%.o $(archive)
	$(LINK) $(LTO) -o $@ $< $(archive) $(call pkg_libs,$(PKGS_$*)) -lm

$(unit): $B/%: $B/%.o $(archive)
	$(LINK) -fno-lto -o $@ $< $(archive) -lcmocka $(call pkg_libs,$(pkgs_all)) -lm

# Each decoder's fuzz target is replayed over its corpus by make check.
# make CC=clang FUZZ=1 fuzz builds them for libFuzzer, in a folder of their own.
ifdef FUZZ
fuzz_main := -fsanitize=fuzzer
else
fuzz_main := $B/tests/fuzz/replay.o
endif
$(fuzz): $B/%: $B/%.o $(archive) $(filter %.o,$(fuzz_main))
	$(LINK) -fno-lto -o $@ $< $(fuzz_main) $(archive) $(call pkg_libs,$(pkgs_all)) -lm

# The codec is measured beside libsmpp34 where that is installed.
smpp34 := $(if $(wildcard /usr/include/libsmpp34/*.h),-lsmpp34)
$B/tests/bench/%.o: ALL_CFLAGS += $(if $(smpp34),-DHAVE_SMPP34)
$(bench): $B/%: $B/%.o $(archive)
	$(LINK) -fno-lto -o $@ $< $(archive) $(call pkg_libs,$(pkgs_all)) $(smpp34) -lm

# What make check runs, without running it.
tests: $(unit) $(fuzz)

# make check T=PATTERN runs those tests whose path matches.
check: all tests
	@scripts/run-tests $B unit golden cmd fuzz $(if $(T),-- '$(T)')

interop: all
	@scripts/run-tests $B interop $(if $(T),-- '$(T)')

fuzz: $(fuzz)

bench: all $(bench)
	@tests/bench/run $B

lint: all
	@scripts/lint $B

cover:
	@$(MAKE) COVER=1 check || echo 'cover: some tests failed'
	@scripts/cover $(kind)-cover

format:
	clang-format -style=file:scripts/clang-format -i \
		cmd/*.c common/*/*.[ch] tests/*/*.[ch]

install: all
	@mkdir -p $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR) $(DESTDIR)$(DOCDIR)
	@for p in $(programs); do \
		install -m 755 $B/$$p $(DESTDIR)$(BINDIR)/$$p || exit; done
	@for m in $(pages); do d=$(DESTDIR)$(MANDIR)/man$${m##*.}; \
		mkdir -p $$d && install -m 644 $$m $$d/ || exit; done
	@for f in README COPYING $(examples); do [ ! -e $$f ] || \
		install -m 644 $$f $(DESTDIR)$(DOCDIR)/ || exit; done

uninstall:
	@for p in $(programs); do rm -f $(DESTDIR)$(BINDIR)/$$p; done
	@for m in $(notdir $(pages)); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$$m; done
	@rm -rf $(DESTDIR)$(DOCDIR)

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)

FORCE:
.PHONY: all tests check interop fuzz bench lint cover format install uninstall clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:
