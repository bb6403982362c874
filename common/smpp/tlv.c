/* SPDX-License-Identifier: ISC */
/*
 * Optional parameters (3.4, 3.2.4 and 5.3) and the two lists of submit_multi
 * (3.4, 4.5): iterators over raw octets, and writers.
 */
#include "smpp/pdu.h"

bool
tlv_next(struct rd *r, struct tlv *tlv)
{
	if (rd_left(r) == 0 || r->err != CURSOR_OK)
		return false;
	tlv->tag = rd_u16(r);
	tlv->value = rd_bytes(r, rd_u16(r));
	return r->err == CURSOR_OK;
}

bool
pdu_tlv(const struct pdu *pdu, uint16_t tag, struct span *value)
{
	struct rd r = rd_init(pdu->tlvs);
	struct tlv tlv;

	while (tlv_next(&r, &tlv)) {
		const struct tlv_row *row;

		if (tlv.tag != tag)
			continue;
		*value = tlv.value;
		row = tlv_row(tag);
		if (row != NULL && row->kind == PDU_CSTR && value->n > 0 &&
		    value->p[value->n - 1] == 0)
			value->n--;
		return true;
	}
	return false;
}

bool
pdu_tlv_uint(const struct pdu *pdu, uint16_t tag, uint32_t *value)
{
	struct span s;

	if (!pdu_tlv(pdu, tag, &s) || s.n == 0 || s.n > 4)
		return false;
	*value = 0;
	for (size_t i = 0; i < s.n; i++)
		*value = *value << 8 | s.p[i];
	return true;
}

void
tlv_put(struct wr *w, uint16_t tag, struct span value)
{
	wr_u16(w, tag);
	wr_u16(w, value.n > UINT16_MAX ? UINT32_MAX : (uint32_t)value.n);
	wr_bytes(w, value);
}

void
tlv_put_uint(struct wr *w, uint16_t tag, uint32_t value)
{
	const struct tlv_row *row = tlv_row(tag);
	enum pdu_kind kind = row == NULL ? PDU_U8 : row->kind;

	wr_u16(w, tag);
	switch (kind) {
	case PDU_U32:
		wr_u16(w, 4);
		wr_u32(w, value);
		break;
	case PDU_U16:
		wr_u16(w, 2);
		wr_u16(w, value);
		break;
	default:
		wr_u16(w, 1);
		wr_u8(w, value);
		break;
	}
}

void
tlv_put_cstr(struct wr *w, uint16_t tag, struct span value)
{
	wr_u16(w, tag);
	wr_u16(w, value.n >= UINT16_MAX ? UINT32_MAX : (uint32_t)value.n + 1);
	wr_cstr(w, value);
}

struct span
pdu_user_data(const struct pdu *pdu)
{
	struct span payload;

	if (pdu->short_message.n > 0 ||
	    !pdu_tlv(pdu, TLV_message_payload, &payload))
		return pdu->short_message;
	return payload;
}

bool
dest_next(struct rd *r, struct dest *d)
{
	if (rd_left(r) == 0 || r->err != CURSOR_OK)
		return false;
	*d = (struct dest){.flag = rd_u8(r)};
	if (d->flag == 1) {
		d->ton = rd_u8(r);
		d->npi = rd_u8(r);
		d->addr = rd_cstr(r);
	} else if (d->flag == 2) {
		d->addr = rd_cstr(r);
	} else {
		/* its layout is not known, so nothing behind it can be read */
		r->err = CURSOR_RANGE;
	}
	return r->err == CURSOR_OK;
}

void
dest_put(struct wr *w, const struct dest *d)
{
	wr_u8(w, d->flag);
	if (d->flag == 1) {
		wr_u8(w, d->ton);
		wr_u8(w, d->npi);
	}
	wr_cstr(w, d->addr);
}

bool
unsuccess_next(struct rd *r, struct unsuccess *u)
{
	if (rd_left(r) == 0 || r->err != CURSOR_OK)
		return false;
	u->ton = rd_u8(r);
	u->npi = rd_u8(r);
	u->addr = rd_cstr(r);
	u->status = rd_u32(r);
	return r->err == CURSOR_OK;
}

void
unsuccess_put(struct wr *w, const struct unsuccess *u)
{
	wr_u8(w, u->ton);
	wr_u8(w, u->npi);
	wr_cstr(w, u->addr);
	wr_u32(w, u->status);
}
