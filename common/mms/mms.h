/* SPDX-License-Identifier: ISC */
#ifndef MMS_MMS_H
#define MMS_MMS_H

#include "base/buf.h"
#include "mms/address.h"

/*
 * One multimedia message, or a report or answer about one, whatever the
 * interface it came by (3GPP TS 23.140): what mm4.c reads out of a mail and
 * writes into one. Nothing here does I/O or looks at a clock.
 */
enum mms_kind {
	MMS_FORWARD,           /* carries a message: MM4_forward.REQ */
	MMS_FORWARD_ANSWER,    /* MM4_forward.RES */
	MMS_DELIVERY,          /* what became of it: MM4_delivery_report.REQ */
	MMS_DELIVERY_ANSWER,
	MMS_READ,              /* that it was read: MM4_read_reply_report.REQ */
	MMS_READ_ANSWER,
	MMS_KINDS,
	MMS_OTHER = MMS_KINDS, /* a type that nobody knows; the field has it */
	MMS_NONE,              /* no type: no multimedia message */
};

/* Whether it asks for something, so that it may want an answer; the kind of
 * that answer. */
static inline bool
mms_is_request(enum mms_kind kind)
{
	return kind == MMS_FORWARD || kind == MMS_DELIVERY || kind == MMS_READ;
}

static inline enum mms_kind
mms_answer_of(enum mms_kind kind)
{
	return (enum mms_kind)(kind + 1);
}

/* Its fields, as mm4.def lists them: MMS_TRANSACTION_ID, MMS_SUBJECT ... */
enum mms_field {
#define FIELD(id, name, kind, use) MMS_##id,
#include "mms/mm4.def"
	MMS_FIELDS
};

/* A leaf of the content, in the order of the content. All text is UTF-8, and
 * empty where there is none. */
struct mms_part {
	struct span type;       /* "image/gif", in lower case */
	struct span charset;    /* as it was named */
	struct span id;         /* Content-ID without brackets */
	struct span location;   /* Content-Location */
	struct span name;       /* name or filename, as it was given: no safe one */
	struct span octets;     /* as they are encoded */
	enum mms_encoding {
		MMS_IDENTITY,   /* 7bit, 8bit, binary */
		MMS_BASE64,
		MMS_QUOTED_PRINTABLE,
		MMS_UUENCODE,
	} encoding;
};

struct mms {
	enum mms_kind kind;
	/* As read: unfolded, ids without quotes and brackets, text decoded to
	 * UTF-8; p is NULL for an absent one. A field that may repeat has its
	 * values in lines. */
	struct span field[MMS_FIELDS];
	struct mms_address from, sender, originator_system;
	struct mms_address_list to, cc;  /* all that are visible */
	struct mms_address_list about;   /* X-Mms-Request-Recipients */
	unsigned received;               /* Received fields: hops so far */
	struct span others;              /* lines of fields that a relay passes on */
	struct span content_type;        /* of the body, as it is written */
	struct span content_encoding;    /* of a body that is one part */
	struct span body;                /* behind the empty line */
	struct mms_part *part;
	size_t n_parts;
	size_t root;                     /* the presentation, or the first part */
	bool has_smil;                   /* root is one */
	/* What is wrong, or NULL: a static sentence. Of the head: it cannot be
	 * acted on. Of the content: it is not what it says it is. */
	const char *head_error, *content_error;
	bool is_dsn;                     /* a multipart/report of delivery */
	/* private: what the spans point at */
	struct mms_text *text;
};

/* Before anything else of this layer, and at the end: GMime's tables. */
void mms_init(void);
void mms_end(void);

/* Releases what it holds and leaves an empty one. */
void mms_free(struct mms *);

/* A copy of the octets that lives as long as the message. */
struct span mms_keep(struct mms *, struct span);

/* Sets a field to a copy of the octets. */
void mms_set(struct mms *, enum mms_field, struct span);

/* Whether there is such a field; whether it says yes: "Yes", "true", "1". */
bool mms_has(const struct mms *, enum mms_field);
bool mms_yes(const struct mms *, enum mms_field);

/* A field that is a number; other where there is none. One that is too large for
 * any is UINT64_MAX. */
uint64_t mms_number(const struct mms *, enum mms_field, uint64_t other);

/* Adds a part, an address; their spans are borrowed. */
void mms_add_part(struct mms *, const struct mms_part *);
void mms_list_add(struct mms_address_list *, const struct mms_address *);

/*
 * Decodes a part, a piece at a time: appends some more to out; false when all
 * of it was given before.
 */
struct mms_decoder;
struct mms_decoder *mms_decoder_new(const struct mms_part *);
bool mms_decode(struct mms_decoder *, struct buf *out);
void mms_decoder_free(struct mms_decoder *);

/* All of it at once. */
void mms_part_octets(const struct mms_part *, struct buf *out);

/* NULL, or what is wrong with its encoding: a static sentence. Base64 may have
 * line ends and blanks in it and must be whole. */
const char *mms_part_error(const struct mms_part *);

/* The whole of a text part as UTF-8: its charset, else UTF-8 where it is that,
 * else Latin 1. False when the charset is unknown or does not fit; the octets
 * are then appended as they are. */
bool mms_part_text(const struct mms_part *, struct buf *out);

/* The part that a presentation means: by Content-ID, Content-Location, name. */
const struct mms_part *mms_part_named(const struct mms *, struct span name);

#endif
