/* SPDX-License-Identifier: ISC */
/* The text of cells, and their names. */
#include "file/cell_text.h"
#include "file/sheet.h"
#include "text/utf8.h"

/* The octet or code point of "_xHHHH_", 0x110000 when there is none. */
static uint32_t
escaped(const uint8_t *p, size_t n)
{
	uint32_t v = 0;
	uint8_t c;

	if (n < 7 || p[0] != '_' || p[1] != 'x' || p[6] != '_')
		return UTF8_POINT_MAX + 1;
	for (size_t i = 2; i < 6; i++) {
		c = p[i] | 0x20;
		if (!((c >= '0' && c <= '9' && p[i] == c) ||
		    (c >= 'a' && c <= 'f')))
			return UTF8_POINT_MAX + 1;
		v = v << 4 | (c <= '9' ? c - (uint32_t)'0' : c - (uint32_t)'a' + 10);
	}
	return v;
}

/* Takes the escapes out of text in place, which can only become shorter. */
static void
unescape(struct buf *b, size_t begin)
{
	uint8_t *p = b->p;
	size_t to = begin;
	uint32_t point, low;

	for (size_t at = begin; at < b->len;) {
		point = p[at] == '_' ? escaped(p + at, b->len - at) :
		    UTF8_POINT_MAX + 1;
		if (point > UTF8_POINT_MAX) {
			p[to++] = p[at++];
			continue;
		}
		at += 7;
		low = at < b->len ? escaped(p + at, b->len - at) : 0;
		if (point >= 0xd800 && point < 0xdc00 && low >= 0xdc00 &&
		    low < 0xe000) {
			point = 0x10000 + ((point - 0xd800) << 10) +
			    (low - 0xdc00);
			at += 7;
		}
		/* half a pair stands for nothing that could be written */
		if (point >= 0xd800 && point < 0xe000)
			point = 0xfffd;
		to += utf8_encode(point, p + to);
	}
	b->len = to;
}

static void
end_lines(struct buf *b, size_t begin)
{
	uint8_t *p = b->p;
	size_t to = begin;

	for (size_t at = begin; at < b->len; at++) {
		if (p[at] != '\r')
			p[to++] = p[at];
		else if (at + 1 == b->len || p[at + 1] != '\n')
			p[to++] = '\n';
	}
	b->len = to;
}

bool
cell_text_end(struct buf *b, size_t begin)
{
	size_t units = 0;

	if (b->len == begin)
		return true;
	if (memchr(b->p + begin, '_', b->len - begin) != NULL)
		unescape(b, begin);
	if (memchr(b->p + begin, '\r', b->len - begin) != NULL)
		end_lines(b, begin);
	if (b->len - begin <= SHEET_TEXT_MAX)
		return true;
	for (size_t i = begin; i < b->len; i++)
		units += (size_t)((b->p[i] & 0xc0) != 0x80) +
		    (b->p[i] >= 0xf0);
	return units <= SHEET_TEXT_MAX;
}

const char *
cell_refusal(enum cell_type type)
{
	switch (type) {
	case CELL_ERROR: return "it is an error";
	case CELL_MISSING:
		return "the file does not hold the result of its formula; open "
		    "it in Excel and save it";
	case CELL_FORMULA:
		return "it is a formula whose result cannot be told from an "
		    ".xls; save the file as .xlsx";
	default: return NULL;
	}
}

void
cell_name(struct buf *out, uint32_t column, uint32_t row)
{
	char letters[8];
	size_t n = sizeof(letters);

	for (uint32_t c = column + 1; c > 0 && n > 0; c = (c - 1) / 26)
		letters[--n] = (char)('A' + (c - 1) % 26);
	buf_add(out, letters + n, sizeof(letters) - n);
	if (row > 0)
		buf_add_uint(out, row);
}

bool
cell_read_name(struct span s, uint32_t *column, uint32_t *row)
{
	uint32_t c = 0, r = 0;
	size_t i = 0;

	if (i < s.n && s.p[i] == '$')
		i++;
	for (; i < s.n && (s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z'; i++)
		if ((c = c * 26 + (uint32_t)((s.p[i] | 0x20) - 'a' + 1)) >
		    SHEET_COLUMNS_MAX)
			return false;
	if (i < s.n && s.p[i] == '$')
		i++;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		if ((r = r * 10 + (uint32_t)(s.p[i] - '0')) > SHEET_ROWS_MAX)
			return false;
	*column = c - 1;
	*row = r;
	return i == s.n && c > 0;
}
