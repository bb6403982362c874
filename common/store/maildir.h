/* SPDX-License-Identifier: ISC */
#ifndef STORE_MAILDIR_H
#define STORE_MAILDIR_H

#include "base/buf.h"

/*
 * A Maildir: each message a file of its own, written in tmp, renamed into new
 * once it is whole and on the disk, where any mail program finds it. What a
 * message costs while it is written is a descriptor. Errors are errno, and a
 * message that could not be kept leaves nothing behind.
 */
struct maildir {
	char *path;
	/* private */
	char *host;
	uint64_t count;
};

/* Makes the folder and tmp, new and cur in it where they are missing. False
 * when that cannot be: why gets a sentence. */
bool maildir_open(struct maildir *, const char *path, struct buf *why);
void maildir_close(struct maildir *);

/* A message on its way. Zeroed is none. */
struct maildir_file {
	char *name;         /* of the file, unique for ever */
	char *tmp, *final;  /* its paths in tmp and in new */
	uint64_t size;      /* octets written */
	/* private */
	int fd;             /* -1: closed */
	bool kept;          /* it was renamed into new */
};

/* Begins one. False and errno. */
bool maildir_begin(struct maildir *, struct maildir_file *);

/* Appends octets. False and errno (ENOSPC, EDQUOT: the disk is full). */
bool maildir_write(struct maildir_file *, struct span octets);

/*
 * Puts messages on the disk and then into new, all of them or none: their
 * octets, their names, with as few waits for the disk as it takes. May be
 * called from another thread, one call at a time for each message. False and
 * errno: none is in new.
 */
bool maildir_keep(
    const struct maildir *, struct maildir_file *const *files, size_t n);

/* Reads all of it into memory of its own: its octets as a span, until
 * maildir_unmap. False and errno. */
bool maildir_map(const struct maildir_file *, struct span *octets);
void maildir_unmap(struct span octets);

/* Takes it away, from new too, unless maildir_release was called before. */
void maildir_drop(struct maildir_file *);

/* Forgets it; the file in new stays. */
void maildir_release(struct maildir_file *);

#endif
