/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SAMPLES_H
#define TESTS_SAMPLES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/hex.h"

/* The rows of a tab-separated file under tests/data, one at a time. */
enum { SAMPLE_CELLS = 16 };

struct samples {
	FILE *f;
	char *line;
	size_t size;
	char *cell[SAMPLE_CELLS];
	size_t n;
};

/* The next row; false at the end. */
static inline bool
samples_next(struct samples *s)
{
	ssize_t n = getline(&s->line, &s->size, s->f);
	char *rest = s->line, *cell;

	if (n < 0) {
		fclose(s->f);
		free(s->line);
		return false;
	}
	s->line[strcspn(s->line, "\r\n")] = '\0';
	for (s->n = 0; s->n < SAMPLE_CELLS &&
	    (cell = strsep(&rest, "\t")) != NULL; s->n++)
		s->cell[s->n] = cell;
	return true;
}

/* Opens the file and passes over its header. */
static inline struct samples
samples_open(const char *path)
{
	struct samples s = {.f = fopen(path, "r")};

	if (s.f == NULL || !samples_next(&s)) {
		perror(path);
		abort();
	}
	return s;
}

/* The octets that a cell of hexadecimal digits stands for. */
static inline void
samples_hex(struct buf *b, const char *cell)
{
	size_t bad;

	buf_clear(b);
	if (!hex_decode(b, span_str(cell), &bad))
		abort();
}

#endif
