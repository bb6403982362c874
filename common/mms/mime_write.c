/* SPDX-License-Identifier: ISC */
/*
 * Writes content as every peer reads it: multipart/related with the
 * presentation first, leaf parts in base64, or 7bit where they are lines of
 * ASCII. Never quoted-printable, 8bit or binary, which peers lose.
 */
#include <gmime/gmime.h>

#include "base/base64.h"
#include "mms/mime.h"

enum { LINE_SOFT = 76, BASE64_LINE_IN = 57 };

void
mime_encode_words(struct buf *b, struct span s)
{
	char *raw = g_strndup((const char *)s.p, s.n);
	char *encoded = g_mime_utils_header_encode_text(NULL, raw, "utf-8");

	/* folds of its own are line ends */
	for (const char *p = encoded; *p != '\0'; p++)
		if (*p == '\n')
			buf_add_str(b, "\r\n");
		else if (*p != '\r')
			buf_add_byte(b, (uint8_t)*p);
	g_free(encoded);
	g_free(raw);
}

/* Lines of ASCII, short enough, with an end each; none that could be taken for
 * a boundary, as no line of base64 can. */
static bool
is_plain(struct span s)
{
	size_t line = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (line == 1 && c == '-' && s.p[i - 1] == '-')
			return false;
		if (c == '\n')
			line = 0;
		else if (++line > LINE_SOFT || c >= 0x7f ||
		    (c < ' ' && c != '\t'))
			return false;
	}
	return true;
}

/* A parameter's value; what cannot stand in quotes is left out. */
static void
add_quoted(struct buf *b, const char *name, struct span value)
{
	buf_addf(b, "; %s=\"", name);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] >= ' ' && value.p[i] < 0x7f &&
		    value.p[i] != '"' && value.p[i] != '\\')
			buf_add_byte(b, value.p[i]);
	buf_add_byte(b, '"');
}

static void
add_base64(struct buf *b, struct span s)
{
	buf_reserve(b, s.n / 3 * 4 + s.n / 28 + 16);
	while (s.n > 0) {
		size_t n = s.n < BASE64_LINE_IN ? s.n : BASE64_LINE_IN;

		base64_add(b, span_of(s.p, n));
		buf_add_str(b, "\r\n");
		s = span_skip(s, n);
	}
}

static void
add_lines(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			buf_add_byte(b, '\r');
		buf_add_byte(b, s.p[i]);
	}
	if (s.n > 0 && s.p[s.n - 1] != '\n')
		buf_add_str(b, "\r\n");
}

/* A part of another mail keeps the encoding it has, when that is base64. */
static void
write_part(struct buf *b, const struct mms_part *part, bool alone)
{
	struct buf decoded = {0};
	struct span octets = part->octets;
	bool is_encoded = part->encoding != MMS_IDENTITY;
	bool plain;

	if (is_encoded) {
		mms_part_octets(part, &decoded);
		octets = buf_span(&decoded);
	}
	plain = part->type.n > 5 && is_plain(octets) &&
	    (memcmp(part->type.p, "text/", 5) == 0 ||
	    span_is(part->type, "application/smil"));
	if (alone)
		buf_add_str(b, "MIME-Version: 1.0\r\n");
	buf_add_str(b, "Content-Type: ");
	buf_add_span(b, part->type);
	if (part->charset.n > 0)
		buf_add_str(b, "; charset="), buf_add_span(b, part->charset);
	if (part->name.n > 0)
		add_quoted(b, "name", part->name);
	if (part->id.n > 0) {
		buf_add_str(b, "\r\nContent-ID: <");
		buf_add_span(b, part->id);
		buf_add_byte(b, '>');
	}
	if (part->location.n > 0) {
		buf_add_str(b, "\r\nContent-Location: ");
		buf_add_span(b, part->location);
	}
	buf_addf(b, "\r\nContent-Transfer-Encoding: %s\r\n\r\n",
	    plain ? "7bit" : "base64");
	if (plain)
		add_lines(b, octets);
	else
		add_base64(b, octets);
	buf_free(&decoded);
}

void
mime_write(struct buf *b, const struct mms *m)
{
	static const char boundary[] = "=_mms_part";
	const struct mms_part *root;

	if (m->n_parts == 0) {
		buf_add_str(b, "MIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=us-ascii\r\n\r\n");
		return;
	}
	root = &m->part[m->root];
	if (m->n_parts == 1) {
		write_part(b, root, true);
		return;
	}
	buf_add_str(b, "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/related; type=\"");
	buf_add_span(b, root->type);
	buf_add_byte(b, '"');
	if (root->id.n > 0) {
		buf_add_str(b, "; start=\"<");
		buf_add_span(b, root->id);
		buf_add_str(b, ">\"");
	}
	buf_addf(b, ";\r\n boundary=\"%s\"\r\n\r\n", boundary);
	for (size_t i = 0; i <= m->n_parts; i++) {
		const struct mms_part *p = i == 0 ? root : &m->part[i - 1];

		if (i > 0 && p == root)
			continue;
		buf_addf(b, "--%s\r\n", boundary);
		write_part(b, p, false);
	}
	buf_addf(b, "--%s--\r\n", boundary);
}
