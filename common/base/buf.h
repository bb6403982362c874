/* SPDX-License-Identifier: ISC */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

/*
 * Owned octets that grow. All zero is an empty buffer; buf_free of an empty
 * one does nothing. A span of its content lives until the next change.
 */
struct buf {
	uint8_t *p;
	size_t len;
	size_t cap;
};

/* Makes room for n more octets where there is none; of buf_reserve alone. */
void buf_grow(struct buf *, size_t n);

/* Room for n more octets at p + len, allocated if need be; returns p + len. */
static inline uint8_t *
buf_reserve(struct buf *b, size_t n)
{
	if (n > b->cap - b->len)
		buf_grow(b, n);
	return b->p + b->len;
}

/* Appends octets, one octet, a C string, a printf result. */
static inline void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->len += n;
}

static inline void
buf_add_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

static inline void
buf_add_byte(struct buf *b, uint8_t octet)
{
	*buf_reserve(b, 1) = octet;
	b->len++;
}

static inline void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addf(struct buf *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends n in decimal; for the rows of a hot path, where printf is slow. */
void buf_add_uint(struct buf *, uint64_t n);

/* Forgets the first n octets (at most len) and moves the rest to the front. */
void buf_consume(struct buf *, size_t n);

/* Empties it and keeps the memory. */
static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
}

/* Releases the memory and leaves an empty buffer. */
void buf_free(struct buf *);

/* Its content, borrowed. */
static inline struct span
buf_span(const struct buf *b)
{
	return span_of(b->p, b->len);
}

/* Its content as a C string; the NUL behind it does not count in len. */
const char *buf_cstr(struct buf *);

#endif
