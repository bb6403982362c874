/* SPDX-License-Identifier: ISC */
/*
 * Joining the parts of long messages (3GPP TS 23.040, 9.2.3.24.1; SMPP 3.4,
 * 5.3.2.22 to 24). Sets wait in a table by key and in a list by the time of
 * their latest part, which is also the order of their deadlines.
 */
#include "text/join.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/udh.h"

enum { BUCKETS = 4096 };

struct set {
	struct set *same;          /* next of its bucket */
	struct set *older, *newer; /* of those that wait; newer: of those ready */
	uint32_t hash;
	uint64_t latest;
	size_t cost;
	struct joined out;
	struct join_piece *pieces;
	uint8_t **copies;          /* of the octets of each piece */
	uint8_t *addresses;
};

struct join {
	struct join_conf conf;
	struct set *buckets[BUCKETS];
	struct set *oldest, *newest;      /* waiting */
	struct set *ready, *ready_last;   /* to be given out */
	struct set *given;                /* lives until the next join_next */
	size_t octets;                    /* cost of those waiting */
};

bool
join_part_read(struct join_part *part, struct span user_data, bool udhi,
    bool guess)
{
	struct span udh;
	struct udh u;

	part->octets = user_data;
	part->total = part->sequence = 0;
	part->udh = 0;
	part->tables = (struct gsm7){0};
	if (!udhi && !(guess && udh_guess(user_data)))
		return true;
	if (!udh_take(user_data, &udh, &part->octets))
		return false;
	u = udh_read(udh);
	part->udh = udh.n;
	part->tables = u.tables;
	part->kind = u.wide ? JOIN_UDH16 : JOIN_UDH8;
	part->reference = u.reference;
	part->total = u.total;
	part->sequence = u.sequence;
	return !u.bad;
}

struct join *
join_new(const struct join_conf *conf)
{
	struct join *j = mem_new(sizeof(*j));

	j->conf = *conf;
	return j;
}

static void
set_free(struct set *set)
{
	size_t i;

	if (set == NULL)
		return;
	for (i = 0; i < set->out.total; i++)
		free(set->copies[i]);
	free(set->copies);
	free(set->pieces);
	free(set->addresses);
	free(set);
}

void
join_free(struct join *j)
{
	struct set *set, *next;

	if (j == NULL)
		return;
	for (set = j->oldest; set != NULL; set = next) {
		next = set->newer;
		set_free(set);
	}
	for (set = j->ready; set != NULL; set = next) {
		next = set->newer;
		set_free(set);
	}
	set_free(j->given);
	free(j);
}

static uint32_t
hash_octets(uint32_t hash, struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		hash = (hash ^ s.p[i]) * 16777619;
	return (hash ^ 0xff) * 16777619;
}

static uint32_t
hash_part(const struct join_part *part)
{
	uint8_t key[] = {(uint8_t)part->kind, (uint8_t)(part->reference >> 8),
	    (uint8_t)part->reference, part->total};
	uint32_t hash = hash_octets(2166136261, part->from);

	return hash_octets(hash_octets(hash, part->to), span_of(key, 4));
}

static struct set *
find(const struct join *j, const struct join_part *part, uint32_t hash)
{
	struct set *set = j->buckets[hash % BUCKETS];

	while (set != NULL && (set->hash != hash ||
	    set->out.kind != part->kind ||
	    set->out.reference != part->reference ||
	    set->out.total != part->total ||
	    !span_eq(set->out.from, part->from) ||
	    !span_eq(set->out.to, part->to)))
		set = set->same;
	return set;
}

/* Into the list of those that wait, as the newest. */
static void
list_append(struct join *j, struct set *set)
{
	set->newer = NULL;
	set->older = j->newest;
	if (j->newest != NULL)
		j->newest->newer = set;
	else
		j->oldest = set;
	j->newest = set;
}

static void
list_remove(struct join *j, struct set *set)
{
	if (set->older != NULL)
		set->older->newer = set->newer;
	else
		j->oldest = set->newer;
	if (set->newer != NULL)
		set->newer->older = set->older;
	else
		j->newest = set->older;
	set->older = set->newer = NULL;
}

