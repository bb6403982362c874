/* SPDX-License-Identifier: ISC */
/* What is in the parts of a message: octets out of their encoding, text out of
 * its charset. */
#include <gmime/gmime.h>
#include <stdlib.h>

#include "base/mem.h"
#include "mms/head.h"
#include "mms/mms.h"
#include "text/utf8.h"

enum { PIECE = 48 << 10 };

struct mms_decoder {
	GMimeEncoding encoding;
	struct span rest;
	bool at_end;
};

struct mms_decoder *
mms_decoder_new(const struct mms_part *part)
{
	static const GMimeContentEncoding encodings[] = {
		[MMS_IDENTITY] = GMIME_CONTENT_ENCODING_BINARY,
		[MMS_BASE64] = GMIME_CONTENT_ENCODING_BASE64,
		[MMS_QUOTED_PRINTABLE] =
		    GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
		[MMS_UUENCODE] = GMIME_CONTENT_ENCODING_UUENCODE,
	};
	struct mms_decoder *d = mem_new(sizeof(*d));

	g_mime_encoding_init_decode(&d->encoding, encodings[part->encoding]);
	d->rest = part->octets;
	return d;
}

bool
mms_decode(struct mms_decoder *d, struct buf *out)
{
	size_t n = d->rest.n < PIECE ? d->rest.n : PIECE;
	char *room;

	if (n == 0)
		return false;
	room = (char *)buf_reserve(out,
	    g_mime_encoding_outlen(&d->encoding, n));
	out->len += g_mime_encoding_step(&d->encoding,
	    (const char *)d->rest.p, n, room);
	d->rest = span_skip(d->rest, n);
	return true;
}

void
mms_decoder_free(struct mms_decoder *d)
{
	free(d);
}

void
mms_part_octets(const struct mms_part *part, struct buf *out)
{
	struct mms_decoder *d = mms_decoder_new(part);

	while (mms_decode(d, out))
		;
	mms_decoder_free(d);
}

static bool
is_base64(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '+' || c == '/';
}

const char *
mms_part_error(const struct mms_part *part)
{
	size_t letters = 0, pads = 0;

	if (part->encoding != MMS_BASE64)
		return NULL;
	for (size_t i = 0; i < part->octets.n; i++) {
		uint8_t c = part->octets.p[i];

		if (c == '=')
			pads++;
		else if (is_base64(c) && pads > 0)
			return "base64 that goes on behind its end";
		else if (is_base64(c))
			letters++;
		else if (c != '\r' && c != '\n' && c != ' ' && c != '\t')
			return "octets that base64 does not have";
	}
	/* an end without = is seen, and can be read */
	if (letters % 4 == 1 || (pads > 0 && (letters + pads) % 4 != 0))
		return "base64 that breaks off";
	return NULL;
}

/* Appends the octets of a charset as UTF-8. */
static bool
convert(const char *charset, struct span s, struct buf *out)
{
	iconv_t cd = g_mime_iconv_open("UTF-8", charset);
	char *in = (char *)(uintptr_t)s.p;
	size_t in_left = s.n, start = out->len;
	bool good = cd != (iconv_t)-1;

	while (good && in_left > 0) {
		size_t room = 2 * in_left + 16, left = room;
		char *to = (char *)buf_reserve(out, room);
		size_t n = g_mime_iconv(cd, &in, &in_left, &to, &left);

		out->len += room - left;
		good = n != (size_t)-1 || left < 8;
	}
	if (cd != (iconv_t)-1)
		g_mime_iconv_close(cd);
	if (!good)
		out->len = start;
	return good;
}

bool
mms_part_text(const struct mms_part *part, struct buf *out)
{
	struct buf octets = {0};
	struct span s;
	char *charset;
	bool good;

	mms_part_octets(part, &octets);
	s = buf_span(&octets);
	charset = mem_strndup(part->charset.p, part->charset.n);
	if (part->charset.n == 0 || head_is(part->charset, "us-ascii") ||
	    head_is(part->charset, "utf-8") ||
	    g_mime_charset_iconv_name(charset) == NULL) {
		good = utf8_check(s) == s.n;
		if (good)
			buf_add_span(out, s);
		else if (part->charset.n == 0)
			good = convert("iso-8859-1", s, out);
	} else {
		good = convert(charset, s, out);
	}
	if (!good)
		buf_add_span(out, s);
	free(charset);
	buf_free(&octets);
	return good;
}
