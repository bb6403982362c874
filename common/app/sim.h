/* SPDX-License-Identifier: ISC */
#ifndef APP_SIM_H
#define APP_SIM_H

#include "app/dialect.h"
#include "app/fault.h"
#include "app/outcomes.h"
#include "app/server.h"
#include "app/sim_accounts.h"
#include "base/bucket.h"
#include "io/input.h"
#include "io/out.h"
#include "rec/record.h"
#include "text/charset.h"

/*
 * An SMSC to test against, behind a server: who may bind, what becomes of
 * messages, receipts, messages to deliver, rows of what came. The program's
 * loop: loop_once until sim_deadline, server_ready for the server's watches,
 * sim_work.
 */
enum sim_receipt_by { SIM_BY_BOTH, SIM_BY_TEXT, SIM_BY_TLV };

struct sim_conf {
	struct server *server;
	struct accounts *accounts;
	struct outcomes outcomes;
	struct errs errs;                  /* of states, where they are given */
	struct delay delay;                /* until a message is final */
	struct delay latency;              /* until an answer leaves */
	struct dialect dialect;            /* of receipts */
	enum sim_receipt_by receipt_by;
	bool loopback;                     /* messages come back to their account */
	struct rate accept_rate;           /* submits taken; n 0: all */
	struct faults faults;              /* what goes wrong */
	bool seeded;                       /* chance is that of seed, else any */
	uint64_t seed;
	enum encoding alphabet;            /* what data_coding 0 means */
	struct out *out;                   /* rows; NULL: none */
	bool all_pdus;                     /* one of each PDU that comes */
	bool lint;                         /* and of what is wrong with it */
	struct record_format format;
	struct input *mo;                  /* records to deliver, or NULL */
	uint32_t version;                  /* the highest that is spoken */
	struct server_call *call;          /* ESMEs to call; tags 1, 2 ... */
	size_t n_calls;
	struct tls *call_tls;              /* of those under TLS */
};

struct sim;

/* conf is copied, what it points at borrowed. */
struct sim *sim_new(struct loop *, const struct sim_conf *);
void sim_free(struct sim *);

/* Whatever is to be done now: events, receipts due, messages to deliver; then
 * everything is flushed, rows first. */
void sim_work(struct sim *);

/* When sim_work wants to be called though no watch is ready. */
uint64_t sim_deadline(const struct sim *);

/* From now on submits are refused and nothing more is delivered. */
void sim_stop(struct sim *);

/* What it has done so far. */
struct sim_counts {
	uint64_t messages;   /* accepted */
	uint64_t refused;
	uint64_t receipts;   /* acknowledged */
	uint64_t waiting;    /* messages of which something is yet to be sent */
	uint64_t delivered;  /* of --mo and --loopback, acknowledged */
	uint64_t failed;     /* of --mo: lines that are no record, or refused for good */
};
struct sim_counts sim_counts(const struct sim *);

#endif
