/* SPDX-License-Identifier: ISC */
/* Streams of TCP put in order (RFC 9293, 3.4 and 3.10.7.4). */
#include "file/reassembly.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
	STREAMS_MAX = 4096,       /* the longest unused one makes room */
	BUCKETS = 4096,
	HELD_MAX = 1 << 20,       /* octets of a stream */
	HELD_ALL = 16 << 20,      /* of all */
	HELD_COST = 64,           /* memory of a segment, beside its octets */
	JUMP = 64 << 20,          /* numbers so far off are of another connection */
	PACKETS_LATE = 8,         /* what an ack has overtaken comes within so many */
	ACKED_MS = 100,           /* or in this time */
	UNACKED_MS = 10 * 1000,   /* where no ack tells */
};

/* A segment that is ahead. */
struct held {
	struct held *next;        /* in order of sequence */
	uint32_t sequence;
	struct timespec time;
	size_t n;
	uint8_t octets[];
};

struct stream {
	struct capture_stream public;
	uint8_t key[PACKET_KEY];
	bool known;               /* next is */
	bool closed;              /* told; kept so that late segments are known */
	bool has_fin, has_ack;
	uint32_t next;            /* sequence number of the next octet */
	uint32_t fin;             /* behind the last one */
	uint32_t acked;           /* by the peer */
	struct held *held, *last; /* last: of those held, while there are any */
	size_t n_held;            /* octets, and HELD_COST for each segment */
	uint64_t hole_packet;     /* when the first one was held */
	struct timespec hole_time;
	struct stream *chain;     /* same bucket */
	struct stream *older, *newer;
};

/* What reassembly_next gives out. */
struct told {
	struct told *next;
	enum capture_result result;
	struct stream *stream;
	struct held *held;        /* owns the octets, or NULL */
	struct span octets;
	uint64_t lost;
	struct timespec time;
	bool last;                /* the stream goes with it */
};

struct reassembly {
	struct stream *bucket[BUCKETS];
	struct stream *oldest, *newest;
	size_t n, n_held;
	uint64_t packets;
	struct timespec now;
	struct told *first, **end;
	struct told *given;       /* lives until the next call */
};

struct reassembly *
reassembly_new(void)
{
	struct reassembly *r = mem_new(sizeof(*r));

	r->end = &r->first;
	return r;
}

static int64_t
ms_between(struct timespec from, struct timespec to)
{
	return ((int64_t)to.tv_sec - (int64_t)from.tv_sec) * 1000 +
	    ((int64_t)to.tv_nsec - (int64_t)from.tv_nsec) / 1000000;
}

/* How far a is ahead of b; behind: negative. */
static int32_t
ahead(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Streams */

static struct stream **
bucket_of(struct reassembly *r, const uint8_t key[PACKET_KEY])
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < PACKET_KEY; i++)
		hash = (hash ^ key[i]) * 16777619u;
	return &r->bucket[hash % BUCKETS];
}

static struct stream *
find(struct reassembly *r, const uint8_t key[PACKET_KEY])
{
	struct stream *s = *bucket_of(r, key);

	while (s != NULL && memcmp(s->key, key, PACKET_KEY) != 0)
		s = s->chain;
	return s;
}

static void
unlink_used(struct reassembly *r, struct stream *s)
{
	*(s->older ? &s->older->newer : &r->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &r->newest) = s->older;
}

static void
link_newest(struct reassembly *r, struct stream *s)
{
	s->newer = NULL;
	s->older = r->newest;
	*(r->newest ? &r->newest->newer : &r->oldest) = s;
	r->newest = s;
}

/* Takes it out of the tables; it lives until what was told of it is given. */
static void
forget(struct reassembly *r, struct stream *s)
{
	struct stream **at = bucket_of(r, s->key);

	while (*at != s)
		at = &(*at)->chain;
	*at = s->chain;
	unlink_used(r, s);
	r->n--;
}

/* What is told */

