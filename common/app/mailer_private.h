/* SPDX-License-Identifier: ISC */
#ifndef APP_MAILER_PRIVATE_H
#define APP_MAILER_PRIVATE_H

#include "app/mailer.h"
#include "io/mx.h"
#include "io/work.h"

/* What mailer.c (peers and their mails) and mailer_connection.c share. */

struct waiting {
	uint64_t tag;
	struct smtp_mail mail;
	struct waiting *next;
};

/* What the owner of a watch is: the first member of both. */
enum what { A_PEER, A_CONNECTION };

enum phase { DIALLING, TALKING, SECURING, ENDING };

struct connection {
	enum what what;
	enum phase phase;
	struct peer *peer;
	struct stream *stream;
	struct smtp_client client;
	struct smtp_client_conf conf;
	struct waiting *mail;        /* under way */
	size_t mails;                /* done with */
	bool was_ready, idle, blocked, write_failed;
	uint64_t ending_at, idle_until;
	size_t shown;                /* octets of the transcript */
	struct connection *next;
};

struct peer {
	enum what what;
	struct mailer *mailer;
	char *host, *port, *user, *password;
	bool mx, tls, lmtp;
	struct work *work;           /* looks its servers up */
	struct watch watch;
	struct mx *servers;          /* NULL: host is the one */
	size_t at;                   /* of the servers, the one to try */
	struct waiting *first, **last;
	struct connection *connections;
	/* why its mails come back */
	struct buf why;
	unsigned code;
	enum smtp_client_end end;
	bool failing;
	struct peer *next;
};

struct mailer {
	struct loop *loop;
	struct mailer_conf conf;
	int kind;
	struct peer *peers;
	size_t pending;
	bool quitting;
	/* what the event given out last points to */
	struct waiting *told;
	struct smtp_outcome *outcome;
	size_t n_outcomes;
};

/* mailer.c: takes the first mail that waits, or puts it back; those that wait
 * come back; the end of a mail, with what the event points to. */
struct waiting *mailer_take_waiting(struct peer *);
void mailer_put_back(struct peer *, struct waiting *);
void mailer_fail(struct peer *, enum smtp_client_end, unsigned code,
    const char *why);
void mailer_tell(struct mailer *, struct mailer_event *, struct waiting *,
    const struct smtp_outcome *, size_t n, bool connected);

/* mailer_connection.c: begins one to a host; ends it at once; its watch was
 * ready; goes on with it: true when there is an event. */
void mailer_dial(struct peer *, const char *host);
void mailer_hang_up(struct connection *);
void mailer_fill(struct connection *);
bool mailer_go_on(struct connection *, struct mailer_event *);

#endif
