/* SPDX-License-Identifier: ISC */
#ifndef FILE_PACKAGE_H
#define FILE_PACKAGE_H

#include <sys/types.h>

#include "base/buf.h"

/*
 * A package of parts (Open Packaging Conventions, ISO/IEC 29500-2): the zip file
 * under an .xlsx. Names of parts are told apart as OPC does, without case,
 * and with / for the \ of some writers. One thread at a time uses a package.
 */
struct package;

/* Opens the package; NULL when it is none, or holds more than 10,000 parts: a
 * sentence is then appended to error. */
struct package *package_open(const char *path, struct buf *error);
void package_close(struct package *);

struct part;

/*
 * Opens a part that unpacks to no more than most octets; a leading / of the
 * name does not count. NULL when it is not there, is there twice, is encrypted,
 * packed in an unknown way or too large.
 */
struct part *package_part(struct package *, const char *name, uint64_t most,
    struct buf *error);
bool package_has(struct package *, const char *name);

/* Its name as asked for. */
const char *part_name(const struct part *);

/* The octets that the package says a part unpacks to; what part_read has
 * given so far. */
uint64_t part_size(const struct part *);
uint64_t part_position(const struct part *);

/*
 * Reads up to n octets; 0 at the end, whose length and CRC-32 are right then;
 * -1 when the part is damaged or not as long as the package says.
 */
ssize_t part_read(struct part *, void *, size_t n, struct buf *error);
void part_close(struct part *);

#endif
