/* SPDX-License-Identifier: ISC */
#ifndef APP_LINK_H
#define APP_LINK_H

#include "app/trace.h"
#include "io/loop.h"
#include "io/stream.h"
#include "io/tls.h"
#include "smpp/session.h"

/*
 * A session of an ESME on a stream: it connects, binds, keeps the link
 * alive, makes a lost one again, and hands the session's events up. The
 * program's loop is: loop_once; for each ready watch link_ready; drain
 * link_next; flush its output; reply; link_flush.
 */
enum link_bind { LINK_TX, LINK_RX, LINK_TRX };

/* One peer: the links of several -u are tried in order. */
struct link_peer {
	const char *host, *port;
	const struct tls *tls;    /* NULL: plain */
	const char *servername;   /* NULL: host */
	const char *system_id, *password;
};

struct calls;

/* What links told last: of many that meet the same trouble at once one tells
 * it, and then how many more there were. All zero is nothing yet. */
struct link_talk {
	struct buf last;
	uint64_t told_ms;
	uint64_t others;   /* that had it too since then */
};

struct link_conf {
	const struct link_peer *peer;
	size_t n_peers;
	enum link_bind bind;
	uint8_t version;            /* 0x33, 0x34, 0x50 */
	const char *system_type, *address_range;
	uint8_t bind_ton, bind_npi;
	uint32_t window, max_pdu;
	uint64_t enquire_link_ms, response_ms, bind_ms;
	uint64_t user_timeout_ms;
	const char *local_address;
	uint32_t connect_retries;   /* of the first connection */
	uint64_t reconnect_ms;      /* how long a lost link is tried again; UINT64_MAX: for ever */
	bool exact;                 /* this version or none; a refusal is the end */
	bool tell_enquiries;        /* the peer's enquire_link is a REQUEST */
	bool tell_warnings;         /* WARNINGs come up; else they are printed */
	struct calls *calls;        /* the peer calls (app/calls.h); NULL: it is called */
	size_t first_peer;          /* that is tried first */
	struct link_talk *talk;     /* shared with others; NULL: all is told */
	bool further;               /* beside others to that peer: until it was
	                             * bound once, a refusal is the end of it */
};

enum link_event_type {
	LINK_EV_UP,       /* bound (again): session is ready for requests */
	LINK_EV_SESSION,  /* event: REQUEST, NOTICE, RESPONSE or TIMEOUT */
	LINK_EV_LOST,     /* the link broke: the request with event.tag was never answered */
	LINK_EV_DOWN,     /* after the LOST ones; it is being made again */
	LINK_EV_END,      /* it is over: status and why; nothing comes after it */
};

struct link_event {
	enum link_event_type type;
	struct event event;   /* SESSION, LOST; valid until the next link_next */
	int status;           /* END: 0 after link_unbind, else 69, 75, 76 or 77 */
	const char *why;      /* END: a sentence for the user; until the next call */
};

struct link;

/* Whether this is to be told now; if not it is counted. */
bool link_talk_begin(struct link_talk *, struct span why, uint64_t now);

/* When link_talk_end is to be called; it notes how many others there were. */
uint64_t link_talk_deadline(const struct link_talk *);
void link_talk_end(struct link_talk *);

/* The session that a link of that conf has. */
struct session_conf link_session_conf(const struct link_conf *);

/* Starts to connect. conf and what it points at are borrowed for its life;
 * trace may be NULL. Its watches come up with owner the link and kind. */
struct link *link_new(struct loop *, const struct link_conf *, int kind,
    struct trace *, const char *name);
void link_free(struct link *);

/* Its watch was ready: moves octets. */
void link_ready(struct link *);

/* The next event; false when there is none now. Timers run here too, so call
 * it after every loop_once. */
bool link_next(struct link *, struct link_event *);

/* Sends what the session has to say, as far as it goes without blocking. */
void link_flush(struct link *);

/* When link_next wants to be called though no watch is ready. */
uint64_t link_deadline(const struct link *);

/* The session of the moment, for session_request, session_reply,
 * session_room ...; never NULL. While the link is down it takes nothing. */
struct session *link_session(struct link *);
bool link_is_up(const struct link *);

/* "system_id@host:port" of the peer at hand; owned by the caller. */
char *link_name(const struct link *);

/* The number that link_new was given. */
int link_kind(const struct link *);

/* The peer at hand, one of those of its conf. */
const struct link_peer *link_peer_of(const struct link *);

/* Puts the peer and the version at hand into what other links are to be made
 * with. */
void link_share(const struct link *, struct link_conf *);

/* The command_status with which the last bind was refused; 0 when none was. */
uint32_t link_refusal(const struct link *);

/* Unbinds once nothing is in flight, then END with status 0. While the link
 * is down it ends at once; with 76 when it was given up for octets that are no
 * SMPP. */
void link_unbind(struct link *);

/* Leaves at once: unbind is sent, not waited for longer than a moment. */
void link_leave(struct link *);

#endif
