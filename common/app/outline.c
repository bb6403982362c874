/* SPDX-License-Identifier: ISC */
/* What a row comes to before anything is sent, and as records: the plan. */
#include "app/outline.h"

#include "base/hex.h"
#include "text/udh.h"

enum { ESM_CLASS_UDHI = 0x40 };

/* What a row says of one of its addresses in place of its shape. */
static bool
address_cells(struct outline *o, struct address_conf *conf, struct span ton,
    struct span npi)
{
	uint32_t n;
	uint8_t octet;

	if (ton.n > 0 && value_by_name("ton", ton, &n))
		conf->ton = (int)n;
	else if (ton.n > 0 && fields_octet(ton, 255, &octet))
		conf->ton = octet;
	else if (ton.n > 0)
		buf_add_str(&o->error, "ton: expected 0 to 255, or a name");
	if (npi.n > 0 && value_by_name("npi", npi, &n))
		conf->npi = (int)n;
	else if (npi.n > 0 && fields_octet(npi, 255, &octet))
		conf->npi = octet;
	else if (npi.n > 0 && o->error.len == 0)
		buf_add_str(&o->error, "npi: expected 0 to 255, or a name");
	return o->error.len == 0;
}

static bool
read_to(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	struct address_conf own = conf->to;

	if (row->cell == NULL)
		return address_read(&o->to, row->to, &own, &o->error);
	return address_cells(o, &own, row_cell(row, ROW_to_ton),
	    row_cell(row, ROW_to_npi)) &&
	    address_read(&o->to, row->to, &own, &o->error);
}

static bool
sender_of(struct outline *o, struct address *a, struct span text,
    const struct address_conf *conf)
{
	struct buf why = {0};
	bool good = address_read(a, text, conf, &why);

	if (!good)
		buf_addf(&o->error, "from: %s", buf_cstr(&why));
	buf_free(&why);
	return good;
}

/* Most rows have the same sender. */
static bool
read_from(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	struct span ton = row_cell(row, ROW_from_ton);
	struct span npi = row_cell(row, ROW_from_npi);
	struct address_conf own = conf->from;

	if (row->from.n + ton.n + npi.n > 0)
		return address_cells(o, &own, ton, npi) &&
		    sender_of(o, &o->from, row->from.n > 0 ? row->from :
		    conf->default_from, &own);
	if (!o->has_usual_from && !sender_of(o, &o->usual_from,
	    conf->default_from, &conf->from))
		return false;
	o->has_usual_from = true;
	o->from = o->usual_from;
	return true;
}

static bool
decode_hex(struct outline *o, struct buf *out, struct span hex,
    const char *name)
{
	size_t bad;

	buf_clear(out);
	if (hex_decode(out, hex, &bad))
		return true;
	buf_addf(&o->error, "%s: no digit pair at octet %zu", name, bad + 1);
	return false;
}

/* A header of the row's own; its elements stand in each part. One that counts
 * parts itself is of a text that is not split. */
static bool
take_header(struct outline *o, struct span header)
{
	struct span text;
	struct udh u;

	if (!udh_take(header, &header, &text) || text.n > 0 ||
	    header.n < 2 || header.n > UDH_MORE + 1) {
		buf_addf(&o->error, "udh: its first octet is the length of the "
		    "rest, 1 to %d", UDH_MORE);
		return false;
	}
	u = udh_read(header);
	if (u.bad) {
		buf_add_str(&o->error, "udh: an element is longer or shorter "
		    "than it may be");
		return false;
	}
	if (u.total > 0)
		o->text.split = SPLIT_NONE;
	o->text.elements = span_skip(header, 1);
	return true;
}

/* The header of a row, or of all; or that of its octets, when esm_class says
 * that they begin with one. */
