/* SPDX-License-Identifier: ISC */
/* The parts of a plan: one when the text fits, else as the configuration says
 * it is to be split. */
#include "text/parts.h"

#include "base/mem.h"
#include "text/split.h"
#include "text/udh.h"

enum { PAYLOAD_OCTETS = 0xffff, CONCAT8 = 6 };

static bool
fail(struct text_plan *p, enum text_fault fault, const char *why)
{
	p->fault = fault;
	p->why = why;
	p->n_parts = 0;
	return false;
}

/* The header that every part has anyway. */
static struct udh
header(const struct text_plan *p, const struct text_conf *c)
{
	return (struct udh){
		.ports = c->ports,
		.destination_port = c->destination_port,
		.source_port = c->source_port,
		.tables = p->coder.tables,
		.more = c->elements,
	};
}

static struct text_part *
add_part(struct text_plan *p)
{
	if (p->n_parts == p->cap_parts) {
		p->cap_parts = p->cap_parts ? p->cap_parts * 2 : 4;
		p->parts = mem_resize(p->parts,
		    p->cap_parts * sizeof(*p->parts));
	}
	p->parts[p->n_parts] = (struct text_part){0};
	return &p->parts[p->n_parts++];
}

/* Encodes a part of the source behind its header; the spans of parts are
 * lengths alone until the last octet stands where it stays. */
static void
write_part(struct text_plan *p, struct text_part *part, const struct udh *u,
    struct span text)
{
	struct charset_error error;
	uint8_t udh[UDH_MAX];
	size_t before = p->octets.len;

	part->udh.n = udh_write(udh, u);
	buf_add(&p->octets, udh, part->udh.n);
	coder_encode(&p->octets, &p->coder, text, part->udh.n, &error);
	part->octets.n = p->octets.len - before;
}

static void
place_parts(struct text_plan *p)
{
	const uint8_t *at = p->octets.p;
	size_t i;

	for (i = 0; i < p->n_parts; i++) {
		p->parts[i].octets.p = at;
		p->parts[i].udh.p = at;
		at += p->parts[i].octets.n;
	}
}

static bool
one_part(struct text_plan *p, const struct udh *u, const struct measure *m,
    bool encoded)
{
	struct text_part *part = add_part(p);

	part->units = measure_units(m, &p->coder);
	p->units = part->units;
	if (encoded) {
		part->octets.n = p->octets.len;
	} else {
		buf_clear(&p->octets);
		write_part(p, part, u, p->source);
	}
	p->udhi = part->udh.n > 0;
	place_parts(p);
	return true;
}

void
parts_take(struct text_plan *p, struct span text)
{
	struct text_part *part = add_part(p);

	p->source = text;
	part->octets = text;
	part->udh.p = text.p;
	p->units = part->units = text.n;
}

static bool
too_long(struct text_plan *p, const struct measure *m,
    struct split_limit limit, size_t udh)
{
	p->have = measure_octets(m, &p->coder, udh);
	p->limit = limit.octets;
	p->in_septets = p->have <= p->limit;
	if (p->in_septets) {
		p->have = m->septets;
		p->limit = limit.septets;
	}
	return fail(p, TEXT_TOO_LONG, NULL);
}

/* Where the parts end, by running over the text once; how many there are, or
 * 0 when a part cannot hold even one character. */
static size_t
find_parts(struct text_plan *p, struct split_limit limit, size_t udh,
    size_t max)
{
	struct text_part *part;
	struct measure m;
	size_t at = 0, end, n = 0;

	for (; at < p->source.n; at = end, n++) {
		end = split_next(&p->coder, p->source, at, limit, udh, &m);
		if (end == at)
			return 0;
		if (n >= max)
			continue;
		part = add_part(p);
		part->units = measure_units(&m, &p->coder);
		part->octets.n = end - at;  /* of the source, for now */
	}
	return n;
}

/* With SAR the SMSC makes the header, out of 140 octets; ours has none. */
static struct split_limit
sar_limit(const struct coder *c, size_t part_octets)
{
	struct split_limit limit = split_limit(c, 0, CONCAT8);

	if (part_octets > 0 && part_octets < limit.octets)
		limit.octets = part_octets;
	return limit;
}

static bool
many_parts(struct text_plan *p, const struct text_conf *c, struct udh *u)
{
	size_t max = c->max_parts && c->max_parts < TEXT_PARTS_MAX ?
	    c->max_parts : TEXT_PARTS_MAX;
	struct split_limit limit;
	size_t n, i, at = 0, udh;
	uint8_t octets[UDH_MAX];

	u->total = 1;
	u->wide = c->split == SPLIT_UDH16;
	udh = udh_write(octets, u);
	limit = split_limit(&p->coder, c->part_octets, udh);
	if (c->split == SPLIT_SAR) {
		limit = sar_limit(&p->coder, c->part_octets);
		udh = 0;
	}
	n = find_parts(p, limit, udh, max);
	if (n == 0)
		return fail(p, TEXT_CONF,
		    "part-octets leaves no room for a character");
	if (n > max) {
		p->have = n;
		p->limit = max;
		return fail(p, TEXT_TOO_MANY_PARTS, NULL);
	}
	buf_clear(&p->octets);
	u->total = c->split == SPLIT_SAR ? 0 : (uint8_t)n;
	for (i = 0; i < n; i++, at += udh) {
		u->sequence = (uint8_t)(i + 1);
		udh = p->parts[i].octets.n;
		write_part(p, &p->parts[i], u, span_of(p->source.p + at, udh));
		p->units += p->parts[i].units;
	}
	p->udhi = p->parts[0].udh.n > 0;
	p->split = c->split;
	place_parts(p);
	return true;
}

bool
parts_lay_out(struct text_plan *p, const struct text_conf *c,
    const struct measure *m)
{
	uint8_t octets[UDH_MAX];
	struct udh u = header(p, c);
	size_t udh = udh_write(octets, &u);
	struct split_limit limit = split_limit(&p->coder, c->part_octets, udh);
	bool headed = udh > 0;

	p->n_parts = 0;
	p->units = 0;
	p->split = SPLIT_NONE;
	if (split_fits(m, &p->coder, limit, udh))
		return one_part(p, &u, m, !headed);
	if (c->split == SPLIT_NONE)
		return too_long(p, m, limit, udh);
	if (c->split == SPLIT_PAYLOAD) {
		limit = (struct split_limit){PAYLOAD_OCTETS - udh, SIZE_MAX};
		if (!split_fits(m, &p->coder, limit, udh))
			return too_long(p, m, limit, udh);
		p->split = SPLIT_PAYLOAD;
		return one_part(p, &u, m, !headed);
	}
	if (c->split == SPLIT_SAR && headed)
		return fail(p, TEXT_CONF, "split sar goes with no header: no "
		    "ports, no shift tables, no udh");
	return many_parts(p, c, &u);
}
