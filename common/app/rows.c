/* SPDX-License-Identifier: ISC */
/* Rows to send, from lines or from the command line. */
#include "app/rows.h"

#include <stdlib.h>
#include <sysexits.h>

#include "app/json_row.h"
#include "app/pattern.h"
#include "base/mem.h"
#include "sys/diag.h"

struct rows {
	/* lines */
	struct input *input;
	struct record_reader reader;
	struct json_row json;
	struct value value[RECORD_COLUMNS_MAX];
	struct rows_conf conf;
	bool has_cells, ended;  /* columns beside those of struct row */
	bool refused;           /* this file, for its header */
	/* arguments */
	struct rows_arguments arguments;
	uint64_t n, at;
	struct buf to;
	/* both */
	struct buf number, error;
	uint64_t numbered;  /* what number says */
};

struct rows *
rows_from_input(struct input *input, const struct rows_conf *conf,
    struct span *bad)
{
	struct rows *r = mem_new(sizeof(*r));

	r->input = input;
	r->conf = *conf;
	if (r->conf.schema == NULL)
		r->conf.schema = &schema_row;
	if (!record_reader_init(&r->reader, r->conf.schema, conf->columns,
	    conf->no_header, bad)) {
		rows_free(r);
		return NULL;
	}
	return r;
}

struct rows *
rows_from_arguments(const struct rows_arguments *arguments)
{
	struct rows *r = mem_new(sizeof(*r));

	r->arguments = *arguments;
	r->n = arguments->n * arguments->repeat;
	return r;
}

void
rows_free(struct rows *r)
{
	if (r == NULL)
		return;
	if (r->input != NULL)
		input_close(r->input);
	record_reader_free(&r->reader);
	json_row_free(&r->json);
	buf_free(&r->to);
	buf_free(&r->number);
	buf_free(&r->error);
	free(r);
}

/* The number of a line in decimal, which mostly is the last one and one. */
static struct span
number(struct rows *r, uint64_t n)
{
	uint8_t *last = r->number.p + r->number.len;

	if (n == r->numbered + 1 && r->number.len > 0 && *--last < '9') {
		++*last;
	} else {
		buf_clear(&r->number);
		buf_add_uint(&r->number, n);
	}
	r->numbered = n;
	return buf_span(&r->number);
}

/* A header that is wrong says nothing of what the rows below it mean. */
static enum rows_result
bad_header(struct rows *r, struct row *row)
{
	r->refused |= row->line == 1;
	row->error = buf_cstr(&r->error);
	return ROWS_BAD;
}

static void
add_columns(struct buf *b, const struct schema *schema)
{
	buf_add_str(b, "; the columns are ");
	for (size_t i = 0; i < schema->n; i++)
		buf_addf(b, "%s%s", i > 0 ? "," : "", schema->name[i]);
}

static enum rows_result
bad(struct rows *r, struct row *row)
{
	const struct record_reader *reader = &r->reader;

	buf_clear(&r->error);
	buf_add_str(&r->error, reader->error);
	if (reader->error_cell != 0)
		buf_addf(&r->error, " in cell %zu", reader->error_cell);
	if (reader->error_octet != 0)
		buf_addf(&r->error, ", byte %zu", reader->error_octet);
	if (reader->n == 0) {
		add_columns(&r->error, reader->schema);
		return bad_header(r, row);
	}
	row->error = buf_cstr(&r->error);
	return ROWS_BAD;
}

/* Which rows of messages have nothing but addresses, text and ref. */
static void
look_at_columns(struct rows *r)
{
	r->has_cells = r->conf.schema != &schema_row;
	for (size_t i = 0; i < r->reader.n; i++)
		switch (r->reader.column[i]) {
		case ROW_to:
		case ROW_text:
		case ROW_from:
		case ROW_ref: break;
		default: r->has_cells = true;
		}
}

/* The header of one file need not be that of the next. */
static void
new_file(struct rows *r)
{
	struct span none;

	record_reader_free(&r->reader);
	record_reader_init(&r->reader, r->conf.schema, r->conf.columns,
	    r->conf.no_header, &none);
	r->refused = false;
	look_at_columns(r);
}

static bool
has_digit(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= '0' && s.p[i] <= '9')
			return true;
	return s.n == 0;
}

