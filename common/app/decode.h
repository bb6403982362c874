/* SPDX-License-Identifier: ISC */
#ifndef APP_DECODE_H
#define APP_DECODE_H

#include <stdio.h>

#include "base/buf.h"
#include "file/capture.h"
#include "rec/record.h"
#include "text/charset.h"

/*
 * PDUs to records: rows for every frame that an input holds, whatever the
 * input is, and a diagnostic for whatever is wrong in it.
 */
struct decode {
	struct record_format format;
	bool json;
	bool strict;          /* what is only reported otherwise makes a PDU bad;
	                       * a bad one is no row */
	enum encoding alphabet;  /* what data_coding 0 means */
	bool all;             /* fields that are empty or zero, too */
	struct buf out;       /* rows */
	const char *input;    /* name of the input at hand */
	uint64_t line;        /* in it, when it is text, else 0 */
	uint64_t good, bad;   /* PDUs, lines */
	/* appends what there is to read; false at the end */
	bool (*fill)(struct decode *, int fd, struct buf *);
	/* a row was appended */
	void (*row_done)(struct decode *);
	volatile const int *stopped;
	/* takes a diagnostic; NULL: stderr does */
	void (*complain)(struct decode *, const char *text);
	/* private */
	uint64_t streams, smpp_streams;  /* of the capture at hand */
	bool shows_text, usual;          /* of the columns */
	struct buf fields, text;
	struct value row[DECODE_COLUMNS];
};

/* Chooses the columns of rows, as record_format_init does. */
bool decode_columns(struct decode *, const char *columns, struct span *bad);

void decode_free(struct decode *);

/* A diagnostic about the input at hand. */
void decode_complain(struct decode *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Hexadecimal lines one after another; they keep octets that wait for more
 * lines. decode_lines_end tells those that are left. */
struct decode_lines {
	struct buf unit;    /* octets that belong together */
	size_t whole;       /* of them at the front, in whole PDUs */
	uint64_t offset;    /* of unit among all octets of the input */
	uint64_t line;      /* where unit began */
	bool dump;          /* they come from a dump with offsets */
	bool trace;         /* lines for people stand between */
	bool octal;         /* so are the offsets of that dump */
	bool repeat;        /* a line of a dump stands for several */
};
void decode_line(struct decode *, struct decode_lines *, struct span line);
void decode_lines_end(struct decode *, struct decode_lines *);

/* Raw octets: those of start, then what fill reads from fd. */
void decode_raw(struct decode *, int fd, struct span start);

/* A capture, which is closed. */
void decode_capture(struct decode *, FILE *);

#endif
