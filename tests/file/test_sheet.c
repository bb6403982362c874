/* SPDX-License-Identifier: ISC */
/* file/sheet: workbooks made here, sound and hostile, and files of text. */
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

#include "workbook.h"

/* A workbook of one sheet; the parts that matter can be given. */
struct made {
	const char *data;      /* within sheetData */
	const char *strings;   /* whole part, NULL: none */
	const char *sheet;     /* whole part, instead of data */
	const char *styles, *workbook, *rels;
	const char *sheet_part; /* its name; NULL: xl/worksheets/sheet1.xml */
	const char *extra_name, *extra;
};

static char path[64];

static void
put(struct workbook_part *part, const char *text)
{
	if (text != NULL)
		part->text = span_str(text);
}

static void
make(const struct made *m)
{
	static char sheet[4 << 20];
	struct workbook_part part[WORKBOOK_PARTS + 1];
	size_t n = WORKBOOK_PARTS;

	snprintf(sheet, sizeof(sheet), "<worksheet " MAIN "><dimension ref=\"A1\"/>"
	    "<sheetData>%s</sheetData></worksheet>", m->data ? m->data : "");
	workbook_standard(part);
	put(&part[PART_BOOK], m->workbook);
	put(&part[PART_RELS], m->rels);
	put(&part[PART_STYLES], m->styles);
	put(&part[PART_STRINGS], m->strings);
	put(&part[PART_SHEET], m->sheet ? m->sheet : sheet);
	if (m->sheet_part != NULL)
		part[PART_SHEET].name = m->sheet_part;
	if (m->extra_name != NULL)
		part[n++] = (struct workbook_part){m->extra_name,
		    span_str(m->extra)};
	assert_true(workbook_write(path, part, n, false));
}

