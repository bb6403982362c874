/* SPDX-License-Identifier: ISC */
/* A hash table from message_id to what was sent under it. */
#include "app/matcher.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BUCKETS_FIRST = 256 };

struct entry {
	struct entry *next;
	uint64_t tag;
	uint32_t hash;
	uint32_t n;
	uint8_t id[];
};

struct matcher {
	struct entry **bucket;
	size_t n, mask;
};

struct matcher *
matcher_new(void)
{
	struct matcher *m = mem_new(sizeof(*m));

	m->bucket = mem_array(BUCKETS_FIRST, sizeof(struct entry *));
	m->mask = BUCKETS_FIRST - 1;
	return m;
}

void
matcher_free(struct matcher *m)
{
	struct entry *e;

	if (m == NULL)
		return;
	for (size_t i = 0; i <= m->mask; i++)
		while ((e = m->bucket[i]) != NULL) {
			m->bucket[i] = e->next;
			free(e);
		}
	free(m->bucket);
	free(m);
}

/* FNV-1a */
static uint32_t
hash_of(struct span id)
{
	uint32_t h = 2166136261;

	for (size_t i = 0; i < id.n; i++)
		h = (h ^ id.p[i]) * 16777619;
	return h;
}

static void
grow(struct matcher *m)
{
	size_t mask = m->mask * 2 + 1;
	struct entry **bucket = mem_array(mask + 1, sizeof(struct entry *)), *e;

	for (size_t i = 0; i <= m->mask; i++)
		while ((e = m->bucket[i]) != NULL) {
			m->bucket[i] = e->next;
			e->next = bucket[e->hash & mask];
			bucket[e->hash & mask] = e;
		}
	free(m->bucket);
	m->bucket = bucket;
	m->mask = mask;
}

void
matcher_add(struct matcher *m, struct span id, uint64_t tag)
{
	struct entry *e = mem_new(sizeof(*e) + id.n), **bucket;

	if (m->n > m->mask)
		grow(m);
	e->hash = hash_of(id);
	e->tag = tag;
	e->n = (uint32_t)id.n;
	if (id.n > 0)
		memcpy(e->id, id.p, id.n);
	bucket = &m->bucket[e->hash & m->mask];
	e->next = *bucket;
	*bucket = e;
	m->n++;
}

bool
matcher_find(const struct matcher *m, struct span id, uint64_t *tag)
{
	uint32_t hash = hash_of(id);
	const struct entry *e = m->bucket[hash & m->mask];

	while (e != NULL && !(e->hash == hash &&
	    span_eq(span_of(e->id, e->n), id)))
		e = e->next;
	if (e == NULL)
		return false;
	*tag = e->tag;
	return true;
}

void
matcher_remove(struct matcher *m, struct span id, uint64_t tag)
{
	uint32_t hash = hash_of(id);
	struct entry **at = &m->bucket[hash & m->mask], *e;

	while ((e = *at) != NULL && !(e->tag == tag && e->hash == hash &&
	    span_eq(span_of(e->id, e->n), id)))
		at = &e->next;
	if (e == NULL)
		return;
	*at = e->next;
	free(e);
	m->n--;
}
