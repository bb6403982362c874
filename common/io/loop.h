/* SPDX-License-Identifier: ISC */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The one place where a program waits. libevent's callbacks end here: a pass
 * marks watches ready, the program takes them with loop_ready in a plain
 * loop. Times are monotonic milliseconds.
 */
struct loop;

/* A descriptor to wait for. Zeroed is unused. The owner clears readable and
 * writable itself once a read or write would block; readiness is a level, so
 * what stays unread while wanted comes up again in every pass. */
struct watch {
	int fd;
	void *owner;       /* whatever the program wants to get back */
	int kind;          /* likewise */
	bool readable, writable;  /* ready, as far as is known */
	/* private */
	bool want_read, want_write, always, queued;
	struct loop *loop;
	void *read_event, *write_event;
	struct watch *next, *prev;
};

/* A loop; dies with EX_OSERR when the system has none to give. */
struct loop *loop_new(void);
void loop_free(struct loop *);

/* Now, as of the last pass; loop_clock asks the system. */
uint64_t loop_now(const struct loop *);
uint64_t loop_clock(struct loop *);

/* Waits for what of fd is wanted; regular files and devices that cannot be
 * polled count as always ready. Calling it again changes what is wanted; with
 * another fd it starts anew. Unwatch before closing fd. */
void loop_watch(struct loop *, struct watch *, int fd, bool read, bool write);

/* Forgets it: it does not come up again. Of a zeroed watch it does nothing. */
void loop_unwatch(struct watch *);

/* Whether fd can be waited for; regular files and many devices cannot and
 * never block. */
bool loop_pollable(int fd);

/*
 * One pass: waits until a watch is ready, a signal came, loop_wake was called
 * or deadline (UINT64_MAX: none) is reached. With watches ready already, or a
 * deadline in the past, it does not wait.
 */
void loop_once(struct loop *, uint64_t deadline);

/* The next watch that the last pass made ready; NULL when there is none. */
struct watch *loop_ready(struct loop *);

/* Marks a watch readable for the next pass, which then does not wait (its
 * owner left octets unread). Its loop member must be set. */
void loop_again(struct watch *);

/* From now on signo is counted, not acted on. */
void loop_signal(struct loop *, int signo);

/* How often signo came since the last call. */
unsigned loop_signalled(struct loop *, int signo);

/* Ends the present or next wait at once; may be called from another thread. */
void loop_wake(struct loop *);

#endif
