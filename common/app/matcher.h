/* SPDX-License-Identifier: ISC */
#ifndef APP_MATCHER_H
#define APP_MATCHER_H

#include "smpp/ids.h"

/*
 * Finds the part of a message that a receipt speaks of, by the id that the
 * SMSC gave and the address it went to. An id may be given out more than once;
 * the newest counts. A tag is in it once at most.
 */
struct matcher;

struct matcher *matcher_new(void);
void matcher_free(struct matcher *);

/* Which forms matcher_match tries; IDS_MODE_AUTO at first. */
void matcher_set_mode(struct matcher *, enum ids_mode);

/* Remembers (a copy of) an id and what it stands for; and to whom it went. */
void matcher_add(struct matcher *, struct span id, uint64_t tag);
void matcher_add_to(struct matcher *, struct span id, struct span to,
    uint64_t tag);

/* Whose id it is, exactly; false when nobody's. */
bool matcher_find(const struct matcher *, struct span id, uint64_t *tag);

struct matched {
	uint64_t tag;
	enum ids_form form;
	bool learnt;  /* *known has just become this form: worth a note */
};

/*
 * Whose the id of a receipt is, in any form that the mode allows. from is the
 * receipt's source: a form other than exact needs its last eight digits to be
 * those of the destination, and one candidate only. known is the link's: a
 * base seen there before is tried first. Conversion is tried of ids up to 1024
 * octets. False when nobody's.
 */
bool matcher_match(struct matcher *, struct span id, struct span from,
    enum ids_form *known, struct matched *);

/* Forgets an id of that tag, if it is known. */
void matcher_remove(struct matcher *, struct span id, uint64_t tag);

#endif
