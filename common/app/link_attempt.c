/* SPDX-License-Identifier: ISC */
/*
 * Attempts at a link: connecting to each peer in turn, binding, falling back
 * from 5.0 to 3.4, backing off, and giving up with a sentence and an exit
 * status.
 */
#include <sys/random.h>
#include <sysexits.h>

#include "app/calls.h"
#include "app/link_private.h"
#include "sys/diag.h"

enum { TALK_MS = 1000 };  /* the same trouble of many links is one for so long */

bool
link_talk_begin(struct link_talk *t, struct span why, uint64_t now)
{
	if (t->last.len > 0 && span_eq(buf_span(&t->last), why) &&
	    now < t->told_ms + TALK_MS) {
		t->others++;
		return false;
	}
	link_talk_end(t);
	buf_clear(&t->last);
	buf_add_span(&t->last, why);
	t->told_ms = now;
	return true;
}

uint64_t
link_talk_deadline(const struct link_talk *t)
{
	return t->others > 0 ? t->told_ms + TALK_MS : UINT64_MAX;
}

void
link_talk_end(struct link_talk *t)
{
	if (t->others > 0)
		note("%s (and so %llu more link%s)", buf_cstr(&t->last),
		    (unsigned long long)t->others, t->others > 1 ? "s" : "");
	t->others = 0;
}

static bool
is_told(const struct link *l)
{
	return l->conf->talk == NULL || link_talk_begin(l->conf->talk,
	    buf_span(&l->why), loop_now(l->loop));
}

void
link_start(struct link *l)
{
	struct stream_conf conf = {
		.host = link_at(l)->host,
		.port = link_at(l)->port,
		.tls = link_at(l)->tls,
		.servername = link_at(l)->servername,
		.local_address = l->conf->local_address,
		.connect_ms = l->conf->bind_ms,
		.user_timeout_ms = l->conf->user_timeout_ms,
	};

	l->warnings = 0;
	l->read_ms = l->unread_ms = 0;
	l->write_broken = false;
	l->phase = l->conf->calls != NULL ? LINK_CALLED : LINK_CONNECTING;
	if (l->phase == LINK_CALLED)
		return;
	l->stream = stream_dial(l->loop, &conf, l, l->kind);
}

void
link_disconnect(struct link *l)
{
	trace_close(l->trace_link);
	l->trace_link = NULL;
	stream_close(l->stream);
	l->stream = NULL;
}

void
link_set_why(struct link *l, int status, const char *what, const char *detail)
{
	l->status = status;
	buf_clear(&l->why);
	buf_addf(&l->why, "%s:%s: %s%s", link_at(l)->host, link_at(l)->port, what,
	    detail);
}

void
link_end(struct link *l, int status)
{
	link_disconnect(l);
	l->status = status;
	l->phase = LINK_ENDING;
}

/* How long to wait before the next attempt. */
static uint64_t
backoff(struct link *l)
{
	uint16_t chance;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) !=
	    sizeof(chance))
		chance = 0x8000;
	return retry_failed(&l->retry, chance);
}

static void
wait_and_retry(struct link *l, uint64_t ms)
{
	uint64_t now = loop_now(l->loop), left = retry_left(&l->retry, now);

	if (left == 0) {
		link_end(l, l->status);
		return;
	}
	if (l->conf->calls != NULL) {
		if (is_told(l))
			note("%s; waiting for the next call",
			    buf_cstr(&l->why));
		link_start(l);
		return;
	}
	if (ms > left)
		ms = left;
	l->phase = LINK_WAITING;
	l->wait_until = now + ms;
	if (is_told(l))
		note("%s; trying again in %llu s", buf_cstr(&l->why),
		    (unsigned long long)(ms + 500) / 1000);
}

/* Whether it goes to this peer or not at all. */
static bool
is_bound_to_peer(const struct link *l)
{
	return l->conf->further && !l->up_once;
}

/* The attempt at hand, or the link that was up, came to nothing. */
void
link_failed(struct link *l)
{
	link_disconnect(l);
	if (l->unbinding) {
		link_end(l, l->status);
		return;
	}
	if (l->conf->calls != NULL) {
		wait_and_retry(l, 0);
		return;
	}
	if (l->peer + 1 < l->conf->n_peers && !is_bound_to_peer(l)) {
		if (is_told(l))
			note("%s; trying the next", buf_cstr(&l->why));
		l->peer++;
		link_start(l);
		return;
	}
	if (!is_bound_to_peer(l))
		l->peer = 0;
	if (!l->up_once && l->retry.failures >= l->conf->connect_retries)
		link_end(l, l->status);
	else
		wait_and_retry(l, backoff(l));
}

