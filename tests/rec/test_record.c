/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "rec/record.h"

static struct record_format
format(const struct schema *schema, bool json, const char *columns)
{
	struct record_format f;
	struct span bad;

	assert_true(record_format_init(&f, schema, json, columns, &bad));
	return f;
}

static struct record_reader
reader(const struct schema *schema, const char *columns, bool no_header)
{
	struct record_reader r;
	struct span bad;

	assert_true(record_reader_init(&r, schema, columns, no_header, &bad));
	return r;
}

static enum record_result
read_str(struct record_reader *r, const char *line, struct value row[])
{
	return record_read(r, span_str(line), row);
}

static void
assert_text(struct value v, const char *text)
{
	assert_int_equal(v.type, VALUE_TEXT);
	assert_int_equal(v.s.n, strlen(text));
	assert_memory_equal(v.s.p, text, v.s.n);
}

static void
columns_are_picked_and_ordered_by_name(void **state)
{
	struct record_format f = format(&schema_result, false, "to,ref,line");
	struct value row[RESULT_COLUMNS] = {0};
	struct buf b = {0};

	(void)state;
	row[RESULT_ref] = value_text(span_str("Sheet1!17"));
	row[RESULT_line] = value_num(UINT64_MAX);
	record_header(&b, &f);
	record_write(&b, &f, row);
	assert_string_equal(buf_cstr(&b),
	    "to\tref\tline\n\tSheet1!17\t18446744073709551615\n");
	assert_int_equal(format(&schema_result, false, NULL).n, 6);
	assert_int_equal(format(&schema_result, false, "all").n,
	    RESULT_COLUMNS);
	buf_free(&b);
}

static void
nothing_is_looked_at_but_what_the_type_names(void **state)
{
	struct record_format f = format(&schema_result, false, "ref,line,to");
	struct value row[RESULT_COLUMNS];
	struct buf b = {0};

	(void)state;
	memset(row, 0xff, sizeof(row));
	row[RESULT_ref].type = VALUE_NUM;
	row[RESULT_ref].num = 7;
	row[RESULT_line].type = VALUE_ABSENT;
	row[RESULT_to].type = VALUE_TEXT;
	row[RESULT_to].s = span_str("1588");
	record_write(&b, &f, row);
	f.json = true;
	record_write(&b, &f, row);
	assert_string_equal(buf_cstr(&b), "7\t\t1588\n"
	    "{\"ref\":7,\"line\":null,\"to\":\"1588\"}\n");
	buf_free(&b);
}

static void
decimal_prints_as_it_is_and_bare(void **state)
{
	struct record_format tsv = format(&schema_result, false, "ref,line");
	struct record_format json = format(&schema_result, true, "ref,line");
	struct value row[RESULT_COLUMNS] = {0};
	struct buf b = {0};

	(void)state;
	row[RESULT_ref] = value_decimal(span_str("95.04"));
	row[RESULT_line] = value_decimal(span_str("-35"));
	record_write(&b, &tsv, row);
	record_write(&b, &json, row);
	assert_string_equal(buf_cstr(&b),
	    "95.04\t-35\n{\"ref\":95.04,\"line\":-35}\n");
	buf_free(&b);
}

/* Cells are looked at eight octets at a time, short ones in another way. */
static void
octet_that_wants_an_escape_is_seen_at_any_place(void **state)
{
	static const char odd[] = "\t\n\r\\\x01\x7f\x1f\xff\x80";
	char text[40], *cell;
	struct buf b = {0}, back = {0};

	(void)state;
	for (size_t n = 1; n <= sizeof(text); n++)
		for (size_t at = 0; at < n * (sizeof(odd) - 1); at++) {
			memset(text, 'x', n);
			text[at % n] = odd[at / n];
			cell = malloc(n);
			assert_non_null(cell);
			memcpy(cell, text, n);
			buf_clear(&b);
			tsv_escape(&b, span_of(cell, n));
			free(cell);
			assert_in_range(b.len, n + 1, n + 3);
			assert_memory_equal(b.p, text, at % n);
			assert_int_equal(b.p[at % n], '\\');
			buf_clear(&back);
			assert_int_equal(tsv_unescape(&back, buf_span(&b)),
			    b.len);
			assert_int_equal(back.len, n);
			assert_memory_equal(back.p, text, n);
		}
	buf_free(&b);
	buf_free(&back);
}

