/* SPDX-License-Identifier: ISC */
/*
 * The rows of smpp.def as lines of text, for people and for the manual page.
 */
#include "app/pdu_tables.h"

#include "smpp/pdu.h"
#include "smpp/tables.h"

static const char *const kinds[] = {
	[PDU_U8] = "u8", [PDU_U16] = "u16", [PDU_U32] = "u32",
	[PDU_CSTR] = "cstring", [PDU_OCTETS] = "octets", [PDU_DESTS] = "dests",
	[PDU_UNSUCCESS] = "unsuccess", [PDU_BODY] = "octets",
	[PDU_EMPTY] = "empty",
};

static const char *const consequences[] = {
	[STATUS_OK] = "ok", [STATUS_THROTTLE] = "throttle",
	[STATUS_TRANSIENT] = "transient", [STATUS_PERMANENT] = "permanent",
	[STATUS_SESSION] = "session",
};

static void
add_version(struct buf *b, unsigned version)
{
	buf_addf(b, "\t%u.%u", version >> 4, version & 15);
}

static void
add_states(struct buf *b, unsigned states)
{
	static const char *const names[] = {"OPEN", "OUTBOUND", "BOUND_TX",
	    "BOUND_RX", "BOUND_TRX", "UNBOUND"};
	const char *sep = "\t";

	if (states == 0)
		buf_add_byte(b, '\t');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((states & 1u << i) != 0) {
			buf_addf(b, "%s%s", sep, names[i]);
			sep = ",";
		}
}

static void
add_pdus(struct buf *b, uint64_t set)
{
	const char *sep = "\t";

	if (set == UINT64_MAX || set == 0) {
		buf_add_str(b, set == 0 ? "\t" : "\tany");
		return;
	}
	for (unsigned t = 1; t < PDU_TYPES; t++)
		if ((set & UINT64_C(1) << t) != 0) {
			buf_addf(b, "%s%s", sep, pdu_row(t)->name);
			sep = ",";
		}
}

static void
print_pdu(struct buf *b, const struct pdu_row *row)
{
	buf_addf(b, "pdu\t%s\t0x%08x", row->name, (unsigned)row->command_id);
	add_version(b, row->since);
	add_states(b, row->esme);
	add_states(b, row->smsc);
	buf_add_byte(b, '\n');
	for (size_t i = 0; i < row->n_uses; i++) {
		const struct pdu_use *use = &row->uses[i];
		const struct field_row *field = field_row(use->field);

		buf_addf(b, "field\t%s\t%s\t%s\t%s%u\t%s%u\t%s\t%s\n", row->name,
		    field->name, kinds[field->kind], use->fixed ? "1 or " : "",
		    (unsigned)use->limit, use->fixed ? "1 or " : "",
		    (unsigned)use->limit_50,
		    field->values ? field->values : "", field->doc);
	}
}

static void
print_tlv(struct buf *b, const struct tlv_row *row)
{
	buf_addf(b, "tlv\t%s\t0x%04x\t%s\t%u\t%u", row->name, (unsigned)row->tag,
	    kinds[row->kind], (unsigned)row->min, (unsigned)row->max);
	add_version(b, row->since);
	buf_addf(b, "\t%s\t%s", row->repeatable ? "many" : "once",
	    row->values ? row->values : "");
	add_pdus(b, row->pdus_34);
	add_pdus(b, row->pdus_50);
	buf_addf(b, "\t%s\n", row->doc);
}

void
pdu_tables_print(struct buf *b)
{
	const struct value_row *value;
	const struct status_row *status;
	const struct tlv_row *tlv;

	for (unsigned t = 1; t < PDU_TYPES; t++)
		print_pdu(b, pdu_row(t));
	for (size_t i = 0; (tlv = tlv_row_at(i)) != NULL; i++)
		print_tlv(b, tlv);
	for (size_t i = 0; (status = status_row_at(i)) != NULL; i++) {
		buf_addf(b, "status\t%s\t0x%08x", status->name,
		    (unsigned)status->code);
		add_version(b, status->since);
		buf_addf(b, "\t%s\t%s\n", consequences[status->consequence],
		    status->doc);
	}
	for (size_t i = 0; (value = value_row_at(i)) != NULL; i++)
		buf_addf(b, "value\t%s\t%u\t%u\t%s\t%s\n", value->list,
		    (unsigned)value->first, (unsigned)value->last, value->name,
		    value->doc);
}
