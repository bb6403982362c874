/* SPDX-License-Identifier: ISC */
#ifndef SMPP_MOLD_H
#define SMPP_MOLD_H

#include "smpp/pdu.h"

/*
 * For submit_sm by the million that differ in nothing but their destination
 * and their text: what they have in common is encoded once (3.4, 4.4.1).
 */
enum {
	MOLD_SIDE = 48,  /* octets before the destination, and behind it, at most */
	MOLD_ROOM = 2 * MOLD_SIDE + 16,  /* of a cast beside what is put into it */
};

/* All zero is none. */
struct mold {
	uint8_t head[MOLD_SIDE], tail[MOLD_SIDE];
	uint8_t n_head, n_tail;
};

/* What differs. */
struct mold_fill {
	uint8_t dest_addr_ton, dest_addr_npi;
	struct span destination_addr;  /* at most 20 octets, none of them NUL */
	struct span short_message;     /* at most 255 octets */
};

/* Makes it of a submit_sm, whose own destination and text do not matter. False
 * when that has TLVs, or cannot be encoded. */
bool mold_make(struct mold *, const struct pdu *);

/* Writes the PDU at p, where MOLD_ROOM, destination and text have room, all of
 * which may be written to; gives its octets. */
size_t mold_cast(const struct mold *, const struct mold_fill *,
    uint32_t sequence_number, uint8_t *p);

#endif