void
link_lost(struct link *l)
{
	wait_and_retry(l, backoff(l));
}

static const char *
hint(uint32_t status, const char *password)
{
	switch (status) {
	case ESME_RINVPASWD:
	case ESME_RINVSYSID:
		if (password == NULL || *password == '\0')
			return "; check the system_id; no password was given: "
			    "see --password-file or SMPP_PASSWORD";
		return "; check the system_id and the password";
	case ESME_RALYBND:
		return "; another bind of this system_id is still open, or too "
		    "many are";
	case ESME_RINVSYSTYP:
		return "; check --system-type";
	case ESME_RINVCMDID:
		return "; the SMSC does not know this kind of bind: try --bind "
		    "tx or rx";
	default:
		return "; check system_id, password, --system-type, --bind, "
		    "--smpp-version and whether this address may connect";
	}
}

void
link_refused(struct link *l, const struct pdu *answer)
{
	uint32_t status = answer->command_status;
	struct buf text = {0};

	l->refusal = status;
	buf_add_str(&text, "bind refused: ");
	status_print(&text, status);
	buf_add_str(&text, hint(status, link_at(l)->password));
	link_set_why(l, EX_NOPERM, "", buf_cstr(&text));
	buf_free(&text);
	link_disconnect(l);
	if (l->conf->exact) {
		link_end(l, l->status);
	} else if (l->version == 0x50 && status != ESME_RINVPASWD &&
	    status != ESME_RINVSYSID && status != ESME_RALYBND) {
		note("%s; trying version 3.4", buf_cstr(&l->why));
		l->version = 0x34;
		link_start(l);
	} else if (l->unbinding || is_bound_to_peer(l)) {
		link_end(l, l->status);
	} else if (status == ESME_RALYBND && l->peer + 1 == l->conf->n_peers) {
		l->peer = 0;
		wait_and_retry(l, backoff(l));
	} else if (!l->up_once) {
		link_failed(l);
	} else if (status == ESME_RINVPASWD || status == ESME_RINVSYSID) {
		wait_and_retry(l, retry_refused(&l->retry));
	} else {
		link_failed(l);
	}
}

struct session_conf
link_session_conf(const struct link_conf *c)
{
	return (struct session_conf){
		.side = SESSION_ESME,
		.window = c->window,
		.max_pdu = c->max_pdu,
		.enquire_link_ms = c->enquire_link_ms,
		.response_ms = c->response_ms,
		.bind_ms = c->bind_ms,
		.tell_enquiries = c->tell_enquiries,
	};
}

void
link_begin_session(struct link *l)
{
	struct session_conf conf = link_session_conf(l->conf);

	session_free(&l->session);
	session_init(&l->session, &conf, loop_now(l->loop));
	l->trace_link = l->trace ? trace_open(l->trace,
	    stream_fd(l->stream), l->name) : NULL;
}

bool
link_take_call(struct link *l)
{
	struct session session;
	struct watch *w;

	if (!calls_take(l->conf->calls, &l->stream, &session, &l->trace_link))
		return false;
	session_free(&l->session);
	l->session = session;
	w = stream_watch(l->stream);
	w->owner = l;
	w->kind = l->kind;
	note("called from %s", stream_peer(l->stream));
	return true;
}

void
link_bind(struct link *l)
{
	static const enum pdu_type type[] = {
		[LINK_TX] = PDU_bind_transmitter,
		[LINK_RX] = PDU_bind_receiver,
		[LINK_TRX] = PDU_bind_transceiver,
	};
	const struct link_conf *c = l->conf;
	struct pdu pdu = {
		.type = type[c->bind],
		.system_id = span_str(link_at(l)->system_id),
		.password = span_str(link_at(l)->password),
		.system_type = span_str(c->system_type),
		.address_range = span_str(c->address_range),
		.addr_ton = c->bind_ton,
		.addr_npi = c->bind_npi,
		.interface_version = l->version,
	};

	l->phase = LINK_BINDING;
	session_request(&l->session, &pdu, 0, loop_now(l->loop), NULL);
	link_flush(l);
}

