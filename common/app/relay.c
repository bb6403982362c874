/* SPDX-License-Identifier: ISC */
/*
 * What an MMSC does with mails of another (3GPP TS 23.140, 8.4): takes them or
 * not, delivers a message once, answers each request, and knows its own
 * messages in answers and reports.
 */
#include "app/relay.h"

#include <stdlib.h>
#include <strings.h>

#include "app/mm4_record.h"
#include "app/relay_private.h"
#include "base/mem.h"
#include "mms/head.h"

enum { DAY_S = 24 * 3600, SEEN_DAYS = 7, SEEN_DAYS_MOST = 30 };

static const struct relay_reply ok = {250, "2.0.0 taken"};
static const struct relay_reply no_state = {451, "4.3.0 try again later"};

struct relay *
relay_new(const struct relay_conf *conf)
{
	struct relay *r = mem_new(sizeof(*r));

	r->conf = conf;
	r->outcomes = conf->outcomes;
	r->dice = dice_of(conf->seed);
	return r;
}

void
relay_free(struct relay *r)
{
	free(r);
}

/* Envelopes */

static bool
is_in(const char *const *list, size_t n, struct span domain)
{
	for (size_t i = 0; i < n; i++)
		if (head_is(domain, list[i]))
			return true;
	return false;
}

uint64_t
relay_max_size(const struct relay *r, const struct relay_client *client)
{
	const struct relay_peer *peer = relay_peer_of(r->conf->peers, client);

	return peer != NULL ? peer->max_size : r->conf->peers->other.max_size;
}

bool
relay_login(const struct relay *r, const struct relay_client *client,
    const char *user, struct span password)
{
	const struct relay_peers *peers = r->conf->peers;
	bool good = false;

	for (size_t i = 0; i <= peers->n; i++) {
		const struct relay_peer *p = i < peers->n ? &peers->p[i] :
		    &peers->other;
		unsigned differs = 0;
		size_t n;

		if (p->user == NULL || p->password == NULL ||
		    strcmp(p->user, user) != 0 || (p->allow != NULL &&
		    !relay_network_has(p->allow, client->address, NULL)))
			continue;
		/* takes as long whichever octet is wrong */
		n = strlen(p->password);
		for (size_t k = 0; k < password.n; k++)
			differs |= (unsigned)(password.p[k] ^
			    (uint8_t)p->password[n == 0 ? 0 : k % n]);
		good = good || (differs == 0 && password.n == n);
	}
	return good;
}

struct relay_reply
relay_mail(struct relay *r, const struct relay_client *client,
    struct span from, uint64_t size)
{
	const struct relay_peer *peer = relay_peer_of(r->conf->peers, client);
	struct mms_address a;

	if (peer == NULL)
		return (struct relay_reply){550,
		    "5.7.1 not from this address"};
	if (peer->tls && !client->tls)
		return (struct relay_reply){530, "5.7.0 STARTTLS first"};
	if (peer->user != NULL && (client->user == NULL ||
	    strcmp(peer->user, client->user) != 0))
		return (struct relay_reply){530, "5.7.0 log in first"};
	if (size > peer->max_size)
		return (struct relay_reply){552, "5.3.4 too big"};
	/* the null path, and a sender without a domain, say nothing wrong */
	if (peer->domains != NULL && mms_address_read(&a, from) &&
	    a.domain.n > 0 && !relay_list_has(peer->domains, a.domain))
		return (struct relay_reply){550,
		    "5.7.1 not a sender of this peer"};
	return (struct relay_reply){250, "2.1.0 ok"};
}

struct relay_reply
relay_rcpt(struct relay *r, const struct relay_client *client, struct span to)
{
	const struct relay_conf *conf = r->conf;
	struct mms_address a;

	(void)client;
	if (!mms_address_read(&a, to) || a.local.n == 0)
		return (struct relay_reply){553, "5.1.3 no address"};
	if (a.domain.n == 0 || is_in(conf->domain, conf->n_domains, a.domain)
	    || is_in(conf->route, conf->n_routes, a.domain))
		return (struct relay_reply){250, "2.1.5 ok"};
	return (struct relay_reply){550, "5.7.1 no relaying for this domain"};
}

