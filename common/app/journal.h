/* SPDX-License-Identifier: ISC */
#ifndef APP_JOURNAL_H
#define APP_JOURNAL_H

#include "base/buf.h"

/*
 * What a run did, part by part, in a file that outlives it: a line before a
 * part's octets leave and one at its answer. A later run with the same input
 * asks for each row, in the order of the input, what became of it.
 *
 * Memory: rows accepted cost a bit at most, rows without an answer an entry.
 * Their ids are read again from the file as the input comes to them; each run
 * has its own reader, which runs ahead only as far as that run finished rows
 * out of order.
 */
struct journal;

/*
 * Opens or makes the file and locks it against another run. A last line that
 * was torn by a crash is taken off. inputs are the names of the input, which
 * must be those of the runs before. NULL with a sentence in *error.
 */
struct journal *journal_open(const char *path, const char *const *inputs,
    size_t n_inputs, bool sync_each, struct buf *error);

enum journal_state {
	JOURNAL_NEW,       /* to be sent: never begun, or refused */
	JOURNAL_ACCEPTED,  /* every part */
	JOURNAL_PARTIAL,   /* some parts; the others were refused or not begun */
	JOURNAL_UNKNOWN,   /* a part was begun and never answered */
	JOURNAL_CHANGED,   /* the row is another one than it was */
	JOURNAL_BROKEN,    /* the file cannot be read any more */
};

/*
 * What became of the row of that hash in a line (from 1) of an input (from 0)
 * in the runs before this one. ids is emptied and gets the message_ids,
 * commas between, in part order, an empty place for each not given. Ask once
 * for each row.
 */
enum journal_state journal_find(struct journal *, size_t input, uint64_t line,
    uint64_t hash, struct buf *ids, uint32_t *n_parts);

/* A hash of fields: start with 0 and go on with what came back. */
uint64_t journal_hash(uint64_t hash, struct span field);

/* Notes that a part (from 0) of a row is about to leave; that its answer
 * came. journal_flush must come before the octets leave. */
void journal_begin(struct journal *, size_t input, uint64_t line,
    uint64_t hash, uint32_t part, uint32_t n_parts);
void journal_answer(struct journal *, size_t input, uint64_t line,
    uint32_t part, uint32_t status, struct span id);

/* Hands the notes to the system, and to the disk when each is to be synced or
 * a second is over. False with errno: nothing more may be sent. */
bool journal_flush(struct journal *, uint64_t now);

/* When journal_flush wants to be called; UINT64_MAX: not by itself. */
uint64_t journal_deadline(const struct journal *);

/* Flushes, syncs, closes. False with errno. NULL is nothing. */
bool journal_close(struct journal *);

#endif
