/* SPDX-License-Identifier: ISC */
/* The head of a mail (RFC 5322, 2.2), as peers really write it. */
#include "mms/head.h"

#include <strings.h>

/* The first line of s with its end. */
static struct span
line_of(struct span s)
{
	const uint8_t *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	return span_of(s.p, end == NULL ? s.n : (size_t)(end - s.p) + 1);
}

static struct span
without_end(struct span line)
{
	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct head
head_open(struct span octets)
{
	static const char mailbox[] = "From ";
	size_t n = sizeof(mailbox) - 1;

	if (octets.n > n && memcmp(octets.p, mailbox, n) == 0)
		octets = span_skip(octets, line_of(octets).n);
	return (struct head){.rest = octets};
}

/* A name is of printing ASCII; 0 when the line is no field. */
static size_t
name_length(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f &&
	    line.p[n] != ':')
		n++;
	return n;
}

bool
head_next(struct head *h, struct head_field *f)
{
	for (;;) {
		struct span line = line_of(h->rest);
		size_t n, colon;

		if (without_end(line).n == 0) {
			h->rest = span_skip(h->rest, line.n);
			return false;
		}
		n = line.n;
		while (n < h->rest.n && is_blank(h->rest.p[n]))
			n += line_of(span_skip(h->rest, n)).n;
		f->line = span_of(h->rest.p, n);
		h->rest = span_skip(h->rest, n);
		f->name = span_of(line.p, name_length(line));
		for (colon = f->name.n; colon < line.n &&
		    is_blank(line.p[colon]); colon++)
			;
		if (f->name.n > 0 && colon < line.n && line.p[colon] == ':') {
			f->value = without_end(span_skip(f->line, colon + 1));
			return true;
		}
		h->odd++;
	}
}

size_t
head_length(struct span octets, size_t limit)
{
	size_t at = 0;

	while (at < octets.n && at <= limit) {
		struct span line = line_of(span_skip(octets, at));

		at += line.n;
		if (without_end(line).n == 0)
			break;
	}
	return at;
}

void
head_unfold(struct buf *b, struct span s)
{
	size_t start = b->len;

	while (s.n > 0) {
		struct span line = line_of(s), text = without_end(line);

		while (text.n > 0 && is_blank(text.p[0]))
			text = span_skip(text, 1);
		while (text.n > 0 && is_blank(text.p[text.n - 1]))
			text.n--;
		if (b->len > start && text.n > 0)
			buf_add_byte(b, ' ');
		buf_add_span(b, text);
		s = span_skip(s, line.n);
	}
}

bool
head_is(struct span name, const char *other)
{
	return name.n == strlen(other) && strncasecmp((const char *)name.p,
	    other, name.n) == 0;
}
