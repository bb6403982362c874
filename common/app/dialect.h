/* SPDX-License-Identifier: ISC */
#ifndef APP_DIALECT_H
#define APP_DIALECT_H

#include "app/id_form.h"
#include "app/outcomes.h"
#include "base/cursor.h"

/*
 * How smpp-sim writes the text of a receipt: a dialect of dialect.def, or a
 * template of the user's own. In a template stand
 *
 *	{id} {id:FORM}           the message_id, as the response had it or in a
 *	                         form of id_form.h
 *	{sub} {dlvrd} {sub:N}    001, 000; of N digits
 *	{submit} {done}          YYMMDDhhmm; {done:12} YYMMDDhhmmss, {done:14}
 *	                         YYYYMMDDhhmmss, {done:smpp}, {done:iso}
 *	{stat}                   DELIVRD; {stat:full} DELIVERED, {stat:mblox}
 *	{state} {state:02}       message_state
 *	{err} {err:N}            of N digits
 *	{text} {text:N}          the first 20, or N, octets of the message
 *	{from} {to}              the addresses of the message
 *
 * and all else as it is.
 */
enum dialect_how {
	DIALECT_UCS2 = 1 << 0,
	DIALECT_DCS8 = 1 << 1,
	DIALECT_PAYLOAD = 1 << 2,
	DIALECT_DATA_SM = 1 << 3,
	DIALECT_NO_CLASS = 1 << 4,
	DIALECT_CLASS44 = 1 << 5,
	DIALECT_ERROR = 1 << 6,
	DIALECT_ERROR_ASCII = 1 << 7,
	DIALECT_ERROR_OCTET = 1 << 8,
	DIALECT_VENDOR = 1 << 9,
};

enum { DIALECT_PARTS = 32, DIALECT_TEXT = 160, DIALECT_MOST = 1024 };

/* A template read once. Members are private but for how and text. */
struct dialect {
	unsigned how;          /* enum dialect_how */
	uint8_t text;          /* octets of the message that it shows; 0: none */
	struct dialect_part {
		uint8_t field, form;
		uint8_t n;
		struct span literal;
	} part[DIALECT_PARTS];
	size_t n;
};

/* The dialect of a name, or of a template, which must outlive it. False when
 * it is neither: a sentence without a period is appended to error. */
bool dialect_read(struct dialect *, struct span text, struct buf *error);

/* What a receipt tells. */
struct dialect_values {
	uint64_t number;                /* of the message */
	enum id_form id;                /* how its id is written */
	const struct outcome *outcome;
	struct span err;
	int64_t submit_ms, done_ms;     /* since 1970, UTC */
	struct span submit, done;       /* the same as YYMMDDhhmm */
	struct span text, from, to;
};

/* Writes the text; w has room for DIALECT_MOST octets. */
void dialect_write(struct wr *w, const struct dialect *,
    const struct dialect_values *);

/* Appends a line for each dialect, as faults_list does. */
void dialects_list(struct buf *);

#endif
