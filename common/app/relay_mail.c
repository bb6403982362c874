/* SPDX-License-Identifier: ISC */
/* The mails that a relay makes of its own: answers, and reports for the
 * terminals of its network. */
#include <stdlib.h>

#include "app/relay_private.h"
#include "base/term.h"
#include "mms/head.h"

enum {
	MS = 1000,
	ANSWER_S = 24 * 3600,       /* an answer is tried for so long */
	REPORT_S = 3 * 24 * 3600,
};

void
relay_id(struct relay *r, struct buf *b, const char *kind,
    struct timespec time)
{
	buf_addf(b, "%s-%llx-%llx-%llx@%s", kind,
	    (unsigned long long)time.tv_sec,
	    (unsigned long long)r->conf->seed,
	    (unsigned long long)++r->ids, r->conf->domain[0]);
}

struct span
relay_own_domain(const struct relay_work *w)
{
	const struct relay_conf *conf = w->relay->conf;

	for (size_t i = 0; i < w->to.n; i++)
		for (size_t k = 0; k < conf->n_domains; k++)
			if (head_is(w->to.p[i].domain, conf->domain[k]))
				return span_str(conf->domain[k]);
	return span_str(conf->domain[0]);
}

/* Where an answer goes: X-Mms-Originator-System, else the Sender, else where
 * the mail came from; none to the null path. */
static bool
answer_to(const struct relay_work *w, struct mms_address *to)
{
	const struct mms *m = &w->mms;

	*to = m->originator_system;
	if (to->type == MMS_ADDRESS_NONE)
		*to = m->sender;
	if (to->type == MMS_ADDRESS_NONE)
		mms_address_read(to, w->in->from);
	if (to->type == MMS_ADDRESS_NONE || to->local.n == 0 ||
	    head_is(to->local, "mailer-daemon"))
		return false;
	if (to->domain.n == 0)
		to->domain = w->peer_key;
	return to->domain.n > 0;
}

bool
relay_is_answerable(const struct relay_work *w)
{
	struct mms_address to;

	return mms_yes(&w->mms, MMS_ACK_REQUEST) &&
	    w->mms.field[MMS_TRANSACTION_ID].n > 0 && answer_to(w, &to);
}

static void
set_str(struct mms *m, enum mms_field field, const char *text)
{
	mms_set(m, field, span_str(text));
}

/* What all mails of ours have: version, date, ids, and who we are. */
static void
begin(struct relay_work *w, struct mms *m, const struct relay_peer *peer,
    struct timespec date)
{
	struct span domain = relay_own_domain(w);
	struct buf b = {0};

	set_str(m, MMS_VERSION, peer->version);
	mm4_date(&b, date);
	mms_set(m, MMS_DATE, buf_span(&b));
	buf_clear(&b);
	buf_add_byte(&b, '<');
	relay_id(w->relay, &b, "m", date);
	buf_add_byte(&b, '>');
	mms_set(m, MMS_MAIL_ID, buf_span(&b));
	m->sender = (struct mms_address){.type = MMS_EMAIL,
	    .local = span_str(w->relay->conf->system), .domain = domain};
	set_str(m, MMS_SENDER, "-");
	buf_free(&b);
}

static void
post(struct relay_work *w, const struct mms *m, const struct relay_peer *peer,
    const struct mm4_mail *mail)
{
	struct mm4_mail copy = *mail;
	struct buf octets = {0};

	/* an id that cannot be printed has no answer */
	if (mm4_write(&octets, m, &peer->style)) {
		copy.octets = buf_span(&octets);
		if (!mm4_state_post(w->relay->conf->state, &copy))
			w->failed = true;
	}
	buf_free(&octets);
}