/* Mails */

static void
refuse(struct relay_work *w, unsigned code, const char *text)
{
	w->verdict->reply = (struct relay_reply){code, text};
}

/* Answers where an answer is wanted, else refuses by SMTP: never both. */
static void
answer_or_refuse(struct relay_work *w, enum mms_request_status status,
    const char *why, const char *reply)
{
	if (relay_is_answerable(w)) {
		relay_answer(w, status, NULL, why);
		w->verdict->reply = ok;
	} else {
		refuse(w, 554, reply);
	}
}

struct span
relay_key(struct relay_work *w, const struct mms_address *a)
{
	struct mms_address copy = *a;
	struct buf number = {0}, b = {0};
	struct span none = {0}, key;

	if (a->type == MMS_PLMN) {
		relay_number(&number, w->peer, a->local);
		copy.local = buf_span(&number);
	}
	mms_address_write(&b, &copy, none);
	key = mms_keep(&w->mms, buf_span(&b));
	buf_free(&number);
	buf_free(&b);
	return key;
}

void
relay_print(struct relay_work *w, const struct mms_address_list *to,
    const char *status, const char *error)
{
	struct value row[MM4_COLUMNS];

	mm4_record(&w->mms, row);
	row[MM4_time] = value_text(mm4_record_time(&w->mms, w->in->time));
	row[MM4_peer] = value_text(w->peer_key);
	row[MM4_octets] = value_num(w->in->octets.n);
	if (w->verdict->keep && w->in->file != NULL)
		row[MM4_file] = value_text(span_str(w->in->file));
	if (to != NULL)
		row[MM4_to] = value_text(mm4_record_list(&w->mms, to));
	if (status != NULL)
		row[MM4_status] = value_text(span_str(status));
	if (error != NULL)
		row[MM4_error] = value_text(span_str(error));
	record_write(&w->verdict->rows, &w->relay->conf->format, row);
}

/* How long a message is remembered: past its expiry, so that it is known
 * again as long as anybody sends it. */
static struct timespec
remember(const struct relay_work *w)
{
	struct timespec now = w->in->time, until = now, expiry;
	struct timespec most = {.tv_sec = now.tv_sec + SEEN_DAYS_MOST * DAY_S};

	until.tv_sec += SEEN_DAYS * DAY_S;
	if (mm4_time(w->mms.field[MMS_EXPIRY], &now, &expiry) &&
	    expiry.tv_sec + DAY_S > until.tv_sec)
		until.tv_sec = expiry.tv_sec + DAY_S;
	return until.tv_sec > most.tv_sec ? most : until;
}

/* The recipients that have not had it; status is what the others had. */
static void
new_recipients(struct relay_work *w, struct span id,
    struct mms_address_list *fresh, struct buf *status)
{
	struct mm4_state *state = w->relay->conf->state;

	for (size_t i = 0; i < w->to.n; i++) {
		struct span key = relay_key(w, &w->to.p[i]);

		buf_clear(status);
		if (mm4_state_seen(state, w->peer_key, id, key, status))
			continue;
		if (!mm4_state_see(state, w->peer_key, id, key,
		    span_str(mms_request_status_name(MMS_REQUEST_OK)),
		    remember(w)))
			w->failed = true;
		mms_list_add(fresh, &w->to.p[i]);
	}
}