static void
unknown_and_repeated_columns_are_refused_by_name(void **state)
{
	struct record_format f;
	struct span bad;

	(void)state;
	assert_false(record_format_init(&f, &schema_result, false,
	    "ref,colour", &bad));
	assert_true(span_is(bad, "colour"));
	assert_false(record_format_init(&f, &schema_result, false,
	    "ref,to,ref", &bad));
	assert_true(span_is(bad, "ref"));
	assert_false(record_format_init(&f, &schema_result, false, "", &bad));
	assert_false(record_format_init(&f, &schema_result, false, "ref,",
	    &bad));
	assert_int_equal(bad.n, 0);
}

static void
tsv_escapes_as_copy_does(void **state)
{
	struct buf b = {0};

	(void)state;
	tsv_escape(&b, span_of("a\tb\nc\rd\\e\0\x1b\x7f", 12));
	assert_string_equal(buf_cstr(&b),
	    "a\\tb\\nc\\rd\\\\e\\x00\\x1b\\x7f");
	buf_clear(&b);
	/* Hangul stays; a C1 control, a lone surrogate, half a character go */
	tsv_escape(&b, span_str("안녕\xc2\x9b\xed\xa0\x80\xe2\x82"));
	assert_string_equal(buf_cstr(&b),
	    "안녕\\xc2\\x9b\\xed\\xa0\\x80\\xe2\\x82");
	buf_free(&b);
}

static void
json_is_read_back_by_a_parser(void **state)
{
	struct record_format f = format(&schema_row, true, "all");
	struct value row[ROW_COLUMNS] = {0};
	static const char text[] = "\"q\" \\ / \t\n\r\x01\x7f\xc2\x85 안녕 €";
	struct buf b = {0};
	json_t *json;

	(void)state;
	row[ROW_to] = value_num(42);
	row[ROW_text] = value_text(span_str(text));
	row[ROW_from] = value_text(span_str("a\xff"));
	record_header(&b, &f);
	record_write(&b, &f, row);
	assert_int_equal(b.p[b.len - 1], '\n');
	json = json_loadb((const char *)b.p, b.len - 1, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_object_size(json), ROW_COLUMNS);
	assert_int_equal(json_integer_value(json_object_get(json, "to")), 42);
	assert_string_equal(json_string_value(json_object_get(json, "text")),
	    text);
	assert_string_equal(json_string_value(json_object_get(json, "from")),
	    "a\\xff");
	assert_true(json_is_null(json_object_get(json, "ref")));
	json_decref(json);
	buf_free(&b);
}

