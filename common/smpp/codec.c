/* SPDX-License-Identifier: ISC */
/*
 * PDUs from and to octets (3.4, 3.2 and 4), by the rows of smpp.def. What
 * leaves the PDU is an error; all else is kept as it is, so that encoding
 * what was decoded gives the same octets.
 */
#include "smpp/pdu.h"

#include "base/mem.h"
#include "smpp/straight.h"
#include "smpp/tables.h"

static inline uint32_t *
number(struct pdu *pdu, const struct pdu_use *use)
{
	return (uint32_t *)(void *)((unsigned char *)pdu + use->offset);
}

static inline struct span *
string(struct pdu *pdu, const struct pdu_use *use)
{
	return (struct span *)(void *)((unsigned char *)pdu + use->offset);
}

/* Passes over a list of so many items; the span is the items. */
static struct span
list(struct rd *r, enum pdu_kind kind, uint32_t count)
{
	const uint8_t *start = r->p;
	struct dest dest;
	struct unsuccess unsuccess;

	while (count-- > 0) {
		bool ok = kind == PDU_DESTS ? dest_next(r, &dest) :
		    unsuccess_next(r, &unsuccess);

		if (!ok && r->err == CURSOR_OK)
			r->err = CURSOR_SHORT;
		if (!ok)
			return (struct span){0};
	}
	return span_of(start, (size_t)(r->p - start));
}

/* How many items a list has; false when it is none. */
static bool
list_count(struct span items, enum pdu_kind kind, uint32_t *count)
{
	struct rd r = rd_init(items);
	struct dest dest;
	struct unsuccess unsuccess;

	*count = 0;
	while (kind == PDU_DESTS ? dest_next(&r, &dest) :
	    unsuccess_next(&r, &unsuccess))
		++*count;
	return r.err == CURSOR_OK;
}

static inline void
get(struct rd *r, struct pdu *pdu, const struct pdu_use *use)
{
	switch ((enum pdu_kind)use->kind) {
	case PDU_U8:
		*number(pdu, use) = rd_u8(r);
		break;
	case PDU_U16:
		*number(pdu, use) = rd_u16(r);
		break;
	case PDU_U32:
		*number(pdu, use) = rd_u32(r);
		break;
	case PDU_CSTR:
		*string(pdu, use) = rd_cstr(r);
		break;
	case PDU_OCTETS:
		*string(pdu, use) = rd_bytes(r, rd_u8(r));
		break;
	case PDU_DESTS:
	case PDU_UNSUCCESS:
		*string(pdu, use) = list(r, (enum pdu_kind)use->kind, rd_u8(r));
		break;
	case PDU_BODY:
		*string(pdu, use) = rd_bytes(r, rd_left(r));
		break;
	case PDU_EMPTY:
		break;
	}
}

static bool
fail(struct pdu_error *e, enum pdu_fault fault, const char *field,
    size_t offset, size_t limit, uint32_t status)
{
	if (e != NULL)
		*e = (struct pdu_error){fault, field, 0, offset, limit, status};
	return false;
}

/* Says what is wrong with the field that starts at start. */
static bool
field_fail(struct pdu_error *e, const struct rd *r, const uint8_t *start,
    const struct field_row *row)
{
	size_t offset = (size_t)(start - r->base);
	size_t left = (size_t)(r->end - start);

	if (left == 0)
		return fail(e, PDU_FAULT_SHORT, row->name, offset, 0,
		    ESME_RINVCMDLEN);
	switch (r->err) {
	case CURSOR_NO_NUL:
		return fail(e, PDU_FAULT_NO_NUL, row->name, rd_off(r),
		    rd_left(r), row->status);
	case CURSOR_RANGE:
		return fail(e, PDU_FAULT_VALUE, row->name, rd_off(r) - 1, 0,
		    ESME_RINVDESTFLAG);
	default:
		return fail(e, row->kind < PDU_CSTR ? PDU_FAULT_SHORT :
		    PDU_FAULT_COUNT, row->name, offset, left - 1, row->status);
	}
}

/*
 * Tells TLVs from what is left over. A TLV that leaves the PDU is an error,
 * but behind a PDU that is its header alone octets of any kind are ignored.
 */
static bool
get_tlvs(struct rd *r, struct pdu *pdu, struct pdu_error *e)
{
	const uint8_t *start = r->p, *end = start;
	struct tlv tlv;

	while (tlv_next(r, &tlv))
		end = r->p;
	pdu->tlvs = span_of(start, (size_t)(end - start));
	pdu->trailing = span_of(end, (size_t)(r->end - end));
	if (pdu->trailing.n < 4 || pdu_row(pdu->type)->n_uses == 0)
		return true;
	fail(e, PDU_FAULT_TLV_STREAM, "", (size_t)(end - r->base),
	    pdu->trailing.n - 4, ESME_RINVTLVSTREAM);
	if (e != NULL) {
		const struct tlv_row *row;

		e->tag = (uint16_t)(end[0] << 8 | end[1]);
		row = tlv_row(e->tag);
		e->field = row == NULL ? "" : row->name;
	}
	return false;
}

