/* SPDX-License-Identifier: ISC */
/*
 * Recipients whose mail the peer's server has: the answer of its MMSC (RES),
 * then the report of what became of it.
 */
#include "app/dispatch_private.h"

#include <sysexits.h>

#include "app/exit.h"
#include "app/outbox.h"
#include "mms/status.h"

/* An answer of the peer's MMSC came. */
static void
take_answer(struct dispatch *d, struct recipient *r,
    const struct mm4_known *k, uint64_t now)
{
	struct job *j = r->job;
	enum mms_consequence c = mms_request_consequence(buf_span(&k->answer));

	dispatch_set(&r->code, buf_span(&k->answer));
	buf_clear(&r->error);
	if (c != MMS_DONE)
		dispatch_set(&r->error, buf_span(&k->answer_text));
	if (c == MMS_RETRY && r->resent < d->conf.resends &&
	    mm4_state_unanswer(d->conf.state, buf_span(&j->transaction_id),
	    buf_span(&r->key))) {
		r->resent++;
		dispatch_try_later(d, r, false, now +
		    outbox_back_off(r->attempts, UINT16_MAX / 2));
	} else if (c != MMS_DONE) {
		dispatch_end(d, r, "failed");
	} else if (j->wants_report && !r->final) {
		r->stage = AWAITING_REPORT;
	} else {
		dispatch_end(d, r, "ok");
	}
}

void
dispatch_look(struct dispatch *d, struct recipient *r, struct mm4_known *k,
    uint64_t now)
{
	if (!mm4_state_look(d->conf.state, buf_span(&r->job->transaction_id),
	    buf_span(&r->key), k))
		return;
	/* a report may overtake the answer */
	if (k->reported)
		dispatch_set(&r->report, buf_span(&k->report));
	r->final = k->final;
	/* a late acceptance of what was to go again is one all the same */
	if (k->answered && (r->stage == AWAITING_ANSWER ||
	    (r->stage == BACKING_OFF && mms_request_consequence(
	    buf_span(&k->answer)) == MMS_DONE)))
		take_answer(d, r, k, now);
	if (k->final && r->stage == AWAITING_REPORT)
		dispatch_end(d, r, "ok");
}

/* Nothing more is waited for. */
static void
stop_waiting(struct dispatch *d, struct recipient *r)
{
	if (r->stage == AWAITING_REPORT) {
		dispatch_set(&r->error, span_str("no report came in time"));
		dispatch_end(d, r, "ok");
		d->status = exit_worse(d->status, EX_TEMPFAIL);
	} else if (r->final) {
		dispatch_end(d, r, "ok");
	} else if (r->stage == AWAITING_ANSWER) {
		dispatch_set(&r->error, span_str("accepted, but no answer (RES) came "
		    "in time"));
		dispatch_end(d, r, "unknown");
	}
}

bool
dispatch_is_due(struct dispatch *d, struct recipient *r, uint64_t now)
{
	switch (r->stage) {
	case BACKING_OFF:
		if (d->stopped) {
			dispatch_end(d, r, r->unknown ? "unknown" : "unsent");
			return false;
		}
		return now >= r->due;
	case AWAITING_ANSWER:
	case AWAITING_REPORT:
		if (d->stopped || now >= d->last_accepted + d->conf.wait_ms) {
			stop_waiting(d, r);
			return false;
		}
		if (r->stage == AWAITING_REPORT || r->final || now < r->due)
			return false;
		r->resent++;
		return true;
	case AT_PEER:
	case DONE:
		break;
	}
	return false;
}
