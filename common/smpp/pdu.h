/* SPDX-License-Identifier: ISC */
#ifndef SMPP_PDU_H
#define SMPP_PDU_H

#include "base/buf.h"
#include "base/cursor.h"

/*
 * SMPP PDUs, versions 3.3 to 5.0, as values. All names, numbers, layouts and
 * limits are rows of smpp.def; the functions here walk those rows.
 */
enum { PDU_HEADER = 16 };                 /* octets of the header */
#define PDU_RESPONSE UINT32_C(0x80000000) /* bit of command_id that marks a response */

/* How a field or a TLV stands on the wire. */
enum pdu_kind {
	PDU_U8,
	PDU_U16,
	PDU_U32,
	PDU_CSTR,      /* C-octet string; the span is without its NUL */
	PDU_OCTETS,    /* octets behind a u8 count (field), or a TLV's value */
	PDU_DESTS,     /* dest_address of submit_multi, behind a u8 count */
	PDU_UNSUCCESS, /* unsuccess_sme of submit_multi_resp, likewise */
	PDU_BODY,      /* all octets left: legacy PDUs without a known layout */
	PDU_EMPTY,     /* a TLV whose presence is its value */
};

/* One constant for each PDU row: PDU_submit_sm, PDU_submit_sm_resp ... */
enum pdu_type {
	PDU_unknown,
#define PDU(name, ...) PDU_##name,
#include "smpp/smpp.def"
	PDU_TYPES
};

/* One constant for each FIELD row: FIELD_source_addr ... */
enum pdu_field {
#define FIELD(name, ...) FIELD_##name,
#include "smpp/smpp.def"
	PDU_FIELDS
};

/* One constant for each TLV row: TLV_message_payload = 0x0424 ... */
enum pdu_tag {
#define TLV(name, tag, ...) TLV_##name = tag,
#include "smpp/smpp.def"
};

/* One constant for each STATUS row: ESME_ROK = 0 ... */
enum pdu_status {
#define STATUS(name, code, ...) name = code,
#include "smpp/smpp.def"
};

#define PDU_MEMBER_U8 uint32_t
#define PDU_MEMBER_U16 uint32_t
#define PDU_MEMBER_U32 uint32_t
#define PDU_MEMBER_CSTR struct span
#define PDU_MEMBER_OCTETS struct span
#define PDU_MEMBER_DESTS struct span
#define PDU_MEMBER_UNSUCCESS struct span
#define PDU_MEMBER_BODY struct span

/*
 * One PDU. A zeroed struct with a type is a valid PDU with empty fields.
 * After pdu_decode the spans point into the frame; before pdu_encode they
 * point wherever the caller keeps the octets.
 */
struct pdu {
	enum pdu_type type;
	uint32_t command_id;  /* as received; encode uses the row's, or this for PDU_unknown */
	uint32_t command_status;
	uint32_t sequence_number;
	/* a member for each FIELD row: submit_sm's short_message is .short_message;
	 * lists are their items as on the wire, without the count */
#define FIELD(name, kind, ...) PDU_MEMBER_##kind name;
#include "smpp/smpp.def"
	struct span tlvs;      /* all TLVs, raw, in wire order */
	struct span trailing;  /* octets behind the last whole TLV; body of PDU_unknown */
	bool no_body;          /* a response that is its header alone */
	struct span frame;     /* the octets decoded, header included */
};

/* What is wrong with a PDU. */
enum pdu_fault {
	PDU_FAULT_NONE,
	PDU_FAULT_LENGTH,      /* command_length under 16 or unlike the frame's size */
	PDU_FAULT_SHORT,       /* the body ends within a field */
	PDU_FAULT_NO_NUL,      /* a C-octet string is not ended within the PDU */
	PDU_FAULT_COUNT,       /* a length or count runs past the PDU */
	PDU_FAULT_LIMIT,       /* longer than the specification lets it be */
	PDU_FAULT_SIZE,        /* a TLV (or fixed-size field) of another size than it may have */
	PDU_FAULT_TLV_STREAM,  /* a TLV runs past the PDU, or 1 to 3 octets are left over */
	PDU_FAULT_TLV_NO_NUL,  /* a C-octet TLV without its NUL */
	PDU_FAULT_TLV_PLACE,   /* a known TLV in a PDU where it does not belong */
	PDU_FAULT_TLV_REPEAT,  /* a TLV twice that may stand once */
	PDU_FAULT_TLV_MISSING, /* a TLV that this PDU must carry is not there */
	PDU_FAULT_VALUE,       /* a value that the field may not have (sequence_number 0, ...) */
	PDU_FAULT_NUL,         /* (encode) a C-octet string holds a NUL */
	PDU_FAULT_RANGE,       /* (encode) a number does not fit its width */
	PDU_FAULT_FULL,        /* (encode) no room in the buffer */
};

