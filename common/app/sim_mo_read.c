/* SPDX-License-Identifier: ISC */
/* Records of messages to deliver, made into the parts that are sent. */
#include "app/sim_mo_private.h"
#include "app/tlv_text.h"
#include "base/hex.h"
#include "base/term.h"
#include "sys/diag.h"

enum {
	OCTETS_MOST = 65535,   /* of hex */
	SERVICE_TYPE = 5,
};

static void
complain(struct sim_mo *mo, const char *what, const char *why)
{
	mo->sim->counts.failed++;
	warn("%s: line %llu: %s%s", input_name(mo->input),
	    (unsigned long long)input_number(mo->input), what, why);
}

static bool
read_address(struct sim_mo *mo, const struct value *value, bool sender,
    struct address *address)
{
	struct address_conf conf = {.sender = sender, .ton = -1, .npi = -1};
	struct buf why = {0};
	bool ok = true;

	*address = (struct address){0};
	if (!sender || value->type != VALUE_ABSENT)
		ok = address_read(address, value->s, &conf, &why);
	if (!ok)
		complain(mo, sender ? "from: " : "to: ", buf_cstr(&why));
	buf_free(&why);
	return ok;
}

/* What a record says beside addresses and text. */
struct extras {
	enum pdu_type type;
	uint64_t dcs, esm_class;
	bool has_dcs;
	struct buf tlvs, octets;
};

static void
extras_free(struct extras *e)
{
	buf_free(&e->tlvs);
	buf_free(&e->octets);
}

/* A number of a cell, as 4 or 0x04; true when there is none. */
static bool
read_number(struct sim_mo *mo, const struct value *value, const char *what,
    uint64_t *n)
{
	struct span s = value->s;
	size_t bad;
	struct buf octet = {0};
	bool ok;

	if (value->type == VALUE_ABSENT)
		return true;
	if (s.n == 4 && s.p[0] == '0' && s.p[1] == 'x') {
		ok = hex_decode(&octet, span_skip(s, 2), &bad);
		*n = ok ? octet.p[0] : 0;
	} else {
		ok = term_number(s, 0, UINT8_MAX, n);
	}
	buf_free(&octet);
	if (!ok)
		complain(mo, what, ": expected 0 to 255, or 0x and two digits");
	return ok;
}

static bool
read_command(struct sim_mo *mo, const struct value *value,
    enum pdu_type *type)
{
	*type = value->type == VALUE_ABSENT ? PDU_deliver_sm :
	    pdu_type_by_name(value->s);
	if (*type == PDU_deliver_sm || *type == PDU_data_sm ||
	    *type == PDU_alert_notification)
		return true;
	complain(mo, "command: ", "expected deliver_sm, data_sm or "
	    "alert_notification");
	return false;
}

static bool
read_extras(struct sim_mo *mo, const struct value row[], struct extras *e)
{
	struct buf why = {0};
	bool ok = true;
	size_t bad;

	*e = (struct extras){.has_dcs = row[MO_dcs].type != VALUE_ABSENT};
	if (!read_command(mo, &row[MO_command], &e->type) ||
	    !read_number(mo, &row[MO_dcs], "dcs", &e->dcs) ||
	    !read_number(mo, &row[MO_esm_class], "esm_class", &e->esm_class))
		return false;
	if (row[MO_tlv].type != VALUE_ABSENT &&
	    !tlv_text_read(&e->tlvs, row[MO_tlv].s, &why)) {
		complain(mo, "tlv: ", buf_cstr(&why));
		ok = false;
	} else if (row[MO_hex].type != VALUE_ABSENT &&
	    (!hex_decode(&e->octets, row[MO_hex].s, &bad) ||
	    e->octets.len > OCTETS_MOST)) {
		complain(mo, "hex: ", "expected pairs of digits");
		ok = false;
	} else if (row[MO_service_type].s.n > SERVICE_TYPE) {
		complain(mo, "service_type: ", "longer than 5 octets");
		ok = false;
	}
	buf_free(&why);
	return ok;
}

/* One part, of these octets. */
static void
add_part(struct sim_mo *mo, const struct value row[],
    const struct extras *e, const struct part *like, struct span octets)
{
	uint32_t number = mo->unused;
	struct part *p = part_at(mo, number);

	mo->unused = p->next;
	mo->n_unused--;
	p->client = NULL;
	p->type = e->type;
	p->from = like->from;
	p->to = like->to;
	p->data_coding = e->has_dcs ? (uint8_t)e->dcs : like->data_coding;
	p->esm_class = (uint8_t)e->esm_class | like->esm_class;
	p->tries = 0;
	p->number = input_number(mo->input);
	buf_clear(&p->octets);
	buf_add_span(&p->octets, octets);
	buf_clear(&p->tlvs);
	buf_add_span(&p->tlvs, buf_span(&e->tlvs));
	buf_clear(&p->account);
	buf_add_span(&p->account, row[MO_account].s);
	buf_clear(&p->service_type);
	buf_add_span(&p->service_type, row[MO_service_type].s);
	sim_mo_queue(mo, number, false);
}

/* The parts of a text. */
static void
add_text(struct sim_mo *mo, const struct value row[], const struct extras *e,
    struct part *like)
{
	struct text_conf text = mo->text;

	if (row[MO_encoding].type != VALUE_ABSENT &&
	    !encoding_by_name(row[MO_encoding].s, &text.encoding)) {
		complain(mo, "encoding: ", "no such encoding");
		return;
	}
	if (!text_plan_make(&mo->plan, &text, row[MO_text].s)) {
		complain(mo, "text: ", text_plan_error(&mo->plan));
		return;
	}
	if (mo->plan.n_parts > 1)
		text_plan_set_reference(&mo->plan, text_references_next(
		    &mo->references, address_span(&like->to)));
	like->data_coding = mo->plan.data_coding;
	like->esm_class = mo->plan.udhi ? 0x40 : 0;
	for (size_t i = 0; i < mo->plan.n_parts; i++)
		add_part(mo, row, e, like, mo->plan.parts[i].octets);
}

/* Makes the parts of one record. */
static void
take_record(struct sim_mo *mo, const struct value row[])
{
	struct part like = {.phase = PART_UNUSED};
	struct extras e = {.dcs = 0};

	if (read_address(mo, &row[MO_from], true, &like.from) &&
	    read_address(mo, &row[MO_to], false, &like.to) &&
	    read_extras(mo, row, &e)) {
		if (row[MO_hex].type != VALUE_ABSENT ||
		    e.type == PDU_alert_notification)
			add_part(mo, row, &e, &like, buf_span(&e.octets));
		else
			add_text(mo, row, &e, &like);
	}
	extras_free(&e);
}

bool
sim_mo_read(struct sim_mo *mo)
{
	struct value row[MO_COLUMNS];
	struct span line;

	while (mo->first == 0 && !mo->ended && mo->n_unused >= TEXT_PARTS_MAX) {
		switch (input_line(mo->input, &line)) {
		case INPUT_WAIT:
			return false;
		case INPUT_END:
			mo->ended = true;
			return false;
		case INPUT_LONG:
			complain(mo, "longer than a line may be", "");
			continue;
		case INPUT_ERROR:
			mo->sim->counts.failed++;
			warn("%s", input_error(mo->input));
			continue;
		case INPUT_LINE:
			break;
		}
		if (line.n == 0)
			continue;
		switch (record_read(&mo->reader, line, row)) {
		case RECORD_ROW:
			take_record(mo, row);
			break;
		case RECORD_HEADER:
			break;
		case RECORD_BAD:
			complain(mo, mo->reader.error, "");
			break;
		}
	}
	return mo->first != 0;
}

