/* SPDX-License-Identifier: ISC */
#ifndef TEXT_PLAN_H
#define TEXT_PLAN_H

#include "base/buf.h"
#include "text/coder.h"

/*
 * From the text of one message to the octets of its parts: composed (NFC),
 * encoded by the first encoding that carries it whole, split.
 */
enum split {
	SPLIT_UDH8,     /* concatenation element with an 8-bit reference */
	SPLIT_UDH16,    /* 16-bit */
	SPLIT_SAR,      /* sar_ TLVs, which the caller adds */
	SPLIT_PAYLOAD,  /* one PDU with message_payload; the SMSC splits */
	SPLIT_NONE,     /* more than one part is an error */
	SPLITS
};

/* The name of a way to split; its value by name, false when none has it. */
const char *split_name(enum split);
bool split_by_name(struct span name, enum split *);

enum { TEXT_LADDER_MAX = 8, TEXT_PARTS_MAX = 255 };

struct text_conf {
	enum encoding alphabet;  /* what data_coding 0 means: ASCII, GSM7, GSM7_PACKED, LATIN1, UNSET */
	enum encoding encoding;  /* what is asked for; UNSET and AUTO: the ladder */
	enum encoding ladder[TEXT_LADDER_MAX];
	size_t n_ladder;         /* 0: default, then ucs2 */
	bool cp949;              /* ksc5601 means its extended set */
	int data_coding;         /* sent in place of the encoding's own, unless -1 */
	enum split split;
	size_t part_octets;      /* of one short_message, UDH included; 0: GSM's 140 */
	size_t max_parts;        /* 0: 255 */
	bool translit;           /* typographic characters become plain ones where the encoding lacks them */
	bool ports;              /* an application port element in each part */
	uint16_t destination_port, source_port;
	uint8_t language;        /* of gsm7-shift: 1 to 13; 0: whichever is shortest */
	struct span elements;    /* of a header, as they are, in each part: at most UDH_MORE octets */
};

/* A configuration in which nothing was asked for: split udh8, no data_coding. */
struct text_conf text_conf_default(void);

/* Parses "default,ksc5601,ucs2". False when a name is unknown, no rung of a
 * ladder, or one too many: *bad is then it. */
bool text_conf_ladder(struct text_conf *, struct span list, struct span *bad);

/*
 * Loads what the encodings that this configuration can come to need; false
 * when the system lacks one, whose name *missing then is (static).
 */
bool text_conf_open(const struct text_conf *, const char **missing);

enum text_fault {
	TEXT_OK,
	TEXT_BAD_UTF8,       /* offset says where */
	TEXT_NOT_ENCODABLE,  /* point and offset say what and where */
	TEXT_TOO_LONG,       /* for one part, or for a message_payload */
	TEXT_TOO_MANY_PARTS,
	TEXT_NO_CHARSET,     /* iconv does not know it */
	TEXT_CONF,           /* settings that exclude one another, or leave no room */
};

/* A rung of the ladder that could not carry the text. */
struct text_note {
	enum encoding encoding;
	uint32_t point;  /* the first that it lacks */
	size_t offset;   /* in the text as it was given */
};

struct text_part {
	struct span octets;  /* the whole short_message (or message_payload), UDH first */
	struct span udh;     /* its UDH, with the length octet; empty without one */
	size_t units;        /* septets, UTF-16 units or octets of text */
};

/*
 * What will be sent. All zero is an empty plan; one plan is used again and
 * again and keeps its memory. Spans live until the next text_plan_make.
 */
struct text_plan {
	enum encoding encoding;   /* never UNSET, AUTO or DEFAULT */
	uint8_t data_coding;
	bool udhi;                /* every part begins with a UDH: set bit 6 of esm_class */
	enum split split;         /* SPLIT_NONE when one part is enough */
	uint16_t reference;
	size_t units;             /* of all parts */
	struct text_part *parts;
	size_t n_parts;           /* 0 after an error */
	enum text_fault fault;
	uint32_t point;           /* of NOT_ENCODABLE */
	size_t offset;            /* of BAD_UTF8, NOT_ENCODABLE: octet in the text as given */
	size_t have, limit;       /* of TOO_LONG, TOO_MANY_PARTS: octets, septets or parts */
	bool in_septets;          /* of TOO_LONG: have and limit are septets */
	const char *why;          /* of CONF: static */
	struct text_note notes[TEXT_LADDER_MAX];
	size_t n_notes;           /* rungs refused before the encoding was found */
	bool alphabet_unset;      /* naming the alphabet would have made it cheaper */
	uint32_t outside_gsm;     /* a first code point, sent in 0 or 1, that GSM 03.38 lacks; else 0 */
	/* no business of the caller's */
	struct coder coder;       /* of the encoding, or of the last one tried */
	enum encoding rung;       /* for which it stands */
	struct span given;        /* the text */
	struct span source;       /* the same composed, and made plain if it had to be */
	size_t cap_parts;
	struct buf octets, composed, plain, error;
};

/*
 * Plans one message. text is what the user gave and may be anything; it must
 * live as long as the plan is asked about. When the encoding asked for is binary
 * its octets are sent as they are. False when it cannot be sent: see
 * fault and text_plan_error. An empty text is one empty part. The reference of
 * the parts is 0 until text_plan_set_reference.
 */
bool text_plan_make(struct text_plan *, const struct text_conf *,
    struct span text);

/*
 * What a configuration makes of plain text: one part that is the same octets in
 * ASCII, GSM 03.38 and Latin-1, as most messages are. It is found out once.
 */
struct text_plain {
	size_t room;              /* octets that one part has; 0 when none is plain */
	enum encoding rung, encoding;
	uint8_t data_coding;
	struct coder coder;
};
void text_plain_init(struct text_plain *, const struct text_conf *);

/* Plans a plain text as text_plan_make does. False, and nothing done, when it
 * is none, or empty. */
bool text_plan_plain(struct text_plan *, const struct text_plain *,
    struct span text);

/* Writes the reference into every part; udh8 and sar take its low 8 bits.
 * Nothing happens to a message of one part. */
void text_plan_set_reference(struct text_plan *, uint16_t reference);

/* What is wrong, as a sentence without a period: "too_long 104/90 octets",
 * "ascii cannot carry U+B620 '똠' at octet 7" (octets count from 1). Lives until the
 * next make. */
const char *text_plan_error(struct text_plan *);

/*
 * Appends a line for each thing that made the message cost more: every
 * character that a cheaper rung lacks, with its places, and what --translit
 * or a named alphabet would save. Slow; for --dry-run and -v.
 */
void text_plan_explain(struct buf *out, const struct text_plan *,
    const struct text_conf *);

/* Releases the memory and leaves an empty plan. */
void text_plan_free(struct text_plan *);

/*
 * References for long messages: those of one destination never repeat before
 * the range is used up. Seed it with random octets once a process.
 */
enum { TEXT_REFERENCES = 1024 };
struct text_references {
	uint16_t next[TEXT_REFERENCES];
};
void text_references_init(struct text_references *, uint32_t seed);
uint16_t text_references_next(struct text_references *, struct span destination);

#endif
