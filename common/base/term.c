/* SPDX-License-Identifier: ISC */
/* Terms in a text that a person wrote: cut apart, trimmed, read as numbers. */
#include "base/term.h"

struct span
term_cut(struct span *text, uint8_t c, bool *found)
{
	const uint8_t *p = text->n > 0 ? memchr(text->p, c, text->n) : NULL;
	struct span part = *text;

	*found = p != NULL;
	if (p != NULL)
		part.n = (size_t)(p - text->p);
	*text = span_skip(*text, part.n + (p != NULL));
	return part;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct span
term_trim(struct span s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = span_skip(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool
term_number(struct span text, uint64_t least, uint64_t most, uint64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint64_t digit = (uint64_t)text.p[i] - '0';

		if (digit > 9 || *n > (most - digit) / 10)
			return false;
		*n = *n * 10 + digit;
	}
	return text.n > 0 && *n >= least && *n <= most;
}