bool
pdu_decode(struct pdu *pdu, struct span frame, struct pdu_error *e)
{
	const struct pdu_row *row;
	struct rd r = rd_init(frame);
	uint32_t length;

	if (e != NULL)
		*e = (struct pdu_error){.field = ""};
	mem_clear(pdu, sizeof(*pdu));
	if (straight_response(pdu, frame))
		return true;
	pdu->frame = frame;
	length = rd_u32(&r);
	pdu->command_id = rd_u32(&r);
	pdu->command_status = rd_u32(&r);
	pdu->sequence_number = rd_u32(&r);
	pdu->type = pdu_type_by_id(pdu->command_id);
	if (r.err != CURSOR_OK || length != frame.n)
		return fail(e, PDU_FAULT_LENGTH, "command_length", 0, frame.n,
		    ESME_RINVCMDLEN);
	if (pdu->type == PDU_unknown) {
		pdu->trailing = rd_bytes(&r, rd_left(&r));
		return true;
	}
	row = pdu_row(pdu->type);
	if (frame.n == PDU_HEADER && row->n_uses > 0 &&
	    (pdu->command_id & PDU_RESPONSE) != 0) {
		pdu->no_body = true;
		return true;
	}
	if (straight_decode(&r, pdu))
		return get_tlvs(&r, pdu, e);
	for (size_t i = 0; i < row->n_uses; i++) {
		const struct pdu_use *use = &row->uses[i];
		const uint8_t *start = r.p;

		get(&r, pdu, use);
		if (r.err != CURSOR_OK)
			return field_fail(e, &r, start, field_row(use->field));
	}
	return get_tlvs(&r, pdu, e);
}

static inline bool
put(struct wr *w, const struct pdu *pdu, const struct pdu_use *use)
{
	const unsigned char *member = (const unsigned char *)pdu + use->offset;
	uint32_t n;
	struct span s = {0};
	uint32_t count;

	if (use->kind < PDU_CSTR)
		memcpy(&n, member, sizeof(n));
	else
		memcpy(&s, member, sizeof(s));
	switch ((enum pdu_kind)use->kind) {
	case PDU_U8:
		wr_u8(w, n);
		break;
	case PDU_U16:
		wr_u16(w, n);
		break;
	case PDU_U32:
		wr_u32(w, n);
		break;
	case PDU_CSTR:
		wr_cstr(w, s);
		break;
	case PDU_OCTETS:
		wr_u8(w, s.n > UINT8_MAX ? UINT32_MAX : (uint32_t)s.n);
		wr_bytes(w, s);
		break;
	case PDU_DESTS:
	case PDU_UNSUCCESS:
		if (!list_count(s, (enum pdu_kind)use->kind, &count))
			return false;
		wr_u8(w, count);
		wr_bytes(w, s);
		break;
	case PDU_BODY:
		wr_bytes(w, s);
		break;
	case PDU_EMPTY:
		break;
	}
	return true;
}

static bool
put_fail(struct pdu_error *e, enum cursor_error err, const struct field_row *row,
    size_t offset)
{
	switch (err) {
	case CURSOR_NUL:
		return fail(e, PDU_FAULT_NUL, row->name, offset, 0, row->status);
	case CURSOR_RANGE:
		return fail(e, PDU_FAULT_RANGE, row->name, offset, UINT8_MAX,
		    row->status);
	default:
		return fail(e, PDU_FAULT_COUNT, row->name, offset, 0, row->status);
	}
}

bool
pdu_encode(struct wr *w, const struct pdu *pdu, struct pdu_error *e)
{
	const struct pdu_row *row = pdu_row(pdu->type);
	struct wr out = *w;
	size_t start = w->len;

	if (e != NULL)
		*e = (struct pdu_error){.field = ""};
	if (straight_encode(w, pdu))
		return true;
	wr_u32(&out, 0);
	wr_u32(&out, pdu->type == PDU_unknown ? pdu->command_id : row->command_id);
	wr_u32(&out, pdu->command_status);
	wr_u32(&out, pdu->sequence_number);
	for (size_t i = 0; i < row->n_uses && !pdu->no_body; i++) {
		const struct pdu_use *use = &row->uses[i];
		size_t offset = out.need - w->need;

		if (!put(&out, pdu, use) || out.err == CURSOR_NUL ||
		    out.err == CURSOR_RANGE)
			return put_fail(e, out.err, field_row(use->field), offset);
	}
	wr_bytes(&out, pdu->tlvs);
	wr_bytes(&out, pdu->trailing);
	if (out.err != CURSOR_OK)
		return fail(e, PDU_FAULT_FULL, "", 0, out.need - w->need,
		    ESME_RSYSERR);
	wr_patch_u32(&out, start, (uint32_t)(out.len - start));
	*w = out;
	return true;
}
