/* SPDX-License-Identifier: ISC */
#ifndef APP_PROBE_H
#define APP_PROBE_H

#include "app/ctl.h"
#include "smpp/ids.h"

/*
 * What the rooms of smpp-ctl probe share: ctl_probe.c (the features, in
 * order), probe_link.c (a link asked step by step), probe_bind.c, probe_pdu.c
 * and probe_send.c (how each feature is found out).
 */
enum probe_result {
	PROBE_YES,
	PROBE_NO,
	PROBE_UNKNOWN,  /* no answer, or nothing that tells */
	PROBE_SKIPPED,  /* not tried: the detail says what would */
};

/* What came of a request. */
enum probe_reply {
	REPLY_NONE,     /* still awaited */
	REPLY_ANSWER,
	REPLY_SILENCE,  /* not in time */
	REPLY_LOST,     /* the link ended instead */
};

/* Messages sent to --to, whose receipts are ours. */
enum { PROBE_IDS = 32, PROBE_ID_MAX = 65 };
struct probe_sent {
	char id[PROBE_ID_MAX];
	uint8_t n;
};

struct probe {
	struct ctl *c;
	enum link_bind bind;     /* with which the SMSC binds */
	uint8_t version;
	bool binds;              /* it does */
	bool bound[3];           /* by enum link_bind: it took it */
	bool up, over;           /* of the link at hand */
	int status;              /* how that ended, and why */
	struct buf why;
	uint64_t n_requests, awaited;  /* tags */
	enum probe_reply reply;
	/* answers to requests of the window being tried, from this one on */
	uint64_t first, n_answers, n_throttled, n_disordered, last_answer;
	uint64_t asked_us;
	/* the last answer */
	enum pdu_type type;
	uint32_t answer;         /* its command_status */
	uint64_t us;             /* that it took */
	char id[PROBE_ID_MAX];   /* its message_id */
	uint32_t sc_version;     /* of the last bind; 0: not said */
	char smsc[PROBE_ID_MAX]; /* its system_id */
	/* requests of the SMSC */
	uint64_t enquired_us;    /* its first enquire_link, or 0 */
	struct probe_sent sent[PROBE_IDS];
	size_t n_sent;
	uint64_t sent_us;        /* the message that asks for a receipt */
	bool receipted;          /* the first receipt is here */
	struct pdu receipt;      /* it, to be answered once its records are out */
	struct buf state, receipt_id;  /* their details */
	struct buf wide;
	uint32_t stray_sequence; /* of a request that no session sends; 0: none */
	bool strayed;            /* it was answered: */
	enum pdu_type stray_type;
	uint32_t stray_answer;   /* its command_status */
	uint32_t query_status;   /* of an id that there is not */
	bool queries;            /* query_sm is known */
	struct buf detail;       /* of the record being made */
};

/* Prints the record of a feature with the detail at hand, which is then
 * empty, and has it taken by the output. */
void probe_record(struct probe *, const char *feature, enum probe_result);

/* Appends "1.234 ms". */
void probe_add_ms(struct buf *, uint64_t us);

/* Links (probe_link.c) */

/* Binds; false when that was refused or failed: detail, and status and why,
 * then say so. On success the detail tells what the answer said. */
bool probe_bind(struct probe *, enum link_bind, uint8_t version,
    const char *password);

/* The link with which all is asked: bound already, or made (again). */
bool probe_ready(struct probe *);

/* Unbinds; what it took and how it ended is in us and why. */
void probe_unbind(struct probe *);

/* One pass of the loop, at most until then (a time of the loop). */
void probe_pass(struct probe *, uint64_t until);

/* Sends a request and waits for what comes of it. */
enum probe_reply probe_ask(struct probe *, struct pdu *);

/* Sends a request that no version has: its sequence_number becomes
 * stray_sequence. The answer comes as one that nobody asked for. */
void probe_send_stray(struct probe *, uint32_t command_id);

/* Whether a signal asked to stop. */
bool probe_stopped(const struct probe *);

/* Notes the message that the last answer named, if it is one (probe_send.c). */
void probe_keep_id(struct probe *);

/* A receipt of a message of ours, which is answered later; false when it is
 * none (probe_send.c). */
bool probe_take_receipt(struct probe *, const struct pdu *);

/* Features; each fills the detail. */
enum probe_result probe_connect(struct probe *);
void probe_binds(struct probe *);
enum probe_result probe_password(struct probe *);
enum probe_result probe_further_binds(struct probe *);
enum probe_result probe_unbinding(struct probe *);
enum probe_result probe_enquire(struct probe *);
enum probe_result probe_query(struct probe *);
enum probe_result probe_cancel(struct probe *);
enum probe_result probe_replace(struct probe *);
enum probe_result probe_query_broadcast(struct probe *);
enum probe_result probe_cancel_broadcast(struct probe *);
enum probe_result probe_unknown_command(struct probe *);
enum probe_result probe_vendor_tlv(struct probe *);
enum probe_result probe_window_10(struct probe *);
enum probe_result probe_window_100(struct probe *);
enum probe_result probe_keepalive(struct probe *);
void probe_messages(struct probe *);

#endif
