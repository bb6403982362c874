/* SPDX-License-Identifier: ISC */
#ifndef APP_OUTCOMES_H
#define APP_OUTCOMES_H

#include "base/buf.h"

/*
 * What becomes of messages: final states by their shares, dealt out evenly, so
 * that every run of as many messages as the sum of the shares has exactly
 * those shares; and how long it takes.
 */
enum { OUTCOMES_MAX = 32, OUTCOME_WORD = 16 };

struct outcome {
	char stat[OUTCOME_WORD + 1];  /* as it was typed: REJECTED stays so */
	uint8_t stat_len;
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

/* DELIVRD for all. */
struct outcomes outcomes_default(void);

/* Reads "DELIVRD=95,UNDELIV=3,REJECTD=2"; a word alone has the share 1. False
 * when it cannot: a sentence without a period is appended to error. */
bool outcomes_parse(struct outcomes *, struct span text, struct buf *error);

/* The next one: an index into row. */
size_t outcomes_next(struct outcomes *);

/* Reads "2s", "1..5s", "500ms..2s": milliseconds, least and most. A number
 * without a unit takes that of the one behind the dots, or is of seconds. */
bool delay_parse(struct span text, uint64_t *least, uint64_t *most);

#endif
