/* SPDX-License-Identifier: ISC */
/*
 * What bends the specification in a PDU that can be read: limits of fields
 * (3.4, 4), rules for TLVs (3.4, 5.3; 5.0, 4.8), numbers of the header.
 */
#include "smpp/pdu.h"

#include <assert.h>

#include "smpp/straight.h"
#include "smpp/tables.h"

enum { ITEM_LIMIT = 21 };  /* octets of an address or name in a list */

/* The highest value of a number in 3.4 and in 5.0; 0: any that fits. */
static const uint32_t highest[PDU_FIELDS][2] = {
#define HIGHEST(field, v34, v50) [FIELD_##field] = {v34, v50},
#include "smpp/smpp.def"
};

/* The PDUs that must carry some TLV. */
static const uint64_t needing = 0
#define TLV_NEEDED(pdu, tlv) | UINT64_C(1) << PDU_##pdu
#include "smpp/smpp.def"
    ;

struct check {
	const struct pdu *pdu;
	uint32_t version;
	struct pdu_error *v;
	size_t max, n;
	size_t offset;   /* of what is looked at, into the frame */
};

static void
found(struct check *c, enum pdu_fault fault, const char *field, uint16_t tag,
    size_t limit, uint32_t status)
{
	if (c->n < c->max)
		c->v[c->n] = (struct pdu_error){fault, field, tag, c->offset,
		    limit, status};
	c->n++;
}

static void
check_header(struct check *c, const struct pdu_row *row)
{
	const struct pdu *pdu = c->pdu;
	bool response = (pdu->command_id & PDU_RESPONSE) != 0 ||
	    (row->command_id & PDU_RESPONSE) != 0;

	c->offset = 4;
	if (pdu->type == PDU_unknown || row->since > c->version)
		found(c, PDU_FAULT_VALUE, "command_id", 0, 0, ESME_RINVCMDID);
	c->offset = 8;
	if (pdu->command_status != 0 && !response)
		found(c, PDU_FAULT_VALUE, "command_status", 0, 0, ESME_ROK);
	c->offset = 12;
	if (pdu->sequence_number > INT32_MAX ||
	    (pdu->sequence_number == 0 && pdu->type != PDU_generic_nack))
		found(c, PDU_FAULT_VALUE, "sequence_number", 0, 0, ESME_ROK);
	c->offset = PDU_HEADER;
}

static void
found_field(struct check *c, enum pdu_fault fault, enum pdu_field field,
    size_t limit)
{
	const struct field_row *row = field_row(field);

	found(c, fault, row->name, 0, limit, row->status);
}

static void
check_number(struct check *c, const struct pdu_use *use, uint32_t value)
{
	uint32_t most = highest[use->field][c->version >= 0x50];
	uint32_t width = use->kind == PDU_U8 ? UINT8_MAX :
	    use->kind == PDU_U16 ? UINT16_MAX : UINT32_MAX;

	if (value > width)
		found_field(c, PDU_FAULT_RANGE, use->field, width);
	else if (most != 0 && value > most)
		found_field(c, PDU_FAULT_VALUE, use->field, most);
	c->offset += use->kind == PDU_U8 ? 1 : use->kind == PDU_U16 ? 2 : 4;
}

static void
check_cstr(struct check *c, const char *name, struct span s, size_t limit,
    bool fixed, uint32_t status)
{
	if (s.n + 1 > limit)
		found(c, PDU_FAULT_LIMIT, name, 0, limit, status);
	else if (fixed && s.n > 0 && s.n + 1 != limit)
		found(c, PDU_FAULT_SIZE, name, 0, limit, status);
	if (s.n > 0 && memchr(s.p, 0, s.n) != NULL)
		found(c, PDU_FAULT_NUL, name, 0, 0, status);
}

/* Checks the items and their number, and passes over them. */
static void
check_list(struct check *c, const struct field_row *row, struct span items,
    size_t limit)
{
	struct rd r = rd_init(items);
	size_t start = c->offset, count = 0;
	struct unsuccess unsuccess;
	struct dest dest;

	if (row->kind == PDU_DESTS) {
		for (; dest_next(&r, &dest); count++) {
			check_cstr(c, "destination_addr", dest.addr, ITEM_LIMIT,
			    false, dest.flag == 1 ? ESME_RINVDSTADR :
			    ESME_RINVDLNAME);
			c->offset = start + 1 + rd_off(&r);
		}
	} else {
		for (; unsuccess_next(&r, &unsuccess); count++) {
			check_cstr(c, "destination_addr", unsuccess.addr,
			    ITEM_LIMIT, false, ESME_RINVDSTADR);
			c->offset = start + 1 + rd_off(&r);
		}
	}
	if (r.err != CURSOR_OK)
		found(c, PDU_FAULT_COUNT, row->name, 0, rd_left(&r), row->status);
	c->offset = start;
	if (count > limit)
		found(c, PDU_FAULT_LIMIT, row->name, 0, limit, row->status);
	if (count == 0 && row->kind == PDU_DESTS)
		found(c, PDU_FAULT_VALUE, row->name, 0, 0, row->status);
	c->offset = start + 1 + items.n;
}

/* A field's span is looked at where it is: this is on the hot path of
 * smpp-decode, and a copy would have to wait for both of its halves. */
