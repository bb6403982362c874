/* SPDX-License-Identifier: ISC */
#ifndef SYS_SCRATCH_H
#define SYS_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Files for what memory has no room for, in $TMPDIR or /tmp. They are open only
 * to us and have no name, so that they are gone with us however we end.
 */
int scratch_open(void);             /* -1 with errno */
const char *scratch_folder(void);

/* All of n octets at an offset; false with errno. */
bool scratch_write(int fd, const void *, size_t n, uint64_t at);

/* At least least octets from an offset on and at most most; how many, 0 when
 * there are not so many or with errno. */
size_t scratch_read(int fd, void *, size_t least, size_t most, uint64_t at);

#endif
