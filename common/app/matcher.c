/* SPDX-License-Identifier: ISC */
/*
 * A hash table from message_id to what was sent under it. An entry is in three
 * chains: of its folded id, of that and the end of its destination, and of its
 * tag, so that neither an SMSC that gives all messages one id nor one that
 * numbers in its own way makes a chain long.
 */
#include "app/matcher.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
	BUCKETS_FIRST = 256,
	CONVERT_MOST = 1024,
};

enum chain { BY_ID, BY_ID_AND_TAIL, BY_TAG, CHAINS };

struct entry {
	struct entry *next[CHAINS], **at[CHAINS];
	uint32_t hash[CHAINS];
	struct ids_tail tail;
	uint32_t n;
	uint64_t tag;
	uint8_t id[];
};

struct matcher {
	struct entry **bucket[CHAINS];
	size_t n, mask;
	enum ids_mode mode;
	struct buf folded, other;  /* scratch */
};

struct matcher *
matcher_new(void)
{
	struct matcher *m = mem_new(sizeof(*m));

	for (int c = 0; c < CHAINS; c++)
		m->bucket[c] = mem_array(BUCKETS_FIRST,
		    sizeof(struct entry *));
	m->mask = BUCKETS_FIRST - 1;
	m->mode = IDS_MODE_AUTO;
	return m;
}

void
matcher_free(struct matcher *m)
{
	struct entry *e;

	if (m == NULL)
		return;
	for (size_t i = 0; i <= m->mask; i++)
		while ((e = m->bucket[BY_ID][i]) != NULL) {
			m->bucket[BY_ID][i] = e->next[BY_ID];
			free(e);
		}
	for (int c = 0; c < CHAINS; c++)
		free(m->bucket[c]);
	buf_free(&m->folded);
	buf_free(&m->other);
	free(m);
}

void
matcher_set_mode(struct matcher *m, enum ids_mode mode)
{
	m->mode = mode;
}

/* FNV-1a */
static uint32_t
hash_on(uint32_t h, const void *octets, size_t n)
{
	const uint8_t *p = octets;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619;
	return h;
}

static uint32_t
hash_of(const void *octets, size_t n)
{
	return hash_on(2166136261, octets, n);
}

/* Of an id as ids_fold leaves it, without a copy. */
static uint32_t
hash_folded(struct span id)
{
	uint32_t h = 2166136261;
	uint8_t octet;

	for (; id.n > 1 && id.p[0] == '0'; id = span_skip(id, 1))
		;
	for (size_t i = 0; i < id.n; i++) {
		octet = id.p[i];
		if (octet >= 'A' && octet <= 'Z')
			octet = (uint8_t)(octet + ('a' - 'A'));
		h = (h ^ octet) * 16777619;
	}
	return h;
}

static void
chain_in(struct matcher *m, struct entry *e, int c)
{
	struct entry **bucket = &m->bucket[c][e->hash[c] & m->mask];

	e->next[c] = *bucket;
	e->at[c] = bucket;
	if (*bucket != NULL)
		(*bucket)->at[c] = &e->next[c];
	*bucket = e;
}

static void
grow(struct matcher *m)
{
	size_t old = m->mask, at;
	struct entry **bucket, *e, *oldest_first;

	m->mask = old * 2 + 1;
	for (int c = 0; c < CHAINS; c++) {
		bucket = m->bucket[c];
		m->bucket[c] = mem_array(m->mask + 1, sizeof(struct entry *));
		for (at = 0; at <= old; at++) {
			/* turned round twice: the newest stays first */
			oldest_first = NULL;
			while ((e = bucket[at]) != NULL) {
				bucket[at] = e->next[c];
				e->next[c] = oldest_first;
				oldest_first = e;
			}
			while ((e = oldest_first) != NULL) {
				oldest_first = e->next[c];
				chain_in(m, e, c);
			}
		}
		free(bucket);
	}
}

void
matcher_add(struct matcher *m, struct span id, uint64_t tag)
{
	matcher_add_to(m, id, (struct span){0}, tag);
}

void
matcher_add_to(struct matcher *m, struct span id, struct span to, uint64_t tag)
{
	struct entry *e = mem_new(sizeof(*e) + id.n);

	if (m->n > m->mask)
		grow(m);
	e->tag = tag;
	e->tail = ids_tail(to);
	e->n = (uint32_t)id.n;
	if (id.n > 0)
		memcpy(e->id, id.p, id.n);
	e->hash[BY_ID] = hash_folded(id);
	e->hash[BY_ID_AND_TAIL] = hash_on(e->hash[BY_ID], e->tail.digit,
	    e->tail.n);
	e->hash[BY_TAG] = hash_of(&tag, sizeof(tag));
	for (int c = 0; c < CHAINS; c++)
		chain_in(m, e, c);
	m->n++;
}

