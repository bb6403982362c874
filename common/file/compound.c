/* SPDX-License-Identifier: ISC */
/* Compound files: header, allocation table, directory, chains. */
#include <stdlib.h>

#include "base/mem.h"
#include "file/compound.h"

enum {
	HEADER = 512,
	ENTRY = 128,
	IN_HEADER = 109,              /* sectors of the table that the header names */
};
static const uint32_t LAST = 0xfffffffa;  /* from here on no number of a sector */

struct compound {
	struct span file;
	size_t sector;                /* octets of one */
	size_t small_sector;
	uint32_t cutoff;              /* smaller streams live in small sectors */
	uint32_t *next;               /* the table: which sector follows */
	size_t n_next;
	struct buf directory;
};

static uint32_t
u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static uint16_t
u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/* The octets of a sector; NULL outside of the file. The last one may be cut. */
static const uint8_t *
sector_at(const struct compound *c, uint32_t number, size_t *n)
{
	size_t at = ((size_t)number + 1) * c->sector;

	if (number >= LAST || at >= c->file.n)
		return NULL;
	*n = c->file.n - at < c->sector ? c->file.n - at : c->sector;
	return c->file.p + at;
}

static bool
add_table_sector(struct compound *c, uint32_t number)
{
	size_t n;
	const uint8_t *p = sector_at(c, number, &n);

	if (p == NULL || c->n_next * 4 > c->file.n)
		return false;
	c->next = mem_resize(c->next,
	    (c->n_next + c->sector / 4) * sizeof(*c->next));
	for (size_t i = 0; i + 4 <= n; i += 4)
		c->next[c->n_next++] = u32(p + i);
	return true;
}

/* The sectors that hold the table: some named in the header, others in a
 * chain of lists. */
static bool
read_table(struct compound *c)
{
	const uint8_t *h = c->file.p, *list;
	uint32_t left = u32(h + 44), next = u32(h + 68);
	size_t n, most = c->file.n / c->sector + 1;

	for (size_t i = 0; i < IN_HEADER && left > 0; i++, left--)
		if (!add_table_sector(c, u32(h + 76 + 4 * i)))
			return false;
	for (; left > 0; most--) {
		list = most > 0 ? sector_at(c, next, &n) : NULL;
		if (list == NULL || n < c->sector)
			return false;
		for (size_t i = 0; i + 4 < n && left > 0; i += 4, left--)
			if (!add_table_sector(c, u32(list + i)))
				return false;
		next = u32(list + n - 4);
	}
	return true;
}

/* Appends the sectors of a chain, size octets of them at most. One that is
 * longer than the file runs in a circle. */
static bool
read_chain(const struct compound *c, uint32_t number, uint64_t size,
    struct buf *out)
{
	size_t begin = out->len, n;
	const uint8_t *p;

	while (number < LAST && out->len - begin < size) {
		p = sector_at(c, number, &n);
		if (p == NULL || number >= c->n_next ||
		    out->len - begin > c->file.n)
			return false;
		if (n > size - (out->len - begin))
			n = (size_t)(size - (out->len - begin));
		buf_add(out, p, n);
		number = c->next[number];
	}
	return true;
}

static bool
is_named(const uint8_t *entry, const char *name)
{
	size_t n = strlen(name);

	if (u16(entry + 64) != 2 * (n + 1) || n > 31)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((u16(entry + 2 * i) | 0x20) != (name[i] | 0x20))
			return false;
	return true;
}

static const uint8_t *
entry_named(const struct compound *c, const char *name)
{
	for (size_t at = 0; at + ENTRY <= c->directory.len; at += ENTRY)
		if (c->directory.p[at + 66] != 0 &&
		    is_named(c->directory.p + at, name))
			return c->directory.p + at;
	return NULL;
}

static bool
open_compound(struct compound *c, struct span file)
{
	const uint8_t *h = file.p;

	*c = (struct compound){.file = file};
	if (file.n < HEADER || u16(h + 30) < 7 || u16(h + 30) > 12 ||
	    u16(h + 32) > u16(h + 30))
		return false;
	c->sector = (size_t)1 << u16(h + 30);
	c->small_sector = (size_t)1 << u16(h + 32);
	c->cutoff = u32(h + 56);
	return read_table(c) &&
	    read_chain(c, u32(h + 48), UINT32_MAX, &c->directory);
}

static void
close_compound(struct compound *c)
{
	free(c->next);
	buf_free(&c->directory);
}

/* A small stream: pieces of the root's stream, chained by a table of its own. */
static bool
read_small(const struct compound *c, uint32_t number, uint32_t size,
    struct buf *out)
{
	const uint8_t *root = c->directory.len >= ENTRY ? c->directory.p : NULL;
	struct buf table = {0}, stream = {0};
	size_t at, n, begin = out->len;
	bool good = root != NULL &&
	    read_chain(c, u32(c->file.p + 60), UINT32_MAX, &table) &&
	    read_chain(c, u32(root + 116), u32(root + 120), &stream);

	while (good && number < LAST && out->len - begin < size) {
		at = number * c->small_sector;
		good = at < stream.len && (number + 1) * 4ull <= table.len &&
		    out->len - begin <= stream.len;
		if (!good)
			break;
		n = stream.len - at < c->small_sector ? stream.len - at :
		    c->small_sector;
		if (n > size - (out->len - begin))
			n = size - (out->len - begin);
		buf_add(out, stream.p + at, n);
		number = u32(table.p + 4 * (size_t)number);
	}
	buf_free(&table);
	buf_free(&stream);
	return good;
}

bool
compound_has(struct span file, const char *name)
{
	struct compound c;
	bool has = open_compound(&c, file) && entry_named(&c, name) != NULL;

	close_compound(&c);
	return has;
}

bool
compound_stream(struct span file, const char *name, struct buf *out)
{
	struct compound c;
	const uint8_t *entry = NULL;
	bool good = open_compound(&c, file);
	uint32_t size;

	if (good)
		entry = entry_named(&c, name);
	good = entry != NULL;
	if (good) {
		size = u32(entry + 120);
		good = size < c.cutoff ?
		    read_small(&c, u32(entry + 116), size, out) :
		    read_chain(&c, u32(entry + 116), size, out);
	}
	close_compound(&c);
	return good;
}
