/* SPDX-License-Identifier: ISC */
/* file/xlsx_plain, file/xml_plain: what goes past expat comes out as expat would
 * have it, wherever the blocks of the part end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "file/sheet.h"
#include "file/xml_plain.h"

#include "workbook.h"

static char path[64];

static uint32_t
next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* Text of every kind: as long as cells are, with references, with escapes. */
static void
add_text(struct buf *out, uint32_t *seed)
{
	static const char *const pieces[] = {
		"a", "plain words ", "김철수 ", "&amp;", "&lt;&gt;",
		"😀", "&quot;x&apos;", "_x000D_", "]] ", ">", "\n", "\t", "é",
		"<!-- <row r=\"1\"> -->", "<![CDATA[<row>]]>", "\r\n", "&#x1F600;", "&#10;",
	};
	/* nearly all are plain ones */
	uint32_t kinds = next(seed, 8) == 0 ? 18 : 13;
	uint32_t n = next(seed, 200) == 0 ? next(seed, 3000) : next(seed, 12);

	while (n-- > 0)
		buf_add_str(out, pieces[next(seed, kinds)]);
}

static void
add_cell(struct buf *out, uint32_t row, uint32_t column, uint32_t *seed)
{
	buf_add_str(out, "<c r=\"");
	cell_name(out, column, row);
	switch (next(seed, 8)) {
	case 0: buf_addf(out, "\" s=\"1\"><v>%u</v></c>", next(seed, 1 << 20)); break;
	case 1: buf_addf(out, "\"><v>%u.25</v></c>", next(seed, 1000)); break;
	case 2: buf_addf(out, "\" t=\"s\"><v>%u</v></c>", next(seed, 3000)); break;
	case 3: buf_addf(out, "\" t=\"str\"><f>A1</f><v>%u</v></c>", row); break;
	case 4: buf_addf(out, "\" t='b'><v>1</v></c>"); break;
	case 5: buf_add_str(out, "\"/>"); break;
	case 6:
		buf_addf(out, "\"><f t=\"shared\" %s<v>%u</v></c>", next(seed, 2) ?
		    "si=\"0\"/>" : "ref=\"A1:A9\" si=\"0\">B1&amp;C1</f>", row);
		break;
	default:
		buf_add_str(out, "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
		add_text(out, seed);
		buf_add_str(out, "</t></is></c>");
		break;
	}
}

/* tag: how a row begins. */
static void
make_sheet(struct buf *out, const char *tag, uint32_t seed)
{
	uint32_t number = 0, columns;

	buf_add_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<worksheet " MAIN "><sheetData>");
	while (number < 4000) {
		number += next(&seed, 10) == 0 ? 2 : 1;
		buf_addf(out, "%s r=\"%u\"%s>", tag, number,
		    next(&seed, 9) ? " spans=\"1:4\"" : " hidden=\"1\" "
		    "x14ac:dyDescent=\"0.25\"");
		/* some hold more than is read at a time, one more than is kept */
		columns = number == 2000 ? 16000 : next(&seed, 300) == 0 ?
		    3000 : next(&seed, 6);
		for (uint32_t c = 0; c < columns; c++)
			add_cell(out, number, c, &seed);
		buf_add_str(out, "</row>");
		if (next(&seed, 20) == 0)
			buf_add_str(out, "\n  <!-- <row r=\"9\"/> -->]] ");
	}
	buf_add_str(out, "</sheetData></worksheet>");
}

static void
make_strings(struct buf *out, const char *tag, uint32_t seed)
{
	buf_add_str(out, "<sst " MAIN ">");
	for (unsigned i = 0; i < 3000; i++) {
		buf_addf(out, "%s><t>", tag);
		add_text(out, &seed);
		buf_add_str(out, next(&seed, 30) ? "</t></si>" :
		    "</t><rPh><t>x</t></rPh></si>\n");
	}
	buf_add_str(out, "</sst>");
}

static void
read_all(struct buf *out, const struct workbook_part *part)
{
	struct sheet_conf conf = {.strings_most = SHEET_STRINGS_MOST};
	struct buf error = {0};
	struct sheet *sheet;
	struct sheet_row row;
	enum sheet_result got;

	assert_true(workbook_write(path, part, WORKBOOK_PARTS, false));
	sheet = sheet_open(&conf, path, &error);
	assert_non_null(sheet);
	while ((got = sheet_next(sheet, &row)) == SHEET_ROW) {
		buf_addf(out, "%u %d:", row.number, row.hidden);
		for (size_t i = 0; i < row.n; i++) {
			cell_name(out, row.cell[i].column, 0);
			buf_addf(out, " %d %d %.17g ", row.cell[i].type,
			    row.cell[i].formula, row.cell[i].number);
			buf_add_span(out, row.cell[i].text);
			buf_add_byte(out, '|');
		}
		buf_add_byte(out, '\n');
	}
	if (got != SHEET_END)
		print_error("%s\n", sheet_error(sheet));
	assert_int_equal(got, SHEET_END);
	sheet_close(sheet);
	buf_free(&error);
}

static void
large_sheets_read_alike_in_either_way(void **state)
{
	struct workbook_part part[WORKBOOK_PARTS];
	struct buf sheet = {0}, strings = {0}, plain = {0}, other = {0};

	(void)state;
	for (uint32_t seed = 1; seed <= 3; seed++) {
		workbook_standard(part);
		for (int i = 0; i < 2; i++) {
			buf_clear(&sheet);
			buf_clear(&strings);
			make_sheet(&sheet, i ? "<row\n" : "<row", seed);
			make_strings(&strings, i ? "<si\n" : "<si", seed);
			part[PART_SHEET].text = buf_span(&sheet);
			part[PART_STRINGS].text = buf_span(&strings);
			buf_clear(i ? &other : &plain);
			read_all(i ? &other : &plain, part);
		}
		assert_true(plain.len > 1 << 20);
		assert_true(span_eq(buf_span(&plain), buf_span(&other)));
	}
	buf_free(&sheet);
	buf_free(&strings);
	buf_free(&plain);
	buf_free(&other);
}

/* Rows stand in the same octets there, but mean others. */
static void
other_encodings_are_left_to_expat(void **state)
{
	static const char rows[] = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
	    "t=\"str\"><v>caf\xe9</v></c></row></sheetData></worksheet>";
	struct workbook_part part[WORKBOOK_PARTS];
	struct buf sheet = {0}, out = {0};

	(void)state;
	workbook_standard(part);
	buf_add_str(&sheet, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>");
	buf_add_str(&sheet, rows);
	part[PART_SHEET].text = buf_span(&sheet);
	read_all(&out, part);
	assert_string_equal(buf_cstr(&out), "1 0:A 0 0 0 café|\n");
	buf_clear(&sheet);
	buf_clear(&out);
	buf_add(&sheet, "\xff\xfe", 2);
	for (size_t i = 0; i < sizeof(rows) - 1; i++) {
		buf_add_byte(&sheet, (uint8_t)rows[i]);
		buf_add_byte(&sheet, 0);
	}
	part[PART_SHEET].text = buf_span(&sheet);
	read_all(&out, part);
	assert_string_equal(buf_cstr(&out), "1 0:A 0 0 0 café|\n");
	buf_free(&sheet);
	buf_free(&out);
}

static void
text_is_plain_or_left_alone(void **state)
{
	static const struct {
		const char *in, *text;   /* NULL: not plain */
		bool more;
	} cases[] = {
		{"a&amp;b &lt;&gt;&quot;&apos;<", "a&b <>\"'", false},
		{"김 😀 \n\t]<", "김 😀 \n\t]", false}, {"<", "", false},
		{"a > b<", "a > b", false}, {"a]]>b<", NULL, false},
		{"a]>b<", NULL, false}, {"&#65;<", NULL, false},
		{"&nbsp;<", NULL, false}, {"&am", NULL, true}, {"abc", NULL, true},
		{"a\rb<", NULL, false}, {"\x01<", NULL, false},
		{"\xff<", NULL, false}, {"\xed\xa0\x80<", NULL, false},
		{"\xc3", NULL, true}, {"\xef\xbf\xbe<", NULL, false},
		{"\xef\xbf\xbf<", NULL, false}, {"\xef\xbf\xbd<", "\xef\xbf\xbd", false},
		{"\xf0\x9f\xbf\xbf<", "\xf0\x9f\xbf\xbf", false},
	};
	struct plain s;
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = (struct plain){.p = (const uint8_t *)cases[i].in,
		    .end = (const uint8_t *)cases[i].in + strlen(cases[i].in)};
		buf_clear(&out);
		assert_int_equal(plain_text(&s, &out), cases[i].text != NULL);
		assert_int_equal(s.more, cases[i].more);
		if (cases[i].text != NULL)
			assert_string_equal(buf_cstr(&out), cases[i].text);
	}
	buf_free(&out);
}

static void
attributes_are_plain_or_left_alone(void **state)
{
	static const struct {
		const char *in, *name, *value;   /* NULL: not plain */
	} cases[] = {
		{" r=\"A1\" ", "r", "A1"}, {" xml:space=\"preserve\">", "xml:space", "preserve"},
		{" t=\"\">", "t", ""}, {" t='s'", NULL, NULL}, {" t=\"a&amp;b\"", NULL, NULL},
		{" t=\"a<b\"", NULL, NULL}, {"\tt=\"s\"", NULL, NULL}, {" t =\"s\"", NULL, NULL},
		{" t=\"a\nb\"", NULL, NULL}, {" t=\"é\"", NULL, NULL}, {" t=\"abc", NULL, NULL},
		{" =\"x\"", NULL, NULL},
	};
	struct plain s;
	struct span name, value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = (struct plain){.p = (const uint8_t *)cases[i].in,
		    .end = (const uint8_t *)cases[i].in + strlen(cases[i].in)};
		assert_int_equal(plain_attribute(&s, &name, &value),
		    cases[i].name != NULL);
		if (cases[i].name == NULL)
			continue;
		assert_true(span_is(name, cases[i].name));
		assert_true(span_is(value, cases[i].value));
	}
}

static int
make_path(void **state)
{
	int fd;

	(void)state;
	strcpy(path, "/tmp/smpptools.XXXXXX");
	fd = mkstemp(path);
	close(fd);
	return fd < 0;
}

static int
remove_path(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_sheets_read_alike_in_either_way),
		cmocka_unit_test(other_encodings_are_left_to_expat),
		cmocka_unit_test(text_is_plain_or_left_alone),
		cmocka_unit_test(attributes_are_plain_or_left_alone),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
