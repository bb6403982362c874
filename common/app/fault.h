/* SPDX-License-Identifier: ISC */
#ifndef APP_FAULT_H
#define APP_FAULT_H

#include "app/delay.h"
#include "base/buf.h"
#include "smpp/pdu.h"

/*
 * What smpp-sim does wrong when it is told to: a fault is
 * "WHAT[=ARG][@KEY=VALUE,...]", as in "ESME_RSYSERR@every=10" or
 * "late=2s..5s@p=0.01,after=1000". What there is, is in fault.def. Pure: it is
 * told the time, and its dice are its own.
 */
enum fault_kind {
#define FAULT(id, ...) FAULT_##id,
#include "app/fault.def"
	FAULTS
};

/* Faults of one group exclude one another. */
enum fault_group {
	FAULT_GROUP_ANSWER, FAULT_GROUP_TIME, FAULT_GROUP_OCTETS,
	FAULT_GROUP_ID, FAULT_GROUP_TEXT_ID, FAULT_GROUP_STAT,
	FAULT_GROUP_ERR, FAULT_GROUP_FINAL, FAULT_GROUP_INTERIM,
	FAULT_GROUP_AFTER, FAULT_GROUP_LINGER, FAULT_GROUP_WIRE,
	FAULT_GROUPS
};

/* Occasions as bits: a request of this type comes; or one of these. */
#define FAULT_ON(type) (UINT64_C(1) << PDU_##type)
#define FAULT_ON_RECEIPT (UINT64_C(1) << 61)
#define FAULT_ON_MO (UINT64_C(1) << 62)
#define FAULT_ON_DEST (UINT64_C(1) << 63)

enum { FAULT_MIX = 8, FAULT_ERR_MOST = 8, FAULT_SHARES = 1000000000 };

/* Whom it is about: empty is anybody, a * at the end whoever begins so. */
struct fault_whom {
	struct span account, from, to;
};

struct fault {
	enum fault_kind kind;
	uint64_t on;            /* occasions */
	/* the argument */
	uint64_t n;             /* octets, ms, a number, a row of ids or stats */
	struct delay delay;
	struct {
		uint32_t status, share;
	} mix[FAULT_MIX];
	uint32_t n_mix, shares; /* of mix */
	char err[FAULT_ERR_MOST + 1];
	/* when: all that is given holds; 0 is not given */
	uint64_t after;         /* so many occasions pass first */
	uint64_t every;         /* only each so-manieth from there */
	uint64_t count;         /* so often, no more */
	uint64_t at_ms;         /* not before so long after the start */
	uint64_t for_ms;        /* so long, from the first that could be it */
	uint32_t share;         /* of FAULT_SHARES: how likely */
	struct fault_whom whom; /* owned */
	/* so far */
	uint64_t seen, used, since_ms;
};

struct faults {
	struct fault *fault;
	size_t n;
	uint64_t on;            /* all their occasions together */
	struct dice dice;
	uint64_t start_ms;      /* of their clock */
};

/* The faults that apply to one occasion, by their groups; NULL: none. */
struct fault_set {
	const struct fault *of[FAULT_GROUPS];
};

/* How the argument of a fault is read. */
enum fault_argument {
	FAULT_ARG_NONE, FAULT_ARG_STATUS, FAULT_ARG_TIME, FAULT_ARG_DELAY,
	FAULT_ARG_OCTETS, FAULT_ARG_COUNT, FAULT_ARG_ID, FAULT_ARG_STAT,
	FAULT_ARG_ERR
};

/* The rows of fault.def; each x_at gives the row of that number, NULL past
 * the last. */
struct fault_row {
	const char *name, *doc;
	enum fault_group group;
	uint64_t on;             /* occasions that it may have */
	enum fault_argument argument;
	bool needed;
	uint64_t standard;
};
struct fault_alias {
	const char *name, *text;
};
struct fault_occasion {
	const char *name;
	uint64_t on;
	const char *doc;
};
const struct fault_alias *fault_alias_at(size_t i);
const struct fault_occasion *fault_occasion_at(size_t i);
const struct fault_row *fault_row(enum fault_kind);

/* Nothing goes wrong yet; equal seeds throw equal dice. Released by
 * faults_free; of a zeroed struct it does nothing. */
void faults_init(struct faults *, uint64_t seed, uint64_t now);
void faults_free(struct faults *);

/* Adds one from its text. False when it cannot: a sentence without a period
 * is appended to error. */
bool faults_add(struct faults *, struct span text, struct buf *error);

/* Adds those of a text, one a line; empty lines and lines that start with #
 * are none. The error names the line. */
bool faults_add_lines(struct faults *, struct span text, struct buf *error);

/*
 * Those of a message: "{sim 0x58 late=2s double@on=receipt}" anywhere in its
 * text, blanks between them; only on= is a condition there. FAULTS_NONE when
 * there is nothing of the kind; FAULTS_BAD, with a sentence in error, when it
 * cannot be read.
 */
enum faults_text { FAULTS_NONE, FAULTS_SOME, FAULTS_BAD };
enum faults_text faults_of_text(struct faults *, struct span text,
    struct buf *error);

/* Appends the tables that the grammar knows, for people: a line each of name,
 * argument or members, and meaning, with tabs between them. */
void faults_list(struct buf *);

/*
 * An occasion is there, of whom: adds to the set what goes wrong with it, of
 * each group the first that applies where the set has none yet. Each fault
 * counts all of its occasions, whoever wins.
 */
void faults_next(struct faults *, uint64_t on, const struct fault_whom *,
    uint64_t now, struct fault_set *);

/* The fault of this kind in a set; NULL. */
const struct fault *fault_in(const struct fault_set *, enum fault_kind);

/* One of its statuses. */
uint32_t fault_status(const struct fault *, struct dice *);

#endif
