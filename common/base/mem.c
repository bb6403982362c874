/* SPDX-License-Identifier: ISC */
/*
 * Allocators for every layer: none of them returns NULL, so that no caller
 * checks, and the one place that decides how to end is a hook.
 */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
exhausted(size_t n)
{
	(void)n;
	abort();
}

void (*mem_exhausted)(size_t n) = exhausted;

void *
mem_new(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (p == NULL)
		mem_exhausted(n);
	return p;
}

void *
mem_array(size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		mem_exhausted(SIZE_MAX);
	return mem_new(n * size);
}

void *
mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n);

	if (q == NULL)
		mem_exhausted(n);
	return q;
}

void
mem_clear(void *p, size_t n)
{
	memset(p, 0, n);
}

char *
mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *
mem_strndup(const void *p, size_t n)
{
	char *s = mem_new(n + 1);

	if (n > 0)
		memcpy(s, p, n);
	return s;
}
