/* SPDX-License-Identifier: ISC */
#ifndef MMS_MM4_H
#define MMS_MM4_H

#include <time.h>

#include "mms/mms.h"

/*
 * MM4 (3GPP TS 23.140, 8.4): multimedia messages, reports and answers as
 * mails between two MMSCs. Tolerant in what it reads, strict in what it
 * writes; the fields are rows of mm4.def.
 */

/* Heads that are longer are refused. */
enum { MM4_HEAD_MAX = 256 << 10, MM4_PARTS_MAX = 1000, MM4_DEPTH_MAX = 32 };

/*
 * Reads a mail, with line ends of either kind. The spans of the message point
 * into octets, or into memory of its own. What is wrong is in head_error and
 * content_error; all that can be read is there even then. The kind is MMS_NONE
 * when there is no X-Mms-Message-Type. True without a head_error.
 */
bool mm4_read(struct mms *, struct span octets);

/* The same without looking into the body: no parts, no content_error. */
bool mm4_read_head(struct mms *, struct span octets);

/* The name of a kind ("MM4_forward.REQ"); NULL for MMS_OTHER and MMS_NONE. */
const char *mm4_kind_name(enum mms_kind);
enum mms_kind mm4_kind_of(struct span name);

/* What a field is called in mails. */
const char *mm4_field_name(enum mms_field);

/* The first field that the kind must have and that is not set; MMS_FIELDS when
 * all are there. */
enum mms_field mm4_missing(const struct mms *);

/* How a peer wants its mails. */
struct mm4_style {
	bool bare_ids;       /* ids without quotes */
	bool address_domain; /* @domain in From and To, too */
	struct span domain;  /* for those addresses that have none */
};

/*
 * Appends the mail, CRLF at line ends. Fields that its kind does not have are
 * left out; MESSAGE_TYPE comes from the kind. Its content is body, as it
 * stands, when content_type is set, else the parts: one text part alone, or a
 * multipart/related with root first; base64, or 7bit where it is ASCII. A
 * message without either has an empty text/plain body. False when a mandatory
 * field is missing (mm4_missing) or a value cannot stand in a header.
 */
bool mm4_write(struct buf *, const struct mms *, const struct mm4_style *);

/* A time as a Date field has it; RFC 5322, in UTC. */
void mm4_date(struct buf *, struct timespec);

/* Reads a date of RFC 5322 (comments, obsolete zones), asctime, RFC 3339, or,
 * with now given, seconds from then. False when it is none of them. */
bool mm4_time(struct span text, const struct timespec *now,
    struct timespec *time);

#endif
