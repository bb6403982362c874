/* SPDX-License-Identifier: ISC */
#ifndef FILE_XML_PLAIN_H
#define FILE_XML_PLAIN_H

#include "file/xml.h"

/*
 * Reading plain elements (see xml.h): tags in the one spelling that programs
 * write, attributes of printable ASCII, text in UTF-8 with the five named
 * references. Each function tells whether it has read what it is asked for;
 * after a false everything is over.
 */
struct plain {
	const uint8_t *p, *end;
	bool more;      /* what was wrong is that the octets ended */
};

/* What to say after a false. */
static inline enum xml_plain
plain_failure(const struct plain *s)
{
	return s->more ? PLAIN_MORE : PLAIN_UNUSUAL;
}

/* The octets of a literal. */
static inline bool
plain_take(struct plain *s, const char *literal)
{
	size_t n = strlen(literal), left = (size_t)(s->end - s->p);

	if (left >= n && memcmp(s->p, literal, n) == 0) {
		s->p += n;
		return true;
	}
	s->more |= left < n && memcmp(s->p, literal, left) == 0;
	return false;
}

/* Whether an octet is next; not taken. */
static inline bool
plain_is(struct plain *s, uint8_t octet)
{
	s->more |= s->p == s->end;
	return s->p < s->end && *s->p == octet;
}

/* name="value", behind a blank. Whether the name is one is for the caller, who
 * knows all that may be there. */
bool plain_attribute(struct plain *, struct span *name, struct span *value);

/* Text up to a tag, which may be empty, appended to out. */
bool plain_text(struct plain *, struct buf *out);

#endif
