/* SPDX-License-Identifier: ISC */
/* The encodings of message text: names, data_codings (SMPP 3.4, 5.2.19), and
 * the way from UTF-8 to their octets. charset_read.c goes the other way. */
#include "text/charset.h"

#include <strings.h>

#include "text/codepage.h"
#include "text/gsm7.h"
#include "text/utf8.h"

static const struct encoding_row rows[ENCODINGS] = {
	[ENCODING_UNSET] = {"unset", 0, false, 1},
	[ENCODING_AUTO] = {"auto", 0, false, 1},
	[ENCODING_DEFAULT] = {"default", 0, true, 1},
	[ENCODING_ASCII] = {"ascii", 1, true, 1},
	[ENCODING_GSM7] = {"gsm7", 0, true, 1},
	[ENCODING_GSM7_PACKED] = {"gsm7-packed", 0, true, 1},
	[ENCODING_GSM7_SHIFT] = {"gsm7-shift", 0, true, 1},
	[ENCODING_LATIN1] = {"latin1", 3, false, 1},
	[ENCODING_UCS2] = {"ucs2", 8, false, 2},
	[ENCODING_UCS2_LE] = {"ucs2-le", 8, false, 2},
	[ENCODING_KSC5601] = {"ksc5601", 14, false, 1},
	[ENCODING_CP949] = {"cp949", 14, false, 1},
	[ENCODING_SJIS] = {"sjis", 5, false, 1},
	[ENCODING_ISO2022JP] = {"iso2022jp", 10, false, 1},
	[ENCODING_CYRILLIC] = {"cyrillic", 6, false, 1},
	[ENCODING_HEBREW] = {"hebrew", 7, false, 1},
	[ENCODING_BINARY] = {"binary", 4, false, 1},
};

const struct encoding_row *
encoding_row(enum encoding encoding)
{
	return &rows[encoding];
}

bool
encoding_by_name(struct span name, enum encoding *encoding)
{
	unsigned i;

	for (i = 0; i < ENCODINGS; i++)
		if (strlen(rows[i].name) == name.n && strncasecmp(rows[i].name,
		    (const char *)name.p, name.n) == 0) {
			*encoding = (enum encoding)i;
			return true;
		}
	return false;
}

bool
charset_open(enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_KSC5601:
	case ENCODING_CP949:
	case ENCODING_SJIS:
	case ENCODING_ISO2022JP:
	case ENCODING_CYRILLIC:
	case ENCODING_HEBREW:
		return codepage_of(encoding) != NULL;
	default:
		return true;
	}
}

/* What ASCII and GSM 03.38 share: the same octet says the same in both. */
static size_t
shared_point(uint32_t point, uint8_t *out)
{
	return gsm7_encode_point((struct gsm7){0}, point, out) == 1 &&
	    out[0] == point;
}

static inline size_t
utf16_point(uint32_t point, unsigned swap, uint8_t *out)
{
	uint32_t high = 0xd800 + ((point - 0x10000) >> 10);
	uint32_t low = 0xdc00 + (point & 0x3ff);

	if (point >= 0x10000) {
		out[0 ^ swap] = (uint8_t)(high >> 8);
		out[1 ^ swap] = (uint8_t)high;
		out[2 ^ swap] = (uint8_t)(low >> 8);
		out[3 ^ swap] = (uint8_t)low;
		return 4;
	}
	out[0 ^ swap] = (uint8_t)(point >> 8);
	out[1 ^ swap] = (uint8_t)point;
	return 2;
}

static inline size_t
page_point(const struct codepage *page, uint32_t point, uint8_t *out)
{
	unsigned code = page && point < CODEPAGE_SIZE ? page->code[point] : 0;

	if (code == 0 && point > 0)
		return 0;
	if (code < 0x100) {
		out[0] = (uint8_t)code;
		return page != NULL;
	}
	out[0] = (uint8_t)(code >> 8);
	out[1] = (uint8_t)code;
	return 2;
}

size_t
charset_encode_point(enum encoding encoding, uint32_t point, uint8_t *out)
{
	switch (encoding) {
	case ENCODING_DEFAULT:
		return shared_point(point, out);
	case ENCODING_ASCII:
	case ENCODING_LATIN1:
		out[0] = (uint8_t)point;
		return point < (encoding == ENCODING_ASCII ? 0x80 : 0x100);
	case ENCODING_GSM7:
	case ENCODING_GSM7_PACKED:
	case ENCODING_GSM7_SHIFT:
		return gsm7_encode_point((struct gsm7){0}, point, out);
	case ENCODING_UCS2:
		return utf16_point(point, 0, out);
	case ENCODING_UCS2_LE:
		return utf16_point(point, 1, out);
	case ENCODING_KSC5601:
	case ENCODING_CP949:
	case ENCODING_SJIS:
	case ENCODING_ISO2022JP:
	case ENCODING_CYRILLIC:
	case ENCODING_HEBREW:
		return page_point(codepage_of(encoding), point, out);
	default:
		return 0;
	}
}

