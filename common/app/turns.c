/* SPDX-License-Identifier: ISC */
/* Lines by hash: a table of their ends, and links between their members. */
#include "app/turns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROOM_FIRST = 64 };

void
turns_free(struct turns *t)
{
	free(t->turn);
	free(t->line);
	*t = (struct turns){0};
}

static size_t
home(const struct turns *t, uint64_t hash)
{
	return (size_t)(hash ^ hash >> 32) & (t->room - 1);
}

/* The line of a hash, or where it would be. */
static struct turns_line *
find(struct turns *t, uint64_t hash)
{
	size_t i = home(t, hash);

	while (t->line[i].last != 0 && t->line[i].hash != hash)
		i = (i + 1) & (t->room - 1);
	return &t->line[i];
}

static void
grow(struct turns *t)
{
	struct turns_line *old = t->line;
	size_t room = t->room;

	t->room = room ? room * 2 : ROOM_FIRST;
	t->line = mem_array(t->room, sizeof(*t->line));
	for (size_t i = 0; i < room; i++)
		if (old[i].last != 0)
			*find(t, old[i].hash) = old[i];
	free(old);
}

/* Those behind it move up, so that no search ends too early. */
static void
drop(struct turns *t, struct turns_line *line)
{
	size_t mask = t->room - 1, hole = (size_t)(line - t->line), i = hole;

	t->n_lines--;
	for (;;) {
		i = (i + 1) & mask;
		if (t->line[i].last == 0)
			break;
		if (((i - home(t, t->line[i].hash)) & mask) <
		    ((i - hole) & mask))
			continue;
		t->line[hole] = t->line[i];
		hole = i;
	}
	t->line[hole].last = 0;
}

bool
turns_join(struct turns *t, uint64_t hash, uint32_t place)
{
	struct turns_line *line;
	struct turn *turn;
	size_t n = t->n_turns;

	if (place >= n) {
		t->n_turns = place < ROOM_FIRST ? ROOM_FIRST :
		    (size_t)place * 2;
		t->turn = mem_resize(t->turn, t->n_turns * sizeof(*t->turn));
		memset(t->turn + n, 0, (t->n_turns - n) * sizeof(*t->turn));
	}
	if (t->n_lines * 2 >= t->room)
		grow(t);
	line = find(t, hash);
	turn = &t->turn[place];
	*turn = (struct turn){.hash = hash, .previous = line->last,
	    .in_line = true};
	if (line->last != 0) {
		t->turn[line->last - 1].next = place + 1;
		t->n_waiting++;
	} else {
		line->hash = hash;
		t->n_lines++;
	}
	line->last = place + 1;
	return turn->previous == 0;
}

bool
turns_leave(struct turns *t, uint32_t place, uint32_t *next)
{
	struct turns_line *line;
	struct turn *turn;

	if (place >= t->n_turns || !t->turn[place].in_line)
		return false;
	turn = &t->turn[place];
	turn->in_line = false;
	if (turn->next != 0) {
		t->turn[turn->next - 1].previous = turn->previous;
		t->n_waiting--;
	} else {
		line = find(t, turn->hash);
		line->last = turn->previous;
		if (line->last == 0)
			drop(t, line);
		else
			t->n_waiting--;
	}
	if (turn->previous != 0) {
		t->turn[turn->previous - 1].next = turn->next;
		return false;
	}
	*next = turn->next - 1;
	return turn->next != 0;
}
