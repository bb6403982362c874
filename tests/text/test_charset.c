/* SPDX-License-Identifier: ISC */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "text/charset.h"
#include "text/codepage.h"
#include "text/utf8.h"

static const enum encoding texts[] = {
	ENCODING_DEFAULT, ENCODING_ASCII, ENCODING_GSM7, ENCODING_GSM7_PACKED,
	ENCODING_LATIN1, ENCODING_UCS2, ENCODING_UCS2_LE, ENCODING_KSC5601,
	ENCODING_CP949, ENCODING_SJIS, ENCODING_ISO2022JP, ENCODING_CYRILLIC,
	ENCODING_HEBREW,
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

/* How many code points an encoding carries. */
static size_t
check_all_points(enum encoding encoding)
{
	struct buf octets = {0}, back = {0};
	struct charset_report report;
	struct charset_error error;
	uint8_t text[1 + UTF8_MAX] = {'a'};
	uint32_t point;
	size_t n, carried = 0;

	for (point = 0; point <= UTF8_POINT_MAX; point++) {
		n = utf8_encode(point, text + 1);
		if (n == 0)
			continue;
		buf_clear(&octets);
		if (!charset_encode(&octets, encoding, span_of(text, n + 1), &error)) {
			assert_int_equal(error.point, point);
			assert_int_equal(error.offset, 1);
			assert_int_equal(octets.len, 0);
			continue;
		}
		carried++;
		buf_clear(&back);
		assert_true(charset_decode(&back, encoding == ENCODING_DEFAULT ?
		    ENCODING_GSM7 : encoding, buf_span(&octets), &report));
		assert_true(span_eq(buf_span(&back), span_of(text, n + 1)));
	}
	buf_free(&octets);
	buf_free(&back);
	return carried;
}

static void
every_code_point_comes_back_or_is_refused_by_name(void **state)
{
	static const size_t carried[TEXTS] = {
		[0] = 85, 128, 137, 137, 256, 0x110000 - 0x800,
		0x110000 - 0x800,
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < TEXTS; i++) {
		assert_true(charset_open(texts[i]));
		n = check_all_points(texts[i]);
		if (carried[i] > 0)
			assert_int_equal(n, carried[i]);
		assert_true(n >= 85);
	}
}

/* What default carries, ASCII and GSM 03.38 say with the same octet. */
static void
the_safe_subset_reads_the_same_in_ascii_and_gsm(void **state)
{
	struct charset_report report;
	struct buf gsm = {0}, ascii = {0};
	uint8_t octet[CHARSET_MAX];
	uint32_t point;

	(void)state;
	for (point = 0; point < 0x1000; point++) {
		if (charset_encode_point(ENCODING_DEFAULT, point, octet) == 0)
			continue;
		buf_clear(&gsm);
		buf_clear(&ascii);
		assert_true(charset_decode(&gsm, ENCODING_GSM7, span_of(octet, 1), &report));
		assert_true(charset_decode(&ascii, ENCODING_ASCII, span_of(octet, 1), &report));
		assert_true(span_eq(buf_span(&gsm), buf_span(&ascii)));
	}
	buf_free(&gsm);
	buf_free(&ascii);
}

static void
korean_tables_equal_the_list(void **state)
{
	FILE *f = fopen("tests/data/smpp/cp949.tsv", "r");
	char line[100], set[20];
	unsigned code, point;
	size_t n = 0, strict = 0;
	uint8_t octets[CHARSET_MAX];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%x\tU+%x\t%19s", &code, &point, set) != 3)
			continue;
		n++;
		assert_int_equal(charset_encode_point(ENCODING_CP949, point, octets), 2);
		assert_int_equal(octets[0] << 8 | octets[1], code);
		if (strcmp(set, "ksx1001") != 0) {
			assert_int_equal(charset_encode_point(ENCODING_KSC5601, point, octets), 0);
			continue;
		}
		strict++;
		assert_int_equal(charset_encode_point(ENCODING_KSC5601, point, octets), 2);
		assert_int_equal(octets[0] << 8 | octets[1], code);
	}
	fclose(f);
	assert_int_equal(n, 17048);
	assert_int_equal(strict, 8226);
}

/* iconv in one call, for comparison; octets written, or 0. */
static size_t
by_iconv(iconv_t cd, uint32_t point, uint8_t *out)
{
	uint8_t text[UTF8_MAX];
	char copy[UTF8_MAX], octets[16], *from = copy, *to = octets;
	size_t left = utf8_encode(point, text), room = sizeof(octets);

	memcpy(copy, text, sizeof(copy));
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) != 0)
		return 0;
	iconv(cd, NULL, NULL, &to, &room);
	memcpy(out, octets, sizeof(octets) - room);
	return sizeof(octets) - room;
}

/* Wherever both know a character they write it alike; where only iconv does,
 * it could not be read back, or it is outside the set on purpose. */
