/* SPDX-License-Identifier: ISC */
#ifndef FILE_BIFF_PRIVATE_H
#define FILE_BIFF_PRIVATE_H

#include "file/biff.h"

/* The records of a workbook stream ([MS-XLS] 2.1.4), for biff.c and
 * biff_format.c. */
enum {
	RECORD_FORMULA = 0x0006,
	RECORD_EOF = 0x000a,
	RECORD_COLINFO = 0x007d,
	RECORD_BOUNDSHEET = 0x0085,
	RECORD_MULRK = 0x00bd,
	RECORD_XF = 0x00e0,
	RECORD_NUMBER = 0x0203,
	RECORD_BOOLERR = 0x0205,
	RECORD_FORMULA3 = 0x0206,
	RECORD_STRING = 0x0207,
	RECORD_ROW = 0x0208,
	RECORD_RK = 0x027e,
	RECORD_FORMULA4 = 0x0406,
	RECORD_FORMAT = 0x041e,
	BIFF8 = 0x0600,
};

struct biff_record {
	uint16_t type;
	struct span data;
};

static inline uint16_t
biff_u16(struct span s, size_t at)
{
	return at + 2 <= s.n ? (uint16_t)(s.p[at] | s.p[at + 1] << 8) : 0;
}

/* The record at *at, and past it; false at the end of the stream. */
static inline bool
biff_next(struct span stream, size_t *at, struct biff_record *r)
{
	size_t n;

	if (*at > stream.n || stream.n - *at < 4)
		return false;
	r->type = biff_u16(stream, *at);
	n = biff_u16(stream, *at + 2);
	if (stream.n - *at - 4 < n)
		return false;
	r->data = span_of(stream.p + *at + 4, n);
	*at += 4 + n;
	return true;
}

/* Appends UTF-16LE, or with wide false the low octets of it, as UTF-8; false
 * when it is ill-formed. */
bool biff_add_text(struct buf *, struct span, bool wide);

#endif
