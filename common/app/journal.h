/* SPDX-License-Identifier: ISC */
#ifndef APP_JOURNAL_H
#define APP_JOURNAL_H

#include "base/buf.h"

/*
 * What a run did, part by part, in a file that outlives it: a line before a
 * part's octets leave and one at its answer. A later run with the same input
 * asks for each row, in the order of the input, what became of it.
 *
 * A crash of the process loses nothing that journal_flush has handed over; a
 * crash of the machine loses at most what came after the last sync.
 *
 * Memory: a row that was accepted costs a bit at most, one without an answer
 * an entry. Ids are read again from the file as the input comes to them; each
 * run has its own reader, which runs ahead only as far as that run finished
 * rows out of order.
 */
struct journal;

/* A row of the input. */
struct journal_key {
	uint32_t input;   /* which of the names, from 0 */
	uint64_t line;    /* in it, from 1 */
	uint64_t hash;    /* of what stands there */
};

/* A hash of fields: start with 0 and go on with what came back. */
uint64_t journal_hash(uint64_t hash, struct span field);

/*
 * Opens or makes the file and locks it against another run. A last line that
 * was torn by a crash is taken off. inputs are the names of the input, which
 * must be those of the runs before. sync_each: each note is on the disk when
 * journal_flush returns, not only within a second.
 *
 * NULL with a sentence in *error and an exit status (EX_USAGE: of another
 * input, or in use; EX_DATAERR: no journal, or damaged; EX_CANTCREAT;
 * EX_IOERR).
 */
struct journal *journal_open(const char *path, const char *const *inputs,
    size_t n_inputs, bool sync_each, struct buf *error, int *status);

/* What became of a part, of a row. */
enum journal_state {
	JOURNAL_NEW,       /* to be sent: never begun, or refused */
	JOURNAL_ACCEPTED,  /* each part was */
	JOURNAL_PARTIAL,   /* of a row: some parts; the others are new */
	JOURNAL_UNKNOWN,   /* begun and never answered */
	JOURNAL_CHANGED,   /* the row is another one than it was */
	JOURNAL_BROKEN,    /* the file cannot be read any more */
};

struct journal_past {
	enum journal_state state;
	uint32_t n_parts;             /* 0: new */
	uint32_t reference;           /* of the parts of a long message */
	const struct journal_part *part;
	bool reported;                /* by receipts: */
	struct span done_state, err, done_date;
};

struct journal_part {
	enum journal_state state;     /* NEW, ACCEPTED, UNKNOWN */
	char *id;                     /* of ACCEPTED, NUL-terminated */
	/* private */
	uint32_t begun;               /* and not answered */
};

/* What became of a row in the runs before this one. Ask once for each; *past
 * points at what lives until the next call. */
void journal_find(struct journal *, const struct journal_key *,
    struct journal_past *past);

/* Notes that a part (from 0) of a row is about to leave; that an answer came,
 * status 0 if it was accepted; that the row's receipts are all here.
 * journal_flush must come before octets leave or an answer is told. */
void journal_begin(struct journal *, const struct journal_key *, uint32_t part,
    uint32_t n_parts, uint32_t reference);
void journal_answer(struct journal *, const struct journal_key *,
    uint32_t part, uint32_t status, struct span id);
void journal_report(struct journal *, const struct journal_key *,
    struct span state, struct span err, struct span done_date);

/* Hands the notes to the system and sees that they come to the disk. False:
 * they are lost, see journal_error; nothing that was begun since may leave. */
bool journal_flush(struct journal *, uint64_t now);

/* Whether the disk has room for what is begun and a little more; if not,
 * nothing further is to be begun: see journal_error. */
bool journal_has_room(const struct journal *);

/* "FILE: No space left on device". */
const char *journal_error(struct journal *);

/* When journal_flush wants to be called; UINT64_MAX: not by itself. */
uint64_t journal_deadline(const struct journal *);

/* Flushes, syncs, closes. False with a sentence in *error. NULL is nothing. */
bool journal_close(struct journal *, struct buf *error);

#endif
