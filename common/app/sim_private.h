/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_PRIVATE_H
#define APP_SIM_PRIVATE_H

#include "app/lint.h"
#include "app/sim.h"
#include "app/sim_store.h"
#include "base/heap.h"
#include "smpp/smpptime.h"
#include "sys/clock.h"

/* What the modules of smpp-sim share. */

/* Requests of ours carry a slot of the store, or a part of sim_mo. */
#define SIM_TAG_MO (UINT64_C(1) << 32)
#define SIM_TAG_NONE (UINT64_C(1) << 33)  /* nobody cares for its answer */

enum {
	SIM_RETRY_FIRST = 1000,   /* ms before a refused delivery is tried again */
	SIM_RETRY_MOST = 60000,
	SIM_SINGLES = 64,
};

/* What may become of a message: those of --outcomes, then these, then each
 * state by its row in dlr_stat_at. */
enum { SIM_EXPIRED = OUTCOMES_MAX, SIM_DELETED, SIM_STATS, SIM_FATES = 128 };

struct sim_calls;
struct sim_held;
struct sim_mo;

struct sim {
	struct loop *loop;
	struct sim_conf conf;
	struct store store;
	struct heap due;             /* messages to become final, receipts to try again */
	size_t due_most;             /* entries of it, before it is sifted again */
	struct sim_mo *mo;           /* NULL: none */
	struct sim_calls *calls;     /* ESMEs that are called */
	struct sim_held *held;       /* answers that wait */
	/* of the request at hand */
	struct fault_set set;        /* what goes wrong with it */
	bool faulty;                 /* whether anything does */
	struct faults told;          /* by its own text */
	uint64_t wait;               /* ms until it is answered */
	uint64_t reorder_until;      /* of the answers that go out backwards now */
	struct bucket accept;        /* of --accept-rate */
	struct account *busy;        /* with something to send */
	struct client **receiver;    /* all binds that take deliver_sm */
	size_t n_receivers, next_receiver;
	struct outcome fate[SIM_FATES];
	uint8_t enroute, undeliv;    /* two of them */
	uint64_t now;                /* of the pass at hand, monotonic */
	int64_t utc_ms;
	struct dice dice;            /* of delays and latency */
	unsigned bad_texts;          /* that tell faults, but cannot be read */
	uint64_t look_again;         /* for binds whose output was full */
	bool stopping, told_full, told_timeout;
	bool rows_behind, rows_stuck;  /* clients wait for rows; submits are refused */
	uint64_t rows_taken, rows_late;
	struct sim_counts counts;
	/* kept so that no message has to clear them */
	struct pdu response, deliver;
	struct buf text;
	/* for rows */
	struct client *client;       /* of the event at hand */
	uint32_t said;               /* the status of the answer to it */
	bool has_said, more_columns;
	struct buf given;            /* the message_id that it was given */
	struct buf faults_text, fields, dests, status_text;
	struct single {              /* by system_id */
		uint32_t hash;
		uint32_t n;          /* sessions in a row that sent one message */
		uint64_t ms;         /* when the last of them was over */
	} single[SIM_SINGLES];
	int64_t row_ms;
	char row_time[CLOCK_TEXT + 1];
	/* for receipts: the last minute that was written, submit and done */
	int64_t minute[2];
	uint8_t date[2][10];
};

/* sim_answer.c */
struct sim_held *sim_held_new(void);
void sim_held_free(struct sim_held *);
uint64_t sim_held_deadline(const struct sim_held *);

/* Answers whose time has come leave. */
void sim_release_held(struct sim *);

/* sim_fault.c: a request is begun: false when a fault has refused it already. sim_end does
 * what faults have left to do. */
bool sim_begin(struct sim *, struct client *, const struct pdu *req);
void sim_end(struct sim *, struct client *);

/* What the request at hand does to the message that it brought. */
void sim_befall(struct sim *, struct message *, const struct pdu *);

/* The fault of this kind in the request at hand; NULL. */
static inline const struct fault *
sim_fault(const struct sim *sim, enum fault_kind kind)
{
	return sim->faulty ? fault_in(&sim->set, kind) : NULL;
}

/* What faults do to a connection. */
void sim_act(struct sim *, struct client *, const struct fault_set *);

/* Answers, as latency and the fault at hand have it; like session_reply and
 * session_answer otherwise. */
bool sim_answer(struct sim *, struct client *, const struct pdu *answer);
void sim_answer_status(struct sim *, struct client *, const struct pdu *req,
    uint32_t status);

/* What a fault answers to one destination of many; ESME_ROK when none does. */
uint32_t sim_dest_fault(struct sim *, const struct account *, struct span from,
    struct span to);

/* sim_submit.c: submit_sm, submit_multi, data_sm, broadcast_sm */
void sim_submit(struct sim *, struct client *, const struct pdu *);

/* When a message may go out and when it expires, by the clock of sim->now; 0:
 * at once, never. Gives the status to answer with. */
struct sim_times {
	uint64_t schedule_ms, expire_ms;
};
uint32_t sim_read_times(const struct sim *, const struct pdu *,
    struct sim_times *);

