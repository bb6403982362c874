/* SPDX-License-Identifier: ISC */
/* From the octets of a message to UTF-8: every octet is either read or
 * marked and counted. */
#include "text/charset.h"
#include "text/codepage.h"
#include "text/gsm7.h"
#include "text/utf8.h"

enum { BOM = 0xfeff, YEN = 0xa5, OVERLINE = 0x203e };

/* Marks n octets at offset i that mean nothing. */
static void
mark(struct buf *out, struct span s, size_t i, size_t n,
    struct charset_report *report)
{
	if (report->n == 0)
		report->offset = i;
	report->n += n;
	for (; n > 0; n--, i++)
		utf8_add_unread(out, s.p[i]);
}

/* Octets that are code points themselves, up to a last one. */
static void
read_octets(struct buf *out, struct span s, unsigned last,
    struct charset_report *report)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] > last)
			mark(out, s, i, 1, report);
		else
			utf8_add(out, s.p[i]);
}

/* Half a surrogate pair, as three octets that are no UTF-8 and say which. */
static void
mark_half(struct buf *out, uint32_t unit, size_t i,
    struct charset_report *report)
{
	if (report->n == 0)
		report->offset = i;
	report->n += 2;
	buf_add_byte(out, 0xed);
	buf_add_byte(out, (uint8_t)(0x80 | (unit >> 6 & 0x3f)));
	buf_add_byte(out, (uint8_t)(0x80 | (unit & 0x3f)));
}

static uint32_t
unit_at(struct span s, size_t i, unsigned swap)
{
	return (uint32_t)s.p[i + (0 ^ swap)] << 8 | s.p[i + (1 ^ swap)];
}

static void
read_utf16(struct buf *out, struct span s, unsigned swap,
    struct charset_report *report)
{
	uint32_t unit, low;
	size_t i = 0;

	if (s.n >= 2 && unit_at(s, 0, swap ^ 1) == BOM)
		swap ^= 1;
	if (s.n >= 2 && unit_at(s, 0, swap) == BOM)
		i = 2;
	for (; s.n - i >= 2; i += 2) {
		unit = unit_at(s, i, swap);
		low = s.n - i >= 4 ? unit_at(s, i + 2, swap) : 0;
		if (unit < 0xd800 || unit > 0xdfff)
			utf8_add(out, unit);
		else if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
			utf8_add(out, 0x10000 + ((unit & 0x3ff) << 10) +
			    (low & 0x3ff));
			i += 2;
		} else
			mark_half(out, unit, i, report);
	}
	if (i < s.n)
		mark(out, s, i, 1, report);
}

/* One character at offset i, of a set without escapes; octets it takes. */
static size_t
read_code(struct buf *out, const struct codepage *page, struct span s,
    size_t i, struct charset_report *report)
{
	unsigned code = s.p[i], point = page->point[code];

	if (page->lead[code]) {
		point = 0;
		if (i + 1 < s.n)
			point = page->point[code << 8 | s.p[i + 1]];
		if (point != 0) {
			utf8_add(out, point);
			return 2;
		}
	}
	if (point == 0 && code != 0)
		mark(out, s, i, 1, report);
	else
		utf8_add(out, point);
	return 1;
}

/* The sets that ISO-2022-JP switches between (RFC 1468). */
enum jp { JP_ASCII, JP_ROMAN, JP_KANJI };

static bool
jp_escape(struct span s, size_t i, enum jp *set)
{
	static const struct {
		char octets[4];
		enum jp set;
	} escapes[] = {
		{"\033(B", JP_ASCII}, {"\033(J", JP_ROMAN},
		{"\033$@", JP_KANJI}, {"\033$B", JP_KANJI},
	};
	size_t k;

	for (k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++)
		if (s.n - i >= 3 && memcmp(s.p + i, escapes[k].octets, 3) == 0) {
			*set = escapes[k].set;
			return true;
		}
	return false;
}

static void
read_iso2022jp(struct buf *out, const struct codepage *page, struct span s,
    struct charset_report *report)
{
	enum jp set = JP_ASCII;
	unsigned point;
	size_t i = 0;

	while (i < s.n) {
		if (jp_escape(s, i, &set)) {
			i += 3;
			continue;
		}
		if (set == JP_KANJI && s.p[i] > 0x20 && i + 1 < s.n) {
			point = page->point[s.p[i] << 8 | s.p[i + 1]];
			if (point == 0)
				mark(out, s, i, 2, report);
			else
				utf8_add(out, point);
			i += 2;
			continue;
		}
		if (s.p[i] >= 0x80 || s.p[i] == 0x1b ||
		    (set == JP_KANJI && s.p[i] > 0x20))
			mark(out, s, i, 1, report);
		else if (set == JP_ROMAN && s.p[i] == '\\')
			utf8_add(out, YEN);
		else if (set == JP_ROMAN && s.p[i] == '~')
			utf8_add(out, OVERLINE);
		else
			buf_add_byte(out, s.p[i]);
		i++;
	}
}

static void
read_page(struct buf *out, enum encoding encoding, struct span s,
    struct charset_report *report)
{
	const struct codepage *page = codepage_of(encoding);
	size_t i = 0;

	if (page == NULL)
		mark(out, s, 0, s.n, report);
	else if (encoding == ENCODING_ISO2022JP)
		read_iso2022jp(out, page, s, report);
	else
		while (i < s.n)
			i += read_code(out, page, s, i, report);
}

/* What an alphabet that nobody named seems to be. */
static enum encoding
guess(struct span s)
{
	enum encoding found = ENCODING_ASCII;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] >= 0x80)
			return ENCODING_LATIN1;
		if (s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\r' &&
		    s.p[i] != '\t')
			found = ENCODING_GSM7;
	}
	return found;
}

bool
charset_decode(struct buf *out, enum encoding encoding, struct span s,
    struct charset_report *report)
{
	struct buf septets = {0};

	*report = (struct charset_report){0};
	switch (encoding) {
	case ENCODING_UNSET:
	case ENCODING_AUTO:
	case ENCODING_DEFAULT:
		return charset_decode(out, guess(s), s, report);
	case ENCODING_GSM7_PACKED:
		gsm7_unpack(&septets, s, 0);
		gsm7_decode(out, (struct gsm7){0}, buf_span(&septets), report);
		buf_free(&septets);
		break;
	case ENCODING_GSM7:
	case ENCODING_GSM7_SHIFT:
		return gsm7_decode(out, (struct gsm7){0}, s, report);
	case ENCODING_ASCII:
		read_octets(out, s, 0x7f, report);
		break;
	case ENCODING_LATIN1:
		read_octets(out, s, 0xff, report);
		break;
	case ENCODING_UCS2:
	case ENCODING_UCS2_LE:
		read_utf16(out, s, encoding == ENCODING_UCS2_LE, report);
		break;
	case ENCODING_BINARY:
		buf_add_span(out, s);
		break;
	default:
		read_page(out, encoding, s, report);
	}
	return report->n == 0;
}