static void
take_message(struct relay_work *w)
{
	const struct relay_conf *conf = w->relay->conf;
	struct mms_address_list fresh = {0};
	struct mms *m = &w->mms;
	struct span id = relay_message_id(m);
	struct buf status = {0};

	if (conf->reports_only) {
		refuse(w, 451, "4.3.2 no messages are taken here");
		return;
	}
	if (mms_number(m, MMS_FORWARD_COUNTER, 0) > conf->max_forwards) {
		answer_or_refuse(w, MMS_REQUEST_SERVICE_DENIED,
		    "forwarded too often", "5.4.6 forwarded too often");
		return;
	}
	if (m->content_error != NULL) {
		answer_or_refuse(w, MMS_REQUEST_CORRUPT, m->content_error,
		    "5.6.0 content is not what it says it is");
		return;
	}
	if (w->in->octets.n > w->peer->max_size) {
		answer_or_refuse(w, MMS_REQUEST_CONTENT, "too big",
		    "5.3.4 too big");
		return;
	}
	new_recipients(w, id, &fresh, &status);
	w->verdict->reply = ok;
	if (fresh.n > 0) {
		w->verdict->keep = true;
		relay_print(w, &fresh, mms_request_status_name(MMS_REQUEST_OK),
		    NULL);
		relay_report(w, &fresh);
	}
	relay_answer(w, MMS_REQUEST_OK, &w->to, NULL);
	free(fresh.p);
	buf_free(&status);
}

/* Recipients of a report that this MMSC is not the last one for. */
static bool
goes_on(const struct relay_work *w)
{
	const struct relay_conf *conf = w->relay->conf;

	for (size_t i = 0; i < w->to.n; i++)
		if (is_in(conf->route, conf->n_routes, w->to.p[i].domain) &&
		    !is_in(conf->domain, conf->n_domains, w->to.p[i].domain))
			return true;
	return false;
}

/* A report counts once; it is answered each time. */
static void
take_report(struct relay_work *w)
{
	const struct relay_conf *conf = w->relay->conf;
	struct mms *m = &w->mms;
	bool is_delivery = m->kind == MMS_DELIVERY;
	struct span status = is_delivery ?
	    mms_state_name(m->field[MMS_MM_STATUS_CODE]) :
	    m->field[MMS_READ_STATUS];
	bool final = is_delivery &&
	    mms_state_consequence(status) != MMS_PENDING;
	int known;

	if (status.n == 0) {
		answer_or_refuse(w, MMS_REQUEST_CORRUPT, "no status",
		    "5.6.0 a report without a status");
		return;
	}
	known = is_delivery ? mm4_state_reported(conf->state,
	    m->field[MMS_MESSAGE_ID], relay_key(w, &m->from), status, final,
	    w->in->time) : mm4_state_read(conf->state,
	    m->field[MMS_MESSAGE_ID], relay_key(w, &m->from), status);
	w->failed = w->failed || known < -1;
	if (known == -1 && goes_on(w))
		known = 1;
	if (known == -1 && conf->unknown == RELAY_LATER) {
		refuse(w, 451, "4.3.0 no such message here now");
		return;
	}
	w->verdict->reply = ok;
	if (known != 0) {
		w->verdict->keep = true;
		relay_print(w, goes_on(w) ? &w->to : NULL, NULL,
		    known == -1 && conf->unknown == RELAY_NOT_FOUND ?
		    "no such message" : NULL);
	}
	relay_answer(w, known == -1 && conf->unknown == RELAY_NOT_FOUND ?
	    MMS_REQUEST_NOT_FOUND : MMS_REQUEST_OK, NULL, NULL);
}

static void
take_answer(struct relay_work *w)
{
	struct mms *m = &w->mms;
	struct span *about = mem_array(m->about.n, sizeof(*about));
	int n;

	for (size_t i = 0; i < m->about.n; i++)
		about[i] = relay_key(w, &m->about.p[i]);
	n = mm4_state_answered(w->relay->conf->state,
	    m->field[MMS_TRANSACTION_ID], m->field[MMS_MESSAGE_ID], about,
	    m->about.n, m->field[MMS_REQUEST_STATUS_CODE],
	    m->field[MMS_STATUS_TEXT]);
	w->failed = w->failed || n < 0;
	w->verdict->reply = ok;
	relay_print(w, NULL, NULL, NULL);
	free(about);
}

static bool
is_answer_name(struct span type)
{
	return type.n > 4 &&
	    strncasecmp((const char *)type.p + type.n - 4, ".RES", 4) == 0;
}

