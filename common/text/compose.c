/* SPDX-License-Identifier: ISC */
/* Normalisation form C, grapheme clusters (both by libunistring, and thereby by
 * Unicode's own data), and the plain forms of typographic characters. */
#include "text/compose.h"

#include <stdlib.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "text/utf8.h"

/*
 * Ranges in which every character is its own composed form and never joins
 * the one before it; they hold nearly all text that is sent. A test compares
 * them with libunistring.
 */
static const struct {
	uint32_t first, last;
} composed[] = {
	{0, 0x2ff}, {0xac00, 0xd7a3}, {0x4e00, 0x9fff}, {0x3041, 0x3098},
	{0x309b, 0x30ff}, {0x400, 0x482}, {0x48a, 0x52f}, {0x2002, 0x2027},
	{0x2030, 0x205e}, {0x20a0, 0x20bf}, {0x3000, 0x3020}, {0xff01, 0xff9d},
	{0xffe0, 0xffe6}, {0x1f300, 0x1faff},
};

static bool
certainly_composed(uint32_t point)
{
	size_t i;

	for (i = 0; i < sizeof(composed) / sizeof(composed[0]); i++)
		if (point >= composed[i].first && point <= composed[i].last)
			return true;
	return false;
}

bool
text_is_composed(struct span text)
{
	size_t ascii = utf8_ascii(text);
	const uint8_t *p, *end;

	if (ascii == text.n)
		return true;
	p = text.p + ascii;
	end = text.p + text.n;
	while (p < end)
		if (!certainly_composed(utf8_next(&p)))
			return false;
	return true;
}

void
text_compose(struct buf *out, struct span text)
{
	size_t room = text.n + 64, n = room;
	uint8_t *here = buf_reserve(out, room), *made;

	made = u8_normalize(UNINORM_NFC, text.p, text.n, here, &n);
	if (made == here) {
		out->len += n;
		return;
	}
	if (made == NULL)  /* out of memory is the only way to it */
		abort();
	buf_add(out, made, n);
	free(made);
}

size_t
text_compose_origin(struct span text, size_t offset)
{
	struct buf piece = {0};
	size_t at = 0, next, total = 0;

	while (at < text.n) {
		next = text_cluster_end(text, at);
		buf_clear(&piece);
		text_compose(&piece, span_of(text.p + at, next - at));
		total += piece.len;
		if (total > offset)
			break;
		at = next;
	}
	buf_free(&piece);
	return at;
}

/* The largest number of whole characters in at most n octets. */
static size_t
whole(struct span s, size_t n)
{
	if (n >= s.n)
		return s.n;
	while ((s.p[n] & 0xc0) == 0x80)
		n--;
	return n;
}

size_t
text_cluster_end(struct span text, size_t at)
{
	const uint8_t *p = text.p + at, *next = p, *end = text.p + text.n;
	struct span rest = span_skip(text, at);
	char breaks[CLUSTER_MAX];
	size_t n, i, window;
	uint32_t first;

	if (rest.n < 2)
		return text.n;
	if (p[0] < 0x80 && p[1] < 0x80)
		return at + (p[0] == '\r' && p[1] == '\n' ? 2 : 1);
	first = utf8_next(&next);
	if (next == end)
		return text.n;
	n = (size_t)(next - p);
	if (text_stands_alone(first) && text_stands_alone(utf8_next(&next)))
		return at + n;
	/* u8_grapheme_next goes by pairs of characters, which is wrong for
	 * flags and families; u8_grapheme_breaks knows all the rules */
	for (window = 32;; window *= 2) {
		n = whole(rest, window);
		u8_grapheme_breaks(p, n, breaks);
		for (i = 1; i < n && !breaks[i]; i++)
			continue;
		if (i < n || n == rest.n || window == CLUSTER_MAX)
			return at + i;
	}
}

/* In order of code points. */
struct plain {
	uint32_t point;
	const char *text;
};

