/* SPDX-License-Identifier: ISC */
/*
 * Records and their answers. The position of the output behind a record is
 * what its answer waits for; a part of a long message waits for its store
 * instead, and its message then for the output.
 */
#include "app/receiver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/unacked.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum {
	BEHIND_MOST = 64 << 20,       /* octets that the output has not taken */
	WRITE_SIZE = 64 << 10,        /* octets of records before a write */
};

struct receiver {
	const struct receiver_conf *conf;
	struct loop *loop;
	struct out *out;
	struct assembly *assembly;
	struct delivery delivery;
	struct unacked unacked;       /* by the position of the output */
	struct unacked stored;        /* parts, by the position of their store */
	uint64_t synced;              /* octets of the output, with --sync */
	uint64_t records, refused;
	bool stopped;
	bool behind;                  /* it was said that the output is */
	bool broken;                  /* the output takes no more */
	bool store_full;              /* the last part could not be stored */
	int status;
};

struct receiver *
receiver_new(const struct receiver_conf *conf, struct loop *loop,
    struct out *out, struct assembly *assembly)
{
	struct receiver *r = mem_new(sizeof(*r));

	r->conf = conf;
	r->loop = loop;
	r->out = out;
	r->assembly = assembly;
	unacked_init(&r->unacked, conf->max_unacked);
	unacked_init(&r->stored, conf->max_unacked);
	return r;
}

void
receiver_free(struct receiver *r)
{
	if (r == NULL)
		return;
	delivery_free(&r->delivery);
	unacked_free(&r->unacked);
	unacked_free(&r->stored);
	free(r);
}

/* Answers */

static void
answer(struct receiver *r, struct link *link, const struct pdu *request,
    uint32_t status)
{
	session_answer(link_session(link), request, status);
	r->refused += status != ESME_ROK;
}

/* Answers what waits up to a position. */
static void
answer_waiting(struct receiver *r, struct unacked *waiting, uint64_t position,
    uint32_t status)
{
	struct pdu request;
	struct link *link;

	while ((link = unacked_take(waiting, position, &request)) != NULL)
		answer(r, link, &request, status);
}

void
receiver_give_up(struct receiver *r)
{
	r->broken = r->stopped = true;
	answer_waiting(r, &r->unacked, UINT64_MAX, ESME_RX_T_APPN);
	answer_waiting(r, &r->stored, UINT64_MAX, ESME_RX_T_APPN);
}

static void
fail(struct receiver *r)
{
	r->status = exit_worse(r->status, EX_IOERR);
	receiver_give_up(r);
}

static void
warn_store(const struct receiver *r, const char *what)
{
	warn("%s: %s; %s", assembly_where(r->assembly), strerror(errno), what);
}

/* Answers parts of messages that are safe in their store, and takes out of it
 * those whose row is safe in the output. */
static void
commit_parts(struct receiver *r, uint64_t taken)
{
	if (r->assembly == NULL)
		return;
	if (r->conf->sync && !assembly_sync(r->assembly)) {
		warn_store(r, "parts of messages are left to the SMSC");
		fail(r);
	}
	answer_waiting(r, &r->stored, r->conf->sync ?
	    assembly_synced(r->assembly) : assembly_position(r->assembly),
	    ESME_ROK);
	if (assembly_taken(r->assembly, taken) || r->store_full)
		return;
	r->store_full = true;
	warn_store(r, "messages may be printed again after a restart");
}

/* Writes records and answers those that were taken. */
static void
commit(struct receiver *r)
{
	struct out *out = r->out;
	bool good = r->broken || out_flush(out);
	uint64_t taken = out->taken;

	if (r->conf->sync && taken > r->synced && !r->broken) {
		if (out_sync(out))
			r->synced = taken;
		else
			good = false;
	}
	if (r->conf->sync)
		taken = r->synced;
	answer_waiting(r, &r->unacked, taken, ESME_ROK);
	commit_parts(r, taken);
	if (good || r->broken)
		return;
	warn("%s: %s; what it did not take is left to the SMSC", out->name,
	    strerror(out->err));
	fail(r);
}

/* Records */

/* Whether a record may be added to those that the output has not taken. */
static bool
has_room(struct receiver *r)
{
	size_t octets;

	if (out_pending(r->out) >= WRITE_SIZE || unacked_full(&r->unacked) ||
	    unacked_full(&r->stored))
		commit(r);
	if (r->broken)
		return false;
	octets = out_pending(r->out);
	if (!unacked_full(&r->unacked) && !unacked_full(&r->stored) &&
	    octets < BEHIND_MOST) {
		r->behind = r->behind && r->unacked.n > r->unacked.max / 2;
		return true;
	}
	if (!r->behind)
		warn("%s does not take records: %zu wait (--max-unacked), "
		    "%zu octets; more are refused for now", r->out->name,
		    r->unacked.n, octets);
	r->behind = true;
	return false;
}

