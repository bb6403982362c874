/* SPDX-License-Identifier: ISC */
#ifndef APP_ROWS_H
#define APP_ROWS_H

#include "io/input.h"
#include "rec/record.h"

/*
 * Where the rows of smpp-send come from: the lines of --batch, or one text
 * for each -t, again and again if need be; those of smpp-ctl are lines of
 * other schemas. What is wrong with a line is a row too, so that every line
 * gets its result.
 */
struct rows;

struct row {
	struct span ref;     /* as given, else the line number */
	struct span to, from, text;  /* of schema_row */
	const struct value *cell;  /* all columns of the schema; NULL: no others */
	uint32_t input;      /* which file, from 0 */
	uint64_t line;       /* in it, from 1 */
	const char *error;   /* of ROWS_BAD: a sentence, until the next call */
};

/* A cell of a row of schema_row; empty: as the options say. */
static inline struct span
row_cell(const struct row *row, enum row_column column)
{
	return row->cell ? row->cell[column].s : (struct span){0};
}

enum rows_result {
	ROWS_ROW,
	ROWS_BAD,    /* a malformed line: ref, line and error are set */
	ROWS_WAIT,   /* none yet; the input's watch comes up in the loop */
	ROWS_END,
	ROWS_ERROR,  /* a file cannot be read: error says it; go on for the next */
};

struct rows_conf {
	const struct schema *schema;  /* of the lines; NULL: schema_row */
	const char *columns;   /* --columns-in, or NULL */
	bool no_header;
};

/* Rows from lines of the input, which it owns from now on. NULL when columns
 * are wrong: *bad is then the culprit. */
struct rows *rows_from_input(struct input *, const struct rows_conf *,
    struct span *bad);

/* The command line's. The addresses and the text are borrowed. */
struct rows_arguments {
	const char *const *to;   /* patterns (app/pattern.h) too */
	size_t n;
	struct span text;
	uint64_t repeat;         /* times over all addresses, 1 or more */
	uint64_t seed;           /* of patterns */
};

/* Rows to each of the addresses with one text. */
struct rows *rows_from_arguments(const struct rows_arguments *);

void rows_free(struct rows *);

/* The next row; its spans live until the next call. */
enum rows_result rows_next(struct rows *, struct row *);

/* Says on stderr what is wrong with the row of ROWS_BAD that rows_next has just
 * given, and in which file; of a file with a wrong header once. */
void rows_warn(const struct rows *, const struct row *);

/* Where reading stands, for what is left when a program ends early: the file
 * and the number of the next line. False when all was read. */
bool rows_next_line(const struct rows *, const char **name, uint64_t *line);

/* How many rows of arguments there are in all, and how many were given out;
 * false of lines. */
bool rows_count(const struct rows *, uint64_t *all, uint64_t *given);

/* The exit status that fits the last ROWS_ERROR: 66 when nothing of the file
 * could be read, else 74. */
int rows_status(const struct rows *);

/* Stops and resumes waiting for input. */
void rows_pause(struct rows *, bool pause);

#endif
