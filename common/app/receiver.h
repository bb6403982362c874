/* SPDX-License-Identifier: ISC */
#ifndef APP_RECEIVER_H
#define APP_RECEIVER_H

#include "app/assembly.h"
#include "app/exec.h"
#include "app/link.h"
#include "io/out.h"

/*
 * What arrives over any number of links, as records: each is answered only
 * after the output, or a command, has taken it. It owns no link and no output: the program
 * hands it the links' events, then calls receiver_work once in each pass of
 * the loop, which is one group commit.
 */
struct receiver;

struct receiver_conf {
	struct delivery_conf delivery;
	struct record_format format;
	bool sync;            /* on disk before it is answered */
	size_t max_unacked;   /* records that may wait for the output */
	uint64_t count;       /* records to take; UINT64_MAX: no end */
	bool header;          /* each command gets the names of the columns first */
};

struct receiver_counts {
	uint64_t records;     /* printed, or taken by their commands */
	uint64_t refused;     /* answered with a temporary error */
	uint64_t failed;      /* refused for good by their commands */
	uint64_t repeated;    /* parts that came twice */
	size_t waiting;       /* records that were not taken yet */
};

/*
 * Records go to out or, where that is NULL, to the commands of exec. conf and
 * all of these are borrowed for its life. Without assembly (NULL) parts of long
 * messages are records of their own.
 */
struct receiver *receiver_new(const struct receiver_conf *, struct loop *,
    struct out *, struct assembly *, struct exec *);
void receiver_free(struct receiver *);

/* An event of a link, whose name is for the column; NULL: none. */
void receiver_event(struct receiver *, struct link *, const char *name,
    const struct link_event *);

/* Prints messages whose parts are all there, writes, and answers what was
 * taken. */
void receiver_work(struct receiver *);

/* Takes no more: what arrives from now on is answered with a temporary error.
 * It happens by itself when count is reached or the output fails. */
void receiver_stop(struct receiver *);
bool receiver_has_stopped(const struct receiver *);

/* Whether nothing waits for the output any more. */
bool receiver_is_idle(const struct receiver *);

/* Waits no longer: answers all that waits with a temporary error. The output
 * must not be given the rest of it then: receiver_gave_up tells. */
void receiver_give_up(struct receiver *);
bool receiver_gave_up(const struct receiver *);

/* When receiver_work has something to do though nothing arrives. */
uint64_t receiver_deadline(const struct receiver *);

/* EX_IOERR once the output or the store of parts failed, else EX_OK. */
int receiver_status(const struct receiver *);
struct receiver_counts receiver_counts(const struct receiver *);

#endif
