/* SPDX-License-Identifier: ISC */
/*
 * What is known of each row: an index of the rows and one of the message ids in
 * memory, the texts in a file that has no name.
 */
#include "app/results_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "sys/scratch.h"

enum {
	WINDOW = 64 << 10,
	SPILL_AT = 256 << 10,
	ID_ROOM = 1024,
};

struct results *
results_new(const char *sheet)
{
	struct results *r = mem_new(sizeof(*r));

	r->sheet = sheet ? mem_strdup(sheet) : NULL;
	r->fd = -1;
	return r;
}

void
results_free(struct results *r)
{
	if (r == NULL)
		return;
	free(r->sheet);
	free(r->entry);
	free(r->id);
	if (r->fd >= 0)
		close(r->fd);
	buf_free(&r->spill);
	buf_free(&r->window);
	buf_free(&r->cells);
	free(r);
}

/* The file */

static bool
write_spill(struct results *r)
{
	uint64_t at = r->length - r->spill.len;

	if (r->fd < 0 && (r->fd = scratch_open()) < 0)
		return false;
	if (!scratch_write(r->fd, r->spill.p, r->spill.len, at))
		return false;
	buf_clear(&r->spill);
	return true;
}

bool
results_store(struct results *r, struct entry *e,
    const struct span text[REPORT_COLUMNS])
{
	uint64_t at = r->length;
	uint16_t n;

	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		n = text[i].n < UINT16_MAX ? (uint16_t)text[i].n : UINT16_MAX;
		buf_add(&r->spill, &n, sizeof(n));
		buf_add(&r->spill, text[i].p, n);
		r->length += sizeof(n) + n;
	}
	e->at = at + 1;
	return r->spill.len < SPILL_AT || write_spill(r);
}

static bool
look(struct results *r, uint64_t at, size_t n, const uint8_t **p)
{
	if (r->spill.len > 0 && !write_spill(r))
		return false;
	if (at < r->window_at || at + n > r->window_at + r->window.len) {
		buf_clear(&r->window);
		r->window_at = at;
		r->window.len = scratch_read(r->fd,
		    buf_reserve(&r->window, WINDOW + n), n, WINDOW + n, at);
		if (r->window.len < n)
			return false;
	}
	*p = r->window.p + (at - r->window_at);
	return true;
}

bool
results_row(struct results *r, uint32_t row,
    struct span text[REPORT_COLUMNS])
{
	const uint8_t *p;
	uint64_t at;
	uint16_t length[REPORT_COLUMNS];
	size_t whole = 0;

	if (row >= r->n || r->entry[row].at == 0)
		return false;
	at = r->entry[row].at - 1;
	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		if (!look(r, at + whole, sizeof(length[i]), &p))
			return false;
		memcpy(&length[i], p, sizeof(length[i]));
		whole += sizeof(length[i]) + length[i];
	}
	if (!look(r, at, whole, &p))
		return false;
	for (size_t i = 0; i < REPORT_COLUMNS; i++) {
		p += sizeof(length[i]);
		text[i] = span_of(p, length[i]);
		p += length[i];
	}
	return true;
}

/* Index */

struct entry *
results_entry(struct results *r, uint32_t row)
{
	size_t n = r->n > 0 ? r->n : 1024;

	while (row >= n)
		n *= 2;
	if (n > r->n) {
		r->entry = mem_resize(r->entry, n * sizeof(*r->entry));
		memset(r->entry + r->n, 0, (n - r->n) * sizeof(*r->entry));
		r->n = n;
	}
	return &r->entry[row];
}

static uint64_t
hash_of(struct span s)
{
	uint64_t h = 14695981039346656037ull;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211ull;
	return h ? h : 1;
}

static size_t
id_place(const struct results *r, uint64_t hash)
{
	size_t at = (size_t)(hash >> 7) & (r->id_room - 1);

	while (r->id[at].hash != 0 && r->id[at].hash != hash)
		at = (at + 1) & (r->id_room - 1);
	return at;
}

void
results_add_id(struct results *r, struct span id, uint32_t row)
{
	struct id *old = r->id;
	size_t n = r->id_room;

	if (2 * (r->n_ids + 1) > r->id_room) {
		r->id_room = n > 0 ? 2 * n : ID_ROOM;
		r->id = mem_array(r->id_room, sizeof(*r->id));
		for (size_t i = 0; i < n; i++)
			if (old[i].hash != 0)
				r->id[id_place(r, old[i].hash)] = old[i];
		free(old);
	}
	r->id[id_place(r, hash_of(id))] = (struct id){hash_of(id), row};
	r->n_ids++;
}

/* Whether a comma list of ids names this one. */
static bool
list_has(struct span list, struct span id)
{
	const uint8_t *comma;
	size_t n;

	while (list.n > 0) {
		comma = memchr(list.p, ',', list.n);
		n = comma ? (size_t)(comma - list.p) : list.n;
		if (span_eq(span_of(list.p, n), id))
			return true;
		list = span_skip(list, n + 1);
	}
	return false;
}

bool
results_find_id(struct results *r, struct span id, uint32_t *row)
{
	struct span text[REPORT_COLUMNS];
	size_t at;

	if (r->id_room == 0 || id.n == 0)
		return false;
	at = id_place(r, hash_of(id));
	*row = r->id[at].row;
	return r->id[at].hash != 0 && results_row(r, *row, text) &&
	    list_has(text[REPORT_ID], id);
}
