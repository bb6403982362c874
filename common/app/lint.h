/* SPDX-License-Identifier: ISC */
#ifndef APP_LINT_H
#define APP_LINT_H

#include "smpp/session.h"
#include "text/charset.h"

/*
 * What a client of an SMSC does wrong, though it may work: rows of lint.def,
 * found in the PDUs of a session. Pure: it is told what came, what was
 * answered, and when.
 */
enum lint_id {
#define LINT(id, ...) LINT_##id,
#include "app/lint.def"
	LINTS
};

struct lint_row {
	const char *name, *doc;
};
const struct lint_row *lint_row(enum lint_id);

/* Appends a line for each row, as faults_list does. */
void lints_list(struct buf *);

/* What was found in one PDU; detail may be empty. */
enum { LINT_FOUND = 24, LINT_DETAIL = 80 };
struct lint_list {
	size_t n;
	struct lint_found {
		enum lint_id id;
		char detail[LINT_DETAIL];
	} found[LINT_FOUND];
};

/* Adds one; what is more than LINT_FOUND is left out. */
void lint_add(struct lint_list *, enum lint_id, struct span detail);

/* What is remembered of a session. All zero is a new one; not owned memory. */
struct lint {
	uint64_t enquiries, submits;
	uint64_t last_request, last_sequence;  /* command_id, sequence_number */
	uint64_t throttled_ms;     /* of the last ESME_RTHROTTLED; 0: none */
	uint32_t hasty;            /* submits in a row right behind one */
	uint64_t refused_hash;     /* of what was refused for good last */
	uint64_t reference_hash;   /* of the last first part */
	bool asked, told_hasty;
	uint8_t told[LINTS];       /* how often each was reported */
};

/* A PDU that came, and what was made of it. */
struct lint_at {
	const struct event *event;
	uint64_t now;
	uint32_t version;          /* 0x33, 0x34, 0x50; of the session */
	bool bound;
	bool answered;             /* with answer */
	uint32_t answer;
	bool on_purpose;           /* a fault, not the client, made the answer */
	enum encoding alphabet;    /* what data_coding 0 means */
};
void lint_pdu(struct lint *, const struct lint_at *, struct lint_list *);

/* The session is over. */
void lint_end(enum session_end, struct lint_list *);

/* The part of lint_pdu that is about the user data of a message. */
void lint_text(const struct pdu *, enum encoding alphabet, struct lint_list *);

#endif