void
relay_answer(struct relay_work *w, enum mms_request_status status,
    const struct mms_address_list *about, const char *text)
{
	struct mms m = {.kind = w->mms.kind < MMS_KINDS ?
	    mms_answer_of(w->mms.kind) : MMS_FORWARD_ANSWER};
	struct mms_address to;
	struct buf from = {0}, recipient = {0};
	const struct relay_peer *peer;
	struct span path;

	if (!relay_is_answerable(w) || !answer_to(w, &to))
		return;
	peer = relay_peer_to(w->relay->conf->peers, to.domain);
	begin(w, &m, peer, w->in->time);
	m.from = m.sender;
	set_str(&m, MMS_FROM, "-");
	mms_list_add(&m.to, &to);
	set_str(&m, MMS_TO, "-");
	set_str(&m, MMS_SUBJECT, mm4_kind_name(m.kind));
	m.field[MMS_TRANSACTION_ID] = w->mms.field[MMS_TRANSACTION_ID];
	m.field[MMS_MESSAGE_ID] = w->mms.field[MMS_MESSAGE_ID];
	/* it is mandatory, and a request may have been without */
	if (m.field[MMS_MESSAGE_ID].p == NULL)
		set_str(&m, MMS_MESSAGE_ID, "");
	set_str(&m, MMS_REQUEST_STATUS_CODE, mms_request_status_name(status));
	if (text != NULL)
		set_str(&m, MMS_STATUS_TEXT, text);
	for (size_t i = 0; about != NULL && i < about->n; i++)
		mms_list_add(&m.about, &about->p[i]);
	if (m.about.n > 0)
		set_str(&m, MMS_REQUEST_RECIPIENTS, "-");
	mms_address_write(&from, &m.sender, m.sender.domain);
	mms_address_write(&recipient, &to, to.domain);
	path = buf_span(&recipient);
	if (mms_address_is_safe(path))
		post(w, &m, peer, &(struct mm4_mail){.domain = to.domain,
		    .from = buf_span(&from), .to = &path, .n_to = 1,
		    .due = w->in->time,
		    .expires = {.tv_sec = w->in->time.tv_sec + ANSWER_S}});
	buf_free(&from);
	buf_free(&recipient);
	mms_free(&m);
}

/* The outcome whose turn it is: that which is behind its share the most. */
static struct span
deal(struct relay_outcomes *o)
{
	size_t best = 0;

	for (size_t i = 0; i < o->n; i++) {
		o->row[i].due += o->row[i].share;
		if (o->row[i].due > o->row[best].due)
			best = i;
	}
	o->row[best].due -= o->total;
	return o->row[best].state;
}

/* The domain that reports on the message go to: of its sender. */
static struct span
origin_of(const struct relay_work *w)
{
	struct mms_address envelope = {0};

	if (w->mms.from.domain.n > 0)
		return w->mms.from.domain;
	mms_address_read(&envelope, w->in->from);
	if (envelope.domain.n > 0)
		return envelope.domain;
	if (w->mms.sender.domain.n > 0)
		return w->mms.sender.domain;
	return w->mms.originator_system.domain.n > 0 ?
	    w->mms.originator_system.domain : w->peer_key;
}

/* One report of a kind about one recipient, to be sent at a time. */
static void
report_one(struct relay_work *w, const struct mms_address *recipient,
    enum mms_kind kind, struct span status, struct timespec when)
{
	const struct mms *about = &w->mms;
	struct span domain = origin_of(w), path;
	const struct relay_peer *peer = relay_peer_to(w->relay->conf->peers,
	    domain);
	struct mms m = {.kind = kind};
	struct buf b = {0}, from = {0}, to = {0};

