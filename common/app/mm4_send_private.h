/* SPDX-License-Identifier: ISC */
#ifndef APP_MM4_SEND_PRIVATE_H
#define APP_MM4_SEND_PRIVATE_H

#include "app/dispatch.h"
#include "app/intake.h"
#include "app/mm4_send.h"
#include "io/out.h"
#include "io/work.h"

/* What mm4_send.c (the loop) and mm4_send_item.c (items to mails) share. */

enum { KIND_MAILER = 1, KIND_INTAKE, KIND_OUT, KIND_LOOKUP };

struct run {
	const struct mm4_send_conf *conf;
	struct loop *loop;
	struct out out;
	struct compose *compose;
	struct mm4_state *state;
	struct mailer *mailer;
	struct dispatch *dispatch;
	/* of the own listener */
	struct maildir maildir;
	char *folder;
	struct relay *relay;
	struct intake *intake;
	/* an item whose numbers are being looked up */
	struct compose_item held;
	bool holding;
	size_t held_at;          /* the recipient it is at */
	struct work *asking;
	struct watch watch;
	uint64_t kept, stop_by;
	unsigned signals;
	bool at_end, stopping, ended;
	int status;
};

/* An item becomes mails, one for each peer; one that cannot has a row. */
void send_item(struct run *, struct compose_item *, struct timespec now);
void send_refuse(struct run *, const struct compose_item *,
    const struct mms_address *to, const char *error);

/* Looks up the domains of the held item's numbers: whether all are known. */
bool send_look_up(struct run *);
void send_stop_looking(struct run *);

#endif
