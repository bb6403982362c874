/* SPDX-License-Identifier: ISC */
/* --translit: plain characters for those that an encoding lacks. */
#include "text/translit.h"

#include "text/compose.h"
#include "text/utf8.h"

static bool
carries(const struct coder *c, struct span text)
{
	const uint8_t *p = text.p, *end = p + text.n;
	uint8_t octets[CHARSET_MAX];

	while (p < end)
		if (coder_point(c, utf8_next(&p), octets) == 0)
			return false;
	return true;
}

/* The plain form of a code point, if the coder carries it whole. */
static bool
plain(const struct coder *c, uint32_t point, uint8_t *out, size_t *n)
{
	return text_plain(point, out, n) && carries(c, span_of(out, *n));
}

bool
translit(struct buf *out, const struct coder *c, struct span text,
    struct charset_error *error)
{
	const uint8_t *p = text.p, *end = p + text.n, *start;
	uint8_t octets[TRANSLIT_MAX];
	uint32_t point;
	size_t n;

	while (p < end) {
		start = p;
		point = utf8_next(&p);
		if (coder_point(c, point, octets) > 0) {
			buf_add(out, start, (size_t)(p - start));
		} else if (plain(c, point, octets, &n)) {
			buf_add(out, octets, n);
		} else {
			error->point = point;
			error->offset = (size_t)(start - text.p);
			return false;
		}
	}
	return true;
}
