/* SPDX-License-Identifier: ISC */
/*
 * Character sets that are not built in, read out of the system's iconv code by
 * code. After that iconv is not needed any more: no converter's state, no
 * files, and a character costs a look into a table. ISO-2022-JP's table is
 * JIS X 0208, whose codes stand between escapes.
 */
#include "text/codepage.h"

#include <iconv.h>
#include <stdlib.h>

#include "base/mem.h"
#include "text/utf8.h"

enum { NAMES = 4 };
struct source {
	const char *names[NAMES];  /* as this or that iconv calls it */
	uint8_t single;            /* last octet that may stand alone */
	uint8_t lead[2], trail[2]; /* ranges of a code of two octets */
	const char *before, *after;
};

static const struct source sources[ENCODINGS] = {
	[ENCODING_KSC5601] = {{"EUC-KR", "EUCKR", "KS_C_5601-1987"},
	    0x7f, {0xa1, 0xfe}, {0xa1, 0xfe}, "", ""},
	[ENCODING_CP949] = {{"CP949", "UHC", "MSCP949", "KSC5601"},
	    0x7f, {0x81, 0xfe}, {0x41, 0xfe}, "", ""},
	[ENCODING_SJIS] = {{"SHIFT_JIS", "SJIS", "SHIFT-JIS", "CP932"},
	    0xff, {0x81, 0xfc}, {0x40, 0xfc}, "", ""},
	[ENCODING_ISO2022JP] = {{"ISO-2022-JP", "ISO2022JP"},
	    0x7f, {0x21, 0x7e}, {0x21, 0x7e}, "\033$B", "\033(B"},
	[ENCODING_CYRILLIC] = {{"ISO-8859-5", "ISO8859-5", "ISO_8859-5"},
	    0xff, {0}, {0}, "", ""},
	[ENCODING_HEBREW] = {{"ISO-8859-8", "ISO8859-8", "ISO_8859-8"},
	    0xff, {0}, {0}, "", ""},
};

/* Written once each, before the first use; nothing changes them later. */
static struct codepage pages[ENCODINGS];

static iconv_t
converter(const char *const names[NAMES])
{
	iconv_t cd = (iconv_t)-1;
	size_t i;

	for (i = 0; i < NAMES && names[i] && cd == (iconv_t)-1; i++)
		cd = iconv_open("UTF-8", names[i]);
	return cd;
}

/* The one code point in the BMP that the octets are, or 0. */
static uint32_t
convert(iconv_t cd, struct span octets)
{
	char in[16], out[16], *from = in, *to = out;
	size_t left = octets.n, room = sizeof(out);
	uint32_t point = 0;

	memcpy(in, octets.p, octets.n);
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) != 0 || left > 0)
		return 0;
	iconv(cd, NULL, NULL, &to, &room);
	room = sizeof(out) - room;
	if (utf8_decode(span_of(out, room), &point) != room || point > 0xffff)
		return 0;
	return point;
}

static void
enter(struct codepage *page, uint32_t code, uint32_t point)
{
	if (point == 0)
		return;
	page->point[code] = (uint16_t)point;
	/* a second code of the same character is read, never written */
	if (page->code[point] == 0)
		page->code[point] = (uint16_t)code;
}

static void
singles(struct codepage *page, iconv_t cd, const struct source *source)
{
	unsigned i;
	uint8_t octet;

	for (i = 0; i <= source->single; i++) {
		octet = (uint8_t)i;
		enter(page, i, convert(cd, span_of(&octet, 1)));
	}
}

static void
pairs(struct codepage *page, iconv_t cd, const struct source *source)
{
	struct buf octets = {0};
	unsigned i, j;

	for (i = source->lead[0]; i > 0 && i <= source->lead[1]; i++) {
		if (page->point[i] != 0 && *source->before == 0)
			continue;
		page->lead[i] = true;
		for (j = source->trail[0]; j <= source->trail[1]; j++) {
			buf_clear(&octets);
			buf_add_str(&octets, source->before);
			buf_add_byte(&octets, (uint8_t)i);
			buf_add_byte(&octets, (uint8_t)j);
			buf_add_str(&octets, source->after);
			enter(page, i << 8 | j, convert(cd, buf_span(&octets)));
		}
	}
	buf_free(&octets);
}

const struct codepage *
codepage_of(enum encoding encoding)
{
	const struct source *source = &sources[encoding];
	struct codepage *page = &pages[encoding];
	iconv_t cd;

	if (page->point != NULL || source->names[0] == NULL)
		return page->point ? page : NULL;
	cd = converter(source->names);
	if (cd == (iconv_t)-1)
		return NULL;
	page->point = mem_array(CODEPAGE_SIZE, sizeof(*page->point));
	page->code = mem_array(CODEPAGE_SIZE, sizeof(*page->code));
	singles(page, cd, source);
	pairs(page, cd, source);
	iconv_close(cd);
	return page;
}
