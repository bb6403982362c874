/* SPDX-License-Identifier: ISC */
#ifndef APP_COMPOSE_PRIVATE_H
#define APP_COMPOSE_PRIVATE_H

#include "app/compose.h"
#include "app/rows.h"
#include "base/dice.h"

/* What compose.c (where items come from) and compose_message.c (what is in
 * them) share. */
struct compose {
	const struct compose_conf *conf;
	struct rows *rows;       /* NULL: options, or files */
	size_t at;               /* of the files, or 1 when the options were taken */
	uint64_t ids;
	int status;
};

/* What an item is made of; empty: not said. */
struct compose_parts {
	struct span to, from, subject, text, part, file, priority, expiry;
	struct span message_id, status;
};

/* Makes a message, or a report; reads a mail to be sent on. False: item->error. */
bool compose_make(struct compose *, struct compose_item *,
    const struct compose_parts *, struct timespec now);
bool compose_forward(struct compose *, struct compose_item *,
    const struct compose_parts *, bool relayed, struct timespec now);

/* Says what is wrong with an item: false. */
bool compose_fail(struct compose_item *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
