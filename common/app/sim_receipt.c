/* SPDX-License-Identifier: ISC */
/*
 * Receipts: when they are due, whom they go to, and what they say (3.4, 5.3.2
 * and appendix B, in the form of the usual text without its last field). Each
 * account has a queue; what a bind refuses for the moment is tried again, what
 * a lost bind had not acknowledged goes to the next one.
 */
#include "app/sim_private.h"
#include "smpp/dlr.h"
#include "smpp/smpptime.h"
#include "sys/diag.h"

enum {
	MINUTE_MS = 60000,
	DUE_LEAST = 1024,      /* entries of the heap before it is sifted */
	LOOK_AGAIN = 50,       /* ms until a bind whose output was full is asked again */
	SUCCESS_ONLY = 3,
	FAILURE_ONLY = 2,
};

const struct outcome *
sim_outcome(const struct sim *sim, const struct message *m)
{
	return m->outcome == SIM_EXPIRED ? &sim->expired :
	    m->outcome == SIM_DELETED ? &sim->deleted :
	    &sim->conf.outcomes.row[m->outcome];
}

uint64_t
sim_backoff(unsigned tries)
{
	uint64_t ms = SIM_RETRY_FIRST;

	while (tries-- > 1 && ms < SIM_RETRY_MOST)
		ms *= 2;
	return ms < SIM_RETRY_MOST ? ms : SIM_RETRY_MOST;
}

/* registered_delivery, bits 0 and 1 (3.4, 5.2.17; 5.0, 4.7.21). */
static bool
is_wanted(const struct sim *sim, const struct message *m)
{
	switch (m->registered_delivery & 3) {
	case 0:
		return false;
	case FAILURE_ONLY:
		return !sim_outcome(sim, m)->delivered;
	case SUCCESS_ONLY:
		return sim_outcome(sim, m)->delivered;
	default:
		return true;
	}
}

void
sim_wake_account(struct sim *sim, struct account *account)
{
	if (account->busy || account->first == 0)
		return;
	account->busy = true;
	account->next_busy = sim->busy;
	sim->busy = account;
}

static void
queue(struct sim *sim, uint32_t slot, bool in_front)
{
	struct message *m = store_at(&sim->store, slot);
	struct account *account = m->account;

	m->phase = MESSAGE_WAITING;
	if (account->first == 0) {
		account->first = account->last = slot;
		m->next = 0;
	} else if (in_front) {
		m->next = account->first;
		account->first = slot;
	} else {
		m->next = 0;
		store_at(&sim->store, account->last)->next = slot;
		account->last = slot;
	}
	sim_wake_account(sim, account);
}

/* Whether a message still waits for the entry; it may have been overtaken. */
static bool
is_awaited(const void *owner, const struct heap_entry *e)
{
	const struct sim *sim = owner;
	const struct message *m = store_at(&sim->store, e->item);

	return m->phase == MESSAGE_TIMED && m->id == e->order &&
	    m->timer_ms == e->due;
}

/* An entry that comes up too early is as good: it is put off then. Those that
 * were overtaken are taken off before they are more than the others, however
 * often a client replaces and cancels. */
static void
wait_until(struct sim *sim, uint32_t slot, uint64_t due)
{
	struct message *m = store_at(&sim->store, slot);

	if (m->phase == MESSAGE_TIMED && m->timer_ms <= due)
		return;
	m->phase = MESSAGE_TIMED;
	m->timer_ms = due;
	if (sim->due.n >= DUE_LEAST && sim->due.n >= sim->due_most) {
		heap_sift(&sim->due, is_awaited, sim);
		sim->due_most = 2 * sim->due.n;
	}
	heap_push(&sim->due, (struct heap_entry){due, m->id, slot});
}

void
sim_schedule(struct sim *sim, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);
	bool wanted = is_wanted(sim, m);

	if (m->phase == MESSAGE_IDLE) {
		if (!wanted)
			return;
		store_hold(m);
		sim->counts.waiting++;
	}
	if (m->due_ms > sim->now || !wanted)
		wait_until(sim, slot, m->due_ms);
	else
		queue(sim, slot, false);
}

/* No receipt of it is to come any more. */
static void
done(struct sim *sim, uint32_t slot)
{
	store_at(&sim->store, slot)->phase = MESSAGE_IDLE;
	sim->counts.waiting--;
	store_release(&sim->store, slot);
}

void
sim_run_due(struct sim *sim)
{
	const struct heap_entry *first;

	while ((first = heap_first(&sim->due)) != NULL &&
	    first->due <= sim->now) {
		struct heap_entry e = heap_pop(&sim->due);
		struct message *m = store_at(&sim->store, e.item);

		if (!is_awaited(sim, &e))
			continue;
		m->timer_ms = UINT64_MAX;
		if (m->due_ms > sim->now)
			wait_until(sim, e.item, m->due_ms);
		else if (is_wanted(sim, m))
			queue(sim, e.item, false);
		else
			done(sim, e.item);
	}
}

/* Text */

/* The digits YYMMDDhhmm of a moment; which: 0 submit, 1 done. Most are those
 * of the last message. */