static void
take_kind(struct relay_work *w)
{
	struct mms *m = &w->mms;

	if (m->kind == MMS_NONE && m->is_dsn) {
		relay_take_dsn(w);
	} else if (m->kind == MMS_NONE) {
		refuse(w, 554, "5.6.0 no X-Mms-Message-Type: this is no MM4");
	} else if (m->received > w->relay->conf->max_hops) {
		refuse(w, 554, "5.4.6 too many Received fields: a loop");
	} else if (m->head_error != NULL) {
		if (mms_is_request(m->kind))
			answer_or_refuse(w, MMS_REQUEST_CORRUPT,
			    m->head_error, "5.6.0 the head cannot be read");
		else
			refuse(w, 554, "5.6.0 the head cannot be read");
	} else if (m->kind == MMS_FORWARD) {
		take_message(w);
	} else if (m->kind == MMS_DELIVERY || m->kind == MMS_READ) {
		take_report(w);
	} else if (m->kind != MMS_OTHER) {
		take_answer(w);
	} else if (is_answer_name(m->field[MMS_MESSAGE_TYPE])) {
		refuse(w, 554, "5.6.0 unknown X-Mms-Message-Type");
	} else {
		answer_or_refuse(w, MMS_REQUEST_UNSUPPORTED, NULL,
		    "5.6.0 unknown X-Mms-Message-Type");
	}
}

/* Recipients of the envelope, else all that are visible, once each. */
static void
read_recipients(struct relay_work *w)
{
	const struct mms_address_list *lists[] = {&w->mms.to, &w->mms.cc};
	struct mms_address a;

	for (size_t i = 0; i < w->in->n_to; i++)
		if (mms_address_read(&a, w->in->to[i]))
			mms_list_add(&w->to, &a);
	for (size_t i = 0; w->in->n_to == 0 && i < 2; i++)
		for (size_t k = 0; k < lists[i]->n; k++)
			mms_list_add(&w->to, &lists[i]->p[k]);
	for (size_t i = 0; i < w->to.n; i++) {
		struct buf number = {0};

		if (w->to.p[i].type == MMS_PLMN) {
			relay_number(&number, w->peer, w->to.p[i].local);
			w->to.p[i].local = mms_keep(&w->mms,
			    buf_span(&number));
		}
		buf_free(&number);
	}
}

/* Whose ids they are: the peer's by name, its domain, its address. */
static struct span
peer_key(const struct relay_work *w)
{
	struct mms_address a = {0};

	if (w->peer->name[0] != '\0')
		return span_str(w->peer->name);
	if (w->mms.sender.domain.n > 0)
		return w->mms.sender.domain;
	if (w->mms.originator_system.domain.n > 0)
		return w->mms.originator_system.domain;
	if (mms_address_read(&a, w->in->from) && a.domain.n > 0)
		return a.domain;
	return span_str(w->in->client->address);
}

void
relay_take(struct relay *r, const struct relay_mail_in *in,
    struct relay_verdict *verdict)
{
	struct relay_work w = {.relay = r, .in = in, .verdict = verdict};
	struct buf number = {0};

	*verdict = (struct relay_verdict){0};
	w.peer = relay_peer_of(r->conf->peers, in->client);
	if (w.peer == NULL) {
		refuse(&w, 550, "5.7.1 not from this address");
		return;
	}
	mm4_read(&w.mms, in->octets);
	w.peer_key = peer_key(&w);
	if (w.mms.from.type == MMS_PLMN) {
		relay_number(&number, w.peer, w.mms.from.local);
		w.mms.from.local = mms_keep(&w.mms, buf_span(&number));
		buf_free(&number);
	}
	read_recipients(&w);
	take_kind(&w);
	if (w.failed) {
		relay_verdict_free(verdict);
		verdict->reply = no_state;
		verdict->failed = true;
	}
	free(w.to.p);
	mms_free(&w.mms);
}

void
relay_verdict_free(struct relay_verdict *v)
{
	buf_free(&v->rows);
	*v = (struct relay_verdict){0};
}
