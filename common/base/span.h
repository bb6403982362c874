/* SPDX-License-Identifier: ISC */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed octets: whoever made the span says how long they live. */
struct span {
	const uint8_t *p;
	size_t n;
};

/* The n octets at p. */
static inline struct span
span_of(const void *p, size_t n)
{
	return (struct span){p, n};
}

/* The octets of a C string, without its NUL. */
static inline struct span
span_str(const char *s)
{
	return (struct span){(const uint8_t *)s, strlen(s)};
}

/* Whether a and b hold the same octets. */
static inline bool
span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Whether a holds exactly the octets of the C string s. */
static inline bool
span_is(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

/* A number that equal octets share, for tables (FNV-1a). */
static inline uint32_t
span_hash(struct span a)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < a.n; i++)
		hash = (hash ^ a.p[i]) * UINT32_C(16777619);
	return hash;
}

/* What is left of a after its first n octets; empty when there are fewer. */
static inline struct span
span_skip(struct span a, size_t n)
{
	if (n >= a.n)
		return (struct span){a.p, 0};
	return (struct span){a.p + n, a.n - n};
}

#endif
