/* SPDX-License-Identifier: ISC */
#ifndef APP_MANAGE_PRIVATE_H
#define APP_MANAGE_PRIVATE_H

#include "app/manage.h"

/* What the rooms of manage share: manage.c (items, requests, the end) and
 * manage_answer.c (events). */

/* Octets within what an item keeps. */
struct cut {
	size_t at, n;
};

struct item {
	size_t tag;
	struct item *next;     /* unused */
	bool used, told;
	bool again;            /* to be asked again */
	bool throttled;        /* because of that */
	uint64_t line;
	struct cut id, from, to, frame;
	struct buf kept;
};

struct manage {
	const struct manage_conf *conf;
	struct loop *loop;
	struct out *out;
	struct item **item;    /* by tag */
	size_t n;
	struct item *unused;
	struct pacer pacer;
	struct flow flow;
	uint64_t flow_ms;      /* when the flow may let one go; UINT64_MAX: after
	                        * an answer */
	size_t n_untold, n_again;
	unsigned windows_lost;
	struct text_plan plan;
	struct buf error;
	struct manage_counts counts;
};

struct span manage_kept(const struct item *, struct cut);

/* Prints the record of an item. answer: of a query that was answered, else
 * NULL; ms UINT64_MAX: it was not answered at all. */
void manage_tell(struct manage *, struct item *, const char *status,
    const struct pdu *answer, const char *error, uint64_t ms);

/* The link is down: nothing may leave until it is back. */
void manage_rest(struct manage *);

/* Nothing can come for it any more. */
void manage_give_back(struct manage *, struct item *);

#endif
