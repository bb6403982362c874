/* SPDX-License-Identifier: ISC */
/*
 * The rows of smpp.def as straight lines of code: the kind and the place of
 * each field are constants here, room is looked for once a PDU, and what is
 * wrong is noticed at its end. submit_sm encodes in a third of the time that
 * walking its rows takes.
 */
#include "smpp/straight.h"

#include <assert.h>

enum {
#define FIELD(name, kind, ...) KIND_##name = PDU_##kind,
#include "smpp/smpp.def"
};

/* Their fields are octets, C-octet strings and counted octets. */
#define HOT_PDUS \
	HOT(submit_sm) HOT(submit_sm_resp) HOT(deliver_sm) HOT(deliver_sm_resp)

#define NONE
#define F(field, limit) G(field, limit, limit)
#define G(field, limit, limit_50) FIELD_LINE(field, KIND_##field, \
	offsetof(struct pdu, field), limit, limit_50, false)
#define T(field) FIELD_LINE(field, KIND_##field, \
	offsetof(struct pdu, field), 17, 17, true)

static inline uint32_t
number(const struct pdu *pdu, size_t offset)
{
	uint32_t n;

	memcpy(&n, (const unsigned char *)pdu + offset, sizeof(n));
	return n;
}

static inline struct span
string(const struct pdu *pdu, size_t offset)
{
	struct span s;

	memcpy(&s, (const unsigned char *)pdu + offset, sizeof(s));
	return s;
}

/* Encoding */

static inline size_t
size(const struct pdu *pdu, int kind, size_t offset)
{
	return kind == PDU_U8 ? 1 : string(pdu, offset).n + 1;
}

static inline uint8_t *
put_octets(uint8_t *p, struct span s)
{
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

/* Writes a field and gives the place behind it; *over: the bits of numbers
 * and lengths, *nul: a C-octet string has one within. */
static inline uint8_t *
put(uint8_t *p, const struct pdu *pdu, int kind, size_t offset,
    size_t *over, bool *nul)
{
	struct span s;

	if (kind == PDU_U8) {
		*over |= number(pdu, offset);
		*p = (uint8_t)number(pdu, offset);
		return p + 1;
	}
	s = string(pdu, offset);
	if (kind == PDU_OCTETS) {
		*over |= s.n;
		*p++ = (uint8_t)s.n;
		return put_octets(p, s);
	}
	*nul |= s.n > 0 && memchr(s.p, 0, s.n) != NULL;
	p = put_octets(p, s);
	*p = 0;
	return p + 1;
}

#define FIELD_LINE(field, kind, offset, ...) + size(pdu, kind, offset)
#define PDU(name, id, since, esme, smsc, uses) \
	static inline size_t size_##name(const struct pdu *pdu) \
	{ \
		(void)pdu; \
		return 0 uses; \
	}
#include "smpp/smpp.def"

#undef FIELD_LINE
#define FIELD_LINE(field, kind, offset, ...) \
	p = put(p, pdu, kind, offset, over, nul);
#define PDU(name, id, since, esme, smsc, uses) \
	static inline uint8_t *put_##name(uint8_t *p, const struct pdu *pdu, \
	    size_t *over, bool *nul) \
	{ \
		(void)pdu; \
		(void)over; \
		(void)nul; \
		uses return p; \
	}
#include "smpp/smpp.def"

static inline void
put_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

bool
straight_encode(struct wr *w, const struct pdu *pdu)
{
	size_t n = PDU_HEADER + pdu->tlvs.n + pdu->trailing.n, over = 0;
	uint8_t *start = w->base + w->len, *p;
	bool nul = false;

	switch (pdu->type) {
#define HOT(name) case PDU_##name: n += size_##name(pdu); break;
	HOT_PDUS
#undef HOT
	default: return false;
	}
	if (pdu->no_body || w->err != CURSOR_OK || n > w->cap - w->len)
		return false;
	p = start + PDU_HEADER;
	switch (pdu->type) {
#define HOT(name) case PDU_##name: p = put_##name(p, pdu, &over, &nul); break;
	HOT_PDUS
#undef HOT
	default: return false;
	}
	if (over > UINT8_MAX || nul)
		return false;
	p = put_octets(put_octets(p, pdu->tlvs), pdu->trailing);
	assert(p == start + n);
	put_u32(start, (uint32_t)n);
	put_u32(start + 4, pdu_row(pdu->type)->command_id);
	put_u32(start + 8, pdu->command_status);
	put_u32(start + 12, pdu->sequence_number);
	w->len += n;
	w->need += n;
	return true;
}