/* Decides what becomes of a message, and when. */
void sim_decide(struct sim *, struct message *, const struct sim_times *);

/* Keeps of its content what is needed later. */
void sim_keep(struct sim *, struct message *, const struct pdu *);

/* The form of the id of the request at hand. */
enum id_form sim_form(const struct sim *);
uint32_t sim_version(const struct sim *, const struct client *);

/* The status of a destination; ESME_ROK when it may be one. */
uint32_t sim_check_destination(struct span address, bool data_sm);

/* Remembers a message and decides on it; its slot, 0 when there is no room. */
uint32_t sim_accept(struct sim *, struct account *, const struct pdu *,
    uint64_t id, const struct sim_times *);

/* Refuses a submit; or makes the response that accepts it, which the caller
 * completes, sends, and leaves as it was. */
void sim_refuse(struct sim *, struct client *, const struct pdu *,
    uint32_t status);
struct pdu *sim_acceptance(struct sim *, const struct pdu *, struct span id);

/* sim_multi.c, sim_broadcast.c: those that have passed the checks of all */
void sim_submit_multi(struct sim *, struct client *, const struct pdu *,
    const struct sim_times *);
void sim_broadcast(struct sim *, struct client *, const struct pdu *,
    const struct sim_times *);
void sim_query_broadcast(struct sim *, struct client *, const struct pdu *);
uint32_t sim_cancel_broadcast(struct sim *, struct account *,
    const struct pdu *);

/* sim_manage.c: query_sm, cancel_sm, replace_sm and the like */
void sim_manage(struct sim *, struct client *, const struct pdu *);

/* Whether its state is final; its message_state as the client is told, and
 * the time of a final one, false when it is none. */
bool sim_is_final(const struct sim *, const struct message *);
uint32_t sim_state(const struct sim *, const struct client *,
    const struct message *);
bool sim_final_date(const struct sim *, const struct message *,
    char text[SMPPTIME_TEXT + 1]);

/* The message of the account with the message_id and source_addr of a request;
 * 0. */
uint32_t sim_find(struct sim *, const struct account *,
    const struct pdu *);

/* Takes one back that is not final. silent: it gets no receipt. */
void sim_cancel(struct sim *, uint32_t slot, bool silent);

/* Takes back what is pending of an account with these addresses; how many. */
size_t sim_cancel_matching(struct sim *, struct account *, const struct pdu *,
    bool silent);

/* sim_life.c */
const struct outcome *sim_outcome(const struct sim *, const struct message *);

/* A message has an outcome: what is to be sent of it will be when it is due,
 * but not before the pass is over. */
void sim_schedule(struct sim *, uint32_t slot);

/* Where a validity that is over makes it final, it is from now on. */
void sim_expire(struct sim *, struct message *);

/* What the heap holds that is due; what the accounts have to send. */
void sim_run_due(struct sim *);
void sim_send_queued(struct sim *);

/* Its queues may go on: room in a window, or a new bind. */
void sim_wake_account(struct sim *, struct account *);

/* What was sent of a message was answered, will never be, or is not sent. */
void sim_answered(struct sim *, uint32_t slot, uint32_t status);
void sim_lost(struct sim *, uint32_t slot);
void sim_skip(struct sim *, uint32_t slot);

/* The next time to try after so many tries. */
uint64_t sim_backoff(unsigned tries);

/* sim_receipt.c, sim_loop.c: send a receipt; a message back to its account */
void sim_send_receipt(struct sim *, struct client *, uint32_t slot);
void sim_send_loop(struct sim *, struct client *, uint32_t slot);

/* What goes wrong with a delivery; false when it is not to be sent. */
bool sim_delivery_faults(struct sim *, const struct message *, uint64_t on,
    struct fault_set *);

/* Sends a request of ours about a message, with what goes wrong with it. */
void sim_deliver(struct sim *, struct client *, uint32_t slot, struct pdu *,
    const struct fault_set *);

/* sim_mo.c */
struct sim_mo *sim_mo_new(struct sim *);
void sim_mo_free(struct sim_mo *);
void sim_mo_send(struct sim *);
void sim_mo_answered(struct sim *, uint32_t number, uint32_t status);
void sim_mo_lost(struct sim *, uint32_t number);
uint64_t sim_mo_deadline(const struct sim_mo *);

/* sim_call.c: the calls; released by free */
struct sim_calls *sim_calls_new(struct sim *);
void sim_calls_work(struct sim *);
uint64_t sim_calls_deadline(const struct sim_calls *);

/* sim_row.c */
void sim_row(struct sim *, const struct account *, const struct pdu *,
    struct span from, struct span to, struct span message_id);

/* What came, with what was said to it: the row of a PDU, what is wrong with it.
 * bound: the session was when it came. */
void sim_row_event(struct sim *, const struct event *, bool bound);

/* A session is over; what was remembered of it goes. */
void sim_row_gone(struct sim *, struct client *);

/* What a person reads of the user data: without its header, as UTF-8; until
 * the next call. */
struct span sim_text(struct sim *, const struct pdu *);

/* The message_id of a message. */
struct span sim_id(const struct message *, char text[ID_FORM_MAX]);

#endif
