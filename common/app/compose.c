/* SPDX-License-Identifier: ISC */
/*
 * Where items come from: the options, records, mails in files, or the records of
 * a relay that listens, whose mails are then sent on; and how they are printed
 * for a peer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/compose_private.h"
#include "base/mem.h"
#include "sys/diag.h"

struct compose *
compose_open(const struct compose_conf *conf, struct loop *loop)
{
	struct compose *c = mem_new(sizeof(*c));
	struct rows_conf rows = {.schema = conf->from_records ? &schema_mm4 :
	    &schema_mail, .columns = conf->columns_in,
	    .no_header = conf->no_header};
	struct span bad;

	c->conf = conf;
	if (!conf->batch && !conf->from_records)
		return c;
	c->rows = rows_from_input(input_open(loop, conf->file, conf->n_files),
	    &rows, &bad);
	if (c->rows == NULL)
		die(EX_USAGE, "--columns-in: %.*s: no such column, or twice, "
		    "or the first one needed is missing", (int)bad.n,
		    (const char *)bad.p);
	return c;
}

void
compose_close(struct compose *c)
{
	if (c == NULL)
		return;
	rows_free(c->rows);
	free(c);
}

void
compose_pause(struct compose *c, bool pause)
{
	if (c->rows != NULL)
		rows_pause(c->rows, pause);
}

int
compose_status(const struct compose *c)
{
	return c->status;
}

void
compose_item_free(struct compose_item *item)
{
	for (size_t i = 0; i < item->n_files; i++)
		whole_close(&item->file[i]);
	free(item->file);
	whole_close(&item->mail);
	free(item->to.p);
	buf_free(&item->scratch);
	mms_free(&item->mms);
	*item = (struct compose_item){0};
}

/* Items */

static struct span
text_of(const char *option)
{
	return option != NULL ? span_str(option) : (struct span){0};
}

/* Its ref, which outlives whatever is read into the message. */
static void
set_ref(struct compose_item *item, struct span ref)
{
	buf_clear(&item->scratch);
	buf_add_span(&item->scratch, ref);
	item->ref = buf_span(&item->scratch);
}

/* What the options say for all items. */
static struct compose_parts
from_options(const struct compose *c)
{
	const struct compose_conf *o = c->conf;

	return (struct compose_parts){.from = text_of(o->from),
	    .subject = text_of(o->subject), .text = text_of(o->text),
	    .priority = text_of(o->priority), .expiry = text_of(o->expiry),
	    .message_id = text_of(o->message_id), .status = text_of(o->status)};
}

static void
prefer(struct span *p, struct span cell)
{
	if (cell.n > 0)
		*p = cell;
}

/* A record of what to send. */
static bool
take_row(struct compose *c, struct compose_item *item, const struct row *row,
    struct timespec now)
{
	struct compose_parts p = from_options(c);

	if (row->cell[MAIL_ref].s.n > 0)
		set_ref(item, row->cell[MAIL_ref].s);
	prefer(&p.to, row->cell[MAIL_to].s);
	prefer(&p.text, row->cell[MAIL_text].s);
	prefer(&p.from, row->cell[MAIL_from].s);
	prefer(&p.subject, row->cell[MAIL_subject].s);
	prefer(&p.part, row->cell[MAIL_part].s);
	prefer(&p.file, row->cell[MAIL_file].s);
	prefer(&p.priority, row->cell[MAIL_priority].s);
	prefer(&p.expiry, row->cell[MAIL_expiry].s);
	prefer(&p.message_id, row->cell[MAIL_message_id].s);
	prefer(&p.status, row->cell[MAIL_status].s);
	return p.file.n > 0 ? compose_forward(c, item, &p, false, now) :
	    compose_make(c, item, &p, now);
}

/* A record of a relay that listens: messages go on, all else stays here. */
static bool
take_record(struct compose *c, struct compose_item *item,
    const struct row *row, struct timespec now, bool *skip)
{
	struct compose_parts p = {.to = row->cell[MM4_to].s,
	    .file = row->cell[MM4_file].s};

	*skip = mm4_kind_of(row->cell[MM4_type].s) != MMS_FORWARD ||
	    p.file.n == 0;
	return *skip || compose_forward(c, item, &p, true, now);
}

