/* SPDX-License-Identifier: ISC */
#ifndef APP_OTHERS_H
#define APP_OTHERS_H

#include "app/link.h"
#include "text/join.h"

/*
 * What a program that sends is given of others: messages, and receipts that
 * are not its own. They are written to a file as smpp-listen would, each part
 * of a long message by itself, and answered only then.
 */
struct others;

struct others_conf {
	const char *path;             /* appended to */
	bool json;
	struct text_reading reading;
};

/* NULL and errno when the file cannot be written. conf is borrowed. */
struct others *others_open(const struct others_conf *, struct loop *);

/* Takes a deliver_sm, data_sm or alert_notification in; false when it takes
 * no more now, so that the PDU is to be refused. */
bool others_take(struct others *, struct link *, const struct pdu *);

/* Writes what there is. False once that failed: see others_error. */
bool others_flush(struct others *);

/*
 * The next request that is to be answered, and with what: ESME_ROK once its
 * record is written, ESME_RX_T_APPN if it cannot be. False: none now.
 */
bool others_answer(struct others *, struct link **, struct pdu *request,
    uint32_t *status);

/* The session of the link is gone, and what it wants answered with it. */
void others_forget(struct others *, const struct link *);

/* Requests still to be answered. */
size_t others_waiting(const struct others *);

/* "FILE: No space left on device"; NULL: all is well. */
const char *others_error(struct others *);

/* Opens the file again, after a rotation. False with errno: the old one stays. */
bool others_reopen(struct others *);

/* Writes the rest, but for what was refused, and closes. False when that
 * failed. NULL is nothing. */
bool others_close(struct others *, uint64_t wait_ms);

#endif
