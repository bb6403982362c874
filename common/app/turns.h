/* SPDX-License-Identifier: ISC */
#ifndef APP_TURNS_H
#define APP_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines of messages of which one at a time may be on its way: those of one
 * destination. A line is named by a hash: two that share one wait for one
 * another, which is slower and no error. Messages are named by small numbers,
 * their places. All zero is no line.
 */
struct turns {
	struct turn {
		uint64_t hash;
		uint32_t next, previous;  /* place + 1; 0: none */
		bool in_line;
	} *turn;               /* by place */
	size_t n_turns;
	struct turns_line {
		uint64_t hash;
		uint32_t last;     /* place + 1; 0: unused */
	} *line;               /* open addressing; a power of two */
	size_t n_lines, room;
	size_t n_waiting;      /* messages that have not their turn yet */
};

void turns_free(struct turns *);

/* Joins a line, at its end: true when it is its turn at once. A place is in
 * one line at most. */
bool turns_join(struct turns *, uint64_t hash, uint32_t place);

/* Leaves its line; of one that is in none it does nothing. True when it was
 * its turn and is another's now: *next. */
bool turns_leave(struct turns *, uint32_t place, uint32_t *next);

#endif
