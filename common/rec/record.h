/* SPDX-License-Identifier: ISC */
#ifndef REC_RECORD_H
#define REC_RECORD_H

#include "base/buf.h"

/*
 * Records: one line each, as TSV (escaped as PostgreSQL's COPY text form) or
 * as a flat JSON object. A row is an array of values, one for each column of
 * its schema, indexed by the column enum made from schema.def; the same row
 * prints either way.
 */
enum value_type {
	VALUE_ABSENT,  /* an empty cell; null */
	VALUE_NUM,     /* a whole number: JSON prints it bare */
	VALUE_DECIMAL, /* a number as text, with a sign or a point, say: the same */
	VALUE_TEXT,    /* UTF-8; an octet that is not stands as \xHH in both
			* formats. Empty text is an empty cell too: TSV has one
			* form for both, JSON tells "" from null */
};

struct value {
	enum value_type type;
	uint64_t num;    /* of NUM alone */
	struct span s;   /* of TEXT and DECIMAL alone */
};

static inline struct value
value_num(uint64_t n)
{
	return (struct value){.type = VALUE_NUM, .num = n};
}

static inline struct value
value_text(struct span s)
{
	return (struct value){.type = VALUE_TEXT, .s = s};
}

static inline struct value
value_decimal(struct span digits)
{
	return (struct value){.type = VALUE_DECIMAL, .s = digits};
}

/* A kind of record: its columns in the order of their enum. The first
 * n_default of them are printed, and read without a header, by default. */
struct schema {
	const char *const *name;
	size_t n;
	size_t n_default;
	size_t key;  /* the column that a header must name */
};

/* One schema and one enum for each SCHEMA of schema.def:
 * schema_result, RESULT_ref, RESULT_status ..., RESULT_COLUMNS */
#define SCHEMA(prefix, name, defaults, key) enum name##_column {
#define COLUMN(prefix, column) prefix##_##column,
#define SCHEMA_END(prefix, name) prefix##_COLUMNS }; \
	extern const struct schema schema_##name;
#include "rec/schema.def"

enum { RECORD_COLUMNS_MAX = 64 };

/* How rows of a schema are printed. */
struct record_format {
	const struct schema *schema;
	bool json;
	bool is_usual;                       /* TSV of the default columns */
	uint8_t column[RECORD_COLUMNS_MAX];  /* which, in which order */
	size_t n;
};

/*
 * Sets the columns from a comma list of names; "all" is all of them, NULL the
 * default ones. False when a name is unknown or stands twice: *bad is then it.
 */
bool record_format_init(struct record_format *, const struct schema *,
    bool json, const char *columns, struct span *bad);

/* Appends the header line (TSV; JSON has none), a row's line. */
void record_header(struct buf *, const struct record_format *);
void record_write(struct buf *, const struct record_format *,
    const struct value row[]);

/* Appends text with TSV's, or JSON's, escapes (JSON: without the quotes). */
void tsv_escape(struct buf *, struct span);
void json_escape(struct buf *, struct span);

/* Appends what a cell stands for, in TSV; octets behind \x come as they are.
 * Gives the offset of an escape that is none, or cell.n. */
size_t tsv_unescape(struct buf *, struct span cell);

/* A reader of TSV lines. */
struct record_reader {
	const struct schema *schema;
	uint8_t column[RECORD_COLUMNS_MAX];  /* schema column of each cell */
	size_t n;
	bool may_have_header;  /* a first line that looks like one is one */
	bool columns_given;    /* it changes nothing then */
	bool first;            /* the first line has not been seen yet */
	struct buf text;       /* unescaped cells of the current row */
	const char *error;     /* of BAD: what is wrong, static */
	size_t error_cell;     /* of BAD: counted from 1; 0: the line as a whole */
	size_t error_octet;    /* of BAD: within the line, counted from 1; 0: unknown */
};

enum record_result {
	RECORD_ROW,
	RECORD_HEADER,  /* the line was a header; it names the cells from now on */
	RECORD_BAD,     /* malformed: see error; the next line may be good */
};

/*
 * columns: a comma list of names for the cells (--columns-in), or NULL for a
 * header or the default columns. False when it names an unknown or a column
 * twice, or leaves out the key: *bad is it. With columns given, a header is
 * still told from a row, and skipped.
 */
bool record_reader_init(struct record_reader *, const struct schema *,
    const char *columns, bool no_header, struct span *bad);
void record_reader_free(struct record_reader *);

/* The next line is the first of another file: BOM and header may stand there
 * again. */
void record_reader_again(struct record_reader *);

/*
 * Reads one line, without its newline (a CR at its end and, on the first
 * line, a UTF-8 BOM are taken off). row has a value for each column of the
 * schema, absent where there is no cell, an empty one, or \N; its spans live
 * until the next call or as long as line. A line that is not UTF-8, has more
 * cells than columns or an unknown escape is bad; so is a header with a name
 * that is no column or stands twice, and then all lines to the end of the file.
 * Octets that are no UTF-8 come in as \xHH.
 */
enum record_result record_read(struct record_reader *, struct span line,
    struct value row[]);

#endif
