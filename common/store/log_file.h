/* SPDX-License-Identifier: ISC */
#ifndef STORE_LOG_FILE_H
#define STORE_LOG_FILE_H

#include "base/buf.h"

/*
 * A file of records that are appended and read again: each is a mark, its
 * length, a CRC and a payload. What a crash, a full disk or a bad sector makes of
 * it costs the records concerned and no others. One process writes it at a time:
 * its caller sees to that.
 */
struct log_file {
	int fd;
	uint64_t size;             /* of the file; the next record goes there */
	uint64_t written, synced;  /* octets appended since it was opened, and of them on disk */
	/* private */
	char *path, *path_new;
	struct buf record;
};

/* Where a record is. */
struct log_place {
	uint64_t offset;
	size_t n;      /* octets with its head */
};

/* folder/name, made where there is none. False and errno; log_file_close is
 * then harmless. */
bool log_file_open(struct log_file *, const char *folder, const char *name);
void log_file_close(struct log_file *);

/*
 * All of the file, to be walked with log_scan. False and errno: EFBIG when it
 * is larger than any log of ours, EINVAL when it is none.
 */
bool log_file_load(struct log_file *, struct buf *all);

struct log_scan {
	struct span all;
	size_t at;        /* behind the record given last */
	size_t damaged;   /* octets passed over, with good records behind them */
	/* private */
	size_t effort;
};

/* The next good record; false when there is none: what is left from at on is
 * then damaged, or was never finished. */
bool log_scan_next(struct log_scan *, struct log_place *, struct span *payload);

/* Leaves n octets of the file, those in front. False and errno. */
bool log_file_cut(struct log_file *, uint64_t n);

/* An empty buffer to put the payload of a new record behind. */
struct buf *log_file_begin(struct log_file *);

/* Appends that record. False and errno: the file is as it was. */
bool log_file_append(struct log_file *, struct log_place *);

/* Reads a payload, which points into scratch. False when it cannot be read
 * (errno), or is not what was written (0). */
bool log_file_read(const struct log_file *, const struct log_place *,
    struct buf *scratch, struct span *payload);

/* Makes a file with those records alone, durable, in place of the old one, and
 * their places those in it. False and errno: the old one stays. */
bool log_file_rewrite(struct log_file *, struct log_place place[], size_t n);

/* Puts all that was appended on disk. False and errno. */
bool log_file_sync(struct log_file *);

#endif