static void
what_iconv_writes_is_what_we_write(void **state)
{
	static const struct {
		enum encoding encoding;
		const char *name;
	} rows[] = {
		{ENCODING_KSC5601, "EUC-KR"}, {ENCODING_CP949, "CP949"},
		{ENCODING_SJIS, "SHIFT_JIS"}, {ENCODING_ISO2022JP, "ISO-2022-JP"},
		{ENCODING_CYRILLIC, "ISO-8859-5"}, {ENCODING_HEBREW, "ISO-8859-8"},
	};
	struct charset_error error;
	struct buf ours = {0};
	uint8_t theirs[16], text[UTF8_MAX];
	uint32_t point;
	size_t i, n;
	iconv_t cd;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cd = iconv_open(rows[i].name, "UTF-8");
		assert_true(cd != (iconv_t)-1);
		for (point = 1; point < 0x10000; point++) {
			n = utf8_encode(point, text);
			buf_clear(&ours);
			if (n == 0 || !charset_encode(&ours, rows[i].encoding, span_of(text, n), &error))
				continue;
			n = by_iconv(cd, point, theirs);
			if (!span_eq(buf_span(&ours), span_of(theirs, n)))
				fail_msg("%s: U+%04X", rows[i].name, (unsigned)point);
		}
		iconv_close(cd);
	}
	buf_free(&ours);
}

static void
what_cannot_be_read_is_marked_and_counted(void **state)
{
	static const struct {
		enum encoding encoding;
		const char *octets;
		size_t n;
		const char *text;
		size_t bad, offset;
	} rows[] = {
		{ENCODING_ASCII, "a\xe9z", 3, "a\xe9z", 1, 1},
		{ENCODING_GSM7, "a\x1b\x65\x00", 4, "a\xe2\x82\xac@", 0, 0},
		{ENCODING_GSM7, "a\x1b", 2, "a\xef\xbf\xbd", 1, 1},
		{ENCODING_GSM7, "\x1b" "A", 2, "A", 1, 0},
		{ENCODING_GSM7, "\x1b\x1b" "A", 3, " A", 1, 0},
		{ENCODING_GSM7, "ab\x80", 3, "ab\x80", 1, 2},
		{ENCODING_UCS2, "\0a\0", 3, "a\xef\xbf\xbd", 1, 2},
		{ENCODING_UCS2, "\xd8\x3d\xde\x00", 4, "\xf0\x9f\x98\x80", 0, 0},
		{ENCODING_UCS2, "\0a\xd8\x3d", 4, "a\xed\xa0\xbd", 2, 2},
		{ENCODING_UCS2, "\xde\x00\0a", 4, "\xed\xb8\x80" "a", 2, 0},
		{ENCODING_UCS2, "\xfe\xff\xac\x00", 4, "\xea\xb0\x80", 0, 0},
		{ENCODING_UCS2, "\xff\xfe\x00\xac", 4, "\xea\xb0\x80", 0, 0},
		{ENCODING_UCS2_LE, "\x00\xac", 2, "\xea\xb0\x80", 0, 0},
		{ENCODING_KSC5601, "\xb0\xa1" "a", 3, "\xea\xb0\x80" "a", 0, 0},
		{ENCODING_KSC5601, "a\xb0", 2, "a\xb0", 1, 1},
		{ENCODING_KSC5601, "\x8c\x63", 2, "\x8c" "c", 1, 0},
		{ENCODING_CP949, "\x8c\x63", 2, "\xeb\x98\xa0", 0, 0},
		{ENCODING_ISO2022JP, "\x1b$B$\"\x1b(Ba", 9, "\xe3\x81\x82" "a", 0, 0},
		{ENCODING_ISO2022JP, "\x1b$B$", 4, "\xef\xbf\xbd", 1, 3},
		{ENCODING_ISO2022JP, "\x1b(J\\", 4, "\xc2\xa5", 0, 0},
		{ENCODING_ISO2022JP, "\x1b(X", 3, "\xef\xbf\xbd(X", 1, 0},
		{ENCODING_BINARY, "\xff\x00", 2, "\xff", 0, 0},
		{ENCODING_UNSET, "a@_", 3, "a@_", 0, 0},
		{ENCODING_UNSET, "a\x02", 2, "a$", 0, 0},
		{ENCODING_UNSET, "caf\xe9", 4, "caf\xc3\xa9", 0, 0},
	};
	struct charset_report report;
	struct buf out = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		assert_int_equal(charset_decode(&out, rows[i].encoding,
		    span_of(rows[i].octets, rows[i].n), &report), rows[i].bad == 0);
		if (strcmp(buf_cstr(&out), rows[i].text) != 0)
			fail_msg("row %zu: %s", i, buf_cstr(&out));
		assert_int_equal(report.n, rows[i].bad);
		if (rows[i].bad > 0)
			assert_int_equal(report.offset, rows[i].offset);
	}
	buf_free(&out);
}

