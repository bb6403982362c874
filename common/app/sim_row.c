/* SPDX-License-Identifier: ISC */
/*
 * The rows of smpp-sim: a line for each message that it took or, with
 * --all-pdus, for each PDU that came; and, with --lint, for what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/sim_private.h"
#include "base/mem.h"

enum { TOLD_MOST = 5 };  /* findings of one kind in one session */

struct span
sim_id(const struct message *m, char text[ID_FORM_MAX])
{
	return id_form_write((enum id_form)m->form, m->id, text);
}

struct span
sim_text(struct sim *sim, const struct pdu *pdu)
{
	struct span octets = pdu_user_data(pdu);
	struct dcs dcs = dcs_read((uint8_t)pdu->data_coding);
	enum encoding encoding = dcs.encoding;
	struct charset_report report;
	size_t header;

	if ((pdu->esm_class & 0x40) != 0 && octets.n > 0) {
		header = (size_t)octets.p[0] + 1;
		if (header <= octets.n)
			octets = span_skip(octets, header);
	}
	if (dcs.compressed || encoding == ENCODING_BINARY)
		return octets;
	if (encoding == ENCODING_DEFAULT)
		encoding = sim->conf.alphabet;
	buf_clear(&sim->text);
	charset_decode(&sim->text, encoding, octets, &report);
	return buf_span(&sim->text);
}

static struct value
or_absent(struct span s)
{
	return s.n > 0 ? value_text(s) : (struct value){.type = VALUE_ABSENT};
}

static void
write_row(struct sim *sim, struct value row[])
{
	if (sim->row_ms != sim->utc_ms) {
		clock_text(sim->row_time, (struct timespec){
		    .tv_sec = (time_t)(sim->utc_ms / 1000),
		    .tv_nsec = (long)(sim->utc_ms % 1000) * 1000000});
		sim->row_ms = sim->utc_ms;
	}
	row[SIM_time] = value_text(span_of(sim->row_time, CLOCK_TEXT));
	record_write(&sim->conf.out->buf, &sim->conf.format, row);
	if (sim->conf.out->line_buffered)
		out_flush(sim->conf.out);
}

/* Whether a column is among those printed. */
static bool
has_column(const struct sim *sim, enum sim_column column)
{
	const struct record_format *f = &sim->conf.format;

	for (size_t i = 0; i < f->n; i++)
		if (f->column[i] == column)
			return true;
	return false;
}

/* The cells that are not of the default columns. */
static void
fill_more(struct sim *sim, const struct pdu *pdu, struct value row[])
{
	const char *sep = "";

	for (int i = SIM_status; i < SIM_COLUMNS; i++)
		row[i] = (struct value){.type = VALUE_ABSENT};
	row[SIM_seq] = value_num(pdu->sequence_number);
	if (sim->client != NULL)
		row[SIM_client] = value_text(span_str(
		    server_peer(sim->client)));
	buf_clear(&sim->faults_text);
	for (int i = 0; sim->faulty && i < FAULT_GROUPS; i++) {
		const struct fault *f = sim->set.of[i];

		if (f == NULL)
			continue;
		buf_addf(&sim->faults_text, "%s%s", sep,
		    fault_row(f->kind)->name);
		sep = ",";
	}
	row[SIM_fault] = or_absent(buf_span(&sim->faults_text));
	if (!has_column(sim, SIM_fields))
		return;
	buf_clear(&sim->fields);
	pdu_print(&sim->fields, pdu, PDU_PRINT_NO_HEADER);
	row[SIM_fields] = or_absent(buf_span(&sim->fields));
}

/* The name of a status, or its number. */
static struct value
status_value(struct sim *sim, uint32_t status)
{
	const struct status_row *row = status_row(status);

	if (row != NULL)
		return value_text(span_str(row->name));
	buf_clear(&sim->status_text);
	buf_addf(&sim->status_text, "0x%02lx", (unsigned long)status);
	return value_text(buf_span(&sim->status_text));
}

void
sim_row(struct sim *sim, const struct account *account, const struct pdu *pdu,
    struct span from, struct span to, struct span message_id)
{
	struct value row[SIM_COLUMNS];

	if (sim->conf.all_pdus && sim->given.len == 0)
		buf_add_span(&sim->given, message_id);
	if (sim->conf.out == NULL || sim->conf.all_pdus)
		return;
	row[SIM_account] = value_text(account->system_id);
	row[SIM_command] = value_text(span_str(pdu_row(pdu->type)->name));
	row[SIM_from] = value_text(from);
	row[SIM_to] = value_text(to);
	row[SIM_text] = value_text(sim_text(sim, pdu));
	row[SIM_message_id] = value_text(message_id);
	if (sim->more_columns) {
		fill_more(sim, pdu, row);
		row[SIM_status] = status_value(sim, ESME_ROK);
	}
	write_row(sim, row);
}

/* Every PDU */

/* Its destination, or all of them with commas. */
static struct span
destinations(struct sim *sim, const struct pdu *pdu)
{
	struct rd r = rd_init(pdu->dest_address);
	struct dest dest;

	if (pdu->type != PDU_submit_multi)
		return pdu->destination_addr;
	buf_clear(&sim->dests);
	while (dest_next(&r, &dest)) {
		if (sim->dests.len > 0)
			buf_add_byte(&sim->dests, ',');
		buf_add_span(&sim->dests, dest.addr);
	}
	return buf_span(&sim->dests);
}