struct pdu_error {
	enum pdu_fault fault;
	const char *field;  /* static name of the field or TLV; "" for the PDU as a whole */
	uint16_t tag;       /* of the TLV, when it is one, else 0 */
	size_t offset;      /* into the frame, where it is known */
	size_t limit;       /* octets that were allowed, NUL included, when that matters */
	uint32_t status;    /* command_status with which to answer (3.4, 5.1.3) */
};

/* What stands at the front of a stream of octets. */
enum pdu_frame {
	PDU_FRAME_MORE,   /* not yet a whole PDU */
	PDU_FRAME_READY,
	PDU_FRAME_BAD,    /* command_length under 16 or over max: the stream is lost */
};

/*
 * Looks for one PDU at the front of in. *length is its command_length once
 * four octets are there, else 0. max is in octets, header included.
 */
enum pdu_frame pdu_frame(struct span in, uint32_t max, uint32_t *length);

/* A few words for what octets that are no SMPP look like ("an HTTP server",
 * "a TLS server" ...), static; NULL when nothing is recognised. */
const char *pdu_foreign(struct span in);

/*
 * Decodes one whole frame (header and body). Lenient: kept are fields over
 * their limit, TLVs of any tag, size and number, a missing body of a
 * response, stray octets at the end; pdu_check names those. False when a
 * length leaves the PDU or a string has no end: *error says which field;
 * the fields before it are set, so is the header when 16 octets are there.
 * Nothing is allocated; the spans live as long as the frame.
 */
bool pdu_decode(struct pdu *, struct span frame, struct pdu_error *error);

/*
 * Appends the PDU, its command_length computed. Lenient like pdu_decode: it
 * refuses only what cannot stand on the wire (fault NUL, RANGE, COUNT, FULL).
 * Encoding what was decoded gives the same octets. On false, w is as it was.
 */
bool pdu_encode(struct wr *w, const struct pdu *, struct pdu_error *error);

/*
 * Finds what bends the specification in a PDU that was decoded or is about
 * to be encoded: limits, TLV rules, values. Stores the first max findings
 * in v and returns how many there are in all. version is 0x33, 0x34 or 0x50.
 */
size_t pdu_check(const struct pdu *, uint32_t version, struct pdu_error *v,
    size_t max);

/* Appends the sentence for an error: "source_addr: not terminated ...". */
void pdu_error_print(struct buf *, const struct pdu_error *);

/* TLVs */
struct tlv {
	uint16_t tag;
	struct span value;
};

/* The next TLV of the reader (of pdu.tlvs). False at the end, or when what is
 * left is no TLV: r->err is then set. */
bool tlv_next(struct rd *r, struct tlv *);

/* The first TLV with the tag; false when there is none. A C-octet value loses
 * its NUL, which need not be there. */
bool pdu_tlv(const struct pdu *, uint16_t tag, struct span *value);

/* The same as a number of 1 to 4 octets. */
bool pdu_tlv_uint(const struct pdu *, uint16_t tag, uint32_t *value);

/* Appends a TLV. tlv_put_uint takes the width from the tag's row (u8 for an
 * unknown one); tlv_put_cstr adds the NUL. */
void tlv_put(struct wr *, uint16_t tag, struct span value);
void tlv_put_uint(struct wr *, uint16_t tag, uint32_t value);
void tlv_put_cstr(struct wr *, uint16_t tag, struct span value);

/* The user data of a submit_sm, deliver_sm, data_sm, submit_multi,
 * replace_sm or broadcast_sm: short_message, or message_payload when
 * that is empty (3.4, 5.3.2.32). */
struct span pdu_user_data(const struct pdu *);

/* Items of submit_multi's dest_address. flag 1: an SME address; 2: a
 * distribution list whose name is addr. */
struct dest {
	uint8_t flag, ton, npi;
	struct span addr;
};
bool dest_next(struct rd *r, struct dest *);
void dest_put(struct wr *, const struct dest *);

/* Items of submit_multi_resp's unsuccess_sme. */
struct unsuccess {
	uint8_t ton, npi;
	struct span addr;
	uint32_t status;
};
bool unsuccess_next(struct rd *r, struct unsuccess *);
void unsuccess_put(struct wr *, const struct unsuccess *);

