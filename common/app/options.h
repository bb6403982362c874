/* SPDX-License-Identifier: ISC */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "base/buf.h"

/* The table of all options (options.def), as data. */
enum option {
#define OPTION(id, name, letter, argument, standard, programs, flags, help) \
	OPT_##id,
#include "app/options.def"
	OPTIONS
};

enum {
	FOR_SEND = 1 << 0,
	FOR_LISTEN = 1 << 1,
	FOR_SIM = 1 << 2,
	FOR_DECODE = 1 << 3,
	FOR_CTL = 1 << 4,
	FOR_DLR_PARSE = 1 << 5,
	FOR_BULK_XLSX = 1 << 6,
	/* of mm4-relay each command has its own */
	FOR_MM4_PARSE = 1 << 7,
	FOR_MM4_SEND = 1 << 8,
	FOR_MM4_REPORT = 1 << 9,
	FOR_MM4_RECEIVE = 1 << 10,
	FOR_MM4_LISTEN = 1 << 11,
};

enum {
	OPTION_MANY = 1 << 0,
	OPTION_COUNT = 1 << 1,
	OPTION_IN_URL = 1 << 2,
	OPTION_SECRET = 1 << 3,
	OPTION_PROFILE = 1 << 4,
	OPTION_LINE = 1 << 5,
	OPTION_IS_URL = 1 << 6,
	OPTION_MAIN = 1 << 7,
};

struct option_row {
	const char *name;
	int letter;            /* or 0 */
	const char *argument;  /* NULL: a switch */
	const char *standard;  /* built-in default, or NULL */
	unsigned programs;     /* FOR_... */
	unsigned flags;        /* OPTION_... */
	const char *help;
};

extern const struct option_row options[OPTIONS];

/* A program's own default for an option. */
struct program_default {
	enum option option;
	const char *value;
};

/* What a program tells of itself. */
struct program {
	const char *name;     /* "smpp-send" */
	unsigned mask;        /* its FOR_... */
	const char *usage;    /* one or more lines: "smpp-send [OPTION...] ..." */
	const char *example;  /* one line, or more */
	/* its own defaults, n of them */
	const struct program_default *defaults;
	size_t n_defaults;
	/* appends a line for each library in use; NULL: libc alone */
	void (*libraries)(struct buf *);
};

/* The option of that name (letter) which one of the programs has; OPTIONS
 * when there is none. */
enum option option_named(struct span name, unsigned programs);
enum option option_lettered(int letter, unsigned programs);

/* The name nearest to a wrong one, or NULL when none is near. */
const char *option_near(struct span name, unsigned programs);

/* Appends what -h prints: usage, the options that most use, and an example, on
 * a screen of 24 lines; or all of the options, as --help does. Of a program
 * with commands they are those that all commands have. */
void option_help(struct buf *, const struct program *, bool all);

/* Appends what --version prints. */
void option_version(struct buf *, const struct program *);

#endif
