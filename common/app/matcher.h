/* SPDX-License-Identifier: ISC */
#ifndef APP_MATCHER_H
#define APP_MATCHER_H

#include "base/span.h"

/*
 * Finds the message that a receipt speaks of, by the id that the SMSC gave.
 * An id may be given out more than once; the newest counts.
 */
struct matcher;

struct matcher *matcher_new(void);
void matcher_free(struct matcher *);

/* Remembers (a copy of) an id and what it stands for. */
void matcher_add(struct matcher *, struct span id, uint64_t tag);

/* Whose id it is; false when nobody's. */
bool matcher_find(const struct matcher *, struct span id, uint64_t *tag);

/* Forgets an id of that tag, if it is known. */
void matcher_remove(struct matcher *, struct span id, uint64_t tag);

#endif