/* xorshift: the same octets at every run */
static uint32_t
draw(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

/* Octets of a kind that escapes trip over. */
static size_t
any_octets(uint32_t *x, uint8_t *p, size_t max)
{
	static const char odd[] = "\t\n\r\\\"Nx0\0\x7f\x1f\xc2\x80\xed\xa0\xe2"
	    "\x82\xac\xf0\x9f\x98\x80";
	size_t n = draw(x) % (max + 1);
	uint32_t kind = draw(x) % 3;

	for (size_t i = 0; i < n; i++)
		p[i] = kind == 0 ? (uint8_t)draw(x) :
		    kind == 1 || draw(x) % 12 == 0 ?
		    (uint8_t)odd[draw(x) % (sizeof(odd) - 1)] :
		    (uint8_t)('a' + draw(x) % 26);
	return n;
}

static void
any_octets_written_are_read_back(void **state)
{
	struct record_format f = format(&schema_account, false, NULL);
	struct record_format j = format(&schema_account, true, NULL);
	struct record_reader r = reader(&schema_account, NULL, true);
	struct value row[ACCOUNT_COLUMNS], back[ACCOUNT_COLUMNS];
	uint8_t octets[ACCOUNT_COLUMNS][40];
	struct buf b = {0};
	uint32_t x = 1;

	(void)state;
	for (int i = 0; i < 30000; i++) {
		size_t tabs = 0;
		json_t *json;

		for (size_t c = 0; c < ACCOUNT_COLUMNS; c++)
			row[c] = value_text(span_of(octets[c],
			    any_octets(&x, octets[c], sizeof(octets[c]))));
		buf_clear(&b);
		record_write(&b, &f, row);
		for (size_t k = 0; k + 1 < b.len; k++) {
			assert_true(b.p[k] >= ' ' || b.p[k] == '\t');
			tabs += b.p[k] == '\t';
		}
		assert_int_equal(tabs, ACCOUNT_COLUMNS - 1);
		assert_int_equal(record_read(&r, span_of(b.p, b.len - 1),
		    back), RECORD_ROW);
		for (size_t c = 0; c < ACCOUNT_COLUMNS; c++) {
			assert_int_equal(back[c].type, row[c].s.n == 0 ?
			    VALUE_ABSENT : VALUE_TEXT);
			assert_true(span_eq(back[c].s, row[c].s));
		}
		buf_clear(&b);
		record_write(&b, &j, row);
		json = json_loadb((const char *)b.p, b.len, JSON_ALLOW_NUL,
		    NULL);
		assert_non_null(json);
		json_decref(json);
	}
	buf_free(&b);
	record_reader_free(&r);
}

static void
header_is_known_by_its_names_and_key(void **state)
{
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS];

	(void)state;
	assert_int_equal(read_str(&r, "\xef\xbb\xbfref\tto\r", row),
	    RECORD_HEADER);
	assert_int_equal(read_str(&r, "7\t+82\r", row), RECORD_ROW);
	assert_text(row[ROW_ref], "7");
	assert_text(row[ROW_to], "+82");
	assert_int_equal(row[ROW_text].type, VALUE_ABSENT);
	/* only the first line can be one */
	assert_int_equal(read_str(&r, "ref\tto", row), RECORD_ROW);
	/* no key: a row */
	r = reader(&schema_row, NULL, false);
	assert_int_equal(read_str(&r, "ref\ttext", row), RECORD_ROW);
	assert_text(row[ROW_to], "ref");
	r = reader(&schema_row, NULL, false);
	assert_int_equal(read_str(&r, "82\tto", row), RECORD_ROW);
	assert_text(row[ROW_text], "to");
	r = reader(&schema_row, NULL, true);
	assert_int_equal(read_str(&r, "to\ttext", row), RECORD_ROW);
	assert_text(row[ROW_text], "text");
	record_reader_free(&r);
}

static void
header_with_an_unknown_name_reads_no_row(void **state)
{
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS];

	(void)state;
	assert_int_equal(read_str(&r, "to\tcolour", row), RECORD_BAD);
	assert_string_equal(r.error, "the header has a name that is no column");
	assert_int_equal(r.error_cell, 2);
	assert_int_equal(read_str(&r, "1\thi", row), RECORD_BAD);
	record_reader_again(&r);
	assert_int_equal(read_str(&r, "1\thi", row), RECORD_ROW);
	/* where the columns are given it is no header */
	r = reader(&schema_row, "to,text", false);
	assert_int_equal(read_str(&r, "to\tcolour", row), RECORD_ROW);
	record_reader_free(&r);
}

static void
byte_order_mark_of_a_value_is_kept(void **state)
{
	struct record_format f = format(&schema_row, false, NULL);
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS] = {0}, back[ROW_COLUMNS];
	struct buf b = {0};

	(void)state;
	row[ROW_to] = value_text(span_str("\xef\xbb\xbf" "1"));
	row[ROW_text] = row[ROW_to];
	record_write(&b, &f, row);
	assert_int_equal(record_read(&r, span_of(b.p, b.len - 1), back),
	    RECORD_ROW);
	assert_true(span_eq(back[ROW_to].s, row[ROW_to].s));
	assert_true(span_eq(back[ROW_text].s, row[ROW_to].s));
	buf_free(&b);
	record_reader_free(&r);
}

static void
header_may_stand_in_each_file(void **state)
{
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS];

	(void)state;
	assert_int_equal(read_str(&r, "text\tto", row), RECORD_HEADER);
	record_reader_again(&r);
	assert_int_equal(read_str(&r, "1\thi", row), RECORD_ROW);
	assert_text(row[ROW_to], "1");
	record_reader_again(&r);
	assert_int_equal(read_str(&r, "\xef\xbb\xbfto\ttext", row),
	    RECORD_HEADER);
	record_reader_free(&r);
}

static void
header_that_names_a_column_twice_reads_no_row(void **state)
{
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS];

	(void)state;
	assert_int_equal(read_str(&r, "to\ttext\tto", row), RECORD_BAD);
	assert_string_equal(r.error, "the header names a column twice");
	assert_int_equal(read_str(&r, "1\thi\t2", row), RECORD_BAD);
	record_reader_free(&r);
}

