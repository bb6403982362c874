/* SPDX-License-Identifier: ISC */
#ifndef APP_TRACE_H
#define APP_TRACE_H

#include <stdbool.h>

#include "base/span.h"

/*
 * What -v, -vv and --pcap show of a connection. It is fed the octets of each
 * direction as they pass and finds the PDUs in them itself, so that nothing
 * below knows of it. All of it costs nothing when the pointer is NULL.
 */
struct trace;        /* what is asked for, one for a program */
struct trace_link;   /* one connection in it */

struct trace_conf {
	int verbose;       /* 1: a line for each PDU; 2: and its hex */
	bool mask;         /* hide texts and whole numbers in these lines */
	const char *pcap;  /* path, or NULL */
};

/* NULL when nothing is asked for. Dies when the capture cannot be created. */
struct trace *trace_new(const struct trace_conf *);

/* Closes the capture; false and a diagnostic when not all was written. */
bool trace_free(struct trace *);

/* A connection by its descriptor (for the addresses in the capture) and a
 * name printed in each line when there are several ("" for none). */
struct trace_link *trace_open(struct trace *, int fd, const char *name);
void trace_close(struct trace_link *);

enum trace_way { TRACE_SENT, TRACE_RECEIVED };
void trace_feed(struct trace_link *, enum trace_way, struct span octets);

#endif
