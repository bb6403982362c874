/* SPDX-License-Identifier: ISC */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include "base/buf.h"

/* Makes a folder, with its parents where there are none (mode 0700). False and
 * errno. */
bool folder_make(const char *folder);

/*
 * Makes a folder, with its parents where there are none (mode 0700), and holds
 * it for this process: by a lock on its file "lock", until the descriptor that
 * comes back is closed. -1 when that cannot be, or another process holds it: why
 * gets a sentence that names the folder.
 */
int folder_hold(const char *folder, struct buf *why);

/* folder/name; owned by the caller. */
char *folder_path(const char *folder, const char *name);

/* Makes names in a folder durable after a rename. False and errno. */
bool folder_sync(const char *folder);

/*
 * Opens a regular file to read and write, made where there is none (mode 0600).
 * -1 and errno; a link, a pipe or a folder in its place is EINVAL and never
 * waited for.
 */
int folder_file(const char *path);

#endif