static struct told *
tell(struct reassembly *r, struct stream *s, enum capture_result result)
{
	struct told *t = mem_new(sizeof(*t));

	t->result = result;
	t->stream = s;
	t->time = r->now;
	*r->end = t;
	r->end = &t->next;
	return t;
}

/* Octets at their place, but for those that were told before; held owns them
 * or is NULL. */
static void
deliver(struct reassembly *r, struct stream *s, uint32_t sequence,
    struct span octets, struct held *held)
{
	size_t known = s->next - sequence;
	struct told *t;

	if (known >= octets.n) {
		free(held);
		return;
	}
	t = tell(r, s, CAPTURE_DATA);
	t->octets = span_skip(octets, known);
	t->held = held;
	if (held != NULL)
		t->time = held->time;
	s->next += (uint32_t)t->octets.n;
}

/* Gives out what is held, as far as nothing is missing before it. */
static void
drain(struct reassembly *r, struct stream *s)
{
	struct held *h;

	while ((h = s->held) != NULL && ahead(h->sequence, s->next) <= 0) {
		s->held = h->next;
		s->n_held -= h->n + HELD_COST;
		r->n_held -= h->n + HELD_COST;
		deliver(r, s, h->sequence, span_of(h->octets, h->n), h);
	}
	s->hole_packet = r->packets;
	s->hole_time = r->now;
}

/* What is missing will not come. */
static void
give_up_hole(struct reassembly *r, struct stream *s)
{
	uint32_t sequence = s->held->sequence;
	struct told *t = tell(r, s, CAPTURE_GAP);

	t->lost = sequence - s->next;
	t->time = s->held->time;
	s->next = sequence;
	drain(r, s);
}

/* All that is held, and the end; what is missing before it, too. */
static void
finish(struct reassembly *r, struct stream *s)
{
	if (s->closed)
		return;
	while (s->held != NULL)
		give_up_hole(r, s);
	if (s->has_fin && ahead(s->fin, s->next) > 0)
		tell(r, s, CAPTURE_GAP)->lost = s->fin - s->next;
	s->closed = true;
	tell(r, s, CAPTURE_CLOSED);
}

/* The same, and the stream goes. */
static void
drop(struct reassembly *r, struct stream *s)
{
	finish(r, s);
	forget(r, s);
	tell(r, s, CAPTURE_CLOSED)->last = true;
}

static struct stream *
begin(struct reassembly *r, const struct packet *p)
{
	struct stream *s, **bucket = bucket_of(r, p->key);

	if (r->n == STREAMS_MAX)
		drop(r, r->oldest);
	s = mem_new(sizeof(*s));
	memcpy(s->key, p->key, PACKET_KEY);
	packet_name(s->public.from, p, 0);
	packet_name(s->public.to, p, 1);
	s->chain = *bucket;
	*bucket = s;
	link_newest(r, s);
	r->n++;
	return s;
}

/* Segments */

static void
hold(struct reassembly *r, struct stream *s, const struct packet *p)
{
	struct held **at = &s->held, *h;

	if (s->held != NULL && ahead(p->sequence, s->last->sequence) > 0)
		at = &s->last->next;
	for (; *at != NULL && ahead((*at)->sequence, p->sequence) <= 0;
	    at = &(*at)->next)
		/* sent again, and no longer than before */
		if ((*at)->sequence == p->sequence && (*at)->n >= p->payload.n)
			return;
	if (s->held == NULL) {
		s->hole_packet = r->packets;
		s->hole_time = r->now;
	}
	h = mem_new(sizeof(*h) + p->payload.n);
	h->sequence = p->sequence;
	h->time = r->now;
	h->n = p->payload.n;
	memcpy(h->octets, p->payload.p, h->n);
	h->next = *at;
	*at = h;
	if (h->next == NULL)
		s->last = h;
	s->n_held += h->n + HELD_COST;
	r->n_held += h->n + HELD_COST;
}

