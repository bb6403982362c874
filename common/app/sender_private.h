/* SPDX-License-Identifier: ISC */
#ifndef APP_SENDER_PRIVATE_H
#define APP_SENDER_PRIVATE_H

#include "app/early.h"
#include "app/matcher.h"
#include "app/message.h"
#include "app/ordered.h"
#include "app/refusals.h"
#include "app/sender.h"
#include "app/turns.h"
#include "app/withheld.h"
#include "base/alarms.h"
#include "base/heap.h"

/*
 * What the rooms of the sender share: sender.c (rows, events, the end),
 * sender_lanes.c (which link is next), sender_submit.c (what goes out),
 * sender_answers.c (what comes of it), sender_late.c, sender_order.c (whose
 * turn it is, and whose row), sender_receipts.c, sender_journal.c, sender_gather.c and sender_group.c (one
 * PDU for many rows, and what its answer is for each of them).
 */
enum {
	PART_BITS = 8,            /* of a tag: the part; above: the place */
	PART_MASK = (1 << PART_BITS) - 1,
	TOLD = 4096,
	/* when parts go that were not sent yet: behind throttled ones, at 0 */
	NEW_DUE = 1,
};

/* Bit of a tag of a request: the part went once more, since the first time it
 * was not answered. */
#define TAG_SECOND (UINT64_C(1) << 63)

/*
 * What the sender knows of a link. Those that may send stand in a ring, and
 * take turns; one leaves it when its window or its flow says no, and comes
 * back with an answer, or by its alarm.
 */
struct lane {
	struct link *link;        /* NULL: was never bound */
	uint32_t number;
	bool up;                  /* it is bound, and sends */
	bool given_up;            /* going on with it is vain */
	bool ready;               /* in the ring */
	enum flow_limit limit;    /* why not, of one that is up */
	unsigned windows_lost;
	struct flow flow;
	struct heap again;        /* tags of parts that go next, by time */
	struct lane *next, *previous;
};

/* The ids that an SMSC gave are its own. */
struct smsc {
	struct matcher *matcher;
	enum ids_form ids_known;  /* what its receipts taught us */
};

struct sender {
	const struct sender_conf *conf;
	struct loop *loop;
	struct out *out;
	struct messages messages;
	struct links *links;
	struct lane **lane;           /* by number of the link */
	uint32_t n_lanes, lanes_room;
	struct lane *ready;           /* the one whose turn it is */
	size_t n_up, n_limited[FLOW_LIMITS];
	size_t n_given_up;            /* lanes */
	const char *vain;             /* why the last of them was */
	struct alarms alarms;         /* of lanes */
	struct heap again;            /* of no lane: the next one takes them */
	size_t n_later;               /* of all heaps: those that back off */
	struct outline outline;       /* of the row at hand */
	struct pdu submit;
	struct mold mold;             /* of usual rows */
	bool tried_mold;
	size_t n_usual_free;          /* of them may go without asking anything */
	struct buf tlvs, frame;
	struct text_references references;
	struct pacer pacer;
	uint32_t seed;                /* of backoff */
	size_t n_flying;              /* parts, of all messages */
	uint64_t n_sent;
	uint64_t n_accepted, n_refused, n_throttled;
	struct hist *latency;         /* NULL: not measured */
	struct smsc *smsc;            /* NULL: no receipts are waited for */
	size_t n_smscs;
	struct early early;
	struct withheld replies;      /* by position in out */
	uint64_t told[TOLD];          /* receipts, as hashes */
	size_t n_told;
	struct buf wide;
	struct sender_counts counts;
	uint64_t n_begun;             /* messages, one for each row */
	struct ordered ordered;       /* rows that wait for those before them */
	struct turns turns;           /* messages to one destination */
	bool held;                    /* no row was taken, by sender_is_held */
	bool told_full[4];            /* that no more is read, and why */
	bool keeps_text;
	int status;                   /* why nothing more is sent; 0: it is */
	bool unnoted;                 /* the journal failed */
	uint64_t n_noted;             /* of n_sent, when it was written last */
	struct message *gathering;    /* the group that rows join; or NULL */
	struct buf dests;
	struct refusals refusals;     /* of the answer at hand */
};

/* The lane of a link; it is made if need be. */
struct lane *sender_lane(struct sender *, struct link *);

/* The link is bound; is lost, or has ended. */
void sender_lane_up(struct sender *, struct lane *);
void sender_lane_down(struct sender *, struct lane *);

/* Something has changed for a lane: it may be able to send again. */
void sender_lane_wake(struct sender *, struct lane *);

/* It cannot send for this reason. */
void sender_lane_rest(struct sender *, struct lane *, enum flow_limit);

/* The next lane may have its turn. */
void sender_lane_turn(struct sender *);

/* A part goes again on this lane when it is due; on any other one if the lane
 * is down, or NULL. order: among those due at once. */
void sender_lane_again(struct sender *, struct lane *, struct heap_entry);

/* The lane that a new message may be sent on now; NULL when there is none.
 * Parts that go again are sent first. */
struct lane *sender_lane_pick(struct sender *);

void sender_lanes_free(struct sender *);

/* Sends a part of a heap again, or drops it when it is out of date: false when
 * it has to wait. */
bool sender_send_again(struct sender *, struct lane *,
    const struct heap_entry *);

/* What is the same in all parts of the message whose plan outline is. */
void sender_begin(struct sender *, struct message *, uint32_t reference);

/* What is not the same in all parts of a message, into submit. */
void sender_fill_part(struct sender *, uint32_t part);

/* A part of the message cannot be encoded: it is stopped. */
void sender_stop_bad(struct message *, const struct pdu_error *);