static void
print_row(struct receiver *r, const struct value row[])
{
	record_write(&r->out->buf, &r->conf->format, row);
	if (++r->records == r->conf->count)
		r->stopped = true;
}

static void
print(struct receiver *r, const struct pdu *pdu, const char *name)
{
	struct value row[DELIVERY_COLUMNS];

	delivery_row(&r->delivery, &r->conf->delivery, pdu, clock_now(),
	    name, row);
	print_row(r, row);
}

/* Whether messages that were joined may be printed; they can wait. */
static bool
may_print_joined(const struct receiver *r)
{
	return r->assembly != NULL && !r->stopped &&
	    out_pending(r->out) < BEHIND_MOST;
}

static void
print_joined(struct receiver *r)
{
	struct value row[DELIVERY_COLUMNS];

	while (may_print_joined(r) && assembly_next(r->assembly,
	    &r->delivery, loop_now(r->loop), row)) {
		print_row(r, row);
		assembly_printed(r->assembly, out_position(r->out));
	}
}

/* Takes a part of a long message; false when the PDU is none. */
static bool
take_part(struct receiver *r, struct link *link, const char *name,
    const struct pdu *pdu)
{
	if (r->assembly == NULL)
		return false;
	switch (assembly_take(r->assembly, pdu, clock_now(), name,
	    loop_now(r->loop))) {
	case ASSEMBLY_ALONE:
		return false;
	case ASSEMBLY_FAILED:
		if (!r->store_full)
			warn_store(r, "parts of messages are refused for now");
		r->store_full = true;
		answer(r, link, pdu, ESME_RX_T_APPN);
		return true;
	case ASSEMBLY_STORED:
		break;
	}
	r->store_full = false;
	unacked_add(&r->stored, link, pdu, assembly_position(r->assembly));
	print_joined(r);
	return true;
}

static void
take_request(struct receiver *r, struct link *link, const char *name,
    const struct pdu *pdu)
{
	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm) {
		session_answer(link_session(link), pdu, ESME_RINVCMDID);
	} else if (r->stopped || !has_room(r)) {
		answer(r, link, pdu, ESME_RX_T_APPN);
	} else if (!take_part(r, link, name, pdu)) {
		print(r, pdu, name);
		unacked_add(&r->unacked, link, pdu, out_position(r->out));
	}
}

/* An alert has no answer that could be withheld. */
static void
take_notice(struct receiver *r, const struct pdu *pdu, const char *name)
{
	if (pdu->type != PDU_alert_notification)
		return;
	if (!r->stopped && has_room(r))
		print(r, pdu, name);
	else
		warn("an alert_notification is lost: %s", r->stopped ?
		    "no more records are taken" :
		    "the output takes no records");
}

void
receiver_event(struct receiver *r, struct link *link, const char *name,
    const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_EV_SESSION:
		if (ev->event.type == SESSION_EV_REQUEST)
			take_request(r, link, name, &ev->event.pdu);
		else if (ev->event.type == SESSION_EV_NOTICE)
			take_notice(r, &ev->event.pdu, name);
		break;
	case LINK_EV_DOWN:
	case LINK_EV_END:
		/* the SMSC delivers again what it got no answer to */
		unacked_forget(&r->unacked, link);
		unacked_forget(&r->stored, link);
		break;
	case LINK_EV_UP:
	case LINK_EV_LOST:
		break;
	}
}

void
receiver_work(struct receiver *r)
{
	print_joined(r);
	commit(r);
}

/* Its end */

void
receiver_stop(struct receiver *r)
{
	r->stopped = true;
}

bool
receiver_has_stopped(const struct receiver *r)
{
	return r->stopped;
}

bool
receiver_is_idle(const struct receiver *r)
{
	return r->unacked.n == 0 && r->stored.n == 0 &&
	    (r->broken || out_pending(r->out) == 0);
}

bool
receiver_gave_up(const struct receiver *r)
{
	return r->broken;
}

uint64_t
receiver_deadline(const struct receiver *r)
{
	return may_print_joined(r) ? assembly_deadline(r->assembly) :
	    UINT64_MAX;
}

int
receiver_status(const struct receiver *r)
{
	return r->status;
}

struct receiver_counts
receiver_counts(const struct receiver *r)
{
	return (struct receiver_counts){r->records, r->refused, r->unacked.n};
}
