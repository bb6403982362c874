/* SPDX-License-Identifier: ISC */
/*
 * The life of a message after it was taken: an intermediate receipt, the
 * message itself when it is looped back, the final receipt, each as far as it
 * is wanted, one after the other. What is not yet due stands in a heap, what is
 * in a queue of its account, the highest priority first. What a bind refuses
 * for the moment is tried again, what a lost bind had not acknowledged goes to
 * the next one.
 */
#include "app/sim_private.h"
#include "sys/diag.h"

enum {
	DUE_LEAST = 1024,      /* entries of the heap before it is sifted */
	LOOK_AGAIN = 50,       /* ms until a bind whose output was full is asked again */
	SUCCESS_ONLY = 3,
	FAILURE_ONLY = 2,
	INTERMEDIATE = 0x10,
};

const struct outcome *
sim_outcome(const struct sim *sim, const struct message *m)
{
	return &sim->fate[m->outcome];
}

uint64_t
sim_backoff(unsigned tries)
{
	uint64_t ms = SIM_RETRY_FIRST;

	while (tries-- > 1 && ms < SIM_RETRY_MOST)
		ms *= 2;
	return ms < SIM_RETRY_MOST ? ms : SIM_RETRY_MOST;
}

/* Stages */

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

/* Whether it is yet to be looped back. */
static bool
is_to_return(const struct sim *sim, const struct message *m)
{
	return sim->conf.loopback && m->stage <= STAGE_DELIVERY &&
	    m->more != NULL && m->type != PDU_broadcast_sm &&
	    sim_outcome(sim, m)->delivered;
}

bool
sim_is_final(const struct sim *sim, const struct message *m)
{
	return m->due_ms <= sim->now && !is_to_return(sim, m);
}

void
sim_expire(struct sim *sim, struct message *m)
{
	if (m->expire_ms == 0 || m->expire_ms > sim->now ||
	    !is_to_return(sim, m))
		return;
	m->outcome = SIM_EXPIRED;
	m->due_ms = m->expire_ms;
}

/* Whether a stage applies to a message as it is now. */
static bool
applies(const struct sim *sim, const struct message *m)
{
	switch ((enum message_stage)m->stage) {
	case STAGE_INTERIM:
		return m->outcome != SIM_DELETED &&
		    ((m->registered_delivery & INTERMEDIATE) != 0 ||
		    (m->more != NULL && m->more->interim != 0));
	case STAGE_DELIVERY:
		return is_to_return(sim, m);
	case STAGE_RECEIPT:
		return is_wanted(sim, m);
	case STAGE_DONE:
		return true;
	case STAGE_TAKEN:
		break;
	}
	return false;
}

/* On to the first stage from here that applies. */
static void
settle(struct sim *sim, struct message *m)
{
	sim_expire(sim, m);
	while (!applies(sim, m)) {
		m->stage++;
		m->tries = 0;
	}
}

/* When its stage is due. */
static uint64_t
stage_due(const struct message *m)
{
	return m->stage == STAGE_INTERIM ? m->schedule_ms : m->due_ms;
}

/* Queues */

void
sim_wake_account(struct sim *sim, struct account *account)
{
	if (account->busy || account->n_queued == 0)
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
	struct account_queue *q = &account->queue[m->priority];

	m->phase = MESSAGE_WAITING;
	if (q->first == 0) {
		q->first = q->last = slot;
		m->next = 0;
	} else if (in_front) {
		m->next = q->first;
		q->first = slot;
	} else {
		m->next = 0;
		store_at(&sim->store, q->last)->next = slot;
		q->last = slot;
	}
	account->n_queued++;
	sim_wake_account(sim, account);
}

/* Takes the first of the highest priority; there must be one. */
static uint32_t
take_first(struct sim *sim, struct account *account)
{
	struct account_queue *q = &account->queue[ACCOUNT_PRIORITIES - 1];
	uint32_t slot;

	while (q->first == 0)
		q--;
	slot = q->first;
	q->first = store_at(&sim->store, slot)->next;
	account->n_queued--;
	return slot;
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

/* Nothing of it is to be sent any more. */
static void
done(struct sim *sim, uint32_t slot)
{
	store_at(&sim->store, slot)->phase = MESSAGE_IDLE;
	sim->counts.waiting--;
	store_release(&sim->store, slot);
}

/* Its stage is to come: now, later, or not at all. */
static void
go_on(struct sim *sim, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);

	settle(sim, m);
	if (m->stage == STAGE_DONE)
		done(sim, slot);
	else if (stage_due(m) > sim->now)
		wait_until(sim, slot, stage_due(m));
	else
		queue(sim, slot, false);
}

