/* SPDX-License-Identifier: ISC */
/* Fields of submit_sm by name, as options and cells say them (3.4, 4.4.1). */
#include "app/fields.h"

#include "app/config.h"
#include "app/tlv_text.h"
#include "base/hex.h"

static bool
refuse(struct buf *error, const char *name, const char *expected)
{
	buf_addf(error, "%s: expected %s", name, expected);
	return false;
}

bool
fields_octet(struct span text, unsigned most, uint8_t *octet)
{
	unsigned n = 0, base = 10;
	int digit;

	if (text.n > 2 && text.p[0] == '0' && (text.p[1] | 32) == 'x') {
		base = 16;
		text = span_skip(text, 2);
	}
	if (text.n == 0 || text.n > 3)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		digit = hex_digit(text.p[i]);
		if (digit < 0 || (unsigned)digit >= base)
			return false;
		n = n * base + (unsigned)digit;
	}
	if (n > most)
		return false;
	*octet = (uint8_t)n;
	return true;
}

static bool
set_esm_class(struct fields *f, struct span text, struct buf *error)
{
	return fields_octet(text, 255, &f->esm_class) ||
	    refuse(error, "esm_class", "0 to 255, or 0x00 to 0xff");
}

static bool
set_priority(struct fields *f, struct span text, struct buf *error)
{
	return fields_octet(text, 4, &f->priority_flag) ||
	    refuse(error, "priority", "0 to 4");
}

static bool
set_protocol_id(struct fields *f, struct span text, struct buf *error)
{
	return fields_octet(text, 255, &f->protocol_id) ||
	    refuse(error, "protocol_id", "0 to 255");
}

static bool
set_receipt(struct fields *f, struct span text, struct buf *error)
{
	static const struct {
		const char *word;
		uint8_t bits;
	} words[] = {
		{"none", 0}, {"final", 1}, {"failure", 2}, {"success", 3},
		{"intermediate", 0x11},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_is(text, words[i].word)) {
			f->registered_delivery = words[i].bits;
			return true;
		}
	return fields_octet(text, 0x1f, &f->registered_delivery) ||
	    refuse(error, "receipt", "none, final, failure, success, "
	    "intermediate, or registered_delivery as a number to 0x1f");
}

static bool
set_replace(struct fields *f, struct span text, struct buf *error)
{
	bool yes = span_is(text, "yes") || span_is(text, "1") ||
	    span_is(text, "true");

	f->replace_if_present_flag = yes;
	return yes || span_is(text, "no") || span_is(text, "0") ||
	    span_is(text, "false") ||
	    refuse(error, "replace_if_present", "yes or no");
}

static bool
set_sm_default_msg_id(struct fields *f, struct span text, struct buf *error)
{
	return fields_octet(text, 255, &f->sm_default_msg_id) ||
	    refuse(error, "sm_default_msg_id", "0 to 255");
}

static bool
set_service_type(struct fields *f, struct span text, struct buf *error)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			return refuse(error, "service_type", "ASCII");
	if (text.n >= sizeof(f->service_type))
		return refuse(error, "service_type", "at most 5 characters");
	memcpy(f->service_type, text.p, text.n);
	f->n_service_type = (uint8_t)text.n;
	return true;
}

/* "2h": so much later, which SMPP counts in days to seconds. */
static bool
relative(struct span text, struct smpptime *t)
{
	uint64_t ms, s;

	if (!time_parse(text, &ms) || ms < 1000 ||
	    ms >= UINT64_C(100) * 86400 * 1000)
		return false;
	s = (ms + 999) / 1000;
	*t = (struct smpptime){
		.kind = SMPPTIME_RELATIVE,
		.day = (uint8_t)(s / 86400),
		.hour = (uint8_t)(s / 3600 % 24),
		.minute = (uint8_t)(s / 60 % 60),
		.second = (uint8_t)(s % 60),
	};
	return true;
}

