/* SPDX-License-Identifier: ISC */
#ifndef FILE_CAPTURE_H
#define FILE_CAPTURE_H

#include <stdio.h>
#include <time.h>

#include "base/span.h"

/*
 * Reader of captures (pcap, pcapng): the payload of TCP segments, each
 * direction of a connection a stream of its own, in order, what was sent
 * again taken out.
 */
struct capture;

/* Takes over f, which stands at its start. NULL when it is no capture or of a
 * kind of link that is not known: error is then why. */
struct capture *capture_open(FILE *f, char error[256]);
void capture_close(struct capture *);

/* One direction of a connection. */
struct capture_stream {
	char from[64], to[64];  /* "192.0.2.1:2775", "[2001:db8::1]:2775" */
	void *owner;            /* whatever the program keeps with it */
};

enum capture_result {
	CAPTURE_DATA,   /* the next octets of a stream */
	CAPTURE_GAP,    /* octets of a stream are missing from the capture */
	CAPTURE_CLOSED, /* a stream has ended; it is gone at the next call */
	CAPTURE_ERROR,  /* the file is damaged: see capture_error; what was held
	                 * back follows, then END */
	CAPTURE_END,    /* all streams were told as CLOSED */
};

struct capture_piece {
	struct capture_stream *stream;
	struct span octets;     /* of DATA, until the next call */
	uint64_t lost;          /* of GAP: how many */
	struct timespec time;   /* of the packet that gave them */
};

/* The next piece. Reading may block where f does. */
enum capture_result capture_next(struct capture *, struct capture_piece *);
const char *capture_error(struct capture *);

/* Reads no more: what is held back follows, then END. */
void capture_finish(struct capture *);

#endif
