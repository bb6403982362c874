/* SPDX-License-Identifier: ISC */
#ifndef SMPP_DLR_H
#define SMPP_DLR_H

#include "base/cursor.h"
#include "base/span.h"

/*
 * Delivery receipts as text (3.4, appendix B, and what is met instead of it):
 * their fields found in octets, written, and what their stat words mean.
 */
enum dlr_field {
#define DLR_FIELD(name, key) DLR_##name,
#include "smpp/dlr.def"
	DLR_FIELDS
};

/* A receipt: each field's octets, borrowed. A field not there has p NULL; one
 * with an empty value has n 0 and p set. */
struct dlr {
	struct span f[DLR_FIELDS];
	/* not 0: sub, dlvrd and err are 3 digits, submit_date and done_date so
	 * many, stat is 7 capitals, as most often; for what need not look again */
	uint8_t date_digits;
};

/* "id", "submit_date" ...: the names of the columns. */
const char *dlr_field_name(enum dlr_field);

/*
 * Finds the fields in the octets of a text: keys in any order, case and
 * spacing, any of them missing, whatever stands before and between them. Of
 * two equal keys the first counts, unless it is of what a log says in front of
 * the receipt: an id with more than one word behind it gives way to another,
 * and so does what stands before the id in either case.
 * What follows "text:" is text, once id and stat are known. Gives how many
 * fields were found. Nothing is allocated; d points into text; the time grows
 * with the length of the text.
 */
unsigned dlr_parse(struct dlr *d, struct span text);

/*
 * The same of the first line in a buffer, when it is one of the usual form,
 * which is found without looking for its end first. Gives its length without
 * the newline; 0, and nothing of use in d, when it is of another form, ends
 * in a CR or NUL, or has no newline within the buffer.
 */
size_t dlr_parse_line(struct dlr *d, struct span buffer);

/* Whether the fields alone make a receipt of a message: an id and a stat that
 * is known. */
bool dlr_is_receipt(const struct dlr *);

/*
 * Whether the fields make a receipt of a line of a log or file, where no
 * message is mistaken for one and much may be missing: a stat that is known,
 * two fields besides the text, a date that exists, or an id in a line of
 * nothing but words with keys.
 */
bool dlr_is_in_line(const struct dlr *, struct span line);

/*
 * Writes the fields that are there, in the order and spelling of
 * "id:1 sub:001 dlvrd:001 submit date:2601010000 done date:2601010000
 * stat:DELIVRD err:000", a text field behind them only when there is one.
 */
void dlr_write(struct wr *, const struct dlr *);

/* What became of a message. */
enum dlr_class {
	DLR_UNKNOWN,
	DLR_PENDING,    /* not final */
	DLR_DELIVERED,
	DLR_FAILED,     /* final, not delivered */
};

/* A stat word. */
struct dlr_stat {
	const char *word;       /* as it is met */
	const char *usual;      /* the usual spelling of the same word: REJECTD for REJECTED */
	uint8_t message_state;  /* 3.4, 5.2.28 */
	enum dlr_class class;
};

/* The row of a stat word, of either case; NULL when it is not known. */
const struct dlr_stat *dlr_stat(struct span word);

/* All rows, the usual words first; NULL past the last. */
const struct dlr_stat *dlr_stat_at(size_t i);

/* The row of a message_state with its usual word; NULL when there is none. */
const struct dlr_stat *dlr_state(uint32_t message_state);

/* Whether no other state comes after one of this class. */
static inline bool
dlr_final(enum dlr_class class)
{
	return class == DLR_DELIVERED || class == DLR_FAILED;
}

/* "delivered", "failed", "pending", "unknown". */
const char *dlr_class_name(enum dlr_class);

#endif