	if (about->from.type == MMS_ADDRESS_NONE || domain.n == 0)
		return;
	begin(w, &m, peer, when);
	m.from = *recipient;
	set_str(&m, MMS_FROM, "-");
	mms_list_add(&m.to, &about->from);
	set_str(&m, MMS_TO, "-");
	set_str(&m, MMS_SUBJECT, mm4_kind_name(kind));
	relay_id(w->relay, &b, kind == MMS_DELIVERY ? "dr" : "rr", when);
	mms_set(&m, MMS_TRANSACTION_ID, buf_span(&b));
	m.field[MMS_MESSAGE_ID] = relay_message_id(about);
	m.originator_system = m.sender;
	set_str(&m, MMS_ORIGINATOR_SYSTEM, "-");
	set_str(&m, MMS_ACK_REQUEST, "Yes");
	/* an application's reply goes where it asked for it */
	m.field[MMS_APPLIC_ID] = mms_has(about, MMS_REPLY_APPLIC_ID) ?
	    about->field[MMS_REPLY_APPLIC_ID] : about->field[MMS_APPLIC_ID];
	m.field[MMS_AUX_APPLIC_INFO] = about->field[MMS_AUX_APPLIC_INFO];
	if (kind == MMS_DELIVERY) {
		m.field[MMS_MM_STATUS_CODE] = status;
		set_str(&m, MMS_FORWARD_TO_ORIGINATOR_UA,
		    mms_yes(about, MMS_DELIVERY_REPORT) ? "Yes" : "No");
	} else {
		m.field[MMS_READ_STATUS] = status;
	}
	mms_address_write(&from, recipient, relay_own_domain(w));
	mms_address_write(&to, &about->from, domain);
	path = buf_span(&to);
	if (mms_address_is_safe(path) && mms_address_is_safe(buf_span(&from)))
		post(w, &m, peer, &(struct mm4_mail){.domain = domain,
		    .from = buf_span(&from), .to = &path, .n_to = 1,
		    .due = when,
		    .expires = {.tv_sec = when.tv_sec + REPORT_S}});
	buf_free(&b);
	buf_free(&from);
	buf_free(&to);
	mms_free(&m);
}

static struct timespec
later(struct timespec time, uint64_t ms)
{
	uint64_t ns = (uint64_t)time.tv_nsec + ms % MS * 1000000;

	time.tv_sec += (time_t)(ms / MS + ns / 1000000000);
	time.tv_nsec = (long)(ns % 1000000000);
	return time;
}

void
relay_report(struct relay_work *w, const struct mms_address_list *recipients)
{
	struct relay *r = w->relay;
	const struct mms *m = &w->mms;
	bool delivery = mms_yes(m, MMS_DELIVERY_REPORT) ||
	    mms_yes(m, MMS_ORIGINATOR_RS_DELIVERY_REPORT);
	bool read = mms_yes(m, MMS_READ_REPLY);

	if (r->outcomes.n == 0)
		return;
	for (size_t i = 0; i < recipients->n; i++) {
		struct span state = deal(&r->outcomes);
		struct timespec when = later(w->in->time,
		    delay_draw(&r->conf->delay, &r->dice));

		if (delivery)
			report_one(w, &recipients->p[i], MMS_DELIVERY, state,
			    when);
		if (read && span_is(state, "Retrieved"))
			report_one(w, &recipients->p[i], MMS_READ,
			    span_str("Read"), later(when,
			    delay_draw(&r->conf->delay, &r->dice)));
	}
}

bool
relay_outcomes_parse(struct relay_outcomes *o, struct span text,
    struct buf *error)
{
	bool more = true;

	*o = (struct relay_outcomes){0};
	while (more) {
		struct span one = term_trim(term_cut(&text, ',', &more));
		bool has_share;
		struct span rest = one;
		struct span word = term_trim(term_cut(&rest, '=', &has_share));
		uint64_t share = 1;

		if (o->n == RELAY_OUTCOMES_MAX) {
			buf_addf(error, "more than %d outcomes",
			    RELAY_OUTCOMES_MAX);
			return false;
		}
		if (!mms_state_known(word) || (has_share &&
		    !term_number(term_trim(rest), 0, 1000000, &share))) {
			buf_add_str(error, "states with their shares are "
			    "expected, as in Retrieved=90,Expired=10: ");
			mms_state_names(error);
			return false;
		}
		o->row[o->n++] = (struct relay_outcome){
		    .state = mms_state_name(word), .share = (uint32_t)share};
		o->total += (int64_t)share;
	}
	if (o->total == 0)
		buf_add_str(error, "no outcome has a share");
	return o->total > 0;
}