static void
write_file(const void *p, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* All rows as "2:A=text|C=text;", then "END" or the sentence. */
static char *
read_all(const struct sheet_conf *conf)
{
	static const struct sheet_conf standard = {
		.strings_most = SHEET_STRINGS_MOST,
	};
	struct buf out = {0}, error = {0};
	struct sheet *sheet = sheet_open(conf ? conf : &standard, path, &error);
	struct sheet_row row;
	enum sheet_result got = SHEET_BAD;
	char *text;

	while (sheet && (got = sheet_next(sheet, &row)) == SHEET_ROW) {
		buf_addf(&out, "%u%s:", row.number, row.hidden ? "h" : "");
		for (size_t i = 0; i < row.n; i++) {
			buf_add_str(&out, i > 0 ? "|" : "");
			cell_name(&out, row.cell[i].column, 0);
			buf_add_byte(&out, '=');
			buf_add_span(&out, row.cell[i].text);
			if (row.cell[i].type != CELL_TEXT)
				buf_addf(&out, "(%d)", row.cell[i].type);
		}
		buf_add_byte(&out, ';');
	}
	if (got == SHEET_END)
		buf_add_str(&out, "END");
	else
		buf_add_str(&out, sheet ? sheet_error(sheet) : buf_cstr(&error));
	text = strdup(buf_cstr(&out));
	sheet_close(sheet);
	buf_free(&out);
	buf_free(&error);
	return text;
}

static void
assert_reads(const char *want)
{
	char *got = read_all(NULL);

	assert_string_equal(got, want);
	free(got);
}

/* It ends in a sentence that has these words, and names the file. */
static void
assert_refused(const char *words)
{
	char *got = read_all(NULL);

	if (strstr(got, words) == NULL)
		print_error("got: %s\n", got);
	assert_non_null(strstr(got, words));
	assert_non_null(strstr(got, path));
	assert_null(strstr(got, "END"));
	free(got);
}

static void
cells_are_read_as_a_person_sees_them(void **state)
{
	const struct made m = {
		.data = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c>"
		    "<c r=\"B1\" t=\"s\"><v>2</v></c></row>"
		    "<row r=\"2\"><c r=\"A2\"><v>8.21055551234E11</v></c>"
		    "<c r=\"B2\" s=\"1\"><v>1055551234</v></c>"
		    "<c r=\"C2\" s=\"2\"><v>45292</v></c><c r=\"D2\" t=\"b\"><v>1</v></c>"
		    "<c r=\"E2\" t=\"e\"><v>#N/A</v></c>"
		    "<c r=\"F2\" t=\"str\"><f>A1</f><v>made</v></c>"
		    "<c r=\"G2\"><f>1+1</f></c><c r=\"H2\" s=\"99\"><v>1.50</v></c></row>"
		    "<row r=\"4\" hidden=\"1\"><c r=\"A4\" t=\"inlineStr\"><is><r><t>in</t></r>"
		    "<r><t>line</t></r><rPh><t>reading</t></rPh></is></c>"
		    "<c r=\"B4\" t=\"s\"><v></v></c><c r=\"C4\" t=\"s\"><v>1</v></c></row>"
		    "<row r=\"5\"/><row><c><v>5</v></c><c><v>6</v></c></row>",
		.strings = "<sst " MAIN "><si><t>Phone</t></si><si/>"
		    "<si><r><t>김</t></r><r><t xml:space=\"preserve\"> 철수</t></r>"
		    "<rPh sb=\"0\" eb=\"1\"><t>gim</t></rPh></si></sst>",
	};

	(void)state;
	make(&m);
	assert_reads("1:A=Phone|B=김 철수;2:A=821055551234(1)|B=010-5555-1234(1)|"
	    "C=2024-01-01(2)|D=TRUE(3)|E=#N/A(4)|F=made|G=(5)|H=1.5(1);"
	    "4h:A=inline;6:A=5(1)|B=6(1);END");
}

static void
escapes_and_line_ends_of_strings(void **state)
{
	const struct made m = {
		.data = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a_x000D_\nb_x005F_x0041_"
		    "_xD83D__xDE00_&#x1F600;<![CDATA[<&]]>_x00_</t></is></c></row>",
	};

	(void)state;
	make(&m);
	assert_reads("1:A=a\nb_x0041_😀😀<&_x00_;END");
}

static void
spellings_that_differ_mean_the_same(void **state)
{
	const struct made prefixed = {
		.sheet = "<?xml version='1.0'?><x:worksheet xmlns:x='http://schemas."
		    "openxmlformats.org/spreadsheetml/2006/main'><x:sheetData>"
		    "<x:row\n r='3'><x:c\tr='B3'><x:v>7</x:v></x:c></x:row>"
		    "</x:sheetData></x:worksheet>",
	};
	const struct made backslash = {
		.data = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>",
		.sheet_part = "XL\\Worksheets\\SHEET1.xml",
	};
	const struct made pieces = {
		.data = "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"2\">"
		    "<c r=\"C2\"><v>3</v></c><c r=\"B2\"><v>2</v></c></row>",
	};

	(void)state;
	make(&prefixed);
	assert_reads("3:B=7(1);END");
	make(&backslash);
	assert_reads("1:A=1(1);END");
	make(&pieces);
	assert_reads("2:A=1(1)|B=2(1)|C=3(1);END");
}

static void
the_sheet_is_found_by_name_number_and_sight(void **state)
{
	const struct made m = {
		.workbook = "<workbook " MAIN " xmlns:r=\"" REL "\"><workbookPr "
		    "date1904=\"1\"/><sheets><sheet name=\"Secret\" sheetId=\"1\" state=\"hidden\" "
		    "r:id=\"a\"/><sheet name=\"고객\" sheetId=\"2\" r:id=\"b\"/></sheets></workbook>",
		.rels = RELS "<Relationship Id=\"a\" Type=\"" REL "/worksheet\" "
		    "Target=\"worksheets/none.xml\"/><Relationship Id=\"b\" Type=\"" REL
		    "/worksheet\" Target=\"../xl/./worksheets/sheet1.xml\"/></Relationships>",
		.data = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>",
	};
	struct sheet_conf conf = {.strings_most = 1 << 20};
	char *got;

	(void)state;
	make(&m);
	assert_reads("1:A=1(1);END");
	conf.sheet = "2";
	got = read_all(&conf);
	assert_string_equal(got, "1:A=1(1);END");
	free(got);
	conf.sheet = "secret";
	got = read_all(&conf);
	assert_non_null(strstr(got, "part xl/worksheets/none.xml: it is missing"));
	free(got);
	conf.sheet = "Third";
	got = read_all(&conf);
	assert_non_null(strstr(got, "no sheet \"Third\"; there are \"Secret\" (hidden), \"고객\""));
	free(got);
}

static void
what_contradicts_itself_is_refused_with_its_cell(void **state)
{
	static const struct {
		const char *data, *words;
	} cases[] = {
		{"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", "cell A1: the workbook has no such shared string"},
		{"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>", "cell A1: no number of a shared string"},
		{"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>99999999999999999999</v></c></row>", "cell A1"},
		{"<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>1</v></c></row>", "row 3: it stands behind row 5"},
		{"<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>2</v></c></row>", "cell B1: it is there twice"},
		{"<row r=\"1\"><c r=\"A2\"><v>1</v></c></row>", "cell \"A2\" is no cell of it"},
		{"<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>", "cell \"XFE1\" is no cell"},
		{"<row r=\"1048577\"><c><v>1</v></c></row>", "row \"1048577\" is no row"},
		{"<row r=\"x\"><c><v>1</v></c></row>", "row \"x\" is no row"},
		{"<row r=\"0\"><c><v>1</v></c></row>", "row \"0\" is no row"},
		{"<row r=\"1\"><c r=\"A1\"><v>12x</v></c></row>", "cell A1: its number is none"},
		{"<row r=\"1\"><c r=\"A1\"><v>nan</v></c></row>", "cell A1: its number is none"},
		{"<row r=\"1\"><c r=\"A1\"><v>1e999</v></c></row>", "cell A1: its number is none"},
		{"<row r=\"1\"><c r=\"A1\"><v>1</v></row>", "mismatched tag at octet"},
		{"<row r=\"1\"><c r=\"A1\"><v>&lol;</v></c></row>", "undefined entity"},
		{"<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>\xff</t></is></c></row>", "not well-formed"},
	};
	struct made m = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m.data = cases[i].data;
		make(&m);
		assert_refused(cases[i].words);
	}
}