/* What row and findings have in common. */
static void
fill_pdu(struct sim *sim, const struct event *ev, struct value row[])
{
	const struct account *account = sim->client->user;
	const struct pdu *pdu = &ev->pdu;

	row[SIM_account] = or_absent(account != NULL ? account->system_id :
	    pdu->system_id);
	row[SIM_from] = or_absent(pdu->source_addr);
	row[SIM_to] = or_absent(destinations(sim, pdu));
	row[SIM_message_id] = or_absent(pdu->message_id);
	fill_more(sim, pdu, row);
}

static void
pdu_row_of(struct sim *sim, const struct event *ev)
{
	struct value row[SIM_COLUMNS];
	const struct pdu *pdu = &ev->pdu;
	char number[16];

	fill_pdu(sim, ev, row);
	snprintf(number, sizeof(number), "0x%08lx",
	    (unsigned long)pdu->command_id);
	row[SIM_command] = value_text(span_str(pdu->type == PDU_unknown ?
	    number : pdu_row(pdu->type)->name));
	row[SIM_text] = pdu->type != PDU_unknown && pdu->frame.n > 0 ?
	    or_absent(sim_text(sim, pdu)) : (struct value){.type = VALUE_ABSENT};
	if (sim->given.len > 0)
		row[SIM_message_id] = value_text(buf_span(&sim->given));
	if (pdu->command_id & PDU_RESPONSE)
		row[SIM_status] = status_value(sim, pdu->command_status);
	else if (sim->has_said)
		row[SIM_status] = status_value(sim, sim->said);
	write_row(sim, row);
}

/* Findings */

/* A row for each, unless there were enough of its kind in this session. */
static void
lint_rows(struct sim *sim, const struct event *ev, struct lint *lint,
    const struct lint_list *list)
{
	struct value row[SIM_COLUMNS];
	struct buf text = {0};

	for (size_t i = 0; i < list->n; i++) {
		const struct lint_found *f = &list->found[i];
		const struct lint_row *what = lint_row(f->id);

		if (lint->told[f->id] == TOLD_MOST)
			continue;
		fill_pdu(sim, ev, row);
		buf_clear(&text);
		buf_addf(&text, "%s: %s%s%s%s", what->name, what->doc,
		    f->detail[0] != '\0' ? " (" : "", f->detail,
		    f->detail[0] != '\0' ? ")" : "");
		if (++lint->told[f->id] == TOLD_MOST)
			buf_add_str(&text, "; more of the kind in this "
			    "session are not told");
		row[SIM_command] = value_text(span_str("lint"));
		row[SIM_text] = value_text(buf_span(&text));
		row[SIM_lint] = value_text(span_str(what->name));
		write_row(sim, row);
	}
	buf_free(&text);
}

/* What is remembered of the session of the client at hand. */
static struct lint *
notes_of(struct client *c)
{
	if (c->notes == NULL)
		c->notes = mem_new(sizeof(struct lint));
	return c->notes;
}

void
sim_row_event(struct sim *sim, const struct event *ev, bool bound)
{
	struct lint_at at = {.event = ev, .now = sim->now, .bound = bound,
	    .version = sim_version(sim, sim->client), .answered = sim->has_said,
	    .answer = sim->said, .alphabet = sim->conf.alphabet,
	    .on_purpose = sim->faulty &&
	    sim->set.of[FAULT_GROUP_ANSWER] != NULL};
	struct lint_list list;

	if (sim->conf.out == NULL)
		return;
	if (sim->conf.all_pdus && ev->type != SESSION_EV_TIMEOUT)
		pdu_row_of(sim, ev);
	if (!sim->conf.lint)
		return;
	list.n = 0;
	lint_pdu(notes_of(sim->client), &at, &list);
	lint_rows(sim, ev, sim->client->notes, &list);
}

/* Whether an account has bound for a message each time, several times in a
 * row. Those that few places are too few for take one another's. */
static bool
binds_for_each(struct sim *sim, const struct client *c,
    const struct lint *lint)
{
	enum { TIMES = 3, WITHIN_MS = 60000 };
	const struct account *account = c->user;
	uint32_t hash = account != NULL ? span_hash(account->system_id) : 0;
	struct single *s = &sim->single[hash % SIM_SINGLES];

	if (account == NULL)
		return false;
	if (lint->submits != 1 || s->hash != hash ||
	    sim->now - s->ms > WITHIN_MS)
		s->n = 0;
	s->hash = hash;
	s->ms = sim->now;
	return lint->submits == 1 && ++s->n == TIMES;
}

void
sim_row_gone(struct sim *sim, struct client *c)
{
	struct event ev = {.type = SESSION_EV_CLOSED};
	struct lint *lint = c->notes;
	struct lint_list list = {.n = 0};

	c->notes = NULL;
	if (lint == NULL || sim->conf.out == NULL) {
		free(lint);
		return;
	}
	sim->client = c;
	lint_end(c->end, &list);
	if (binds_for_each(sim, c, lint))
		lint_add(&list, LINT_BIND_PER_MESSAGE, (struct span){0});
	lint_rows(sim, &ev, lint, &list);
	free(lint);
}