/* Decoding */

static inline void
get(struct rd *r, struct pdu *pdu, int kind, size_t offset)
{
	unsigned char *member = (unsigned char *)pdu + offset;
	uint32_t n;
	struct span s;

	if (kind == PDU_U8) {
		n = rd_u8(r);
		memcpy(member, &n, sizeof(n));
		return;
	}
	s = kind == PDU_CSTR ? rd_cstr(r) : rd_bytes(r, rd_u8(r));
	memcpy(member, &s, sizeof(s));
}

#undef FIELD_LINE
#define FIELD_LINE(field, kind, offset, ...) get(r, pdu, kind, offset);
#define PDU(name, id, since, esme, smsc, uses) \
	static inline void get_##name(struct rd *r, struct pdu *pdu) \
	{ \
		(void)r; \
		(void)pdu; \
		uses \
	}
#include "smpp/smpp.def"

bool
straight_decode(struct rd *r, struct pdu *pdu)
{
	const uint8_t *start = r->p;

	switch (pdu->type) {
#define HOT(name) case PDU_##name: get_##name(r, pdu); break;
	HOT_PDUS
#undef HOT
	default: return false;
	}
	if (r->err == CURSOR_OK)
		return true;
	r->p = start;
	r->err = CURSOR_OK;
	return false;
}

static inline uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

bool
straight_response(struct pdu *pdu, struct span f)
{
	const struct pdu_row *row = pdu_row(PDU_submit_sm_resp);
	const uint8_t *id = f.p + PDU_HEADER, *last = f.p + f.n - 1;

	if (f.n <= PDU_HEADER || get_u32(f.p) != f.n ||
	    get_u32(f.p + 4) != row->command_id ||
	    memchr(id, 0, f.n - PDU_HEADER) != last)
		return false;
	pdu->type = PDU_submit_sm_resp;
	pdu->command_id = row->command_id;
	pdu->command_status = get_u32(f.p + 8);
	pdu->sequence_number = get_u32(f.p + 12);
	pdu->message_id = span_of(id, (size_t)(last - id));
	pdu->tlvs.p = pdu->trailing.p = last + 1;
	pdu->frame = f;
	return true;
}

/* Checking */

/* The highest value of a number in 3.4 and in 5.0; 0: any that fits. */
static const uint32_t highest[PDU_FIELDS][2] = {
#define HIGHEST(field, v34, v50) [FIELD_##field] = {v34, v50},
#include "smpp/smpp.def"
};

static inline bool
fits(const struct pdu *pdu, enum pdu_field field, int kind, size_t offset,
    size_t limit, bool fixed, bool v50)
{
	uint32_t most = highest[field][v50];
	struct span s;

	if (kind == PDU_U8)
		return number(pdu, offset) <= (most != 0 ? most : UINT8_MAX);
	s = string(pdu, offset);
	if (kind == PDU_OCTETS)
		return s.n <= limit;
	return s.n == 0 || ((fixed ? s.n + 1 == limit : s.n < limit) &&
	    memchr(s.p, 0, s.n) == NULL);
}

#undef FIELD_LINE
#define FIELD_LINE(field, kind, offset, limit, limit_50, fixed) \
	&& fits(pdu, FIELD_##field, kind, offset, v50 ? limit_50 : limit, \
	    fixed, v50)
#define PDU(name, id, since, esme, smsc, uses) \
	static inline bool fits_##name(const struct pdu *pdu, bool v50) \
	{ \
		(void)pdu; \
		(void)v50; \
		return true uses; \
	}
#include "smpp/smpp.def"

bool
straight_check(const struct pdu *pdu, bool v50, size_t *size)
{
	switch (pdu->type) {
#define HOT(name) case PDU_##name: *size = size_##name(pdu); \
	return fits_##name(pdu, v50);
	HOT_PDUS
#undef HOT
	default: return false;
	}
}
