/* SPDX-License-Identifier: ISC */
#ifndef SMPP_SESSION_H
#define SMPP_SESSION_H

#include "base/buf.h"
#include "smpp/mold.h"
#include "smpp/pdu.h"
#include "smpp/window.h"

/*
 * One SMPP session, either side, without I/O: octets in, octets out, events
 * pulled, time passed in, deadline asked for (3.4, 2 and 7.2). There are no
 * callbacks. All times are monotonic milliseconds. enquire_link, unbind,
 * generic_nack for what cannot be understood and refusals of what the state
 * forbids are answered inside.
 */
enum session_side { SESSION_ESME, SESSION_SMSC };

enum session_state {
	SESSION_OPEN,       /* connected, not bound */
	SESSION_BINDING,    /* bind sent (ESME), or received and to be answered (SMSC) */
	SESSION_BOUND_TX,
	SESSION_BOUND_RX,
	SESSION_BOUND_TRX,
	SESSION_UNBINDING,  /* unbind sent; only answers are still taken */
	SESSION_CLOSED,     /* nothing more goes in or out but session_out's rest */
};

struct session_conf {
	enum session_side side;
	uint32_t window;           /* most requests of ours unanswered, 1 or more */
	uint32_t max_pdu;          /* octets; longer ones close the session */
	uint64_t enquire_link_ms;  /* silence before an enquire_link; 0: never */
	uint64_t response_ms;      /* for a response; 0: for ever */
	uint64_t bind_ms;          /* for a bind, or for its response; 0: for ever */
	uint32_t first_sequence;   /* 0 means 1 */
	bool tell_enquiries;       /* a bound peer's enquire_link is a REQUEST event */
	bool tell_all;             /* what is handled inside is a HANDLED event */
};

enum session_event {
	SESSION_EV_BIND,      /* (SMSC) a bind: answer with session_reply */
	SESSION_EV_OUTBIND,   /* (ESME) the SMSC asks for a bind */
	SESSION_EV_BOUND,     /* (ESME) bound; pdu is the response */
	SESSION_EV_REFUSED,   /* (ESME) bind refused; pdu is the response or generic_nack */
	SESSION_EV_REQUEST,   /* a request of the peer; answer it with session_reply, any time later */
	SESSION_EV_NOTICE,    /* alert_notification: a request that takes no answer */
	SESSION_EV_RESPONSE,  /* answer to our request with this tag: its response or generic_nack */
	SESSION_EV_TIMEOUT,   /* our request with this tag was not answered in time; it keeps its place */
	SESSION_EV_WARNING,   /* why: the peer bent the protocol, nothing was lost */
	SESSION_EV_HANDLED,   /* a PDU of the peer that asks for nothing more */
	SESSION_EV_CLOSED,    /* the last event: why and how */
};

/* How a session ended. */
enum session_end {
	SESSION_END_NONE,
	SESSION_END_UNBOUND,     /* we unbound, the peer agreed or hung up */
	SESSION_END_PEER_UNBIND, /* the peer unbound; it was answered */
	SESSION_END_EOF,         /* the peer closed, or the connection broke */
	SESSION_END_SILENT,      /* two enquire_links, no octet came */
	SESSION_END_TIMEOUT,     /* no bind, bind response or unbind_resp in time */
	SESSION_END_GARBAGE,     /* octets that are no SMPP, or an impossible length */
	SESSION_END_REFUSED,     /* (ESME) the bind was refused */
	SESSION_END_DROPPED,     /* session_drop */
};

struct event {
	enum session_event type;
	uint64_t tag;        /* RESPONSE, TIMEOUT: as given to session_request */
	uint64_t waited_ms;  /* RESPONSE, TIMEOUT: since session_request */
	bool late;           /* RESPONSE: after its TIMEOUT */
	bool answered;       /* HANDLED, WARNING: a request, answered inside */
	uint32_t answer;     /* with this status */
	enum session_end end;  /* CLOSED */
	const char *why;     /* WARNING, CLOSED; RESPONSE whose body was damaged; else NULL */
	struct pdu pdu;      /* points into the input; until the next call */
};

/* Why a request was not taken. */
enum session_refusal {
	SESSION_TAKEN,
	SESSION_WINDOW_FULL,  /* come back after an answer */
	SESSION_NOT_NOW,      /* the state forbids it */
	SESSION_BAD_PDU,      /* it cannot be encoded; see *error */
};

