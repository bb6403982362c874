/* SPDX-License-Identifier: ISC */
#ifndef APP_ASSEMBLY_H
#define APP_ASSEMBLY_H

#include "app/delivery.h"
#include "store/part_store.h"

/*
 * Long messages on their way in: parts wait in a store on disk until the
 * message is whole, or is given up, and its row was taken by the output.
 */
struct assembly;

/* What store holds already is taken in; its time begins anew. time is the same
 * moment as now. store and conf are borrowed for its life. */
struct assembly *assembly_new(struct part_store *, const struct join_conf *,
    const struct delivery_conf *conf, struct timespec time, uint64_t now);
void assembly_free(struct assembly *);

enum assembly_result {
	ASSEMBLY_ALONE,   /* no part of a message: print it by itself */
	ASSEMBLY_STORED,  /* assembly_next may have a message now */
	ASSEMBLY_FAILED,  /* errno: it could not be stored, and nothing changed */
};
enum assembly_result assembly_take(struct assembly *, const struct pdu *,
    struct timespec time, const char *link, uint64_t now);

/*
 * The row of the next message that is whole, or given up by now; values live
 * until the next call. False when there is none.
 */
bool assembly_next(struct assembly *, struct delivery *, uint64_t now,
    struct value row[DELIVERY_COLUMNS]);

/* Its row, which assembly_next gave last, ends here in the output. */
void assembly_printed(struct assembly *, uint64_t position);

/* The output has taken so much: what was printed up to there leaves the store.
 * False and errno when that cannot be written; it is tried again. */
bool assembly_taken(struct assembly *, uint64_t taken);

/* Where the parts are kept, for diagnostics. */
const char *assembly_where(const struct assembly *);

/* Puts the parts that were taken on disk. False and errno. */
bool assembly_sync(struct assembly *);

/* A count of octets that grows with each part taken; how far they are on disk. */
uint64_t assembly_position(const struct assembly *);
uint64_t assembly_synced(const struct assembly *);

/* Likewise, but of what was printed at exactly that position. */
bool assembly_done(struct assembly *, uint64_t position);

/* How many parts came that were there already, or printed before: they are in
 * no row. */
uint64_t assembly_repeated(const struct assembly *);

/* When assembly_next has the next one by time alone; UINT64_MAX: never. */
uint64_t assembly_deadline(const struct assembly *);

/*
 * The folder of the parts that system_id gets from host, below the user's
 * folder for state; owned by the caller. NULL when there is no such folder.
 */
char *assembly_folder(const char *system_id, const char *host);

#endif
