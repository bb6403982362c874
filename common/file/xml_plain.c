/* SPDX-License-Identifier: ISC */
/* Plain XML (XML 1.0, 2.2, 2.4, 3.1, 4.6), which expat takes in the same way. */
#include "file/xml_plain.h"
#include "text/utf8.h"

/* Octets that stand for themselves: tab, line feed, printable ASCII but & < >. */
static inline bool
is_literal(uint8_t c)
{
	static const uint64_t literal[4] = {
		UINT64_C(0xafffffbf00000600), UINT64_C(0x7fffffffffffffff),
	};

	return literal[c >> 6] >> (c & 63) & 1;
}

bool
plain_attribute(struct plain *s, struct span *name, struct span *value)
{
	const uint8_t *begin;

	if (!plain_take(s, " "))
		return false;
	begin = s->p;
	while (s->p < s->end && is_literal(*s->p) && *s->p != '=' &&
	    *s->p != '"' && *s->p > ' ')
		s->p++;
	*name = span_of(begin, (size_t)(s->p - begin));
	if (name->n == 0 || !plain_take(s, "=\"")) {
		s->more |= s->p == s->end;
		return false;
	}
	begin = s->p;
	while (s->p < s->end && is_literal(*s->p) && *s->p != '"' &&
	    *s->p >= ' ')
		s->p++;
	*value = span_of(begin, (size_t)(s->p - begin));
	return plain_take(s, "\"");
}

static bool
add_reference(struct plain *s, struct buf *out)
{
	static const struct {
		const char *name;
		uint8_t octet;
	} references[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
		{"&apos;", '\''},
	};

	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		if (plain_take(s, references[i].name)) {
			buf_add_byte(out, references[i].octet);
			return true;
		}
	return false;
}

/* Characters past ASCII; XML has not U+FFFE and U+FFFF among them. */
static bool
skip_high(struct plain *s)
{
	const uint8_t *begin = s->p;
	size_t n;

	for (; s->p < s->end && *s->p >= 0x80; s->p++)
		if (*s->p >= 0xbe && s->p - begin >= 2 && s->p[-1] == 0xbf &&
		    s->p[-2] == 0xef)
			return false;
	n = (size_t)(s->p - begin);
	return s->p == s->end || utf8_check(span_of(begin, n)) == n;
}

bool
plain_text(struct plain *s, struct buf *out)
{
	const uint8_t *begin = s->p;

	for (;;) {
		while (s->p < s->end && is_literal(*s->p))
			s->p++;
		if (s->p == s->end) {
			s->more = true;
			return false;
		}
		if (*s->p >= 0x80) {
			if (!skip_high(s))
				return false;
			continue;
		}
		/* "]]>" is none of text */
		if (*s->p == '>' && s->p > begin && s->p[-1] != ']') {
			s->p++;
			continue;
		}
		buf_add(out, begin, (size_t)(s->p - begin));
		if (*s->p == '<')
			return true;
		if (!add_reference(s, out))
			return false;
		begin = s->p;
	}
}
