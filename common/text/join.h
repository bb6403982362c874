/* SPDX-License-Identifier: ISC */
#ifndef TEXT_JOIN_H
#define TEXT_JOIN_H

#include "text/gsm7.h"

/*
 * Puts the parts of long messages together again: by UDH with a reference of 8 or
 * 16 bits or by SAR TLVs, in any order, over any number of links. Time is passed
 * in. Nothing that went in is lost: a message comes out whole, or as far as
 * it came and marked.
 */
enum join_kind { JOIN_UDH8, JOIN_UDH16, JOIN_SAR };

struct join_part {
	struct span from, to;  /* addresses: parts join only between the same two */
	enum join_kind kind;
	uint16_t reference;
	uint8_t total, sequence;  /* total 0: a message of one part */
	uint8_t data_coding;
	struct gsm7 tables;    /* national tables that its UDH names */
	size_t udh;            /* octets of its UDH, for packed septets */
	struct span octets;    /* its text, behind the UDH */
	uint64_t tag;          /* the caller's, given back with it */
};

/*
 * Fills in what the user data of a PDU says: octets, tables, udh, and kind,
 * reference, total and sequence of a concatenation. udhi: the bit is set in esm_class;
 * guess: a concatenation without it counts too. False when the header is
 * damaged; with a length past the end octets are all of user_data, else what
 * could be read of it is there.
 */
bool join_part_read(struct join_part *, struct span user_data, bool udhi,
    bool guess);

struct join_conf {
	uint64_t timeout_ms;  /* from a message's latest part to giving up on the next */
	size_t max_octets;    /* of memory for parts that wait, or came out */
};

enum join_end {
	JOIN_WHOLE,
	JOIN_REPEATED,  /* parts of a message that came out before, once more: not the
	                 * whole of it within the time, so that nobody sent it again */
	JOIN_TIMEOUT,   /* a part did not come in time */
	JOIN_MEMORY,    /* the oldest made room for others */
	JOIN_REUSED,    /* its reference is in use for another message already */
	JOIN_FLUSHED,   /* join_flush */
};

/* One part of a message that came out. */
struct join_piece {
	bool present;
	uint8_t data_coding;
	struct gsm7 tables;
	size_t udh;
	struct span octets;
	uint64_t tag;
};

/* A message that came out; lives until the next call of join_next. */
struct joined {
	struct span from, to;
	enum join_kind kind;
	enum join_end end;
	uint16_t reference;
	uint8_t total, present;           /* parts it has, parts that came */
	const struct join_piece *pieces;  /* total of them, in order */
};

struct join;

/* An empty one, which the caller frees; frees it with all it holds. */
struct join *join_new(const struct join_conf *);
void join_free(struct join *);

enum join_result {
	JOIN_KEPT,       /* copied; join_next may have a message now */
	JOIN_DUPLICATE,  /* this part is there already, octet for octet */
	JOIN_REFUSED,    /* sequence 0 or over total, or total 0: print it alone */
};
/* Takes a part in; its spans need live no longer. */
enum join_result join_add(struct join *, const struct join_part *,
    uint64_t now);

/*
 * Takes in a part that came out already, age ms ago: to know it again. Parts
 * that came out of this join are known for the time-out, as long as there is
 * memory, without it.
 */
void join_remember(struct join *, const struct join_part *, uint64_t age_ms,
    uint64_t now);

/* The next message that is whole, timed out, or had to go; false when none. */
bool join_next(struct join *, uint64_t now, struct joined *);

/* When join_next will have the next one by time alone; UINT64_MAX: never. */
uint64_t join_deadline(const struct join *);

/* Lets join_next give out all that is left, oldest first. */
void join_flush(struct join *);

/* How octets that arrive are read where data_coding leaves a choice. */
struct text_reading {
	enum encoding alphabet;  /* what data_coding 0 means */
	bool ucs2_le;            /* UTF-16 without a byte order mark is the wrong way round */
	bool cp949;              /* KS C 5601 is its extended set */
};

/* The encoding that octets of this data_coding, with these tables, are read in. */
enum encoding text_reading_encoding(const struct text_reading *,
    uint8_t data_coding, struct gsm7 tables);

/*
 * Appends the text of a message. Parts that follow one another and are written
 * alike are read as one, so that a character cut in two is whole again. Where
 * parts are missing it says so: "[part 2 of 3 is missing]". False when something
 * could not be read: see charset_decode; report->offset means nothing here.
 */
bool joined_text(struct buf *out, const struct joined *,
    const struct text_reading *, struct charset_report *report);

#endif