/* All members are private to session*.c. */
struct session {
	struct session_conf conf;
	enum session_state state;
	enum session_end end;
	struct buf in, out;
	size_t in_at, out_at;      /* octets of in already used, of out already sent */
	struct window window;
	uint32_t next_sequence;
	enum pdu_type bind_type;
	uint32_t bind_sequence, unbind_sequence, enquire_sequence;
	uint32_t bind_version;     /* interface_version of the bind */
	uint32_t peer_version;     /* sc_interface_version, 0 when absent */
	uint64_t heard_ms, enquire_ms, bind_ms, unbind_ms;
	size_t last_request;       /* octets at the end of out */
	uint32_t enquiries;        /* enquire_links since the last octet came */
	bool heard_pdu, unread, eof, want_unbind, told;
	struct buf why, eof_why;
};

/* Makes a session in state OPEN. Released with session_free. */
void session_init(struct session *, const struct session_conf *, uint64_t now);

/* Releases what it holds; of a zeroed struct it does nothing. */
void session_free(struct session *);

/* Octets in: where to put them and how much room there is; 0 room means the
 * peer must be made to wait (it does not read our answers). */
uint8_t *session_in(struct session *, size_t *room);

/* Whether session_in can give room, once its events are drained: false while
 * the peer has to take our answers first. */
bool session_takes(const struct session *);

/* n octets were put there. */
void session_received(struct session *, size_t n, uint64_t now);

/* Whether octets have come, or may have, that session_received was not told of
 * yet: as long as that is so, nothing that they may answer is overdue. */
void session_set_unread(struct session *, bool unread);

/* No more will come: why is NULL for an orderly close, else the error's text. */
void session_eof(struct session *, const char *why);

/* Octets out: what is to be sent (n may be 0); how much of it was. */
const uint8_t *session_out(const struct session *, size_t *n);
void session_sent(struct session *, size_t n);

/*
 * Sends a request, window permitting, with a sequence_number of the session's
 * own (stored in pdu). It is registered before its octets are in session_out.
 * tag comes back with the answer. Binds (ESME) and outbind (SMSC) go out in
 * state OPEN. error may be NULL.
 */
enum session_refusal session_request(struct session *, struct pdu *,
    uint64_t tag, uint64_t now, struct pdu_error *error);

/* The same for a submit_sm out of a mold, which is not looked at any more. */
enum session_refusal session_submit(struct session *, const struct mold *,
    const struct mold_fill *, uint64_t tag, uint64_t now);

/*
 * Answers a request of the peer: response is complete with its type,
 * command_status and the request's sequence_number. Any time after the event;
 * ignored when the session has ended. A bind_*_resp with status 0 makes the
 * session bound. False when it cannot be encoded.
 */
bool session_reply(struct session *, const struct pdu *response);

/* A response with no more than a status (and an empty message_id where the
 * response has one and the status is 0) to the request req. */
bool session_answer(struct session *, const struct pdu *req, uint32_t status);

/*
 * Appends octets to session_out as they are: for tests and simulators that
 * must be able to send what no session would.
 */
void session_raw(struct session *, struct span octets);

/*
 * The next event; false when there is none now. Frames are decoded one for
 * each call. After CLOSED there are no more.
 */
bool session_next(struct session *, struct event *, uint64_t now);

/* When session_next wants to be called again though no octet came. */
uint64_t session_deadline(const struct session *);

/* The octets of the request that session_request took last; until the next
 * call of anything that adds or sends octets. */
struct span session_last_request(const struct session *);

/* Unbinds as soon as no request of ours is in flight; no new one is taken. */
void session_unbind(struct session *, uint64_t now);

/* Ends it at once, without unbind; what is in flight gets no answer. */
void session_drop(struct session *, const char *why);

/* The tag of some request of ours in flight, taken off the list; false when
 * there is none. For what is left when a session has CLOSED. */
bool session_abandon(struct session *, uint64_t *tag);

/* The tag of the oldest request of ours that is neither answered nor past its
 * time; false when there is none. */
bool session_oldest(const struct session *, uint64_t *tag);

/* How many requests of ours are in flight, those past their time included;
 * and how many more the window takes now. */
uint32_t session_in_flight(const struct session *);
uint32_t session_room(const struct session *);

/* How many of those are past their time. */
uint32_t session_timed_out(const struct session *);

enum session_state session_state(const struct session *);

/* Whether requests of this type may be sent now (window aside). */
bool session_may_send(const struct session *, enum pdu_type);

/* The version in force: the bind's, or the peer's when that is lower and was
 * stated (0x33, 0x34, 0x50). */
uint32_t session_version(const struct session *);

/* From now on longer PDUs close the session. */
void session_set_max_pdu(struct session *, uint32_t max_pdu);

/* "OPEN", "BOUND_TRX" ..., static. */
const char *session_state_name(enum session_state);

/* UINT64_MAX: no deadline. */
#define SESSION_NEVER UINT64_MAX

#endif
