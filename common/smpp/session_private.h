/* SPDX-License-Identifier: ISC */
#ifndef SMPP_SESSION_PRIVATE_H
#define SMPP_SESSION_PRIVATE_H

#include "smpp/session.h"

/*
 * What the rooms of the session share: session.c (states, octets, requests,
 * events), session_take.c (what the peer sends), session_time.c.
 */

/* Every change of state passes here. */
void session_enter(struct session *, enum session_state);

/* It is over; the first reason counts. */
void session_finish(struct session *, enum session_end, const char *why);

bool session_is_bound(const struct session *);
bool session_is_bind(enum pdu_type);
enum session_state session_bound_state(enum pdu_type bind);

/* Whether that side may send this in the state of the session. */
bool session_side_may_send(const struct session *, enum session_side,
    enum pdu_type);

/* The next number that no request in flight has. */
uint32_t session_take_sequence(struct session *);

/* Appends a PDU to the output, whatever its size; false when it cannot be
 * encoded. */
bool session_put(struct session *, const struct pdu *, struct pdu_error *);

/* Takes a whole PDU of the peer, or octets that are none: the stream cannot be
 * trusted any more. */
bool session_take_frame(struct session *, struct event *, struct span frame,
    uint64_t now);
void session_take_garbage(struct session *, struct span rest, uint32_t length);

/* Acts on what is overdue; true when that made an event. */
bool session_look_at_time(struct session *, struct event *, uint64_t now);

#endif
