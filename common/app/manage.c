/* SPDX-License-Identifier: ISC */
/*
 * Requests about messages: what is asked, and the record that each comes to.
 */
#include "app/manage_private.h"

#include <stdlib.h>

#include "app/manage_record.h"
#include "base/mem.h"

enum {
	OUT_MOST = 1 << 20,    /* octets of records not taken: nothing is asked */
	WINDOWS_MOST = 2,      /* without any answer: the SMSC is given up */
	FLUSH_AT = 16 << 10,   /* octets encoded before they are written */
};

struct manage *
manage_new(const struct manage_conf *conf, struct loop *loop, struct out *out)
{
	struct manage *m = mem_new(sizeof(*m));

	m->conf = conf;
	m->loop = loop;
	m->out = out;
	m->flow_ms = UINT64_MAX;
	pacer_init(&m->pacer, &conf->pacer, loop_now(loop));
	pacer_flow_init(&m->flow, &conf->pacer, loop_now(loop));
	return m;
}

void
manage_free(struct manage *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++) {
		buf_free(&m->item[i]->kept);
		free(m->item[i]);
	}
	free(m->item);
	text_plan_free(&m->plan);
	buf_free(&m->error);
	free(m);
}

static struct cut
keep(struct item *item, struct span s)
{
	struct cut cut = {item->kept.len, s.n};

	buf_add_span(&item->kept, s);
	return cut;
}

struct span
manage_kept(const struct item *item, struct cut cut)
{
	return span_of(item->kept.p + cut.at, cut.n);
}

/* A place for an item; its number is the tag of its request. */
static struct item *
begin(struct manage *m, const struct manage_item *from)
{
	struct item *item = m->unused;
	struct buf memory;
	size_t tag;

	if (item == NULL) {
		m->item = mem_resize(m->item, (m->n + 1) * sizeof(*m->item));
		item = mem_new(sizeof(*item));
		item->tag = m->n;
		m->item[m->n++] = item;
	} else {
		m->unused = item->next;
	}
	memory = item->kept;
	tag = item->tag;
	buf_clear(&memory);
	*item = (struct item){.used = true, .tag = tag, .line = from->line,
	    .kept = memory};
	item->id = keep(item, from->id);
	item->from = keep(item, from->from.n > 0 ? from->from :
	    m->conf->default_from);
	item->to = keep(item, from->to.n > 0 ? from->to : m->conf->default_to);
	m->n_untold++;
	return item;
}

void
manage_give_back(struct manage *m, struct item *item)
{
	item->used = false;
	item->next = m->unused;
	m->unused = item;
}

/* Records */

static void
count(struct manage_counts *c, const char *status)
{
	uint64_t *counter = status[0] == 'o' ? &c->ok :
	    status[0] == 'f' ? &c->failed :
	    strcmp(status, "unknown") == 0 ? &c->unknown : &c->unsent;

	++*counter;
}

void
manage_tell(struct manage *m, struct item *item, const char *status,
    const struct pdu *answer, const char *error, uint64_t ms)
{
	struct manage_result result = {
		.id = manage_kept(item, item->id),
		.from = manage_kept(item, item->from),
		.to = manage_kept(item, item->to),
		.status = status,
		.answer = answer,
		.error = error,
		.line = item->line,
		.ms = ms,
	};

	manage_record(&m->out->buf, m->conf->format, &result);
	count(&m->counts, status);
	item->told = true;
	m->n_untold--;
}

/* The record of one whose request was not sent. */
static void
tell_unasked(struct manage *m, struct item *item, const char *status,
    const char *why)
{
	manage_tell(m, item, status, NULL, why, UINT64_MAX);
	manage_give_back(m, item);
}

static void
tell_alone(struct manage *m, const struct manage_item *from, const char *status,
    const char *why)
{
	struct item *item = begin(m, from);

	tell_unasked(m, item, status, why);
}

void
manage_refuse(struct manage *m, const struct manage_item *from,
    const char *error)
{
	tell_alone(m, from, "failed", error);
}

void
manage_leave(struct manage *m, const struct manage_item *from, const char *why)
{
	tell_alone(m, from, "unsent", why);
}

/* Requests */

/* Whether a request may leave now. */
static bool
may_send(struct manage *m, struct session *session)
{
	uint64_t now = loop_now(m->loop);
	enum flow_limit limit = pacer_ready(&m->pacer, &m->flow, session, now);

	pacer_note(&m->pacer, limit, now);
	m->flow_ms = limit == FLOW_PEER ? flow_next(&m->flow,
	    session_in_flight(session), now) : UINT64_MAX;
	return limit == FLOW_FREE;
}

void
manage_rest(struct manage *m)
{
	/* the time to ask again is that of the link that comes */
	pacer_note(&m->pacer, FLOW_WINDOW, loop_now(m->loop));
	m->flow_ms = UINT64_MAX;
}

bool
manage_has_room(struct manage *m, struct link *l)
{
	return link_is_up(l) && m->n_again == 0 &&
	    out_pending(m->out) < OUT_MOST && may_send(m, link_session(l));
}

void
manage_idle(struct manage *m)
{
	pacer_note(&m->pacer, FLOW_INPUT, loop_now(m->loop));
	m->flow_ms = UINT64_MAX;
}

static bool
read_address(struct manage *m, struct address *a, const char *what,
    struct span typed, const struct address_conf *conf)
{
	struct buf why = {0};
	bool good = address_read(a, typed, conf, &why);