static void
bombs_do_not_go_off(void **state)
{
	static char deep[20000], longest[200000];
	struct made m = {
		.sheet = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
		    "<worksheet " MAIN "><sheetData/></worksheet>",
	};
	size_t n = 0;

	(void)state;
	make(&m);
	assert_refused("a document type");
	for (int i = 0; i < 5000; i++)
		n += (size_t)snprintf(deep + n, sizeof(deep) - n, "<a>");
	m = (struct made){.data = deep};
	make(&m);
	assert_refused("nested deeper than 256");
	n = (size_t)snprintf(longest, sizeof(longest), "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>");
	memset(longest + n, 'x', 40000);
	strcpy(longest + n + 40000, "</t></is></c></row>");
	m.data = longest;
	make(&m);
	assert_refused("cell A1: longer than the 32767 characters");
}

static void
files_that_are_no_workbook_are_named(void **state)
{
	static const char *const cases[][2] = {
		{"", "the file is empty"}, 
		{"<html><table>", "a web page"}, {"\n <!DOCTYPE HTML>", "a web page"},
		{"<?xml version=\"1.0\"?><Workbook/>", "XML"}, {"%PDF-1.7", "a PDF"},
		{"PK\5\6", "an empty or damaged zip"}, {"PK\3\4 and no more", "damaged"},
	};
	static const char binary[] = "a,b\n\0\1\2";
	const struct made ods = {.extra_name = "content.xml", .extra = "<x/>"};
	const struct made twice = {.extra_name = "XL/Worksheets/sheet1.xml", .extra = "<x/>"};
	int error;
	zip_t *zip;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(cases[i][0], strlen(cases[i][0]));
		assert_refused(cases[i][1]);
	}
	write_file(binary, sizeof(binary));
	assert_refused("no spreadsheet that this program knows");
	make(&twice);
	assert_refused("it is there twice");
	make(&ods);
	zip = zip_open(path, 0, &error);
	zip_delete(zip, (zip_uint64_t)zip_name_locate(zip, "_rels/.rels", 0));
	assert_int_equal(zip_close(zip), 0);
	assert_refused("an OpenDocument file");
	unlink(path);
	assert_refused("No such file");
}