static void
any_octets_can_be_read_in_any_encoding(void **state)
{
	struct charset_report report;
	struct buf out = {0};
	uint8_t octets[64];
	uint32_t random = 1;
	size_t round, i, n;
	unsigned encoding;

	(void)state;
	for (round = 0; round < 20000; round++) {
		n = round % sizeof(octets);
		for (i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			octets[i] = (uint8_t)(random >> 24);
			if (round & 1)
				octets[i] &= 0x7f;
			if (random % 7 == 0)
				octets[i] = 0x1b;
		}
		for (encoding = 0; encoding < ENCODINGS; encoding++) {
			buf_clear(&out);
			if (charset_decode(&out, (enum encoding)encoding, span_of(octets, n), &report) &&
			    encoding != ENCODING_BINARY)
				assert_int_equal(utf8_check(buf_span(&out)), out.len);
		}
	}
	buf_free(&out);
}

static void
a_text_that_begins_like_a_byte_order_mark_is_refused(void **state)
{
	struct charset_error error = {0};
	struct buf out = {0};

	(void)state;
	assert_false(charset_encode(&out, ENCODING_UCS2, span_str("\xef\xbb\xbf" "a"), &error));
	assert_int_equal(error.point, 0xfeff);
	assert_true(charset_encode(&out, ENCODING_UCS2, span_str("a\xef\xbb\xbf"), &error));
	buf_free(&out);
}

static void
encodings_have_names(void **state)
{
	enum encoding encoding;
	unsigned i;

	(void)state;
	for (i = 0; i < ENCODINGS; i++) {
		assert_true(encoding_by_name(span_str(encoding_row((enum encoding)i)->name), &encoding));
		assert_int_equal(encoding, i);
	}
	assert_true(encoding_by_name(span_str("KSC5601"), &encoding));
	assert_false(encoding_by_name(span_str("ksc"), &encoding));
	assert_false(encoding_by_name(span_str(""), &encoding));
}

static void
data_codings_are_told_apart(void **state)
{
	static const struct {
		uint8_t value;
		enum encoding encoding;
		int message_class;
		bool compressed, reserved;
		enum dcs_waiting waiting;
	} rows[] = {
		{0x00, ENCODING_DEFAULT, -1, false, false, DCS_NO_WAITING},
		{0x01, ENCODING_ASCII, -1, false, false, DCS_NO_WAITING},
		{0x03, ENCODING_LATIN1, -1, false, false, DCS_NO_WAITING},
		{0x04, ENCODING_BINARY, -1, false, false, DCS_NO_WAITING},
		{0x08, ENCODING_UCS2, -1, false, false, DCS_NO_WAITING},
		{0x0b, ENCODING_BINARY, -1, false, true, DCS_NO_WAITING},
		{0x0e, ENCODING_KSC5601, -1, false, false, DCS_NO_WAITING},
		{0x10, ENCODING_GSM7, 0, false, false, DCS_NO_WAITING},
		{0x11, ENCODING_GSM7, 1, false, false, DCS_NO_WAITING},
		{0x18, ENCODING_UCS2, 0, false, false, DCS_NO_WAITING},
		{0x30, ENCODING_GSM7, 0, true, false, DCS_NO_WAITING},
		{0x48, ENCODING_UCS2, -1, false, false, DCS_NO_WAITING},
		{0x8f, ENCODING_BINARY, -1, false, true, DCS_NO_WAITING},
		{0xc0, ENCODING_GSM7, -1, false, false, DCS_WAITING_DISCARD},
		{0xd8, ENCODING_GSM7, -1, false, false, DCS_WAITING_STORE},
		{0xe0, ENCODING_UCS2, -1, false, false, DCS_WAITING_STORE},
		{0xf0, ENCODING_GSM7, 0, false, false, DCS_NO_WAITING},
		{0xf5, ENCODING_BINARY, 1, false, false, DCS_NO_WAITING},
	};
	struct dcs d;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d = dcs_read(rows[i].value);
		assert_int_equal(d.encoding, rows[i].encoding);
		assert_int_equal(d.message_class, rows[i].message_class);
		assert_int_equal(d.compressed, rows[i].compressed);
		assert_int_equal(d.reserved, rows[i].reserved);
		assert_int_equal(d.waiting, rows[i].waiting);
	}
	assert_true(dcs_read(0x48).delete_after_reading);
	assert_true(dcs_read(0xda).waiting_active);
	assert_int_equal(dcs_read(0xda).waiting_kind, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_comes_back_or_is_refused_by_name),
		cmocka_unit_test(the_safe_subset_reads_the_same_in_ascii_and_gsm),
		cmocka_unit_test(korean_tables_equal_the_list),
		cmocka_unit_test(what_iconv_writes_is_what_we_write),
		cmocka_unit_test(what_cannot_be_read_is_marked_and_counted),
		cmocka_unit_test(any_octets_can_be_read_in_any_encoding),
		cmocka_unit_test(a_text_that_begins_like_a_byte_order_mark_is_refused),
		cmocka_unit_test(encodings_have_names),
		cmocka_unit_test(data_codings_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
