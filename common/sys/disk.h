/* SPDX-License-Identifier: ISC */
#ifndef SYS_DISK_H
#define SYS_DISK_H

#include <stdbool.h>
#include <sys/types.h>

/* Takes the disk's blocks for n octets from an offset on, whether the file is
 * so long or not; it stays as long as it is. True too where the system cannot;
 * false with errno when there is no room. */
bool disk_reserve(int fd, off_t at, off_t n);

/*
 * Sees that the octets of n files of one file system are on the disk. For many
 * that is one wait for all of the file system, where it would tell of an error;
 * else one for each of them. False with errno.
 */
bool disk_sync_files(const int *fds, size_t n);

/* Sees that the name of a file that was made is on the disk. False with
 * errno. */
bool disk_sync_name(const char *path);

#endif