/* From those that wait to those that are given out. */
static void
finish(struct join *j, struct set *set, enum join_end end)
{
	struct set **at = &j->buckets[set->hash % BUCKETS];

	while (*at != set)
		at = &(*at)->same;
	*at = set->same;
	list_remove(j, set);
	j->octets -= set->cost;
	set->out.end = end;
	if (j->ready_last != NULL)
		j->ready_last->newer = set;
	else
		j->ready = set;
	j->ready_last = set;
}

static struct set *
set_new(struct join *j, const struct join_part *part, uint32_t hash)
{
	struct set *set = mem_new(sizeof(*set));
	size_t addresses = part->from.n + part->to.n;

	set->hash = hash;
	set->addresses = mem_new(addresses);
	if (part->from.n > 0)
		memcpy(set->addresses, part->from.p, part->from.n);
	if (part->to.n > 0)
		memcpy(set->addresses + part->from.n, part->to.p, part->to.n);
	set->pieces = mem_array(part->total, sizeof(*set->pieces));
	set->copies = mem_array(part->total, sizeof(*set->copies));
	set->out = (struct joined){
		.from = span_of(set->addresses, part->from.n),
		.to = span_of(set->addresses + part->from.n, part->to.n),
		.kind = part->kind,
		.reference = part->reference,
		.total = part->total,
		.pieces = set->pieces,
	};
	set->cost = sizeof(*set) + addresses +
	    part->total * (sizeof(*set->pieces) + sizeof(*set->copies));
	j->octets += set->cost;
	set->same = j->buckets[hash % BUCKETS];
	j->buckets[hash % BUCKETS] = set;
	list_append(j, set);
	return set;
}

static void
keep(struct join *j, struct set *set, const struct join_part *part,
    uint64_t now)
{
	struct join_piece *piece = &set->pieces[part->sequence - 1];
	uint8_t *copy = mem_new(part->octets.n);

	set->copies[part->sequence - 1] = copy;
	if (part->octets.n > 0)
		memcpy(copy, part->octets.p, part->octets.n);
	*piece = (struct join_piece){
		.present = true,
		.data_coding = part->data_coding,
		.tables = part->tables,
		.udh = part->udh,
		.octets = span_of(copy, part->octets.n),
		.tag = part->tag,
	};
	set->out.present++;
	set->cost += part->octets.n;
	j->octets += part->octets.n;
	set->latest = now;
	list_remove(j, set);
	list_append(j, set);
}

enum join_result
join_add(struct join *j, const struct join_part *part, uint64_t now)
{
	uint32_t hash = hash_part(part);
	struct set *set = find(j, part, hash);
	const struct join_piece *piece;

	if (part->total == 0 || part->sequence == 0 ||
	    part->sequence > part->total)
		return JOIN_REFUSED;
	if (set != NULL && set->pieces[part->sequence - 1].present) {
		piece = &set->pieces[part->sequence - 1];
		if (span_eq(piece->octets, part->octets) &&
		    piece->data_coding == part->data_coding)
			return JOIN_DUPLICATE;
		finish(j, set, JOIN_REUSED);
		set = NULL;
	}
	if (set == NULL)
		set = set_new(j, part, hash);
	keep(j, set, part, now);
	if (set->out.present == set->out.total)
		finish(j, set, JOIN_WHOLE);
	while (j->octets > j->conf.max_octets && j->oldest != NULL)
		finish(j, j->oldest, JOIN_MEMORY);
	return JOIN_KEPT;
}

static uint64_t
deadline(const struct join *j, const struct set *set)
{
	return set->latest > UINT64_MAX - j->conf.timeout_ms ? UINT64_MAX :
	    set->latest + j->conf.timeout_ms;
}

bool
join_next(struct join *j, uint64_t now, struct joined *out)
{
	while (j->oldest != NULL && deadline(j, j->oldest) <= now)
		finish(j, j->oldest, JOIN_TIMEOUT);
	set_free(j->given);
	j->given = j->ready;
	if (j->given == NULL)
		return false;
	j->ready = j->given->newer;
	if (j->ready == NULL)
		j->ready_last = NULL;
	*out = j->given->out;
	return true;
}

uint64_t
join_deadline(const struct join *j)
{
	return j->oldest == NULL ? UINT64_MAX : deadline(j, j->oldest);
}

void
join_flush(struct join *j)
{
	while (j->oldest != NULL)
		finish(j, j->oldest, JOIN_FLUSHED);
}
