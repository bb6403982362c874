/* SPDX-License-Identifier: ISC */
/*
 * The rows of smpp.def as constant tables, and how to find one: PDUs, fields,
 * TLVs, command_status codes, names of values. SMPP 3.4 and 5.0, sections 4
 * and 5 of 3.4.
 */
#include "smpp/pdu.h"

#include <stdio.h>
#include <strings.h>

#include "smpp/tables.h"

enum {
#define FIELD(name, kind, ...) KIND_##name = PDU_##kind,
#include "smpp/smpp.def"
};

#define NONE
#define USE(field, limit, limit_50, fixed) {FIELD_##field, limit, limit_50, \
	fixed, KIND_##field, offsetof(struct pdu, field)},
#define F(field, limit) USE(field, limit, limit, false)
#define G(field, limit, limit_50) USE(field, limit, limit_50, false)
#define T(field) USE(field, 17, 17, true)
#define PDU(name, id, since, esme, smsc, uses) \
	static const struct pdu_use name##_uses[] = {uses \
	    {PDU_FIELDS, 0, 0, false, 0, 0}};
#include "smpp/smpp.def"

static const struct pdu_row pdu_rows[PDU_TYPES] = {
	[PDU_unknown] = {.name = "unknown"},
#define PDU(name, id, since, esme, smsc, uses) \
	[PDU_##name] = {#name, id, since, esme, smsc, name##_uses, \
	    sizeof(name##_uses) / sizeof(name##_uses[0]) - 1},
#include "smpp/smpp.def"
};

_Static_assert(PDU_TYPES <= 64, "a set of PDUs is a 64-bit mask");

static const struct field_row field_rows[PDU_FIELDS] = {
#define FIELD(name, kind, values, status, doc) \
	{#name, PDU_##kind, values, doc, status, offsetof(struct pdu, name)},
#include "smpp/smpp.def"
};

/* in order of tag */
static const struct tlv_row tlv_rows[] = {
#define ONCE false
#define MANY true
#define IN(pdu) (UINT64_C(1) << PDU_##pdu)
#define TLV(name, tag, kind, min, max, since, many, values, v34, v50, doc) \
	{#name, tag, PDU_##kind, min, max, since, many, values, v34, v50, doc},
#include "smpp/smpp.def"
};

/* in order of code */
static const struct status_row status_rows[] = {
#define STATUS(name, code, since, consequence, doc) \
	{#name, code, since, STATUS_##consequence, doc},
#include "smpp/smpp.def"
};

struct alias {
	const char *name, *other;
};

static const struct alias tlv_aliases[] = {
#define TLV_ALIAS(name, other) {#name, #other},
#include "smpp/smpp.def"
};

static const struct alias status_aliases[] = {
#define STATUS_ALIAS(name, other) {#name, #other},
#include "smpp/smpp.def"
};

static const struct value_row value_rows[] = {
#define RANGE(list, first, last, name, doc) {list, name, first, last, doc},
#include "smpp/smpp.def"
};

static const struct tlv_needed tlv_neededs[] = {
#define TLV_NEEDED(pdu, tlv) {PDU_##pdu, TLV_##tlv},
#include "smpp/smpp.def"
};

static const struct field_highest field_highests[] = {
#define HIGHEST(field, v34, v50) {FIELD_##field, v34, v50},
#include "smpp/smpp.def"
};

static const struct value_bits value_bits[] = {
#define BITS(list, mask) {list, mask},
#include "smpp/smpp.def"
};

static const struct value_word value_words[] = {
#define WORD(field, text, doc) {#field, text, doc},
#include "smpp/smpp.def"
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
is_name(const char *row, struct span name)
{
	return strlen(row) == name.n &&
	    (name.n == 0 || strncasecmp(row, (const char *)name.p, name.n) == 0);
}

/* The name that an alias stands for, or the name itself. */
static struct span
unalias(const struct alias *a, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (is_name(a[i].other, name))
			return span_str(a[i].name);
	return name;
}

const struct pdu_row *
pdu_row(enum pdu_type type)
{
	return &pdu_rows[(unsigned)type < PDU_TYPES ? type : PDU_unknown];
}

const struct field_row *
field_row(enum pdu_field field)
{
	return (unsigned)field < PDU_FIELDS ? &field_rows[field] : NULL;
}

enum pdu_type
pdu_type_by_id(uint32_t command_id)
{
	switch (command_id) {
#define PDU(name, id, ...) case id: return PDU_##name;
#include "smpp/smpp.def"
	default: return PDU_unknown;
	}
}

enum pdu_type
pdu_type_by_name(struct span name)
{
	for (unsigned i = 1; i < PDU_TYPES; i++)
		if (is_name(pdu_rows[i].name, name))
			return (enum pdu_type)i;
	return PDU_unknown;
}

enum pdu_type
pdu_response(enum pdu_type request)
{
	uint32_t id = pdu_row(request)->command_id;

	if (id == 0 || (id & PDU_RESPONSE) != 0)
		return PDU_unknown;
	return pdu_type_by_id(id | PDU_RESPONSE);
}

const struct tlv_row *
tlv_row(uint16_t tag)
{
	size_t low = 0, high = COUNT(tlv_rows);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (tlv_rows[mid].tag == tag)
			return &tlv_rows[mid];
		if (tlv_rows[mid].tag < tag)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct tlv_row *
tlv_row_by_name(struct span name)
{
	name = unalias(tlv_aliases, COUNT(tlv_aliases), name);
	for (size_t i = 0; i < COUNT(tlv_rows); i++)
		if (is_name(tlv_rows[i].name, name))
			return &tlv_rows[i];
	return NULL;
}

const struct status_row *
status_row(uint32_t code)
{
	size_t low = 0, high = COUNT(status_rows);

	if (code == 0)
		return &status_rows[0];
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (status_rows[mid].code == code)
			return &status_rows[mid];
		if (status_rows[mid].code < code)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct status_row *
status_row_by_name(struct span name)
{
	name = unalias(status_aliases, COUNT(status_aliases), name);
	for (size_t i = 0; i < COUNT(status_rows); i++)
		if (is_name(status_rows[i].name, name))
			return &status_rows[i];
	return NULL;
}

const struct tlv_row *
tlv_row_at(size_t i)
{
	return i < COUNT(tlv_rows) ? &tlv_rows[i] : NULL;
}

const struct status_row *
status_row_at(size_t i)
{
	return i < COUNT(status_rows) ? &status_rows[i] : NULL;
}

const struct value_row *
value_row_at(size_t i)
{
	return i < COUNT(value_rows) ? &value_rows[i] : NULL;
}

const struct tlv_needed *
tlv_needed_at(size_t i)
{
	return i < COUNT(tlv_neededs) ? &tlv_neededs[i] : NULL;
}

const struct field_highest *
field_highest_at(size_t i)
{
	return i < COUNT(field_highests) ? &field_highests[i] : NULL;
}

const struct value_bits *
value_bits_at(size_t i)
{
	return i < COUNT(value_bits) ? &value_bits[i] : NULL;
}

const struct value_word *
value_word_at(size_t i)
{
	return i < COUNT(value_words) ? &value_words[i] : NULL;
}

void
status_print(struct buf *b, uint32_t code)
{
	const struct status_row *row = status_row(code);

	if (row != NULL)
		buf_addf(b, "%s ", row->name);
	buf_addf(b, "0x%02x", (unsigned)code);
}

enum consequence
status_consequence(uint32_t code)
{
	const struct status_row *row = status_row(code);

	return row == NULL ? STATUS_PERMANENT : row->consequence;
}

const char *
value_name(const char *values, uint32_t value)
{
	if (values == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT(value_rows); i++) {
		const struct value_row *row = &value_rows[i];

		if (value >= row->first && value <= row->last &&
		    strcmp(row->list, values) == 0)
			return row->name;
	}
	return NULL;
}

bool
value_by_name(const char *values, struct span name, uint32_t *value)
{
	if (values == NULL)
		return false;
	for (size_t i = 0; i < COUNT(value_rows); i++) {
		const struct value_row *row = &value_rows[i];

		if (row->first == row->last && is_name(row->name, name) &&
		    strcmp(row->list, values) == 0) {
			*value = row->first;
			return true;
		}
	}
	return false;
}
