/* SPDX-License-Identifier: ISC */
#ifndef SMPP_RECEIPT_H
#define SMPP_RECEIPT_H

#include "smpp/dlr.h"
#include "smpp/pdu.h"

/*
 * What a deliver_sm, data_sm or alert_notification is: a message, or a
 * receipt and of what (3.4, 2.11 and 5.2.12; appendix B).
 */
enum receipt_kind {
	RECEIPT_MESSAGE,
	RECEIPT_FINAL,    /* "receipt" */
	RECEIPT_INTERIM,  /* the message may still come to another state */
	RECEIPT_ACK,      /* delivery or user acknowledgement by the other SME */
	RECEIPT_ALERT,
	RECEIPT_KINDS
};

/* What told that it is a receipt or an ack; bits. */
enum receipt_evidence {
	RECEIPT_BY_ESM_CLASS = 1,
	RECEIPT_BY_TLV = 2,
	RECEIPT_BY_TEXT = 4,
};

struct receipt {
	enum receipt_kind kind;
	unsigned evidence;
	struct span udh;      /* with its length octet; empty without one */
	struct span body;     /* the user data behind it */
	struct span text;     /* of a receipt: the octets that were parsed */
	bool wide;            /* text is the body made UTF-8 from UTF-16 */
	struct dlr dlr;       /* fields of text */
	struct span id;       /* receipted_message_id, else the text's; empty without */
	struct span state;    /* stat in its usual spelling, else message_state's word */
	enum dlr_class class; /* of state */
	struct span err;      /* the text's */
};

/*
 * Reads one PDU. Spans point into it, into wide (scratch of the caller's, used
 * again from call to call) or at static octets. The fields behind dlr are
 * empty in a message.
 */
void receipt_read(struct receipt *, const struct pdu *, struct buf *wide);

/* "message", "receipt", "interim", "ack", "alert". */
const char *receipt_kind_name(enum receipt_kind);

/* "esm_class,tlv,text" or those of them that evidence has, static. */
const char *receipt_evidence_name(unsigned evidence);

/* A part of a long message: which, of how many, of which message. */
struct receipt_part {
	uint16_t reference;
	uint8_t total, number;  /* number is from 1 to total */
	uint8_t reference_bits; /* 8 or 16 (UDH); 0: sar_msg_ref_num */
};

/* Whether it is one, by an element of its UDH or the three SAR TLVs. Numbers
 * that make no sense are none (3GPP TS 23.040, 9.2.3.24.1). */
bool receipt_part(const struct pdu *, struct span udh, struct receipt_part *);

#endif
