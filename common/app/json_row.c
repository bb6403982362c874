/* SPDX-License-Identifier: ISC */
/* Rows of JSON Lines. */
#include "app/json_row.h"

#include <jansson.h>
#include <stdio.h>

#include "base/mem.h"
#include "rec/columns.h"

static struct span
without_mark(struct span line)
{
	return line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0 ?
	    span_skip(line, 3) : line;
}

bool
json_row_is(struct span line)
{
	line = without_mark(line);
	return line.n > 0 && line.p[0] == '{' &&
	    memchr(line.p, '\t', line.n) == NULL;
}

static bool
refuse(struct json_row *j, const char *name, const char *why)
{
	buf_addf(&j->error, "\"%s\" %s", name, why);
	return false;
}

static bool
take_member(struct json_row *j, const struct schema *schema, const char *name,
    const json_t *member, struct value row[])
{
	size_t at = column_find(schema, span_str(name));

	if (at == schema->n) {
		refuse(j, name, "is no column; the columns are ");
		for (size_t i = 0; i < schema->n; i++)
			buf_addf(&j->error, "%s%s", i > 0 ? "," : "",
			    schema->name[i]);
		return false;
	}
	switch (json_typeof(member)) {
	case JSON_STRING:
		row[at] = value_text(span_of(json_string_value(member),
		    json_string_length(member)));
		break;
	case JSON_INTEGER:
		snprintf(j->number[at], sizeof(j->number[at]),
		    "%" JSON_INTEGER_FORMAT, json_integer_value(member));
		row[at] = value_text(span_str(j->number[at]));
		break;
	case JSON_TRUE:
		row[at] = value_text(span_str("yes"));
		break;
	case JSON_FALSE:
		row[at] = value_text(span_str("no"));
		break;
	case JSON_NULL:
		break;
	default:
		return refuse(j, name, "is neither a string nor a whole number");
	}
	return true;
}

bool
json_row_read(struct json_row *j, const struct schema *schema,
    struct span line, struct value row[])
{
	json_error_t error;
	const char *name;
	json_t *member;

	json_decref(j->object);
	buf_clear(&j->error);
	mem_clear(row, schema->n * sizeof(row[0]));
	line = without_mark(line);
	j->object = json_loadb((const char *)line.p, line.n,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (j->object == NULL) {
		const char *near = strstr(error.text, " near ");

		/* what stands there may be a number or a text of somebody */
		buf_addf(&j->error, "no JSON at byte %d: %.*s", error.position,
		    near != NULL ? (int)(near - error.text) :
		    (int)strlen(error.text), error.text);
		return false;
	}
	json_object_foreach(j->object, name, member)
		if (!take_member(j, schema, name, member, row))
			return false;
	return true;
}

void
json_row_free(struct json_row *j)
{
	json_decref(j->object);
	buf_free(&j->error);
	*j = (struct json_row){0};
}

void
json_row_libraries(struct buf *b)
{
	buf_addf(b, "jansson %s\n", JANSSON_VERSION);
}
