/* SPDX-License-Identifier: ISC */
/*
 * The schemas, the choice of columns, and the writer of both formats. It is on
 * the hot path of every program: no printf.
 */
#include "rec/record.h"

#include <assert.h>

#include "base/digits.h"
#include "rec/columns.h"

#define SCHEMA(prefix, name, defaults, key) \
	static const char *const name##_names[] = {
#define COLUMN(prefix, column) #column,
#define SCHEMA_END(prefix, name) };
#include "rec/schema.def"

#define SCHEMA(prefix, name, defaults, key) \
	const struct schema schema_##name = {name##_names, prefix##_COLUMNS, \
	    defaults, prefix##_##key};
#include "rec/schema.def"

size_t
column_find(const struct schema *schema, struct span name)
{
	size_t i;

	for (i = 0; i < schema->n; i++)
		if (span_is(name, schema->name[i]))
			break;
	return i;
}

bool
columns_parse(const struct schema *schema, const char *list, uint8_t column[],
    size_t *n, struct span *bad)
{
	uint64_t seen = 0;

	assert(schema->n <= RECORD_COLUMNS_MAX);
	*n = 0;
	for (;;) {
		size_t length = strcspn(list, ","), at;
		struct span name = span_of(list, length);

		at = column_find(schema, name);
		if (at == schema->n || (seen >> at & 1)) {
			*bad = name;
			return false;
		}
		seen |= UINT64_C(1) << at;
		column[(*n)++] = (uint8_t)at;
		if (list[length] == '\0')
			return true;
		list += length + 1;
	}
}

size_t
columns_first(uint8_t column[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		column[i] = (uint8_t)i;
	return n;
}

bool
record_format_init(struct record_format *f, const struct schema *schema,
    bool json, const char *columns, struct span *bad)
{
	*f = (struct record_format){.schema = schema, .json = json,
	    .is_usual = columns == NULL && !json};
	if (columns == NULL)
		f->n = columns_first(f->column, schema->n_default);
	else if (strcmp(columns, "all") == 0)
		f->n = columns_first(f->column, schema->n);
	else
		return columns_parse(schema, columns, f->column, &f->n, bad);
	return true;
}

void
record_header(struct buf *b, const struct record_format *f)
{
	if (f->json)
		return;
	for (size_t i = 0; i < f->n; i++) {
		if (i > 0)
			buf_add_byte(b, '\t');
		buf_add_str(b, f->schema->name[f->column[i]]);
	}
	buf_add_byte(b, '\n');
}

/* A reader takes a BOM off the first line of a file. */
static uint8_t *
put_first(uint8_t *w, struct span s)
{
	if (s.n < 3 || s.p[0] != 0xef || memcmp(s.p, "\xef\xbb\xbf", 3) != 0)
		return tsv_put(w, s);
	memcpy(w, "\\xef\\xbb\\xbf", 12);
	return tsv_put(w + 12, span_skip(s, 3));
}

uint8_t *
record_put(uint8_t *w, const struct value *v, bool first)
{
	if (v->type == VALUE_ABSENT)
		return w;
	if (v->type == VALUE_NUM)
		return digits_put(w, v->num);
	return first ? put_first(w, v->s) : tsv_put(w, v->s);
}

void
record_cell_json(struct buf *b, const struct record_format *f, size_t i,
    const struct value *v)
{
	buf_add(b, i > 0 ? ",\"" : "{\"", 2);
	buf_add_str(b, f->schema->name[f->column[i]]);
	if (v->type == VALUE_TEXT) {
		buf_add(b, "\":\"", 3);
		json_escape(b, v->s);
		buf_add_byte(b, '"');
	} else if (v->type == VALUE_NUM) {
		buf_add(b, "\":", 2);
		buf_add_uint(b, v->num);
	} else if (v->type == VALUE_DECIMAL) {
		buf_add(b, "\":", 2);
		buf_add_span(b, v->s);
	} else {
		buf_add(b, "\":null", 6);
	}
	if (i + 1 == f->n)
		buf_add(b, "}\n", 2);
}

void
record_write(struct buf *b, const struct record_format *f,
    const struct value row[])
{
	for (size_t i = 0; i < f->n; i++)
		record_cell(b, f, i, &row[f->column[i]]);
}
