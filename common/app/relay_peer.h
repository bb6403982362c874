/* SPDX-License-Identifier: ISC */
#ifndef APP_RELAY_PEER_H
#define APP_RELAY_PEER_H

#include "base/buf.h"
#include "mms/mm4.h"

/* Who is connected, as far as is known; "" or NULL where it is not. */
struct relay_client {
	const char *address;  /* "192.0.2.1"; "" for stdin */
	const char *helo;
	const char *user;     /* logged in as, or NULL */
	bool tls;
};

/* The rules for a peer: a section of smpptools.ini each, or the options. */
struct relay_peer {
	const char *name;       /* of the section; "" of the options */
	const char *allow;      /* "192.0.2.0/24,2001:db8::1": from where; NULL: anywhere */
	const char *domains;    /* "mms.alpha.example": of its senders; NULL: any */
	const char *user;       /* who has to log in, or NULL */
	const char *password;
	bool tls;               /* TLS is demanded */
	uint64_t max_size;      /* octets of a mail */
	const char *country;    /* "82": 010... is +8210..., 00... is +...; NULL: numbers stay */
	const char *version;    /* X-Mms-3GPP-MMS-Version that it gets */
	struct mm4_style style; /* of mails for it */
};

struct relay_peers {
	struct relay_peer *p;
	size_t n;
	struct relay_peer other;  /* who is none of them */
	bool strict;              /* and is turned away */
};

/*
 * The rules for a client: those of the peer it is logged in as, else of the first
 * whose addresses have its own, else the others'; NULL when it is turned away.
 */
const struct relay_peer *relay_peer_of(const struct relay_peers *,
    const struct relay_client *);

/* The rules for mails to a domain: of the peer that has it, else the others'. */
const struct relay_peer *relay_peer_to(const struct relay_peers *,
    struct span domain);

/* Whether an address is in a list like 192.0.2.0/24,2001:db8::1; *bad is an
 * entry that is none, when bad is not NULL: the answer is false then. */
bool relay_network_has(const char *list, const char *address,
    struct span *bad);

/* Whether a comma list has the word, without regard to case. */
bool relay_list_has(const char *list, struct span word);

/* Appends a number as the rules have it: +8210... */
void relay_number(struct buf *, const struct relay_peer *, struct span number);

#endif
