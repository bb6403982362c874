/* SPDX-License-Identifier: ISC */
/* A table of numbers by open addressing, never more than half full. */
#include <stdlib.h>

#include "base/mem.h"
#include "file/phone_set.h"

enum { FIRST_ROOM = 1024 };

/* 15 digits at most behind a 1, which keeps leading zeros: never 0. */
static uint64_t
key_of(struct span number)
{
	uint64_t key = 1;

	for (size_t i = 0; i < number.n; i++)
		if (number.p[i] >= '0' && number.p[i] <= '9')
			key = key * 10 + (uint64_t)(number.p[i] - '0');
	return key;
}

/* Where the key is, or the empty place where it belongs. */
static size_t
place_of(const struct phone_set *s, uint64_t key)
{
	size_t at = (size_t)((key * 0x9e3779b97f4a7c15ull) >> 20) & (s->room - 1);

	while (s->key[at] != 0 && s->key[at] != key)
		at = (at + 1) & (s->room - 1);
	return at;
}

static void
grow(struct phone_set *s)
{
	struct phone_set old = *s;
	size_t at;

	s->room = old.room > 0 ? 2 * old.room : FIRST_ROOM;
	s->key = mem_array(s->room, sizeof(*s->key));
	s->row = mem_array(s->room, sizeof(*s->row));
	for (size_t i = 0; i < old.room; i++) {
		if (old.key[i] == 0)
			continue;
		at = place_of(s, old.key[i]);
		s->key[at] = old.key[i];
		s->row[at] = old.row[i];
	}
	free(old.key);
	free(old.row);
}

void
phone_set_free(struct phone_set *s)
{
	free(s->key);
	free(s->row);
	*s = (struct phone_set){0};
}

void
phone_set_add(struct phone_set *s, struct span number, uint32_t row)
{
	uint64_t key = key_of(number);
	size_t at;

	if (2 * s->n >= s->room)
		grow(s);
	at = place_of(s, key);
	if (s->key[at] == key)
		return;
	s->key[at] = key;
	s->row[at] = row;
	s->n++;
}

bool
phone_set_find(const struct phone_set *s, struct span number, uint32_t *row)
{
	uint64_t key = key_of(number);
	size_t at;

	if (s->room == 0)
		return false;
	at = place_of(s, key);
	*row = s->row[at];
	return s->key[at] == key;
}
