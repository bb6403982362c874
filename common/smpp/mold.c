/* SPDX-License-Identifier: ISC */
/* submit_sm with all but two fields encoded beforehand. */
#include "smpp/mold.h"

enum { EMPTY_DESTINATION = 3, EMPTY_TEXT = 1 };  /* octets */

bool
mold_make(struct mold *mold, const struct pdu *like)
{
	uint8_t octets[2 * MOLD_SIDE + EMPTY_DESTINATION + EMPTY_TEXT];
	struct wr w = wr_init(octets, sizeof(octets));
	struct pdu pdu = *like;
	size_t head = PDU_HEADER + pdu.service_type.n + 1 + 2 +
	    pdu.source_addr.n + 1, tail;

	*mold = (struct mold){0};
	if (pdu.type != PDU_submit_sm || pdu.tlvs.n + pdu.trailing.n > 0)
		return false;
	pdu.destination_addr = pdu.short_message = (struct span){0};
	if (!pdu_encode(&w, &pdu, NULL) || head > MOLD_SIDE)
		return false;
	tail = head + EMPTY_DESTINATION;
	if (w.len - EMPTY_TEXT - tail > MOLD_SIDE)
		return false;
	mold->n_head = (uint8_t)head;
	mold->n_tail = (uint8_t)(w.len - EMPTY_TEXT - tail);
	memcpy(mold->head, octets, head);
	memcpy(mold->tail, octets + tail, mold->n_tail);
	return true;
}

static void
put_u32(uint8_t *p, uint32_t n)
{
	p[0] = (uint8_t)(n >> 24);
	p[1] = (uint8_t)(n >> 16);
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
}

size_t
mold_cast(const struct mold *mold, const struct mold_fill *fill,
    uint32_t sequence_number, uint8_t *start)
{
	struct span to = fill->destination_addr, text = fill->short_message;
	uint8_t *p = start;

	/* a known number of octets is copied in no time */
	memcpy(p, mold->head, MOLD_SIDE);
	p += mold->n_head;
	*p++ = fill->dest_addr_ton;
	*p++ = fill->dest_addr_npi;
	if (to.n > 0)
		memcpy(p, to.p, to.n);
	p += to.n;
	*p++ = 0;
	memcpy(p, mold->tail, MOLD_SIDE);
	p += mold->n_tail;
	*p++ = (uint8_t)text.n;
	if (text.n > 0)
		memcpy(p, text.p, text.n);
	p += text.n;
	put_u32(start, (uint32_t)(p - start));
	put_u32(start + 12, sequence_number);
	return (size_t)(p - start);
}
