/* SPDX-License-Identifier: ISC */
#ifndef FILE_PHONE_SET_H
#define FILE_PHONE_SET_H

#include "base/span.h"

/* Phone numbers seen, with the row of each; exact, 12 octets a number and as
 * much room again. All zero is empty. */
struct phone_set {
	uint64_t *key;
	uint32_t *row;
	size_t n, room;      /* room: a power of 2, or 0 */
};

void phone_set_free(struct phone_set *);

/* Adds a number as phone_read writes it, if it is not there. A plus in front
 * makes no difference. */
void phone_set_add(struct phone_set *, struct span number, uint32_t row);

/* Whether it is there; *row is then the row it came with. */
bool phone_set_find(const struct phone_set *, struct span number, uint32_t *row);

#endif