/* ISO-2022-JP (RFC 1468): ASCII at first and at the end, escapes between. */
static void
shift(struct buf *out, bool *kanji, bool want)
{
	if (*kanji != want)
		buf_add_str(out, want ? "\033$B" : "\033(B");
	*kanji = want;
}

static bool
encode_points(struct buf *out, enum encoding encoding, struct span text,
    struct charset_error *error)
{
	const uint8_t *p = text.p, *end = p + text.n, *start;
	uint8_t octets[CHARSET_MAX];
	bool shifting = encoding == ENCODING_ISO2022JP, kanji = false;
	size_t n;

	while (p < end) {
		start = p;
		error->point = utf8_next(&p);
		n = charset_encode_point(encoding, error->point, octets);
		if (n == 0) {
			error->offset = (size_t)(start - text.p);
			return false;
		}
		if (shifting)
			shift(out, &kanji, n == 2);
		buf_add(out, octets, n);
	}
	shift(out, &kanji, false);
	return true;
}

/* The same without a call for each character, which most of their texts have
 * no use for: the sets of one and two octets, and UTF-16. */
static bool
encode_page(struct buf *out, const struct codepage *page, struct span text,
    struct charset_error *error)
{
	const uint8_t *p = text.p, *end = p + text.n, *start;
	uint8_t *at = buf_reserve(out, 2 * text.n), *first = at;
	uint32_t point;
	size_t n;

	while (p < end) {
		start = p;
		point = utf8_next(&p);
		n = page_point(page, point, at);
		if (n == 0) {
			error->point = point;
			error->offset = (size_t)(start - text.p);
			return false;
		}
		at += n;
	}
	out->len += (size_t)(at - first);
	return true;
}

static void
encode_utf16(struct buf *out, unsigned swap, struct span text)
{
	const uint8_t *p = text.p, *end = p + text.n;
	uint8_t *at = buf_reserve(out, text.n * 2), *first = at;

	while (p < end)
		at += utf16_point(utf8_next(&p), swap, at);
	out->len += (size_t)(at - first);
}

/* ASCII text in an encoding that has it as it is. */
static bool
same_as_ascii(enum encoding encoding, struct span text)
{
	switch (encoding) {
	case ENCODING_ASCII:
	case ENCODING_LATIN1:
	case ENCODING_KSC5601:
	case ENCODING_CP949:
	case ENCODING_CYRILLIC:
	case ENCODING_HEBREW:
		return utf8_ascii(text) == text.n;
	default:
		return encoding == ENCODING_BINARY;
	}
}

bool
charset_begins_like_bom(enum encoding encoding, struct span text,
    struct charset_error *error)
{
	error->offset = 0;
	if (encoding != ENCODING_UCS2 && encoding != ENCODING_UCS2_LE)
		return false;
	return utf8_decode(text, &error->point) > 0 &&
	    (error->point == 0xfeff || error->point == 0xfffe);
}

bool
charset_encode(struct buf *out, enum encoding encoding, struct span text,
    struct charset_error *error)
{
	return !charset_begins_like_bom(encoding, text, error) &&
	    charset_encode_rest(out, encoding, text, error);
}

bool
charset_encode_rest(struct buf *out, enum encoding encoding, struct span text,
    struct charset_error *error)
{
	struct buf septets = {0};
	size_t before = out->len;
	bool good = true;

	if (same_as_ascii(encoding, text)) {
		buf_add_span(out, text);
		return true;
	}
	switch (encoding) {
	case ENCODING_GSM7_PACKED:
		good = encode_points(&septets, encoding, text, error);
		if (good)
			gsm7_pack(out, buf_span(&septets), 0);
		buf_free(&septets);
		break;
	case ENCODING_UCS2:
	case ENCODING_UCS2_LE:
		encode_utf16(out, encoding == ENCODING_UCS2_LE, text);
		break;
	case ENCODING_KSC5601:
	case ENCODING_CP949:
	case ENCODING_SJIS:
	case ENCODING_CYRILLIC:
	case ENCODING_HEBREW:
		good = encode_page(out, codepage_of(encoding), text, error);
		break;
	default:
		good = encode_points(out, encoding, text, error);
	}
	if (!good)
		out->len = before;
	return good;
}
