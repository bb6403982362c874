/* SPDX-License-Identifier: ISC */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/*
 * Allocation that never returns NULL. When memory is out, mem_exhausted is
 * called with the size asked for and must not return; its default aborts.
 * A program points it at a function that ends with EX_OSERR (sys/diag.h).
 */
extern void (*mem_exhausted)(size_t n);

/* n zeroed octets, owned by the caller, released with free(); n may be 0. */
void *mem_new(size_t n);

/* An array of n zeroed elements of size octets; an overflow is exhaustion. */
void *mem_array(size_t n, size_t size);

/* p made n octets long, moved if need be; p may be NULL, n may not be 0. */
void *mem_resize(void *p, size_t n);

/* Zeroes n octets, not 0: a call of libc's memset, where compilers that know
 * n write a loop that takes several times as long for a few hundred. */
void mem_clear(void *p, size_t n);

/* A copy of the C string s, owned by the caller. */
char *mem_strdup(const char *s);

/* A NUL-terminated copy of the n octets at p, owned by the caller. */
char *mem_strndup(const void *p, size_t n);

#endif
