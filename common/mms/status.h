/* SPDX-License-Identifier: ISC */
#ifndef MMS_STATUS_H
#define MMS_STATUS_H

#include "base/buf.h"

/*
 * What an MMSC says of a request, and of a message (status.def), with what
 * follows from it. Codes compare without regard to case.
 */
enum mms_request_status {
#define REQUEST_STATUS(id, name, consequence) MMS_REQUEST_##id,
#include "mms/status.def"
	MMS_REQUEST_STATUSES
};

enum mms_consequence {
	MMS_DONE,        /* accepted, or final and well */
	MMS_RETRY,       /* not now */
	MMS_FAILED,      /* never */
	MMS_PENDING,     /* not final */
};

const char *mms_request_status_name(enum mms_request_status);

/* Of a code whatever its spelling: an unknown Error-transient-... is temporary,
 * Ok... is well, all others are for ever. */
enum mms_consequence mms_request_consequence(struct span code);

/* The state of a message: as the table spells it ("Unrecognized" is
 * Unrecognised), or as it came, and whether that is final. */
enum mms_consequence mms_state_consequence(struct span state);
struct span mms_state_name(struct span state);

/* Whether it is one of the table; appends all of them, for people. */
bool mms_state_known(struct span state);
void mms_state_names(struct buf *);

#endif
