/* SPDX-License-Identifier: ISC */
#ifndef APP_FIELDS_H
#define APP_FIELDS_H

#include "app/rows.h"
#include "smpp/pdu.h"
#include "smpp/smpptime.h"

/*
 * What of a submit_sm is neither address nor text: fields and TLVs, by option
 * for all rows, and by column for one.
 */
enum field_column {
	SET_esm_class,
	SET_priority,
	SET_protocol_id,
	SET_receipt,
	SET_replace_if_present,
	SET_schedule,
	SET_service_type,
	SET_sm_default_msg_id,
	SET_tlv,
	SET_validity,
	SETS
};

/* All zero sets nothing. */
struct fields {
	uint8_t priority_flag, protocol_id, replace_if_present_flag;
	uint8_t registered_delivery, esm_class, sm_default_msg_id;
	uint8_t n_service_type;
	char service_type[6];
	char schedule[SMPPTIME_TEXT + 1], validity[SMPPTIME_TEXT + 1];
	struct buf tlvs;    /* raw */
};

/* "64" or "0x40", most at most. */
bool fields_octet(struct span text, unsigned most, uint8_t *);

/* The name of the option and of the column. */
const char *fields_name(enum field_column);

/* What fields_set said, less the name in front, for who has named it already. */
const char *fields_reason(struct buf *error);

/* Sets one from its text. False when it cannot be understood: a sentence is
 * appended to error. TLVs are added to those already there. */
bool fields_set(struct fields *, enum field_column, struct span text,
    struct buf *error);

/* Makes *to what from says, with the cells of a row over it. */
bool fields_row(struct fields *to, const struct fields *from,
    const struct row *, struct buf *error);

/* Puts them into a PDU; the spans point into fields. */
void fields_put(struct pdu *, const struct fields *);

void fields_free(struct fields *);

#endif
