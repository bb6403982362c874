/* SPDX-License-Identifier: ISC */
#ifndef APP_KEEP_H
#define APP_KEEP_H

#include "base/span.h"

/* Strings that live as long as their owner. All zero keeps none. */
struct keep {
	char **p;
	size_t n;
};

/* Keeps s, which it will free (wiped first, it may be a secret); gives s. */
char *keep_owned(struct keep *, char *s);

/* Keeps a copy of a span, of a printf result. */
char *keep_span(struct keep *, struct span);
char *keepf(struct keep *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void keep_free(struct keep *);

#endif