void
sim_schedule(struct sim *sim, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);

	switch ((enum message_phase)m->phase) {
	case MESSAGE_IDLE:
		m->stage = STAGE_TAKEN;
		settle(sim, m);
		if (m->stage == STAGE_DONE)
			return;
		store_hold(m);
		sim->counts.waiting++;
		go_on(sim, slot);
		break;
	case MESSAGE_TIMED:
		settle(sim, m);
		wait_until(sim, slot, m->stage == STAGE_DONE ? sim->now :
		    stage_due(m));
		break;
	case MESSAGE_WAITING:
	case MESSAGE_SENT:
		break;  /* looked at when it is taken, or answered */
	}
}

void
sim_run_due(struct sim *sim)
{
	const struct heap_entry *first;

	while ((first = heap_first(&sim->due)) != NULL &&
	    first->due <= sim->now) {
		struct heap_entry e = heap_pop(&sim->due);

		if (!is_awaited(sim, &e))
			continue;
		store_at(&sim->store, e.item)->timer_ms = UINT64_MAX;
		go_on(sim, e.item);
	}
}

/* Sends what its stage is; that may have changed since it was queued. */
static void
send_one(struct sim *sim, struct client *c, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);

	settle(sim, m);
	if (m->stage == STAGE_DONE)
		done(sim, slot);
	else if (stage_due(m) > sim->now)
		wait_until(sim, slot, stage_due(m));
	else if (m->stage == STAGE_DELIVERY)
		sim_send_loop(sim, c, slot);
	else
		sim_send_receipt(sim, c, slot);
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
sim_send_queued(struct sim *sim)
{
	struct account *account;

	while ((account = sim->busy) != NULL) {
		struct client *c;

		sim->busy = account->next_busy;
		while (account->n_queued > 0 &&
		    (c = account_receiver(account)) != NULL)
			send_one(sim, c, take_first(sim, account));
		account->busy = false;
		if (account->n_queued > 0 && is_stuck(account))
			sim->look_again = sim->now + LOOK_AGAIN;
		account_forget(sim->conf.accounts, account);
	}
}

/* Answers */

/* The stage is behind it. */
static void
pass(struct sim *sim, uint32_t slot)
{
	struct message *m = store_at(&sim->store, slot);

	m->phase = MESSAGE_IDLE;
	m->stage++;
	m->tries = 0;
	go_on(sim, slot);
}

void
sim_skip(struct sim *sim, uint32_t slot)
{
	pass(sim, slot);
}

/* What came back is refused for good: it was not delivered. */
static void
refused(struct sim *sim, uint32_t slot, uint32_t status)
{
	struct message *m = store_at(&sim->store, slot);
	struct buf text = {0};

	if (m->stage == STAGE_DELIVERY) {
		m->outcome = sim->undeliv;
		m->due_ms = sim->now;
	} else {
		status_print(&text, status);
		note("receipt of %llu refused: %s",
		    (unsigned long long)m->id, buf_cstr(&text));
		buf_free(&text);
	}
	pass(sim, slot);
}

void
sim_answered(struct sim *sim, uint32_t slot, uint32_t status)
{
	struct message *m = store_at(&sim->store, slot);

	sim_wake_account(sim, m->account);
	switch (status_consequence(status)) {
	case STATUS_OK:
		if (m->stage == STAGE_DELIVERY) {
			m->due_ms = sim->now;
			sim->counts.delivered++;
		} else {
			sim->counts.receipts++;
		}
		pass(sim, slot);
		break;
	case STATUS_THROTTLE:
	case STATUS_TRANSIENT:
		if (m->tries < UINT8_MAX)
			m->tries++;
		wait_until(sim, slot, sim->now + sim_backoff(m->tries));
		break;
	case STATUS_PERMANENT:
	case STATUS_SESSION:
		refused(sim, slot, status);
		break;
	}
}

void
sim_lost(struct sim *sim, uint32_t slot)
{
	queue(sim, slot, true);
}