static void
columns_given_rule_over_a_header(void **state)
{
	struct record_reader r = reader(&schema_row, "text,to", false);
	struct value row[ROW_COLUMNS];
	struct span bad;

	(void)state;
	assert_int_equal(read_str(&r, "to\ttext", row), RECORD_HEADER);
	assert_int_equal(read_str(&r, "hi\t1", row), RECORD_ROW);
	assert_text(row[ROW_to], "1");
	assert_false(record_reader_init(&r, &schema_row, "text,ref", false,
	    &bad));
	assert_true(span_is(bad, "to"));
	assert_false(record_reader_init(&r, &schema_row, "to,txt", false,
	    &bad));
	assert_true(span_is(bad, "txt"));
	record_reader_free(&r);
}

static void
malformed_line_names_cell_and_octet(void **state)
{
	static const struct {
		const char *line, *error;
		size_t cell, octet;
	} bad[] = {
		{"1\thi\tmore", "more cells than columns", 3, 6},
		{"1\ta\\q", "unknown escape", 2, 4},
		{"1\ta\\", "unknown escape", 2, 4},
		{"1\ta\\x4", "unknown escape", 2, 4},
		{"1\ta\\x4g", "unknown escape", 2, 4},
		{"1\t\\Nx", "unknown escape", 2, 3},
		{"1\tab\xff", "not UTF-8", 0, 5},
		{"1\t\xea\xb0", "not UTF-8", 0, 3},
		{"1\t\xc0\x80", "not UTF-8", 0, 3},
	};
	struct record_reader r = reader(&schema_row, NULL, false);
	struct value row[ROW_COLUMNS];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(read_str(&r, bad[i].line, row), RECORD_BAD);
		assert_string_equal(r.error, bad[i].error);
		assert_int_equal(r.error_cell, bad[i].cell);
		assert_int_equal(r.error_octet, bad[i].octet);
		assert_int_equal(read_str(&r, "2\tgood", row), RECORD_ROW);
		assert_text(row[ROW_text], "good");
	}
	record_reader_free(&r);
}

static void
empty_cells_and_null_marks_are_absent(void **state)
{
	struct record_reader r = reader(&schema_row, NULL, true);
	struct value row[ROW_COLUMNS];

	(void)state;
	assert_int_equal(read_str(&r, "\t\\N", row), RECORD_ROW);
	assert_int_equal(row[ROW_to].type, VALUE_ABSENT);
	assert_int_equal(row[ROW_text].type, VALUE_ABSENT);
	assert_int_equal(read_str(&r, "", row), RECORD_ROW);
	assert_int_equal(row[ROW_to].type, VALUE_ABSENT);
	assert_int_equal(read_str(&r, "1\t\\\\N", row), RECORD_ROW);
	assert_text(row[ROW_text], "\\N");
	assert_int_equal(read_str(&r, "1\t\\b\\f\\v\\x00\\xE2\\x82\\xac", row),
	    RECORD_ROW);
	assert_true(span_eq(row[ROW_text].s,
	    span_of("\b\f\v\0\xe2\x82\xac", 7)));
	assert_int_equal(record_read(&r, (struct span){0}, row), RECORD_ROW);
	record_reader_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_picked_and_ordered_by_name),
		cmocka_unit_test(
		    unknown_and_repeated_columns_are_refused_by_name),
		cmocka_unit_test(nothing_is_looked_at_but_what_the_type_names),
		cmocka_unit_test(decimal_prints_as_it_is_and_bare),
		cmocka_unit_test(
		    octet_that_wants_an_escape_is_seen_at_any_place),
		cmocka_unit_test(tsv_escapes_as_copy_does),
		cmocka_unit_test(json_is_read_back_by_a_parser),
		cmocka_unit_test(any_octets_written_are_read_back),
		cmocka_unit_test(header_is_known_by_its_names_and_key),
		cmocka_unit_test(byte_order_mark_of_a_value_is_kept),
		cmocka_unit_test(header_may_stand_in_each_file),
		cmocka_unit_test(header_that_names_a_column_twice_reads_no_row),
		cmocka_unit_test(header_with_an_unknown_name_reads_no_row),
		cmocka_unit_test(columns_given_rule_over_a_header),
		cmocka_unit_test(malformed_line_names_cell_and_octet),
		cmocka_unit_test(empty_cells_and_null_marks_are_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
