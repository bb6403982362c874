/* SPDX-License-Identifier: ISC */
/*
 * Records and their answers. The position of the output behind a record is
 * what its answer waits for; a part of a long message waits for its store
 * instead, and its message then for the output.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/exec.h"
#include "app/exit.h"
#include "app/receiver_private.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum {
	BEHIND_MOST = 64 << 20,       /* octets that the output has not taken */
	WRITE_SIZE = 64 << 10,        /* octets of records before a write */
};

struct receiver *
receiver_new(const struct receiver_conf *conf, struct loop *loop,
    struct out *out, struct assembly *assembly, struct exec *exec)
{
	struct receiver *r = mem_new(sizeof(*r));

	r->conf = conf;
	r->loop = loop;
	r->out = out;
	r->assembly = assembly;
	r->exec = exec;
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

void
receiver_answer(struct receiver *r, struct link *link,
    const struct pdu *request, uint32_t status)
{
	if (link != NULL)
		session_answer(link_session(link), request, status);
	r->refused += status == ESME_RX_T_APPN;
}

/* Answers what waits up to a position. */
static void
answer_waiting(struct receiver *r, struct unacked *waiting, uint64_t position,
    uint32_t status)
{
	struct pdu request;
	struct link *link;

	while ((link = unacked_take(waiting, position, &request)) != NULL)
		receiver_answer(r, link, &request, status);
}

void
receiver_give_up(struct receiver *r)
{
	r->broken = r->stopped = true;
	answer_waiting(r, &r->unacked, UINT64_MAX, ESME_RX_T_APPN);
	answer_waiting(r, &r->stored, UINT64_MAX, ESME_RX_T_APPN);
	if (r->exec != NULL)
		receiver_exec_give_up(r);
}

static void
fail(struct receiver *r)
{
	r->status = exit_worse(r->status, EX_IOERR);
	receiver_give_up(r);
}

void
receiver_warn_store(const struct receiver *r, const char *what)
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
		receiver_warn_store(r, "parts of messages are left to the "
		    "SMSC");
		fail(r);
	}
	answer_waiting(r, &r->stored, r->conf->sync ?
	    assembly_synced(r->assembly) : assembly_position(r->assembly),
	    ESME_ROK);
	if (r->exec != NULL || assembly_taken(r->assembly, taken) ||
	    r->store_full)
		return;
	r->store_full = true;
	receiver_warn_store(r, "messages may be printed again after a restart");
}

/* Writes records and answers those that were taken. */
static void
commit(struct receiver *r)
{
	struct out *out = r->out;
	bool good;
	uint64_t taken;

	if (out == NULL) {
		commit_parts(r, 0);
		return;
	}
	good = r->broken || out_flush(out);
	taken = out->taken;
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

static bool
out_has_room(const struct receiver *r)
{
	return !unacked_full(&r->unacked) && out_pending(r->out) < BEHIND_MOST;
}

/* How many records were taken and not yet acknowledged. */
static size_t
count_waiting(const struct receiver *r)
{
	return r->exec != NULL ? exec_count(r->exec) : r->unacked.n;
}

/* Whether a record may be added to those that wait. */
static bool
has_room(struct receiver *r)
{
	size_t n;

	if ((r->out != NULL && out_pending(r->out) >= WRITE_SIZE) ||
	    unacked_full(&r->unacked) || unacked_full(&r->stored))
		commit(r);
	if (r->broken)
		return false;
	n = count_waiting(r);
	if (!unacked_full(&r->stored) && (r->exec != NULL ?
	    receiver_exec_has_room(r) : out_has_room(r))) {
		r->behind = r->behind && n > r->conf->max_unacked / 2;
		return true;
	}
	/* one that waits for the last of --count is no news */
	if (!r->behind && (r->exec == NULL ||
	    n < r->conf->count - r->records))
		warn("%s does not take records: %zu wait (--max-unacked); "
		    "more are refused for now", r->exec != NULL ? "--exec" :
		    r->out->name, n);
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
print(struct receiver *r, struct link *link, const struct pdu *pdu,
    const char *name)
{
	struct value row[DELIVERY_COLUMNS];

	delivery_row(&r->delivery, &r->conf->delivery, pdu, clock_now(),
	    name, row);
	if (r->exec != NULL) {
		receiver_exec_take(r, link, pdu, row);
		return;
	}
	print_row(r, row);
	if (pdu->type != PDU_alert_notification)
		unacked_add(&r->unacked, link, pdu, out_position(r->out));
}

/* Whether messages that were joined may be printed; they can wait. */
static bool
may_print_joined(const struct receiver *r)
{
	if (r->assembly == NULL || r->stopped)
		return false;
	return r->exec != NULL ? receiver_exec_has_room(r) :
	    out_pending(r->out) < BEHIND_MOST;
}

static void
print_joined(struct receiver *r)
{
	struct value row[DELIVERY_COLUMNS];

	while (may_print_joined(r) && assembly_next(r->assembly,
	    &r->delivery, loop_now(r->loop), row)) {
		if (r->exec != NULL) {
			receiver_exec_joined(r, row);
			continue;
		}
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
			receiver_warn_store(r, "parts of messages are refused "
			    "for now");
		r->store_full = true;
		receiver_answer(r, link, pdu, ESME_RX_T_APPN);
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
		receiver_answer(r, link, pdu, ESME_RX_T_APPN);
	} else if (!take_part(r, link, name, pdu)) {
		print(r, link, pdu, name);
	}
}

/* An alert has no answer that could be withheld. */
static void
take_notice(struct receiver *r, struct link *link, const char *name,
    const struct pdu *pdu)
{
	if (pdu->type != PDU_alert_notification)
		return;
	if (!r->stopped && has_room(r))
		print(r, link, pdu, name);
	else
		warn("an alert_notification is lost: %s", r->stopped ?
		    "no more records are taken" : "too many records wait");
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
			take_notice(r, link, name, &ev->event.pdu);
		break;
	case LINK_EV_DOWN:
	case LINK_EV_END:
		/* the SMSC delivers again what it got no answer to */
		unacked_forget(&r->unacked, link);
		unacked_forget(&r->stored, link);
		if (r->exec != NULL)
			exec_forget(r->exec, link);
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
	if (r->exec != NULL)
		receiver_exec_work(r);
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
	if (r->stored.n > 0)
		return false;
	if (r->exec != NULL)
		return receiver_exec_is_idle(r);
	return r->unacked.n == 0 && (r->broken || out_pending(r->out) == 0);
}

bool
receiver_gave_up(const struct receiver *r)
{
	return r->broken;
}

uint64_t
receiver_deadline(const struct receiver *r)
{
	uint64_t joined = may_print_joined(r) ?
	    assembly_deadline(r->assembly) : UINT64_MAX;
	uint64_t commands = r->exec != NULL ? exec_deadline(r->exec) :
	    UINT64_MAX;

	return joined < commands ? joined : commands;
}

int
receiver_status(const struct receiver *r)
{
	return r->status;
}

struct receiver_counts
receiver_counts(const struct receiver *r)
{
	return (struct receiver_counts){
		.records = r->records,
		.refused = r->refused,
		.failed = r->failed,
		.repeated = r->assembly != NULL ?
		    assembly_repeated(r->assembly) : 0,
		.waiting = count_waiting(r),
	};
}