static enum compose_result
next_row(struct compose *c, struct compose_item *item, struct timespec now)
{
	bool skip = false, good;
	struct row row;

	for (;;) {
		switch (rows_next(c->rows, &row)) {
		case ROWS_ROW:
			set_ref(item, row.ref);
			if (c->conf->from_records)
				good = take_record(c, item, &row, now, &skip);
			else
				good = take_row(c, item, &row, now);
			if (skip)
				continue;
			return good ? COMPOSE_ITEM : COMPOSE_BAD;
		case ROWS_BAD:
			set_ref(item, row.ref);
			compose_fail(item, "%s", row.error);
			return COMPOSE_BAD;
		case ROWS_WAIT:
			return COMPOSE_WAIT;
		case ROWS_END:
			return COMPOSE_END;
		case ROWS_ERROR:
			compose_fail(item, "%s", row.error);
			c->status = rows_status(c->rows);
			return COMPOSE_ERROR;
		}
	}
}

enum compose_result
compose_next(struct compose *c, struct compose_item *item,
    struct timespec now)
{
	struct compose_parts p = from_options(c);
	char number[24];
	bool good;

	*item = (struct compose_item){0};
	if (c->rows != NULL)
		return next_row(c, item, now);
	if (c->at >= (c->conf->n_files > 0 ? c->conf->n_files : 1))
		return COMPOSE_END;
	snprintf(number, sizeof(number), "%zu", c->at + 1);
	set_ref(item, span_str(number));
	if (c->conf->n_files > 0) {
		p.file = span_str(c->conf->file[c->at]);
		if (c->conf->n_to > 0)
			p.to = span_str(c->conf->to[0]);
		good = compose_forward(c, item, &p, false, now);
	} else {
		good = compose_make(c, item, &p, now);
	}
	c->at++;
	return good ? COMPOSE_ITEM : COMPOSE_BAD;
}

/* Mails */

void
compose_recipient(struct buf *b, const struct mms_address *a,
    struct span domain)
{
	mms_address_write(b, a, a->domain.n > 0 ? a->domain : domain);
}

bool
compose_print(struct compose *c, struct compose_item *item,
    struct span domain, struct timespec now, struct compose_mail *mail)
{
	const struct compose_conf *conf = c->conf;
	const struct relay_peer *peer = relay_peer_to(conf->peers, domain);
	struct span own = span_str(conf->domain[0]);
	struct mms *m = &item->mms;
	struct buf id = {0};

	buf_addf(&mail->transaction_id, "t-%llx-%llx-%llx@%s",
	    (unsigned long long)now.tv_sec, (unsigned long long)conf->seed,
	    (unsigned long long)++c->ids, conf->domain[0]);
	mms_set(m, MMS_TRANSACTION_ID, buf_span(&mail->transaction_id));
	buf_addf(&id, "<%s>", buf_cstr(&mail->transaction_id));
	mms_set(m, MMS_MAIL_ID, buf_span(&id));
	buf_free(&id);
	mms_set(m, MMS_VERSION, span_str(peer->version));
	/* a report comes from this MMSC, a message from its sender by it */
	if (m->kind == MMS_FORWARD)
		m->sender = m->from;
	else
		m->sender = m->originator_system;
	if (m->sender.domain.n == 0)
		m->sender.domain = own;
	mms_set(m, MMS_SENDER, span_str("-"));
	mms_address_write(&mail->from, &m->from, m->from.domain.n > 0 ?
	    m->from.domain : own);
	if (mm4_write(&mail->octets, m, &peer->style))
		return true;
	return compose_fail(item, "a field holds what no mail can: a control "
	    "character, or a quote in an id");
}

void
compose_mail_free(struct compose_mail *mail)
{
	buf_free(&mail->octets);
	buf_free(&mail->from);
	buf_free(&mail->transaction_id);
}
