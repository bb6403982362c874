/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_DUMP_H
#define APP_MM4_DUMP_H

#include "mms/mms.h"

/*
 * Appends a mail for people to look at and to send to others: its head as it
 * is, and a line for each part; of every number but its last three digits is
 * hidden, as are subjects and all content.
 */
void mm4_dump(struct buf *, const struct mms *, struct span octets);

/* Hides runs of seven digits and more, but their last three, from an offset of
 * the buffer on. */
void mm4_mask(struct buf *, size_t from);

#endif
