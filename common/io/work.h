/* SPDX-License-Identifier: ISC */
#ifndef IO_WORK_H
#define IO_WORK_H

#include <stdbool.h>

/* A call that blocks (name resolution ...), in a thread of its own. */
struct work;

/*
 * Starts run(data). data belongs to the thread until work_done, and is
 * released with release(data) by work_drop, or by the thread when it was
 * dropped before. NULL and errno when there is no thread to be had; data is
 * then the caller's as before.
 */
struct work *work_start(void (*run)(void *data), void (*release)(void *data),
    void *data);

/* A descriptor that becomes readable when the call is over. */
int work_fd(const struct work *);

/* Whether it is over: data may then be read. */
bool work_done(struct work *);

/* Its data, once it is over: the caller's from then on; the work is gone. */
void *work_take(struct work *);

/* Forgets it, over or not, at once. NULL is nothing. Unwatch its fd before. */
void work_drop(struct work *);

#endif