/* Whether the octets before what is held are not in the capture. */
static bool
is_lost(const struct reassembly *r, const struct stream *s)
{
	int64_t ms = ms_between(s->hole_time, r->now);

	if (s->n_held > HELD_MAX || r->n_held > HELD_ALL || ms >= UNACKED_MS)
		return true;
	return s->has_ack && ahead(s->acked, s->held->sequence) >= 0 &&
	    (r->packets - s->hole_packet >= PACKETS_LATE || ms >= ACKED_MS);
}

static void
look_for_holes(struct reassembly *r, struct stream *s)
{
	while (s != NULL && s->held != NULL && is_lost(r, s))
		give_up_hole(r, s);
	if (s != NULL && !s->closed && s->has_fin && s->known &&
	    ahead(s->fin, s->next) <= 0)
		finish(r, s);
}

static struct stream *
stream_of(struct reassembly *r, const struct packet *p)
{
	struct stream *s = find(r, p->key);
	bool syn = (p->flags & PACKET_SYN) != 0;
	int32_t off;

	if (s == NULL)
		return syn || p->payload.n > 0 ? begin(r, p) : NULL;
	off = s->known ? ahead(p->sequence, s->next) : 0;
	/* the ports are used again */
	if ((syn && off != 0) || (p->payload.n > 0 &&
	    (off > JUMP || off < -JUMP))) {
		drop(r, s);
		return begin(r, p);
	}
	unlink_used(r, s);
	link_newest(r, s);
	return s;
}

static void
take(struct reassembly *r, struct stream *s, const struct packet *p)
{
	if (s->closed)
		return;
	if (!s->known) {
		s->known = true;
		s->next = p->sequence;
	}
	if (p->payload.n > 0 && ahead(p->sequence, s->next) > 0) {
		hold(r, s, p);
	} else if (p->payload.n > 0) {
		deliver(r, s, p->sequence, p->payload, NULL);
		drain(r, s);
	}
	if ((p->flags & PACKET_FIN) != 0) {
		s->has_fin = true;
		s->fin = p->sequence + (uint32_t)p->payload.n;
	}
	/* a reset counts in its place; one from elsewhere is nobody's */
	if ((p->flags & PACKET_RST) != 0 && ahead(p->sequence, s->next) >= 0 &&
	    ahead(p->sequence, s->next) <= JUMP) {
		s->has_fin = true;
		s->fin = p->sequence;
	}
	look_for_holes(r, s);
}

void
reassembly_put(struct reassembly *r, const struct packet *p,
    struct timespec time)
{
	uint8_t key[PACKET_KEY];
	struct stream *s, *peer;

	r->packets++;
	r->now = time;
	s = stream_of(r, p);
	packet_reverse(key, p->key);
	peer = find(r, key);
	if (peer != NULL && (p->flags & PACKET_ACK) != 0) {
		peer->has_ack = true;
		peer->acked = p->acknowledged;
		look_for_holes(r, peer);
	}
	if (s != NULL)
		take(r, s, p);
}

void
reassembly_end(struct reassembly *r)
{
	while (r->oldest != NULL)
		drop(r, r->oldest);
}

static void
release(struct reassembly *r)
{
	struct told *t = r->given;

	r->given = NULL;
	if (t == NULL)
		return;
	free(t->held);
	if (t->last)
		free(t->stream);
	free(t);
}

bool
reassembly_next(struct reassembly *r, struct capture_piece *piece,
    enum capture_result *result)
{
	struct told *t;

	for (;;) {
		release(r);
		t = r->first;
		if (t == NULL)
			return false;
		r->first = t->next;
		if (r->first == NULL)
			r->end = &r->first;
		r->given = t;
		/* CLOSED was told before */
		if (!t->last)
			break;
	}
	*result = t->result;
	*piece = (struct capture_piece){.stream = &t->stream->public,
	    .octets = t->octets, .lost = t->lost, .time = t->time};
	return true;
}

void
reassembly_free(struct reassembly *r)
{
	struct capture_piece piece;
	enum capture_result result;

	if (r == NULL)
		return;
	reassembly_end(r);
	while (reassembly_next(r, &piece, &result))
		;
	free(r);
}
