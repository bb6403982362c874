/* SPDX-License-Identifier: ISC */
#ifndef TEXT_CODEPAGE_H
#define TEXT_CODEPAGE_H

#include "text/charset.h"

/*
 * A character set of one and two octets as two tables, made from what iconv
 * says about each of its codes. Encoding is the inverse of decoding, so that
 * what can be encoded comes back the same.
 */
enum { CODEPAGE_SIZE = 0x10000 };
struct codepage {
	uint16_t *point;  /* by code; 0: none (codes 0 to 7F are there as well) */
	uint16_t *code;   /* by code point; 0: none */
	bool lead[256];   /* octets that begin a code of two */
};

/* The tables of an encoding, made once a process and kept; NULL when it has
 * none or iconv knows no such character set. */
const struct codepage *codepage_of(enum encoding);

#endif
