/* SPDX-License-Identifier: ISC */
/* Writing and measuring text one way or another; what all encodings have in
 * common as far as the lengths of SMPP messages go. */
#include "text/coder.h"

#include "text/utf8.h"

size_t
coder_point(const struct coder *c, uint32_t point, uint8_t *out)
{
	if (c->encoding == ENCODING_GSM7_SHIFT)
		return gsm7_encode_point(c->tables, point, out);
	return charset_encode_point(c->encoding, point, out);
}

/* The octets of a code point; quick for the encodings that most texts have. */
static size_t
width(const struct coder *c, uint32_t point)
{
	uint8_t octets[CHARSET_MAX];

	switch (c->encoding) {
	case ENCODING_UCS2:
		return point >= 0x10000 ? 4 : 2;
	case ENCODING_GSM7:
		return gsm7_width(point);
	case ENCODING_ASCII:
		return point < 0x80;
	default:
		return coder_point(c, point, octets);
	}
}

bool
measure_point(struct measure *m, const struct coder *c, uint32_t point)
{
	size_t n = width(c, point);

	if (n == 0)
		return false;
	if (c->encoding == ENCODING_ISO2022JP && m->kanji != (n == 2)) {
		m->octets += 3;
		m->kanji = n == 2;
	}
	m->octets += n;
	if (c->encoding == ENCODING_ASCII || c->encoding == ENCODING_LATIN1)
		n = gsm7_width(point) == 2 ? 2 : 1;
	m->septets += n;
	m->cr = point == '\r';
	return true;
}

size_t
measure_octets(const struct measure *m, const struct coder *c, size_t udh)
{
	size_t fill = (7 - udh * 8 % 7) % 7, bits = fill + m->septets * 7;

	if (c->encoding == ENCODING_ISO2022JP)
		return m->octets + (m->kanji ? 3 : 0);
	if (c->encoding != ENCODING_GSM7_PACKED || m->septets == 0)
		return m->octets;
	/* the CR that gsm7_pack adds */
	if (bits % 8 == 1 || (bits % 8 == 0 && m->cr))
		bits += 7;
	return (bits + 7) / 8;
}

size_t
measure_units(const struct measure *m, const struct coder *c)
{
	if (c->septets)
		return m->septets;
	return measure_octets(m, c, 0) / encoding_row(c->encoding)->unit;
}

bool
coder_measure(const struct coder *c, struct span text, struct measure *m,
    struct charset_error *error)
{
	const uint8_t *p = text.p, *end = p + text.n, *start;

	*m = (struct measure){0};
	if (c->encoding == ENCODING_BINARY) {
		m->octets = text.n;
		return true;
	}
	while (p < end) {
		start = p;
		error->point = utf8_next(&p);
		if (!measure_point(m, c, error->point)) {
			error->offset = (size_t)(start - text.p);
			return false;
		}
	}
	return true;
}

/* The encodings made of septets, an octet each. */
static bool
encode_septets(struct buf *out, const struct coder *c, struct span text,
    struct charset_error *error)
{
	const uint8_t *p = text.p, *end = p + text.n;
	size_t before = out->len, n = 0;
	uint8_t septets[2];

	error->offset = text.n;
	if (c->encoding != ENCODING_GSM7_SHIFT)
		error->offset = gsm7_encode(out, text,
		    c->encoding == ENCODING_DEFAULT);
	else
		for (; p < end; buf_add(out, septets, n)) {
			error->offset = (size_t)(p - text.p);
			n = gsm7_encode_point(c->tables, utf8_next(&p),
			    septets);
			if (n == 0)
				break;
			error->offset = text.n;
		}
	if (error->offset == text.n)
		return true;
	utf8_decode(span_skip(text, error->offset), &error->point);
	out->len = before;
	return false;
}

bool
coder_encode(struct buf *out, const struct coder *c, struct span text,
    size_t udh, struct charset_error *error)
{
	struct buf septets = {0};
	bool good;

	switch (c->encoding) {
	case ENCODING_DEFAULT:
	case ENCODING_GSM7:
	case ENCODING_GSM7_SHIFT:
		return encode_septets(out, c, text, error);
	case ENCODING_GSM7_PACKED:
		good = encode_septets(&septets, c, text, error);
		if (good)
			gsm7_pack(out, buf_span(&septets), udh);
		buf_free(&septets);
		return good;
	default:
		return charset_encode_rest(out, c->encoding, text, error);
	}
}