/* The sixteen characters as they are, ISO 8601 with its zone, or a TIME. */
static bool
set_time(char out[SMPPTIME_TEXT + 1], struct span text)
{
	struct smpptime t;

	if (text.n == SMPPTIME_TEXT && smpptime_read(&t, text) &&
	    t.kind != SMPPTIME_LOCAL) {
		memcpy(out, text.p, SMPPTIME_TEXT);
		out[SMPPTIME_TEXT] = 0;
		return true;
	}
	return (relative(text, &t) || (smpptime_read_iso(&t, text) &&
	    t.kind != SMPPTIME_LOCAL)) && smpptime_write(out, &t);
}

static const char times[] =
    "2h, 2026-11-25T09:00:00+09:00, or SMPP's 16 characters";

static bool
set_schedule(struct fields *f, struct span text, struct buf *error)
{
	return set_time(f->schedule, text) || refuse(error, "schedule", times);
}

static bool
set_validity(struct fields *f, struct span text, struct buf *error)
{
	return set_time(f->validity, text) || refuse(error, "validity", times);
}

static bool
set_tlv(struct fields *f, struct span text, struct buf *error)
{
	return tlv_text_read(&f->tlvs, text, error);
}

static const struct {
	const char *name;
	enum row_column column;
	bool (*set)(struct fields *, struct span, struct buf *);
} rows[SETS] = {
	[SET_esm_class] = {"esm_class", ROW_esm_class, set_esm_class},
	[SET_priority] = {"priority", ROW_priority, set_priority},
	[SET_protocol_id] = {"protocol_id", ROW_protocol_id, set_protocol_id},
	[SET_receipt] = {"receipt", ROW_receipt, set_receipt},
	[SET_replace_if_present] = {"replace_if_present",
	    ROW_replace_if_present, set_replace},
	[SET_schedule] = {"schedule", ROW_schedule, set_schedule},
	[SET_service_type] = {"service_type", ROW_service_type,
	    set_service_type},
	[SET_sm_default_msg_id] = {"sm_default_msg_id", ROW_sm_default_msg_id,
	    set_sm_default_msg_id},
	[SET_tlv] = {"tlv", ROW_tlv, set_tlv},
	[SET_validity] = {"validity", ROW_validity, set_validity},
};

const char *
fields_name(enum field_column column)
{
	return rows[column].name;
}

const char *
fields_reason(struct buf *error)
{
	const char *text = buf_cstr(error);
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	return n > 0 && text[n] == ':' && text[n + 1] == ' ' ? text + n + 2 :
	    text;
}

bool
fields_set(struct fields *f, enum field_column column, struct span text,
    struct buf *error)
{
	return rows[column].set(f, text, error);
}

bool
fields_row(struct fields *to, const struct fields *from,
    const struct row *row, struct buf *error)
{
	struct buf tlvs = to->tlvs;

	*to = *from;
	to->tlvs = tlvs;
	buf_clear(&to->tlvs);
	buf_add_span(&to->tlvs, buf_span(&from->tlvs));
	if (row->cell == NULL)
		return true;
	for (size_t i = 0; i < SETS; i++)
		if (row_cell(row, rows[i].column).n > 0 &&
		    !rows[i].set(to, row_cell(row, rows[i].column), error))
			return false;
	return true;
}

void
fields_put(struct pdu *pdu, const struct fields *f)
{
	pdu->esm_class = f->esm_class;
	pdu->priority_flag = f->priority_flag;
	pdu->protocol_id = f->protocol_id;
	pdu->registered_delivery = f->registered_delivery;
	pdu->replace_if_present_flag = f->replace_if_present_flag;
	pdu->sm_default_msg_id = f->sm_default_msg_id;
	pdu->service_type = span_of(f->service_type, f->n_service_type);
	pdu->schedule_delivery_time = span_str(f->schedule);
	pdu->validity_period = span_str(f->validity);
}

void
fields_free(struct fields *f)
{
	buf_free(&f->tlvs);
}