/* Rows of the table */

/* Session states as bits of pdu_row's columns (3.4, 2.3; 5.0, 2.4). */
enum pdu_state {
	PDU_OPEN = 1,
	PDU_OUTBOUND = 2,
	PDU_BOUND_TX = 4,
	PDU_BOUND_RX = 8,
	PDU_BOUND_TRX = 16,
	PDU_UNBOUND = 32,
};

struct pdu_use {
	enum pdu_field field;
	uint16_t limit;     /* octets in 3.4, NUL included; of a list: items */
	uint16_t limit_50;  /* the same in 5.0 */
	bool fixed;         /* a NUL alone or exactly the limit (times) */
	uint8_t kind;       /* enum pdu_kind and offset of the field's row, at */
	uint16_t offset;    /* hand for the codec */
};

struct pdu_row {
	const char *name;
	uint32_t command_id;
	uint8_t since;     /* 0x33, 0x34, 0x50: first version that has it */
	uint8_t esme, smsc;  /* states in which each side may send it: union of 3.4 and 5.0 */
	const struct pdu_use *uses;
	size_t n_uses;  /* 0: the header alone */
};

struct field_row {
	const char *name;
	enum pdu_kind kind;
	const char *values;  /* name of its value list, or NULL */
	const char *doc;
	uint32_t status;     /* answers a PDU in which this field is damaged */
	uint16_t offset;     /* of the member in struct pdu */
};

struct tlv_row {
	const char *name;
	uint16_t tag;
	enum pdu_kind kind;  /* U8 U16 U32 CSTR OCTETS EMPTY */
	uint16_t min, max;   /* octets of the value */
	uint8_t since;
	bool repeatable;
	const char *values;
	uint64_t pdus_34, pdus_50;  /* where it may stand: bit 1 << pdu_type */
	const char *doc;
};

/* What a command_status asks of the one who gets it. */
enum consequence {
	STATUS_OK,
	STATUS_THROTTLE,   /* slow down and send again */
	STATUS_TRANSIENT,  /* send again later */
	STATUS_PERMANENT,  /* the same PDU will be refused again */
	STATUS_SESSION,    /* the session cannot go on */
};

struct status_row {
	const char *name;
	uint32_t code;
	uint8_t since;
	enum consequence consequence;
	const char *doc;
};

const struct pdu_row *pdu_row(enum pdu_type);
const struct field_row *field_row(enum pdu_field);

/* The row of a command_id (PDU_unknown when none has it), of a name
 * (likewise; case does not matter). */
enum pdu_type pdu_type_by_id(uint32_t command_id);
enum pdu_type pdu_type_by_name(struct span name);

/* The response type of a request; PDU_unknown when it has none. */
enum pdu_type pdu_response(enum pdu_type request);

/* Rows by number or by name; NULL when there is none. */
const struct tlv_row *tlv_row(uint16_t tag);
const struct tlv_row *tlv_row_by_name(struct span name);
const struct status_row *status_row(uint32_t code);
const struct status_row *status_row_by_name(struct span name);

/* All rows in order of code, for listings; NULL past the last. */
const struct tlv_row *tlv_row_at(size_t i);
const struct status_row *status_row_at(size_t i);

/* Appends "ESME_RTHROTTLED 0x58"; an unknown code is its number alone. */
void status_print(struct buf *, uint32_t code);

/* What a code asks for; unknown codes are permanent. */
enum consequence status_consequence(uint32_t code);

/* The name that a value list gives a value, static; NULL when it has none. */
const char *value_name(const char *values, uint32_t value);

/* The value of a name in a value list; false when it has none. */
bool value_by_name(const char *values, struct span name, uint32_t *value);

/* Printing: a PDU as one line of text, without a newline:
 * "submit_sm seq=3 status=0 source_addr=SUREM ... ". Empty strings and zeros
 * of the body are left out unless PDU_PRINT_ALL. Control octets, backslash and
 * octets that are no UTF-8 stand as \xHH. Passwords are never printed. */
enum { PDU_PRINT_ALL = 1, PDU_PRINT_NO_HEADER = 2 };

/* Whether the octets are UTF-8 without control characters other than tab, CR
 * and LF: what may stand in a record as text. */
bool pdu_is_text(struct span);

void pdu_print(struct buf *, const struct pdu *, unsigned flags);

#endif