static void
check_field(struct check *c, const struct pdu_use *use)
{
	const void *member = (const unsigned char *)c->pdu + use->offset;
	size_t limit = c->version >= 0x50 ? use->limit_50 : use->limit;
	const struct span *s = member;
	const struct field_row *row;

	switch ((enum pdu_kind)use->kind) {
	case PDU_U8:
	case PDU_U16:
	case PDU_U32:
		check_number(c, use, *(const uint32_t *)member);
		break;
	case PDU_CSTR:
		if (s->n > 0) {
			row = field_row(use->field);
			check_cstr(c, row->name, *s, limit, use->fixed,
			    row->status);
		}
		c->offset += s->n + 1;
		break;
	case PDU_OCTETS:
		if (s->n > limit)
			found_field(c, PDU_FAULT_LIMIT, use->field, limit);
		c->offset += s->n + 1;
		break;
	case PDU_DESTS:
	case PDU_UNSUCCESS:
		check_list(c, field_row(use->field), *s, limit);
		break;
	case PDU_BODY:
		c->offset += s->n;
		break;
	case PDU_EMPTY:
		break;
	}
}

static void
check_tlv(struct check *c, const struct tlv_row *row, struct span value,
    bool seen)
{
	uint64_t allowed = c->version >= 0x50 ? row->pdus_50 :
	    c->version >= 0x34 ? row->pdus_34 : 0;

	if ((allowed & UINT64_C(1) << c->pdu->type) == 0)
		found(c, PDU_FAULT_TLV_PLACE, row->name, row->tag, 0,
		    ESME_RTLVNOTALLWD);
	if (seen && !row->repeatable)
		found(c, PDU_FAULT_TLV_REPEAT, row->name, row->tag, 0,
		    ESME_RTLVNOTALLWD);
	if (value.n > row->max)
		found(c, PDU_FAULT_SIZE, row->name, row->tag, row->max,
		    ESME_RINVTLVLEN);
	else if (row->kind == PDU_CSTR &&
	    (value.n == 0 || value.p[value.n - 1] != 0))
		found(c, PDU_FAULT_TLV_NO_NUL, row->name, row->tag, row->max,
		    ESME_RINVTLVVAL);
	else if (value.n < row->min)
		found(c, PDU_FAULT_SIZE, row->name, row->tag, row->min,
		    ESME_RINVTLVLEN);
	if (row->tag == TLV_message_payload && c->pdu->short_message.n > 0)
		found(c, PDU_FAULT_VALUE, row->name, row->tag, 0,
		    ESME_RINVMSGLEN);
}

/* A set of TLVs, a bit for each, by number of the row. */
static bool
is_seen(const uint64_t seen[2], size_t i)
{
	return (seen[i / 64] >> i % 64 & 1) != 0;
}

/* TLVs that have to be there. */
static void
check_needed(struct check *c, const uint64_t seen[2])
{
	const struct tlv_needed *need;

	for (size_t i = 0; (need = tlv_needed_at(i)) != NULL; i++) {
		const struct tlv_row *row;

		if (need->type != c->pdu->type)
			continue;
		row = tlv_row(need->tag);
		if (!is_seen(seen, (size_t)(row - tlv_row_at(0))))
			found(c, PDU_FAULT_TLV_MISSING, row->name, row->tag, 0,
			    ESME_RMISSINGTLV);
	}
}

static void
check_tlvs(struct check *c)
{
	struct rd r = rd_init(c->pdu->tlvs);
	size_t start = c->offset;
	uint64_t seen[2] = {0, 0};
	struct tlv tlv;

	while (tlv_next(&r, &tlv)) {
		const struct tlv_row *row = tlv_row(tlv.tag);

		if (row != NULL) {
			size_t i = (size_t)(row - tlv_row_at(0));

			assert(i < sizeof(seen) * 8);
			check_tlv(c, row, tlv.value, is_seen(seen, i));
			seen[i / 64] |= UINT64_C(1) << i % 64;
		}
		c->offset = start + rd_off(&r);
	}
	if (r.err != CURSOR_OK || (c->pdu->trailing.n > 0 &&
	    c->pdu->type != PDU_unknown)) {
		c->offset = start + rd_off(&r);
		found(c, PDU_FAULT_TLV_STREAM, "", 0, 0, ESME_RINVTLVSTREAM);
	}
	if ((needing >> c->pdu->type & 1) != 0)
		check_needed(c, seen);
}

size_t
pdu_check(const struct pdu *pdu, uint32_t version, struct pdu_error *v,
    size_t max)
{
	struct check c = {pdu, version, v, max, 0, 0};
	const struct pdu_row *row = pdu_row(pdu->type);
	size_t size;

	check_header(&c, row);
	if (pdu->no_body && row->n_uses > 0) {
		if (pdu->command_status == 0 ||
		    (row->command_id & PDU_RESPONSE) == 0)
			found(&c, PDU_FAULT_SHORT,
			    field_row(row->uses[0].field)->name, 0, 0,
			    ESME_RINVCMDLEN);
		return c.n;
	}
	if (straight_check(pdu, version >= 0x50, &size))
		c.offset += size;
	else for (size_t i = 0; i < row->n_uses; i++)
		check_field(&c, &row->uses[i]);
	check_tlvs(&c);
	return c.n;
}
