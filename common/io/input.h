/* SPDX-License-Identifier: ISC */
#ifndef IO_INPUT_H
#define IO_INPUT_H

#include "base/buf.h"
#include "io/loop.h"

/*
 * Lines of a list of files ("-" is stdin), one after another, without
 * blocking. Memory is bounded: a line over INPUT_LINE_MAX is an error of that
 * line, and the rest of it is skipped.
 */
enum { INPUT_LINE_MAX = 4 << 20 };

struct input;

enum input_result {
	INPUT_LINE,
	INPUT_WAIT,   /* none yet: its watch comes up in the loop */
	INPUT_END,
	INPUT_LONG,   /* a line over the limit; it was skipped */
	INPUT_ERROR,  /* cannot be opened or read: see input_error (EX_NOINPUT or EX_IOERR) */
};

/* The paths are borrowed and must outlive it; none means stdin. */
struct input *input_open(struct loop *, const char *const *paths, size_t n);
void input_close(struct input *);

/* The next line without its newline, borrowed until the next call. After
 * INPUT_ERROR the next file is tried. */
enum input_result input_line(struct input *, struct span *line);

/* Name of the file at hand ("stdin"), which of the paths it is, from 0; number
 * of the last line in it, from 1. */
const char *input_name(const struct input *);
uint32_t input_index(const struct input *);
uint64_t input_number(const struct input *);

/* "rows.tsv: No such file or directory"; whether nothing of that file could be
 * read (EX_NOINPUT), else reading broke off within it (EX_IOERR). */
const char *input_error(const struct input *);
bool input_unopened(const struct input *);

/* Stop waiting for more (the program is busy) or wait again. Its watch comes
 * up only after INPUT_WAIT; a file never waits. */
void input_pause(struct input *, bool pause);
struct watch *input_watch(struct input *);

#endif
