/* SPDX-License-Identifier: ISC */
#ifndef SYS_CONFINE_H
#define SYS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * For a child that reads a file nobody trusts with a library nobody should
 * trust: from here on this process computes, reads files below the paths named,
 * reads and writes descriptors that it has, and ends. Memory is limited to most
 * octets, processor time to seconds; anything else kills it. Files below the paths
 * are all it can open where the kernel has Landlock; without, any it may read.
 * False when the kernel refuses; where there is no such thing (not Linux) only the
 * limits are set.
 */
bool confine(const char *const *path, size_t n, size_t most,
    unsigned seconds);

#endif