static struct span
date(struct sim *sim, int which, int64_t utc_ms)
{
	struct smpptime t;
	struct buf digits = {0};

	if (sim->minute[which] != utc_ms / MINUTE_MS) {
		t = smpptime_at(utc_ms, 0);
		smpptime_write_date(&digits, &t);
		memcpy(sim->date[which], digits.p, sizeof(sim->date[which]));
		buf_free(&digits);
		sim->minute[which] = utc_ms / MINUTE_MS;
	}
	return span_of(sim->date[which], sizeof(sim->date[which]));
}

static void
write_text(struct sim *sim, const struct message *m, struct span id,
    struct wr *w)
{
	const struct outcome *o = sim_outcome(sim, m);
	struct dlr dlr = {{{0}}};

	dlr.f[DLR_id] = id;
	dlr.f[DLR_sub] = span_str("001");
	dlr.f[DLR_dlvrd] = span_str(o->delivered ? "001" : "000");
	dlr.f[DLR_submit_date] = date(sim, 0, m->submit_utc_ms);
	dlr.f[DLR_done_date] = date(sim, 1, sim->utc_ms -
	    (int64_t)(sim->now - m->due_ms));
	dlr.f[DLR_stat] = span_of(o->stat, o->stat_len);
	dlr.f[DLR_err] = span_str(o->failed ? "001" : "000");
	dlr_write(w, &dlr);
}

static void
send_receipt(struct sim *sim, struct client *c, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);
	struct pdu *pdu = &sim->deliver;
	const struct fault *f = NULL;
	uint8_t text[255], tlvs[64];
	struct wr text_w = wr_init(text, sizeof(text));
	struct wr tlvs_w = wr_init(tlvs, sizeof(tlvs));
	char digits[SIM_ID];
	struct span id = sim_id_text(m->id, digits);

	if (sim->conf.faults.n > 0)
		f = faults_next(&sim->conf.faults, FAULT_ON_RECEIPT, sim->now);
	if (f != NULL && f->kind == FAULT_SILENCE) {
		done(sim, slot);
		return;
	}
	write_text(sim, m, id, &text_w);
	if (sim_version(c) > 0x33) {
		tlv_put_cstr(&tlvs_w, TLV_receipted_message_id, id);
		tlv_put_uint(&tlvs_w, TLV_message_state,
		    sim_outcome(sim, m)->message_state);
	}
	pdu->source_addr_ton = m->dest_ton;
	pdu->source_addr_npi = m->dest_npi;
	pdu->source_addr = message_dest(m);
	pdu->dest_addr_ton = m->source_ton;
	pdu->dest_addr_npi = m->source_npi;
	pdu->destination_addr = message_source(m);
	pdu->short_message = span_of(text, text_w.len);
	pdu->tlvs = span_of(tlvs, tlvs_w.len);
	if (session_request(&c->session, pdu, slot, sim->now, NULL) !=
	    SESSION_TAKEN) {
		warn("receipt of %.*s: cannot be sent", (int)id.n,
		    (const char *)id.p);
		done(sim, slot);
		return;
	}
	m->phase = MESSAGE_SENT;
	if (f != NULL && f->kind == FAULT_DOUBLE)
		session_request(&c->session, pdu, SIM_TAG_NONE, sim->now, NULL);
	if (f != NULL)
		sim_act(sim, c, f);
	server_touch(c);
}

/* Whether a bind has nothing in flight, so that no answer will make room. */
static bool
is_stuck(const struct account *account)
{
	for (size_t i = 0; i < account->n_receivers; i++) {
		const struct session *s = &account->receiver[i]->session;

		if (session_may_send(s, PDU_deliver_sm) &&
		    session_in_flight(s) == 0)
			return true;
	}
	return false;
}

void
sim_send_receipts(struct sim *sim)
{
	struct account *account;

	while ((account = sim->busy) != NULL) {
		struct client *c = NULL;
		uint32_t slot;

		sim->busy = account->next_busy;
		while ((slot = account->first) != 0 &&
		    (c = account_receiver(account)) != NULL) {
			account->first = store_at(&sim->store, slot)->next;
			send_receipt(sim, c, slot);
		}
		account->busy = false;
		if (account->first != 0 && is_stuck(account))
			sim->look_again = sim->now + LOOK_AGAIN;
		account_forget(sim->conf.accounts, account);
	}
}

void
sim_receipt_answered(struct sim *sim, uint32_t slot, uint32_t status)
{
	struct message *m = store_at(&sim->store, slot);
	struct buf text = {0};

	sim_wake_account(sim, m->account);
	switch (status_consequence(status)) {
	case STATUS_OK:
		sim->counts.receipts++;
		done(sim, slot);
		break;
	case STATUS_THROTTLE:
	case STATUS_TRANSIENT:
		if (m->tries < UINT8_MAX)
			m->tries++;
		wait_until(sim, slot, sim->now + sim_backoff(m->tries));
		break;
	case STATUS_PERMANENT:
	case STATUS_SESSION:
		status_print(&text, status);
		note("receipt of %llu refused: %s",
		    (unsigned long long)m->id, buf_cstr(&text));
		buf_free(&text);
		done(sim, slot);
		break;
	}
}

void
sim_receipt_lost(struct sim *sim, uint32_t slot)
{
	queue(sim, slot, true);
}
