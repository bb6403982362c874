/* SPDX-License-Identifier: ISC */
#ifndef APP_OUTCOMES_H
#define APP_OUTCOMES_H

#include "base/buf.h"

/*
 * What becomes of messages: final states by their shares, dealt out evenly, so
 * that every run of as many messages as the sum of the shares has exactly
 * those shares.
 */
enum { OUTCOMES_MAX = 32, OUTCOME_WORD = 16, OUTCOME_ERR = 8 };

struct outcome {
	char stat[OUTCOME_WORD + 1];  /* as it was typed: REJECTED stays so */
	uint8_t stat_len;
	uint8_t err_len;
	char err[OUTCOME_ERR + 1];    /* of its receipt: "000", or "001" for what failed */
	uint16_t code;                /* the number that err is */
	uint8_t message_state;
	bool delivered, failed;
	uint32_t share;
	int64_t due;                  /* grows by share until it is dealt */
};

struct outcomes {
	struct outcome row[OUTCOMES_MAX];
	size_t n;
	int64_t total;
};

/* The outcome of a stat word, without a share; false when it is none. */
bool outcome_of(struct outcome *, struct span word);

/* DELIVRD for all. */
struct outcomes outcomes_default(void);

/* Reads "DELIVRD=95,UNDELIV=3,REJECTD=2"; a word alone has the share 1. False
 * when it cannot: a sentence without a period is appended to error. */
bool outcomes_parse(struct outcomes *, struct span text, struct buf *error);

/* The next one: an index into row. */
size_t outcomes_next(struct outcomes *);

/* Which err a state has: "UNDELIV=011,REJECTD=045"; reads as outcomes_parse
 * does. */
struct errs {
	struct outcome row[OUTCOMES_MAX];
	size_t n;
};
bool errs_parse(struct errs *, struct span text, struct buf *error);

/* Gives the outcome the err of its state, where there is one. */
void errs_apply(const struct errs *, struct outcome *);

#endif
