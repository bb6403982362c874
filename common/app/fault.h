/* SPDX-License-Identifier: ISC */
#ifndef APP_FAULT_H
#define APP_FAULT_H

#include "base/buf.h"

/*
 * What smpp-sim does wrong when it is told to: a fault is
 * "WHAT[=ARG][@KEY=VALUE,...]", as in "ESME_RSYSERR@every=10" or
 * "late=2s..5s@p=0.01,after=1000". Pure: it is told the time, and its dice are
 * its own.
 */
enum fault_kind {
	FAULT_STATUS,    /* refused with arg; its WHAT is the status itself */
	FAULT_BODY,      /* refused with arg, in a response that has a body */
	FAULT_NACK,      /* refused with arg, by generic_nack */
	FAULT_SILENCE,   /* not answered; a receipt: not sent */
	FAULT_LATE,      /* answered least to most ms late */
	FAULT_REORDER,   /* answers of so many ms go out together, the last first */
	FAULT_DOUBLE,    /* answered twice; a receipt: sent twice */
	FAULT_SEQUENCE,  /* answered with another sequence_number */
	FAULT_NO_BODY,   /* accepted, in a response without a body */
	FAULT_EARLY,     /* the receipt goes out first */
	FAULT_UNBIND,    /* answered, then unbind */
	FAULT_CLOSE,     /* not answered, closed in order */
	FAULT_CUT,       /* the same; under TLS without close notify */
	FAULT_RESET,     /* not answered; what is on its way is lost */
	FAULT_STALL,     /* answered; nothing is read any more, for least ms */
	FAULT_GARBAGE,   /* answered; octets follow that are no PDU */
	FAULT_SEGMENT,   /* from now on in pieces of least octets */
	FAULT_GATHER,    /* from now on kept for least ms, then sent at once */
	FAULTS,
};

enum fault_occasion {
	FAULT_ON_NOTHING = 0,
	FAULT_ON_SUBMIT = 1 << 0,   /* submit_sm, submit_multi, data_sm, broadcast_sm */
	FAULT_ON_BIND = 1 << 1,
	FAULT_ON_ENQUIRE_LINK = 1 << 2,
	FAULT_ON_RECEIPT = 1 << 3,
	FAULT_ON_DEST = 1 << 4,     /* one of a submit_multi's, an area of a broadcast_sm */
};

struct fault {
	enum fault_kind kind;
	enum fault_occasion on;
	uint64_t least, most;   /* the argument: a status, octets, ms */
	/* when: all that is given holds; 0 is not given */
	uint64_t after;         /* so many occasions pass first */
	uint64_t every;         /* only each so-manieth from there */
	uint64_t count;         /* so often, no more */
	uint64_t for_ms;        /* so long, from the first that could be it */
	uint32_t share;         /* of FAULT_SHARES: how likely */
	/* so far */
	uint64_t seen, used, since_ms;
};

enum { FAULT_SHARES = 1000000000 };

struct faults {
	struct fault *fault;
	size_t n;
	uint64_t random;
};

/* Nothing goes wrong yet; equal seeds throw equal dice. Released by
 * faults_free. */
void faults_init(struct faults *, uint64_t seed);
void faults_free(struct faults *);

/* Adds one from its text. False when it cannot: a sentence without a period
 * is appended to error. */
bool faults_add(struct faults *, struct span text, struct buf *error);

/* Adds those of a text, one a line; empty lines and lines that start with #
 * are none. The error names the line. */
bool faults_add_lines(struct faults *, struct span text, struct buf *error);

/* Whether any is for this occasion. */
bool faults_any(const struct faults *, enum fault_occasion);

/* The occasion is there: what goes wrong with it, the first that applies, or
 * NULL. Each fault counts all of its occasions, whoever wins. */
const struct fault *faults_next(struct faults *, enum fault_occasion,
    uint64_t now);

/* A number from least to most. */
uint64_t faults_random(struct faults *, uint64_t least, uint64_t most);

#endif
