/* SPDX-License-Identifier: ISC */
#ifndef APP_LISTEN_STORE_H
#define APP_LISTEN_STORE_H

#include "app/link.h"
#include "store/part_store.h"

/*
 * Where smpp-listen keeps parts of long messages: the folder, or (NULL) the
 * usual one of that peer. What was wrong with it, and what waits there, is said.
 * Dies when it cannot be had.
 */
struct part_store *listen_store_open(const char *folder,
    const struct link_peer *);

/* Says what still waits, and closes it; NULL is nothing. */
void listen_store_close(struct part_store *);

#endif
