/* SPDX-License-Identifier: ISC */
#ifndef SYS_PULL_H
#define SYS_PULL_H

#include <stdio.h>
#include <sys/types.h>

/*
 * A stdio stream to read, for libraries that take nothing else: its octets
 * come from a function, which is called when the stream's buffer is empty. It
 * gives how many it put at p, 0 at the end, -1 and errno for an error.
 * NULL when there is no memory. fclose releases the stream alone.
 */
FILE *pull_open(ssize_t (*read)(void *owner, char *p, size_t n), void *owner);

#endif