static bool
read_header(struct outline *o, const struct outline_conf *conf,
    const struct row *row, struct span *text)
{
	struct span hex = row_cell(row, ROW_udh), header;
	bool said = o->fields.esm_class & ESM_CLASS_UDHI;

	if (hex.n == 0)
		hex = conf->udh;
	if (hex.n > 0)
		return decode_hex(o, &o->header, hex, "udh") &&
		    take_header(o, buf_span(&o->header));
	if (!said)
		return true;
	if (row_cell(row, ROW_hex).n == 0 || !udh_take(*text, &header, text)) {
		buf_add_str(&o->error, "esm_class says that there is a header: "
		    "give it as udh, or as the begin of hex");
		return false;
	}
	return take_header(o, header);
}

/* The text, or the octets in its place. */
static bool
read_text(struct outline *o, const struct outline_conf *conf,
    const struct row *row, struct span *text)
{
	struct span hex = row_cell(row, ROW_hex);

	*text = row->text;
	if (hex.n > 0) {
		if (text->n > 0) {
			buf_add_str(&o->error, "both text and hex");
			return false;
		}
		if (!decode_hex(o, &o->octets, hex, "hex"))
			return false;
		*text = buf_span(&o->octets);
		/* octets are sent as they are, as what they are said to be */
		if (o->text.encoding >= ENCODING_DEFAULT &&
		    o->text.data_coding < 0)
			o->text.data_coding =
			    encoding_row(o->text.encoding)->data_coding;
		o->text.encoding = ENCODING_BINARY;
	}
	if (o->text.encoding != ENCODING_BINARY && text->n > 0 &&
	    memchr(text->p, 0, text->n) != NULL) {
		buf_add_str(&o->error, "a NUL is no text; give octets as hex");
		return false;
	}
	if (text->n > 0 && o->fields.sm_default_msg_id != 0) {
		buf_add_str(&o->error, "both a text and sm_default_msg_id");
		return false;
	}
	if (text->n == 0 && !conf->allow_empty &&
	    o->fields.sm_default_msg_id == 0) {
		buf_add_str(&o->error, "no text; --allow-empty sends none");
		return false;
	}
	return read_header(o, conf, row, text);
}

static bool
plan_text(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	struct span text;
	int dcs;

	o->is_usual = row->cell == NULL &&
	    text_plan_plain(&o->plan, &o->usual_plain, row->text);
	if (o->is_usual) {
		o->is_usual = row->from.n == 0;
		return true;
	}
	if (!read_text(o, conf, row, &text))
		return false;
	if (o->text.data_coding >= 0 && o->text.encoding != ENCODING_BINARY &&
	    dcs_read((uint8_t)o->text.data_coding).compressed) {
		buf_add_str(&o->error, "dcs: it says that the text is "
		    "compressed, which nothing here does; hex sends octets "
		    "that are");
		return false;
	}
	if (!text_plan_make(&o->plan, &o->text, text)) {
		buf_add_str(&o->error, text_plan_error(&o->plan));
		return false;
	}
	if (text.n > 0 && o->plan.n_parts == 1 && !conf->allow_empty &&
	    o->plan.parts[0].octets.n == o->plan.parts[0].udh.n &&
	    o->text.encoding != ENCODING_BINARY) {
		buf_add_str(&o->error, "--translit leaves nothing of the text; "
		    "--allow-empty sends that");
		return false;
	}
	dcs = o->flash ? textopt_flash(o->plan.encoding) : o->plan.data_coding;
	if (dcs < 0) {
		buf_addf(&o->error, "flash: %s has no data_coding for it",
		    encoding_row(o->plan.encoding)->name);
		return false;
	}
	o->plan.data_coding = (uint8_t)dcs;
	return true;
}

/* data_sm has fewer fields than submit_sm (3.4, 4.7.1): what it cannot say is
 * no message to send. */