/* Keeps the parts that are new as PDUs, since the row does not last: they are
 * first to go on this link; of a parked message they wait for its turn. */
void sender_keep_parts(struct sender *, struct lane *, struct message *);

/* The tag of a part in the window, and the message of a tag. */
uint64_t sender_tag(const struct message *, uint32_t part);
struct message *sender_message(const struct sender *, uint64_t tag);

/* A message for a row. */
struct message *sender_message_of(struct sender *, const struct row *);

/* Whether the reader of the results is so far behind that no row is to be
 * taken. */
bool sender_is_held(const struct sender *);

/* Whether so many wait that no row is to be taken. */
bool sender_is_full(struct sender *);

/* With --keep-order: parks it when another to its destination is on its way;
 * it is nothing of its kind any more. */
void sender_join_line(struct sender *, struct message *, struct span to);
void sender_leave_line(struct sender *, struct message *);

/* Its parts that are new go out, over this link, or any if it is NULL. */
void sender_release(struct sender *, struct message *, struct lane *);

/* Prints its row, in its place. */
void sender_print(struct sender *, struct message *, enum outcome);

/* Prints the row of a message as it stands: it is done with. */
void sender_tell(struct sender *, struct message *);

/* The same for one that cannot be sent. */
void sender_fail(struct sender *, struct message *, const char *error);

/* Prints the row of a message, or makes it wait for receipts, if nothing of
 * it is to be sent or answered any more. */
void sender_settle(struct sender *, struct message *);

/* No further part of it is to be sent, nor one again. */
void sender_give_up(struct message *);

/* Nothing goes over this link any more, which is unbound; why is static. */
void sender_give_up_lane(struct sender *, struct lane *, const char *why);

/* Whether the SMSC refused a part for now, so that it goes again, or it and
 * all that was to follow it are given up. */
void sender_take_refusal(struct sender *, struct lane *, struct message *,
    uint32_t part, uint32_t status);

/* --multi: begins a row, or lets it join those before it that say the same. */
void sender_gather(struct sender *, const struct row *);

/* Puts the destinations of a part of a group into its PDU; false when none is
 * left. */
bool sender_address(struct sender *, struct message *group, uint32_t part,
    struct pdu *);

/* It was sent, so many octets of text. */
void sender_share_sent(struct sender *, struct message *group, uint32_t part,
    uint32_t octets);

/* What the answer to it is for each member, by number: it stays in refusals.
 * one is made the answer to a submit_sm of it; false when it is none. */
void sender_read_refusals(struct sender *, const struct message *group,
    const struct event *);
bool sender_answer_of(const struct sender *, uint32_t member,
    const struct pdu *answer, struct pdu *one);

/* The members take what such an answer, which accepts the PDU, is for them. */
void sender_share_answer(struct sender *, struct lane *, struct message *group,
    uint32_t part, const struct event *);

/* A part of a group becomes the member's own, as a submit_sm. */
void sender_own_part(struct sender *, struct message *group, uint32_t member,
    uint32_t part);

/* No part of the group is on its way: what its members have of it is theirs,
 * and each is settled. */
void sender_disband(struct sender *, struct message *group);

/* The message of a member. */
struct message *sender_member(const struct sender *,
    const struct message *group, uint32_t member);

/* An answer to a part (RESPONSE). */
void sender_take_response(struct sender *, struct lane *, const struct event *);

/* Whether an answer says that the SMSC has the part; notes its id. */
bool sender_is_acceptance(const struct pdu *answer);
void sender_keep_id(struct sender *, struct message *, uint32_t part,
    struct span id);

/* A part that was sent and not answered: in time, or before the link broke. */
void sender_take_silence(struct sender *, struct lane *, uint64_t tag,
    const char *why, bool may_come);

/* An answer after its time. */
void sender_take_late(struct sender *, struct message *, uint32_t part,
    const struct event *);

/* Says that both sendings of a part were accepted; this is the answer to one
 * of them. */
void sender_tell_twice(const struct message *, const struct pdu *answer);

/* A deliver_sm or data_sm: a receipt of this run, or another's to take. */
void sender_take_request(struct sender *, struct link *, const struct pdu *);

/* An alert_notification, which has no answer. */
void sender_take_notice(struct sender *, struct link *, const struct pdu *);

/* The receipt of this id is told: one that comes again is answered. */
void sender_note_told(struct sender *, struct span id, struct span address);

/* Takes receipts from the file of --receipts-from. */
void sender_look_at_receipts(struct sender *);

/* An id has become known: receipts that came before it are looked through. */
void sender_match_early(struct sender *, struct span id);

/* Gives back those that can have no message of this run any more. */
void sender_give_back_early(struct sender *);

/* Answers a request that came on this link. */
void sender_answer(struct sender *, struct link *, const struct pdu *,
    uint32_t status);

/* Notes for the journal; nothing without one. */
void sender_note_begin(struct sender *, const struct message *, uint32_t part);
void sender_note_answer(struct sender *, const struct message *, uint32_t part,
    const struct pdu *answer);  /* of a group: as sender_read_refusals has it */
void sender_note_report(struct sender *, const struct message *);

/* Whether an earlier run began the row; it is then told, or what is left of it
 * kept to be sent on this link. */
bool sender_recall(struct sender *, struct lane *, struct message *,
    const struct row *);

/* Whether a part was begun but kept back since it could not be noted. */
bool sender_never_left(const struct sender *, const struct part *);

/* The link broke: what was not answered on it cannot be answered any more. */
void sender_forget_replies(struct sender *, const struct link *);

#endif