/* Cut anywhere, it is read whole or refused, and no cell is made up. */
static void
a_file_that_breaks_off_is_refused(void **state)
{
	struct buf data = {0};
	struct made m;
	uint8_t *whole;
	size_t n;
	FILE *f;

	(void)state;
	for (int i = 1; i < 300; i++)
		buf_addf(&data, "<row r=\"%d\"><c r=\"A%d\"><v>%d</v></c></row>", i, i, i * 7919);
	m = (struct made){.data = buf_cstr(&data)};
	make(&m);
	f = fopen(path, "r");
	whole = malloc(100000);
	n = fread(whole, 1, 100000, f);
	fclose(f);
	for (size_t cut = 1; cut < n; cut += 97) {
		write_file(whole, n - cut);
		assert_refused(": ");
	}
	/* an octet of the sheet's data that is another one */
	for (size_t at = 40; at + 200 < n; at += 131) {
		char *got;

		whole[at] ^= 0x40;
		write_file(whole, n);
		got = read_all(NULL);
		assert_true(strlen(got) > 0);
		free(got);
		whole[at] ^= 0x40;
	}
	free(whole);
	buf_free(&data);
}

/* Past the memory strings come back from a file, in any order. */
static void
shared_strings_past_the_memory(void **state)
{
	enum { STRINGS = 30000 };
	struct sheet_conf small = {.strings_most = 64 << 10};
	struct buf strings = {0}, data = {0}, want = {0};
	struct made m;
	char *got;
	unsigned k;

	(void)state;
	buf_add_str(&strings, "<sst " MAIN ">");
	for (unsigned i = 0; i < STRINGS; i++)
		buf_addf(&strings, "<si><t>text number %u %.*s</t></si>", i, (int)(i % 37), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	buf_add_str(&strings, "</sst>");
	for (unsigned i = 1; i <= 3000; i++) {
		k = i * 7919 % STRINGS;
		buf_addf(&data, "<row r=\"%u\"><c r=\"A%u\" t=\"s\"><v>%u</v></c></row>", i, i, k);
		buf_addf(&want, "%u:A=text number %u %.*s;", i, k, (int)(k % 37), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	}
	buf_add_str(&want, "END");
	m = (struct made){.data = buf_cstr(&data), .strings = buf_cstr(&strings)};
	make(&m);
	got = read_all(&small);
	assert_string_equal(got, buf_cstr(&want));
	free(got);
	assert_reads(buf_cstr(&want));
	buf_free(&strings);
	buf_free(&data);
	buf_free(&want);
}

static void
text_files_are_read_as_excel_reads_them(void **state)
{
	static const char *const cases[][2] = {
		{"a,b\n1,2\n", "1:A=a|B=b;2:A=1|B=2;END"},
		{"a;b\r\n1;\r\n\r\n;2", "1:A=a|B=b;2:A=1;4:B=2;END"},
		{"a\tb\n\"x\ty\"\tz\n", "1:A=a|B=b;2:A=x\ty|B=z;END"},
		{"\xef\xbb\xbf" "전화,이름\n010,\"김, 철수\"\n", "1:A=전화|B=이름;2:A=010|B=김, 철수;END"},
		{"sep=|\na|b\n", "1:A=a|B=b;END"},
		{"a,b\n\"he said \"\"hi\"\"\",\"two\r\nlines\"\n", "1:A=a|B=b;2:A=he said \"hi\"|B=two\nlines;END"},
		{"a,b\n=\"0101\",\"=\"\"02\"\"\"\n", "1:A=a|B=b;2:A=0101|B=02;END"},
		{"a,b\n5\" pipe,\"x\"y\n\"x\",a\"\"b\n", "1:A=a|B=b;2:A=5\" pipe|B=xy;3:A=x|B=a\"\"b;END"},
		{"one\ntwo\n", "1:A=one;2:A=two;END"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(cases[i][0], strlen(cases[i][0]));
		assert_reads(cases[i][1]);
	}
}

static void
encodings_of_text_files_are_found_or_named(void **state)
{
	static const char korean[] = "\xc0\xcc\xb8\xa7,\xc0\xfc\xc8\xad\n\x8c\x63,010\n";
	static const char utf16[] = "\xff\xfe" "a\0,\0\xac\x20\n\0";
	static const char latin[] = "caf\xe9,x\n";
	struct sheet_conf conf = {.encoding = "ISO-8859-1"};
	char *got;

	(void)state;
	write_file(korean, sizeof(korean) - 1);
	assert_reads("1:A=이름|B=전화;2:A=똠|B=010;END");
	write_file(utf16, sizeof(utf16) - 1);
	assert_reads("1:A=a|B=€;END");
	write_file(latin, sizeof(latin) - 1);
	got = read_all(&conf);
	assert_string_equal(got, "1:A=café|B=x;END");
	free(got);
	conf.encoding = "no-such";
	got = read_all(&conf);
	assert_non_null(strstr(got, "iconv knows no such encoding"));
	free(got);
	write_file("a,\"b\nc", 6);
	assert_refused("a quote that opens is never closed");
}

static void
cells_have_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t column, row;
		bool good;
	} cases[] = {
		{"A1", 0, 1, true}, {"XFD1048576", 16383, 1048576, true},
		{"AA10", 26, 10, true}, {"$B$17", 1, 17, true}, {"C", 2, 0, true},
		{"XFE1", 0, 0, false}, {"A1048577", 0, 0, false}, {"1", 0, 0, false},
		{"", 0, 0, false}, {"A1B", 0, 0, false}, {"AAAAAAAAAAAA1", 0, 0, false},
	};
	struct buf name = {0};
	uint32_t column, row;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cell_read_name(span_str(cases[i].name), &column, &row), cases[i].good);
		if (!cases[i].good)
			continue;
		assert_int_equal(column, cases[i].column);
		assert_int_equal(row, cases[i].row);
		if (strchr(cases[i].name, '$') != NULL)
			continue;
		buf_clear(&name);
		cell_name(&name, column, row);
		assert_string_equal(buf_cstr(&name), cases[i].name);
	}
	buf_free(&name);
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
		cmocka_unit_test(cells_are_read_as_a_person_sees_them),
		cmocka_unit_test(escapes_and_line_ends_of_strings),
		cmocka_unit_test(spellings_that_differ_mean_the_same),
		cmocka_unit_test(the_sheet_is_found_by_name_number_and_sight),
		cmocka_unit_test(what_contradicts_itself_is_refused_with_its_cell),
		cmocka_unit_test(bombs_do_not_go_off),
		cmocka_unit_test(files_that_are_no_workbook_are_named),
		cmocka_unit_test(a_file_that_breaks_off_is_refused),
		cmocka_unit_test(shared_strings_past_the_memory),
		cmocka_unit_test(text_files_are_read_as_excel_reads_them),
		cmocka_unit_test(encodings_of_text_files_are_found_or_named),
		cmocka_unit_test(cells_have_names),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
