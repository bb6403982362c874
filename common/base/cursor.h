/* SPDX-License-Identifier: ISC */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include "base/span.h"

/*
 * Checked reading and writing of big-endian octets. The first error sticks:
 * later reads give zero and move nothing, later writes do nothing, so that a
 * caller writes straight-line code and tests err once, at the end.
 */
enum cursor_error {
	CURSOR_OK,
	CURSOR_SHORT,   /* fewer octets left than asked for */
	CURSOR_NO_NUL,  /* a C-octet string is not ended within the span */
	CURSOR_RANGE,   /* a value does not fit its width */
	CURSOR_NUL,     /* a C-octet string would hold a NUL */
	CURSOR_FULL,    /* no room left to write */
};

/* A reader of a borrowed span; at p after an error: where it happened. */
struct rd {
	const uint8_t *base, *p, *end;
	enum cursor_error err;
};

static inline struct rd
rd_init(struct span s)
{
	return (struct rd){s.p, s.p, s.p + s.n, CURSOR_OK};
}

/* Octets left to read; offset of the next one, or of the first error. */
static inline size_t
rd_left(const struct rd *r)
{
	return (size_t)(r->end - r->p);
}

static inline size_t
rd_off(const struct rd *r)
{
	return (size_t)(r->p - r->base);
}

/* The one door: n octets and past them, or NULL and a sticky error. */
static inline const uint8_t *
rd_take(struct rd *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->err != CURSOR_OK)
		return NULL;
	if (n > rd_left(r)) {
		r->err = CURSOR_SHORT;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t
rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t
rd_u16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
rd_u32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3] : 0;
}

/* The next n octets, borrowed; read a part with a length of its own as a
 * child: rd_init(rd_bytes(&r, n)) cannot run past it. */
static inline struct span
rd_bytes(struct rd *r, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	return p ? span_of(p, n) : (struct span){0};
}

/* A C-octet string without its NUL, which is taken too; an error when none
 * stands in the rest of the span. Limits of a field are the caller's. */
static inline struct span
rd_cstr(struct rd *r)
{
	const uint8_t *p = r->p, *nul;

	if (r->err != CURSOR_OK)
		return (struct span){0};
	/* an empty one is told without a call: most strings of PDUs are */
	nul = p == r->end ? NULL : *p == 0 ? p : memchr(p, 0, rd_left(r));
	if (nul == NULL) {
		r->err = CURSOR_NO_NUL;
		return (struct span){0};
	}
	r->p = nul + 1;
	return span_of(p, (size_t)(nul - p));
}

/* A writer into cap octets at base. need counts on after CURSOR_FULL, so
 * that a caller can size a buffer and write again. */
struct wr {
	uint8_t *base;
	size_t len, cap, need;
	enum cursor_error err;
};

static inline struct wr
wr_init(void *base, size_t cap)
{
	return (struct wr){base, 0, cap, 0, CURSOR_OK};
}

/* The one door: where to write n octets, or NULL and a sticky error. */
static inline uint8_t *
wr_take(struct wr *w, size_t n)
{
	uint8_t *p;

	w->need += n;
	if (w->err != CURSOR_OK)
		return NULL;
	if (n > w->cap - w->len) {
		w->err = CURSOR_FULL;
		return NULL;
	}
	p = w->base + w->len;
	w->len += n;
	return p;
}

static inline void
wr_u8(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_take(w, 1);

	if (p == NULL)
		return;
	if (v > UINT8_MAX)
		w->err = CURSOR_RANGE;
	p[0] = (uint8_t)v;
}

static inline void
wr_u16(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_take(w, 2);

	if (p == NULL)
		return;
	if (v > UINT16_MAX)
		w->err = CURSOR_RANGE;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void
wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_take(w, 4);

	if (p == NULL)
		return;
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

static inline void
wr_bytes(struct wr *w, struct span s)
{
	uint8_t *p = wr_take(w, s.n);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
}

/* A C-octet string and its NUL; an error when s holds a NUL. */
static inline void
wr_cstr(struct wr *w, struct span s)
{
	uint8_t *p = wr_take(w, s.n + 1);

	if (p == NULL)
		return;
	if (s.n > 0) {
		if (memchr(s.p, 0, s.n) != NULL)
			w->err = CURSOR_NUL;
		memcpy(p, s.p, s.n);
	}
	p[s.n] = 0;
}

/* Writes v over the four octets at off, which must have been written. */
static inline void
wr_patch_u32(struct wr *w, size_t off, uint32_t v)
{
	if (w->err != CURSOR_OK || w->len < 4 || off > w->len - 4)
		return;
	w->base[off] = (uint8_t)(v >> 24);
	w->base[off + 1] = (uint8_t)(v >> 16);
	w->base[off + 2] = (uint8_t)(v >> 8);
	w->base[off + 3] = (uint8_t)v;
}

#endif
