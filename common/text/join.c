/* SPDX-License-Identifier: ISC */
/*
 * Joining the parts of long messages (3GPP TS 23.040, 9.2.3.24.1; SMPP 3.4,
 * 5.3.2.22 to 24). A message is a set of parts. Sets wait in a table by key and in a
 * list by the time of their latest part, which is also the order of their
 * deadlines. One that came out stays in a second table for a while, so that a
 * part that the SMSC sends again is known, and makes no message of its own.
 */
#include "text/join.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/udh.h"

enum { BUCKETS = 4096, PARTS_MOST = 255 };

struct kept {
	struct join_piece piece;   /* its octets are copy */
	uint8_t *copy;
	uint8_t sequence;
};

struct set {
	struct set *same;          /* next of its bucket */
	struct set *older, *newer; /* of its list */
	struct set *next_ready;
	uint32_t hash;
	uint64_t time;             /* of its latest part; of its end */
	size_t cost;
	struct joined out;
	struct kept *parts;        /* out.present of them */
	uint8_t *addresses;
	bool repeats;              /* each part came out before */
	bool listed, ready;        /* it is freed when it is neither */
};

/* Sets by key, and from the oldest to the newest. */
struct list {
	struct set *buckets[BUCKETS];
	struct set *oldest, *newest;
};

struct join {
	struct join_conf conf;
	struct list waiting;
	struct list past;                 /* came out, or are ready to */
	struct set *ready, **ready_last;  /* to be given out */
	struct set *given;                /* lives until the next join_next */
	struct join_piece pieces[PARTS_MOST];  /* of given */
	size_t octets;                    /* cost of waiting and past */
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
	j->ready_last = &j->ready;
	return j;
}

static void
set_free(struct set *set)
{
	for (size_t i = 0; i < set->out.present; i++)
		free(set->parts[i].copy);
	free(set->parts);
	free(set->addresses);
	free(set);
}

/* Lists */

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
find(const struct list *l, const struct join_part *part, uint32_t hash)
{
	struct set *set = l->buckets[hash % BUCKETS];

	while (set != NULL && (set->hash != hash ||
	    set->out.kind != part->kind ||
	    set->out.reference != part->reference ||
	    set->out.total != part->total ||
	    !span_eq(set->out.from, part->from) ||
	    !span_eq(set->out.to, part->to)))
		set = set->same;
	return set;
}

/* As the newest of the list. */
static void
append(struct list *l, struct set *set)
{
	set->newer = NULL;
	set->older = l->newest;
	if (l->newest != NULL)
		l->newest->newer = set;
	else
		l->oldest = set;
	l->newest = set;
}

static void
unlink(struct list *l, struct set *set)
{
	if (set->older != NULL)
		set->older->newer = set->newer;
	else
		l->oldest = set->newer;
	if (set->newer != NULL)
		set->newer->older = set->older;
	else
		l->newest = set->older;
}

static void
add(struct join *j, struct list *l, struct set *set)
{
	struct set **bucket = &l->buckets[set->hash % BUCKETS];

	set->same = *bucket;
	*bucket = set;
	set->listed = true;
	append(l, set);
	j->octets += set->cost;
}

static void
take_off(struct join *j, struct list *l, struct set *set)
{
	struct set **at = &l->buckets[set->hash % BUCKETS];

	while (*at != set)
		at = &(*at)->same;
	*at = set->same;
	set->listed = false;
	unlink(l, set);
	j->octets -= set->cost;
}

static void
forget(struct join *j, struct set *set)
{
	take_off(j, &j->past, set);
	if (!set->ready)
		set_free(set);
}

void
join_free(struct join *j)
{
	struct set *set;

	if (j == NULL)
		return;
	while ((set = j->waiting.oldest) != NULL) {
		take_off(j, &j->waiting, set);
		set_free(set);
	}
	while (j->past.oldest != NULL)
		forget(j, j->past.oldest);
	while ((set = j->ready) != NULL) {
		j->ready = set->next_ready;
		set_free(set);
	}
	if (j->given != NULL)
		set_free(j->given);
	free(j);
}

/* Sets */

static struct set *
set_new(const struct join_part *part, uint32_t hash)
{
	struct set *set = mem_new(sizeof(*set));
	size_t addresses = part->from.n + part->to.n;

	set->hash = hash;
	set->addresses = mem_new(addresses);
	if (part->from.n > 0)
		memcpy(set->addresses, part->from.p, part->from.n);
	if (part->to.n > 0)
		memcpy(set->addresses + part->from.n, part->to.p, part->to.n);
	set->out = (struct joined){
		.from = span_of(set->addresses, part->from.n),
		.to = span_of(set->addresses + part->from.n, part->to.n),
		.kind = part->kind,
		.reference = part->reference,
		.total = part->total,
	};
	set->cost = sizeof(*set) + addresses;
	return set;
}

/* Its part of that number; NULL when it did not come. */
static const struct join_piece *
piece_of(const struct set *set, uint8_t sequence)
{
	for (size_t i = 0; i < set->out.present; i++)
		if (set->parts[i].sequence == sequence)
			return &set->parts[i].piece;
	return NULL;
}

static bool
is_same(const struct join_piece *piece, const struct join_part *part)
{
	return piece->data_coding == part->data_coding &&
	    span_eq(piece->octets, part->octets);
}