static const struct plain plain[] = {
	{0x0009, " "}, {0x0060, "'"}, {0x0085, "\n"}, {0x00a0, " "},
	{0x00a9, "(c)"}, {0x00ab, "\""}, {0x00ad, ""}, {0x00ae, "(r)"},
	{0x00b4, "'"}, {0x00b7, "."}, {0x00bb, "\""}, {0x00bc, "1/4"},
	{0x00bd, "1/2"}, {0x00be, "3/4"}, {0x00c6, "AE"}, {0x00d0, "D"},
	{0x00d7, "x"}, {0x00d8, "O"}, {0x00de, "Th"}, {0x00df, "ss"},
	{0x00e6, "ae"}, {0x00f0, "d"}, {0x00f8, "o"}, {0x00fe, "th"},
	{0x0110, "D"}, {0x0111, "d"}, {0x0126, "H"}, {0x0127, "h"},
	{0x0131, "i"}, {0x0132, "IJ"}, {0x0133, "ij"}, {0x0141, "L"},
	{0x0142, "l"}, {0x0152, "OE"}, {0x0153, "oe"}, {0x02bc, "'"},
	{0x02c6, "^"}, {0x02dc, "~"}, {0x2000, " "}, {0x2001, " "},
	{0x2002, " "}, {0x2003, " "}, {0x2004, " "}, {0x2005, " "},
	{0x2006, " "}, {0x2007, " "}, {0x2008, " "}, {0x2009, " "},
	{0x200a, " "}, {0x200b, ""}, {0x2010, "-"}, {0x2011, "-"},
	{0x2012, "-"}, {0x2013, "-"}, {0x2014, "-"}, {0x2015, "-"},
	{0x2018, "'"}, {0x2019, "'"}, {0x201a, ","}, {0x201b, "'"},
	{0x201c, "\""}, {0x201d, "\""}, {0x201e, "\""}, {0x201f, "\""},
	{0x2022, "*"}, {0x2023, "*"}, {0x2024, "."}, {0x2025, ".."},
	{0x2026, "..."}, {0x2028, "\n"}, {0x2029, "\n"}, {0x202f, " "},
	{0x2032, "'"}, {0x2033, "\""}, {0x2039, "<"}, {0x203a, ">"},
	{0x2044, "/"}, {0x205f, " "}, {0x2060, ""},
	{0x20a9, "\xef\xbf\xa6"},  /* the won sign, full-width */
	{0x2122, "TM"}, {0x2212, "-"}, {0x2215, "/"}, {0x223c, "~"},
	{0x3000, " "}, {0x301c, "~"}, {0xfb00, "ff"}, {0xfb01, "fi"},
	{0xfb02, "fl"}, {0xfb03, "ffi"}, {0xfb04, "ffl"}, {0xfb05, "st"},
	{0xfb06, "st"}, {0xfe0e, ""}, {0xfe0f, ""}, {0xfeff, ""},
};
enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };

bool
text_plain_row(size_t i, uint32_t *point, const char **text)
{
	if (i >= PLAIN)
		return false;
	*point = plain[i].point;
	*text = plain[i].text;
	return true;
}

static int
by_point(const void *key, const void *row)
{
	const uint32_t *point = key;
	const struct plain *other = row;

	return *point < other->point ? -1 : *point > other->point;
}

/* The letter that accents stand on, or 0. */
static uint32_t
without_accents(uint32_t point)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	uint32_t at = point;

	while (uc_canonical_decomposition(at, parts) > 1)
		at = parts[0];
	return at != point && ((at | 0x20) >= 'a' && (at | 0x20) <= 'z') ? at : 0;
}

bool
text_plain(uint32_t point, uint8_t *out, size_t *n)
{
	const struct plain *row;

	if (point >= 0xff01 && point <= 0xff5e) {
		*n = utf8_encode(point - 0xff01 + '!', out);
		return true;
	}
	row = bsearch(&point, plain, PLAIN, sizeof(plain[0]), by_point);
	if (row != NULL) {
		*n = strlen(row->text);
		memcpy(out, row->text, *n);
		return true;
	}
	point = point < 0x80 ? 0 : without_accents(point);
	*n = point == 0 ? 0 : utf8_encode(point, out);
	return point != 0;
}