	if (!good)
		buf_addf(&m->error, "%s: %s", what, buf_cstr(&why));
	buf_free(&why);
	return good;
}

/* The new text, whole in one short_message: replace_sm has no data_coding, so
 * that the SMSC reads it as it read the first one. */
static bool
plan_text(struct manage *m, struct pdu *pdu, struct span text)
{
	if (text.n == 0) {
		buf_add_str(&m->error, "no text");
		return false;
	}
	if (memchr(text.p, 0, text.n) != NULL) {
		buf_add_str(&m->error, "a NUL is no text");
		return false;
	}
	if (!text_plan_make(&m->plan, &m->conf->text.conf, text)) {
		buf_add_str(&m->error, text_plan_error(&m->plan));
		return false;
	}
	pdu->short_message = m->plan.parts[0].octets;
	return true;
}

/* Fills the request; false when it cannot be made: error says why. */
static bool
fill(struct manage *m, struct pdu *pdu, const struct manage_item *from,
    const struct item *item, struct address ends[2])
{
	const struct manage_conf *conf = m->conf;
	struct span to = manage_kept(item, item->to);

	buf_clear(&m->error);
	*pdu = (struct pdu){.type = conf->type};
	if (from->id.n == 0 && !from->all) {
		buf_add_str(&m->error, "no id");
		return false;
	}
	if (!read_address(m, &ends[0], "from", manage_kept(item, item->from),
	    &conf->from) || (to.n > 0 &&
	    !read_address(m, &ends[1], "to", to, &conf->to)))
		return false;
	fields_put(pdu, &conf->fields);
	pdu->tlvs = (struct span){0};
	pdu->message_id = from->id;
	pdu->source_addr_ton = ends[0].ton;
	pdu->source_addr_npi = ends[0].npi;
	pdu->source_addr = address_span(&ends[0]);
	if (to.n > 0) {
		pdu->dest_addr_ton = ends[1].ton;
		pdu->dest_addr_npi = ends[1].npi;
		pdu->destination_addr = address_span(&ends[1]);
	}
	return conf->type != PDU_replace_sm || plan_text(m, pdu, from->text);
}

static void
flush_often(struct link *l)
{
	size_t queued;

	session_out(link_session(l), &queued);
	if (queued >= FLUSH_AT)
		link_flush(l);
}

void
manage_ask(struct manage *m, struct link *l, const struct manage_item *from)
{
	struct session *session = link_session(l);
	uint64_t now = loop_now(m->loop);
	struct address ends[2] = {0};
	struct pdu_error error;
	struct pdu pdu;
	struct item *item = begin(m, from);

	if (!fill(m, &pdu, from, item, ends)) {
		tell_unasked(m, item, "failed", buf_cstr(&m->error));
		return;
	}
	switch (session_request(session, &pdu, item->tag, now, &error)) {
	case SESSION_TAKEN:
		pacer_sent(&m->pacer, &m->flow, now);
		item->frame = keep(item, session_last_request(session));
		flush_often(l);
		return;
	case SESSION_BAD_PDU:
		pdu_error_print(&m->error, &error);
		break;
	case SESSION_WINDOW_FULL:
	case SESSION_NOT_NOW:
		buf_add_str(&m->error, "the bind does not allow it");
		break;
	}
	tell_unasked(m, item, "failed", buf_cstr(&m->error));
}

void
manage_pump(struct manage *m, struct link *l)
{
	struct session *session = link_session(l);
	uint64_t now = loop_now(m->loop);
	struct pdu_error error;
	struct pdu pdu;

	for (size_t i = 0; i < m->n && m->n_again > 0; i++) {
		struct item *item = m->item[i];

		if (!item->again)
			continue;
		if (!link_is_up(l) || !may_send(m, session) ||
		    !pdu_decode(&pdu, manage_kept(item, item->frame), &error) ||
		    session_request(session, &pdu, i, now, &error) !=
		    SESSION_TAKEN)
			return;
		pacer_sent(&m->pacer, &m->flow, now);
		item->again = item->throttled = false;
		m->n_again--;
		flush_often(l);
	}
}

/* The end */

uint64_t
manage_deadline(const struct manage *m)
{
	uint64_t rate = m->pacer.next_ms;

	return rate < m->flow_ms ? rate : m->flow_ms;
}

size_t
manage_unfinished(const struct manage *m)
{
	return m->n_untold;
}

bool
manage_gave_up(const struct manage *m)
{
	return m->windows_lost >= WINDOWS_MOST;
}

void
manage_finish(struct manage *m, const char *why)
{
	for (size_t i = 0; i < m->n; i++) {
		struct item *item = m->item[i];

		if (!item->used || item->told)
			continue;
		if (item->throttled)
			manage_tell(m, item, "failed", NULL, "ESME_RTHROTTLED 0x58",
			    UINT64_MAX);
		else
			manage_tell(m, item, "unknown", NULL, why, UINT64_MAX);
		if (item->again)
			m->n_again--;
		item->again = false;
	}
}

const struct manage_counts *
manage_counts(const struct manage *m)
{
	return &m->counts;
}

void
manage_facts(const struct manage *m, struct progress_facts *f)
{
	const struct manage_counts *c = &m->counts;

	*f = (struct progress_facts){
		.ok = c->ok,
		.failed = c->failed,
		.unknown = c->unknown,
		.unsent = c->unsent,
		.limit = m->pacer.limits.now,
	};
}
