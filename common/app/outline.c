/* SPDX-License-Identifier: ISC */
/* What a row comes to before anything is sent, and as records: the plan. */
#include "app/outline.h"

#include "base/hex.h"

/* Most rows have the same sender. */
static bool
read_from(struct outline *o, const struct outline_conf *conf, struct span from)
{
	if (from.n > 0)
		return address_read(&o->from, from, &conf->from, &o->error);
	if (!o->has_usual_from && !address_read(&o->usual_from,
	    conf->default_from, &conf->from, &o->error))
		return false;
	o->has_usual_from = true;
	o->from = o->usual_from;
	return true;
}

/* The text, or the octets in its place. */
static bool
plan_text(struct outline *o, const struct outline_conf *conf,
    const struct row *row)
{
	struct span text = row->text, hex = row_cell(row, ROW_hex);
	size_t bad;
	int dcs;

	if (hex.n > 0) {
		buf_clear(&o->octets);
		if (text.n > 0) {
			buf_add_str(&o->error, "both text and hex");
			return false;
		}
		if (!hex_decode(&o->octets, hex, &bad)) {
			buf_addf(&o->error, "hex: no digit pair at octet %zu",
			    bad + 1);
			return false;
		}
		text = buf_span(&o->octets);
		o->text.encoding = ENCODING_BINARY;
	}
	if (o->text.encoding != ENCODING_BINARY && text.n > 0 &&
	    memchr(text.p, 0, text.n) != NULL) {
		buf_add_str(&o->error, "a NUL is no text; give octets as hex");
		return false;
	}
	if (text.n == 0 && !conf->allow_empty) {
		buf_add_str(&o->error, "no text; --allow-empty sends none");
		return false;
	}
	if (!text_plan_make(&o->plan, &o->text, text)) {
		buf_add_str(&o->error, text_plan_error(&o->plan));
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
	if (!o->data_sm || (f->priority_flag == 0 && f->protocol_id == 0 &&
	    f->replace_if_present_flag == 0 && f->schedule[0] == 0 &&
	    f->validity[0] == 0))
		return true;
	buf_add_str(&o->error, "data_sm has no priority, protocol_id, "
	    "replace_if_present, schedule or validity");
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
	    memchr(row->to.p, ',', row->to.n) != NULL) {
		buf_add_str(&o->error, "columns are separated by a tab, not "
		    "by a comma");
		return false;
	}
	return address_read(&o->to, row->to, &conf->to, &o->error) &&
	    read_from(o, conf, row->from) && read_settings(o, conf, row) &&
	    plan_text(o, conf, row);
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
	buf_free(&o->octets);
	fields_free(&o->fields);
	buf_free(&o->error);
}