/* A first line that looks like the header of somebody else's columns. */
static bool
is_foreign_header(struct rows *r, const struct row *row)
{
	if (row->line != 1 || r->conf.no_header || r->conf.columns != NULL ||
	    has_digit(row->to))
		return false;
	buf_clear(&r->error);
	buf_add_str(&r->error, memchr(row->to.p, ',', row->to.n) != NULL ?
	    "columns are separated by a tab, not by a comma; smpp-bulk-xlsx "
	    "reads CSV" : "it looks like a header, but no cell of it is "
	    "\"to\"; --no-header where it is a message");
	return true;
}

/* What of schema_row every user of it wants. */
static void
fill(struct rows *r, struct row *row)
{
	const struct value *v = r->value;

	row->to = v[ROW_to].s;
	row->from = v[ROW_from].s;
	row->text = v[ROW_text].s;
	if (v[ROW_ref].type != VALUE_ABSENT)
		row->ref = v[ROW_ref].s;
}

/* An object has its names with it, and needs no header. */
static enum rows_result
parse_json(struct rows *r, struct row *row, struct span line)
{
	if (!json_row_read(&r->json, r->conf.schema, line, r->value)) {
		row->error = buf_cstr(&r->json.error);
		return ROWS_BAD;
	}
	row->cell = r->value;
	if (r->conf.schema == &schema_row)
		fill(r, row);
	return ROWS_ROW;
}

static enum rows_result
parse(struct rows *r, struct row *row, struct span line)
{
	row->input = input_index(r->input);
	row->line = input_number(r->input);
	row->ref = number(r, row->line);
	if (row->line == 1)
		new_file(r);
	if (r->conf.columns == NULL && json_row_is(line))
		return parse_json(r, row, line);
	if (r->refused) {
		row->error = "not read, since line 1 is a header that is wrong";
		return ROWS_BAD;
	}
	switch (record_read(&r->reader, line, r->value)) {
	case RECORD_HEADER:
		look_at_columns(r);
		return ROWS_WAIT;
	case RECORD_BAD:
		return bad(r, row);
	case RECORD_ROW:
		break;
	}
	row->cell = r->has_cells ? r->value : NULL;
	if (r->conf.schema != &schema_row)
		return ROWS_ROW;
	fill(r, row);
	return is_foreign_header(r, row) ? bad_header(r, row) : ROWS_ROW;
}

static enum rows_result
next_line(struct rows *r, struct row *row)
{
	struct span line;
	enum rows_result result;

	for (;;) {
		switch (input_line(r->input, &line)) {
		case INPUT_LINE:
			result = parse(r, row, line);
			if (result != ROWS_WAIT)
				return result;
			break;
		case INPUT_LONG:
			row->line = input_number(r->input);
			row->ref = number(r, row->line);
			if (row->line == 1)
				new_file(r);
			row->error = "the line is longer than 4 MiB";
			return ROWS_BAD;
		case INPUT_WAIT:
			return ROWS_WAIT;
		case INPUT_END:
			r->ended = true;
			return ROWS_END;
		case INPUT_ERROR:
			row->error = input_error(r->input);
			return ROWS_ERROR;
		}
	}
}

enum rows_result
rows_next(struct rows *r, struct row *row)
{
	const struct rows_arguments *a = &r->arguments;

	mem_clear(row, sizeof(*row));
	if (r->input != NULL)
		return next_line(r, row);
	if (r->at == r->n)
		return ROWS_END;
	buf_clear(&r->to);
	pattern_fill(&r->to, span_str(a->to[r->at++ % a->n]), &r->arguments.seed);
	row->to = buf_span(&r->to);
	row->text = a->text;
	row->line = r->at;
	row->ref = number(r, r->at);
	return ROWS_ROW;
}

void
rows_warn(const struct rows *r, const struct row *row)
{
	/* said once, and in each row */
	if (r->refused && row->line != 1)
		return;
	warn("%s: line %llu: %s", input_name(r->input),
	    (unsigned long long)row->line, row->error);
}

bool
rows_next_line(const struct rows *r, const char **name, uint64_t *line)
{
	if (r->input == NULL || r->ended)
		return false;
	*name = input_name(r->input);
	*line = input_number(r->input) + 1;
	return true;
}

bool
rows_count(const struct rows *r, uint64_t *all, uint64_t *given)
{
	*all = r->n;
	*given = r->at;
	return r->input == NULL;
}

int
rows_status(const struct rows *r)
{
	return input_unopened(r->input) ? EX_NOINPUT : EX_IOERR;
}

void
rows_pause(struct rows *r, bool pause)
{
	if (r->input != NULL)
		input_pause(r->input, pause);
}