static bool
choose_pdu(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	const struct fields *f = &o->fields;
	struct span cell = row_cell(row, ROW_data_sm);

	o->data_sm = conf->data_sm;
	if (cell.n > 0)
		o->data_sm = span_is(cell, "yes") || span_is(cell, "1") ||
		    span_is(cell, "true");
	if (o->data_sm && conf->multi) {
		buf_add_str(&o->error, "data_sm has one destination, and does "
		    "not go with --multi");
		return false;
	}
	if (conf->broadcast && (f->esm_class != 0 || f->protocol_id != 0 ||
	    f->registered_delivery != 0)) {
		buf_add_str(&o->error, "broadcast_sm has no esm_class, "
		    "protocol_id or registered_delivery: no receipts come");
		return false;
	}
	if (!o->data_sm || (f->priority_flag == 0 && f->protocol_id == 0 &&
	    f->replace_if_present_flag == 0 && f->schedule[0] == 0 &&
	    f->validity[0] == 0 && f->sm_default_msg_id == 0))
		return true;
	buf_add_str(&o->error, "data_sm has no priority, protocol_id, "
	    "replace_if_present, schedule, validity or sm_default_msg_id");
	return false;
}

/* How the row is to be sent but for its addresses and its text. Rows without
 * cells for that are all the same. */
static bool
read_settings(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	const struct textopt_cells cells = {row_cell(row, ROW_encoding),
	    row_cell(row, ROW_dcs), row_cell(row, ROW_flash)};

	if (row->cell == NULL && o->has_usual_settings)
		return true;
	o->has_usual_settings = false;
	if (!fields_row(&o->fields, &conf->fields, row, &o->error) ||
	    !choose_pdu(o, conf, row) || !textopt_row(&o->text, &o->flash,
	    &conf->text, &cells, &o->error))
		return false;
	o->has_usual_settings = row->cell == NULL;
	if (o->has_usual_settings)
		text_plain_init(&o->usual_plain, &o->text);
	if (conf->udh.n > 0 || o->fields.esm_class & ESM_CLASS_UDHI ||
	    o->fields.sm_default_msg_id != 0 || o->flash)
		o->usual_plain.room = 0;
	return true;
}

bool
outline_make(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	buf_clear(&o->error);
	if (row->to.n == 0) {
		buf_add_str(&o->error, "no destination (to)");
		return false;
	}
	if (row->text.n == 0 && row_cell(row, ROW_hex).n == 0 &&
	    !conf->broadcast && memchr(row->to.p, ',', row->to.n) != NULL) {
		buf_add_str(&o->error, "columns are separated by a tab, not "
		    "by a comma; smpp-bulk-xlsx reads CSV");
		return false;
	}
	return (conf->broadcast || read_to(o, conf, row)) && read_from(o, conf, row) &&
	    read_settings(o, conf, row) && plan_text(o, conf, row);
}

void
outline_explain(struct buf *out, const struct outline *o)
{
	text_plan_explain(out, &o->plan, &o->text);
}

static void
print_part(struct buf *out, const struct record_format *format,
    const struct row *row, const struct text_plan *plan, size_t i)
{
	const struct text_part *part = &plan->parts[i];
	struct value v[PLAN_COLUMNS] = {0};
	struct buf udh = {0}, hex = {0};

	hex_encode(&udh, part->udh);
	hex_encode(&hex, part->octets);
	v[PLAN_ref] = value_text(row->ref);
	v[PLAN_to] = value_text(row->to);
	v[PLAN_encoding] = value_text(span_str(
	    encoding_row(plan->encoding)->name));
	v[PLAN_dcs] = value_num(plan->data_coding);
	v[PLAN_part] = value_num(i + 1);
	v[PLAN_parts] = value_num(plan->n_parts);
	v[PLAN_units] = value_num(part->units);
	v[PLAN_octets] = value_num(part->octets.n);
	if (udh.len > 0)
		v[PLAN_udh] = value_text(buf_span(&udh));
	v[PLAN_hex] = value_text(buf_span(&hex));
	record_write(out, format, v);
	buf_free(&udh);
	buf_free(&hex);
}

void
outline_print(struct buf *out, const struct record_format *format,
    const struct outline *o, const struct row *row)
{
	for (size_t i = 0; i < o->plan.n_parts; i++)
		print_part(out, format, row, &o->plan, i);
}

void
outline_free(struct outline *o)
{
	text_plan_free(&o->plan);
	buf_free(&o->header);
	buf_free(&o->octets);
	fields_free(&o->fields);
	buf_free(&o->error);
}