/* Copies a part into a set that is on a list. */
static void
keep(struct join *j, struct set *set, const struct join_part *part)
{
	uint8_t *copy = mem_new(part->octets.n);
	size_t cost = sizeof(struct kept) + part->octets.n;

	if (part->octets.n > 0)
		memcpy(copy, part->octets.p, part->octets.n);
	set->parts = mem_resize(set->parts,
	    (set->out.present + 1u) * sizeof(*set->parts));
	set->parts[set->out.present++] = (struct kept){
		.copy = copy,
		.sequence = part->sequence,
		.piece = {
			.present = true,
			.data_coding = part->data_coding,
			.tables = part->tables,
			.udh = part->udh,
			.octets = span_of(copy, part->octets.n),
			.tag = part->tag,
		},
	};
	set->cost += cost;
	j->octets += cost;
}

/* From those that wait to those that are given out, and are known from now
 * on. */
static void
finish(struct join *j, struct set *set, enum join_end end, uint64_t now)
{
	struct join_part key = {.from = set->out.from, .to = set->out.to,
	    .kind = set->out.kind, .reference = set->out.reference,
	    .total = set->out.total};
	struct set *before;

	if (set->repeats && end != JOIN_WHOLE)
		end = JOIN_REPEATED;
	take_off(j, &j->waiting, set);
	set->out.end = end;
	set->ready = true;
	*j->ready_last = set;
	j->ready_last = &set->next_ready;
	if (end == JOIN_REPEATED)
		return;
	before = find(&j->past, &key, set->hash);
	if (before != NULL)
		forget(j, before);
	set->time = now;
	add(j, &j->past, set);
}

static uint64_t
deadline(const struct join *j, const struct set *set)
{
	return set->time > UINT64_MAX - j->conf.timeout_ms ? UINT64_MAX :
	    set->time + j->conf.timeout_ms;
}

static void
look_at_time(struct join *j, uint64_t now)
{
	while (j->waiting.oldest != NULL &&
	    deadline(j, j->waiting.oldest) <= now)
		finish(j, j->waiting.oldest, JOIN_TIMEOUT, now);
	while (j->past.oldest != NULL && deadline(j, j->past.oldest) <= now)
		forget(j, j->past.oldest);
}

/* What came out goes before what waits. */
static void
make_room(struct join *j, uint64_t now)
{
	while (j->octets > j->conf.max_octets) {
		if (j->past.oldest != NULL)
			forget(j, j->past.oldest);
		else if (j->waiting.oldest != NULL)
			finish(j, j->waiting.oldest, JOIN_MEMORY, now);
		else
			return;
	}
}

static bool
is_possible(const struct join_part *part)
{
	return part->total > 0 && part->sequence > 0 &&
	    part->sequence <= part->total;
}

enum join_result
join_add(struct join *j, const struct join_part *part, uint64_t now)
{
	uint32_t hash = hash_part(part);
	const struct join_piece *piece = NULL;
	struct set *set, *past;
	bool repeats;

	if (!is_possible(part))
		return JOIN_REFUSED;
	look_at_time(j, now);
	set = find(&j->waiting, part, hash);
	if (set != NULL)
		piece = piece_of(set, part->sequence);
	if (piece != NULL && is_same(piece, part))
		return JOIN_DUPLICATE;
	if (piece != NULL) {
		finish(j, set, JOIN_REUSED, now);
		set = NULL;
	}
	past = find(&j->past, part, hash);
	piece = past != NULL ? piece_of(past, part->sequence) : NULL;
	repeats = piece != NULL && is_same(piece, part);
	if (set == NULL) {
		set = set_new(part, hash);
		set->repeats = true;
		add(j, &j->waiting, set);
	}
	set->repeats = set->repeats && repeats;
	keep(j, set, part);
	set->time = now;
	unlink(&j->waiting, set);
	append(&j->waiting, set);
	if (set->out.present == set->out.total)
		finish(j, set, JOIN_WHOLE, now);
	make_room(j, now);
	return JOIN_KEPT;
}

void
join_remember(struct join *j, const struct join_part *part, uint64_t age_ms,
    uint64_t now)
{
	uint32_t hash = hash_part(part);
	struct set *set;

	if (!is_possible(part) || age_ms >= j->conf.timeout_ms)
		return;
	set = find(&j->past, part, hash);
	if (set != NULL && piece_of(set, part->sequence) != NULL) {
		forget(j, set);
		set = NULL;
	}
	if (set == NULL) {
		set = set_new(part, hash);
		set->time = now > age_ms ? now - age_ms : 0;
		add(j, &j->past, set);
	}
	keep(j, set, part);
	make_room(j, now);
}

/* Each part in its place. */
static void
spread(struct join *j, const struct set *set)
{
	for (size_t i = 0; i < set->out.total; i++)
		j->pieces[i] = (struct join_piece){0};
	for (size_t i = 0; i < set->out.present; i++)
		j->pieces[set->parts[i].sequence - 1] = set->parts[i].piece;
}

bool
join_next(struct join *j, uint64_t now, struct joined *out)
{
	struct set *set = j->given;

	if (set != NULL) {
		set->ready = false;
		if (!set->listed)
			set_free(set);
	}
	look_at_time(j, now);
	set = j->given = j->ready;
	if (set == NULL)
		return false;
	j->ready = set->next_ready;
	if (j->ready == NULL)
		j->ready_last = &j->ready;
	spread(j, set);
	*out = set->out;
	out->pieces = j->pieces;
	return true;
}

uint64_t
join_deadline(const struct join *j)
{
	return j->waiting.oldest == NULL ? UINT64_MAX :
	    deadline(j, j->waiting.oldest);
}

void
join_flush(struct join *j)
{
	while (j->waiting.oldest != NULL)
		finish(j, j->waiting.oldest, JOIN_FLUSHED,
		    j->waiting.oldest->time);
}
