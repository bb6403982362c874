/* SPDX-License-Identifier: ISC */
#ifndef APP_SENDOPT_H
#define APP_SENDOPT_H

#include "app/area.h"
#include "app/config.h"
#include "app/sender.h"

/*
 * The options of smpp-send, made into what its rooms take; those of the
 * connection are app/connopt's.
 */
struct sendopt {
	struct sender_conf sender;
	struct record_format format;
	struct rows_conf rows;
	struct trace_conf trace;
	enum link_bind bind;
	uint32_t window;       /* of each bind */
	uint32_t binds;        /* to each SMSC */
	bool share;            /* messages between the SMSCs; else fail-over */
	uint64_t repeat, seed; /* repeat 0: not asked for */
	bool batch, dry_run, bind_given, json, quiet;
	const char *out, *columns;
	struct others_conf others;   /* path NULL: none */
	const char *receipts_from;   /* NULL: of our links alone */
	const char *journal;   /* NULL: none */
	bool journal_sync_each;
	uint32_t *retry_on;
	struct buf to_list;    /* as given, commas between */
	const char **to;       /* without --batch; points into to_list */
	size_t n_to;
	struct buf text;
	struct buf areas;      /* of a broadcast, as given, semicolons between */
	const struct setting *broadcast;  /* NULL: none */
	uint8_t content[CONTENT_OCTETS], interval[INTERVAL_OCTETS];
	uint16_t times;
};

/*
 * Fills a zeroed struct from the settings, which it borrows. Dies with 64 or
 * 78 when a value is wrong, with 64 when options exclude one another.
 */
void sendopt_read(struct sendopt *, const struct config *);

/* Releases what it holds. */
void sendopt_free(struct sendopt *);

#endif