static struct span
id_of(const struct entry *e)
{
	return span_of(e->id, e->n);
}

bool
matcher_find(const struct matcher *m, struct span id, uint64_t *tag)
{
	uint32_t hash = hash_folded(id);
	const struct entry *e = m->bucket[BY_ID][hash & m->mask];

	while (e != NULL && !(e->hash[BY_ID] == hash &&
	    span_eq(id_of(e), id)))
		e = e->next[BY_ID];
	if (e == NULL)
		return false;
	*tag = e->tag;
	return true;
}

/* The newest with exactly this id that went to this address. */
static bool
find_exact_to(const struct matcher *m, struct span id,
    const struct ids_tail *tail, uint64_t *tag)
{
	uint32_t hash = hash_on(hash_folded(id), tail->digit, tail->n);
	const struct entry *e = m->bucket[BY_ID_AND_TAIL][hash & m->mask];

	for (; e != NULL; e = e->next[BY_ID_AND_TAIL])
		if (e->hash[BY_ID_AND_TAIL] == hash &&
		    ids_tail_agrees(&e->tail, tail) && span_eq(id_of(e), id)) {
			*tag = e->tag;
			return true;
		}
	return false;
}

/* How many went to this address under an id that folds to this: 0, 1, 2 for
 * more; and the tag of one. */
static unsigned
find_folded_to(struct matcher *m, struct span folded,
    const struct ids_tail *tail, uint64_t *tag)
{
	uint32_t hash = hash_on(hash_of(folded.p, folded.n), tail->digit,
	    tail->n);
	const struct entry *e = m->bucket[BY_ID_AND_TAIL][hash & m->mask];
	unsigned n = 0;

	for (; e != NULL && n < 2; e = e->next[BY_ID_AND_TAIL]) {
		if (e->hash[BY_ID_AND_TAIL] != hash ||
		    !ids_tail_agrees(&e->tail, tail))
			continue;
		ids_fold(&m->folded, id_of(e));
		if (span_eq(buf_span(&m->folded), folded)) {
			*tag = e->tag;
			n++;
		}
	}
	return n;
}

/* Candidates in one form. */
static unsigned
candidates(struct matcher *m, struct span id, const struct ids_tail *tail,
    enum ids_form form, uint64_t *tag)
{
	if (!ids_mode_allows(m->mode, form))
		return 0;
	if (form == IDS_EXACT)
		return find_exact_to(m, id, tail, tag);
	if (tail->n == 0)
		return 0;
	if (form == IDS_NOCASE)
		ids_fold(&m->other, id);
	else if (id.n > CONVERT_MOST || !ids_of_response(&m->other, id, form))
		return 0;
	return find_folded_to(m, buf_span(&m->other), tail, tag);
}

/* The one candidate of all forms but exact. */
static bool
find_other(struct matcher *m, struct span id, const struct ids_tail *tail,
    struct matched *found)
{
	uint64_t tag = 0;
	unsigned n, all = 0;

	for (int form = IDS_NOCASE; form < IDS_FORMS; form++) {
		n = candidates(m, id, tail, (enum ids_form)form, &tag);
		/* the same one in two forms (short numbers) is one */
		if (n == 1 && all == 1 && tag == found->tag)
			continue;
		all += n;
		if (n == 1 && all == 1)
			*found = (struct matched){tag, (enum ids_form)form,
			    false};
	}
	return all == 1;
}

bool
matcher_match(struct matcher *m, struct span id, struct span from,
    enum ids_form *known, struct matched *found)
{
	struct ids_tail tail = ids_tail(from);
	uint64_t tag = 0;

	*found = (struct matched){0, IDS_EXACT, false};
	if (id.n == 0)
		return false;
	if (*known > IDS_NOCASE &&
	    candidates(m, id, &tail, *known, &tag) == 1) {
		*found = (struct matched){tag, *known, false};
		return true;
	}
	if (candidates(m, id, &tail, IDS_EXACT, &found->tag) > 0)
		return true;
	if (find_other(m, id, &tail, found)) {
		found->learnt = *known != found->form;
		*known = found->form;
		return true;
	}
	*found = (struct matched){0, IDS_EXACT, false};
	return matcher_find(m, id, &found->tag);
}

void
matcher_remove(struct matcher *m, struct span id, uint64_t tag)
{
	uint32_t hash = hash_of(&tag, sizeof(tag));
	struct entry *e = m->bucket[BY_TAG][hash & m->mask];

	while (e != NULL && !(e->tag == tag && span_eq(id_of(e), id)))
		e = e->next[BY_TAG];
	if (e == NULL)
		return;
	for (int c = 0; c < CHAINS; c++) {
		*e->at[c] = e->next[c];
		if (e->next[c] != NULL)
			e->next[c]->at[c] = e->at[c];
	}
	free(e);
	m->n--;
}
