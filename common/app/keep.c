/* SPDX-License-Identifier: ISC */
/* Strings that configuration is made of, released together. */
#include "app/keep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

char *
keep_owned(struct keep *k, char *s)
{
	k->p = mem_resize(k->p, (k->n + 1) * sizeof(*k->p));
	k->p[k->n++] = s;
	return s;
}

char *
keep_span(struct keep *k, struct span s)
{
	return keep_owned(k, mem_strndup(s.p, s.n));
}

char *
keepf(struct keep *k, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = mem_new((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return keep_owned(k, s);
}

void
keep_free(struct keep *k)
{
	for (size_t i = 0; i < k->n; i++) {
		explicit_bzero(k->p[i], strlen(k->p[i]));
		free(k->p[i]);
	}
	free(k->p);
	*k = (struct keep){0};
}
