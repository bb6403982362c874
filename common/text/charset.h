/* SPDX-License-Identifier: ISC */
#ifndef TEXT_CHARSET_H
#define TEXT_CHARSET_H

#include "base/buf.h"

/*
 * The encodings of message text, by the names that options and records use.
 * The first three are no encodings of octets but ways to come to one.
 */
enum encoding {
	ENCODING_UNSET,        /* an alphabet nobody named */
	ENCODING_AUTO,         /* "auto": the first of the ladder that fits */
	ENCODING_DEFAULT,      /* "default": the link's default alphabet, data_coding 0 */
	ENCODING_ASCII,
	ENCODING_GSM7,         /* a septet an octet */
	ENCODING_GSM7_PACKED,
	ENCODING_GSM7_SHIFT,   /* gsm7 with national language shift tables */
	ENCODING_LATIN1,
	ENCODING_UCS2,         /* sent as UTF-16BE */
	ENCODING_UCS2_LE,      /* for peers that have it the wrong way round */
	ENCODING_KSC5601,      /* EUC-KR, strict */
	ENCODING_CP949,
	ENCODING_SJIS,
	ENCODING_ISO2022JP,
	ENCODING_CYRILLIC,     /* ISO 8859-5 */
	ENCODING_HEBREW,       /* ISO 8859-8 */
	ENCODING_BINARY,       /* octets, no text */
	ENCODINGS
};

struct encoding_row {
	const char *name;
	uint8_t data_coding;  /* with which it is sent unless told otherwise */
	bool septets;         /* its parts are counted in GSM septets */
	uint8_t unit;         /* octets of a counted unit otherwise */
};

/* The row of an encoding; for the first three only the name means something. */
const struct encoding_row *encoding_row(enum encoding);

/* The encoding of a name, case apart; false when none has it. */
bool encoding_by_name(struct span name, enum encoding *);

/*
 * Loads the tables of an encoding that are not built in, by iconv, once a
 * process. Encoding and decoding load what they need by themselves; a program
 * that confines itself calls this before. False when the system's iconv
 * knows no such character set.
 */
bool charset_open(enum encoding);

/* How a code point stands in an encoding. */
enum { CHARSET_MAX = 8 };  /* octets of one character, at most */

/*
 * The octets of a code point, at most CHARSET_MAX, in out; 0 when the encoding
 * cannot carry it. gsm7-packed gives its septets, iso2022jp the character
 * without the escapes around it; ENCODING_DEFAULT means what ASCII and GSM
 * 03.38 share.
 */
size_t charset_encode_point(enum encoding, uint32_t point, uint8_t *out);

/* Where and why a text could not be encoded. */
struct charset_error {
	uint32_t point;  /* the code point that the encoding cannot carry */
	size_t offset;   /* its octet in the text */
};

/*
 * Appends well-formed UTF-8 text in an encoding. False, with *error set and out
 * as it was, when it cannot carry a code point. Nothing is ever replaced.
 */
bool charset_encode(struct buf *out, enum encoding, struct span text,
    struct charset_error *error);

/* The same for a later part of a text, whose first character is no byte order
 * mark whatever it is. */
bool charset_encode_rest(struct buf *out, enum encoding, struct span text,
    struct charset_error *error);

/* Whether a reader of ucs2 would take the first character for a byte order
 * mark; charset_encode refuses such a text. */
bool charset_begins_like_bom(enum encoding, struct span text,
    struct charset_error *error);

/* What could not be read. */
struct charset_report {
	size_t n;       /* octets without meaning in the encoding, escapes unknown */
	size_t offset;  /* of the first one */
};

/*
 * Appends the octets as UTF-8. Whatever cannot be read is counted in *report and
 * marked: an octet over 7F, or half a surrogate pair, stands as ill-formed
 * UTF-8 (which records print as \xHH), any other as U+FFFD; an unknown GSM
 * escape shows as 3GPP TS 23.038 asks. ENCODING_UNSET is read as latin1 with an octet
 * over 7F, else as gsm7 with a control octet that no text has, else as ascii.
 * True when all could be read.
 */
bool charset_decode(struct buf *out, enum encoding, struct span octets,
    struct charset_report *report);

/* What a data_coding says (SMPP 5.2.19; 3GPP TS 23.038, 4). */
enum dcs_waiting { DCS_NO_WAITING, DCS_WAITING_DISCARD, DCS_WAITING_STORE };
struct dcs {
	enum encoding encoding;    /* ENCODING_DEFAULT for 0; BINARY when reserved */
	int message_class;         /* 0 to 3, -1 without one; 0 is flash */
	bool compressed;           /* then the octets are no plain text */
	bool delete_after_reading;
	bool reserved;             /* a value nobody has defined */
	enum dcs_waiting waiting;  /* message waiting indication */
	bool waiting_active;
	uint8_t waiting_kind;      /* 0 voicemail, 1 fax, 2 e-mail, 3 other */
};
struct dcs dcs_read(uint8_t data_coding);

#endif
