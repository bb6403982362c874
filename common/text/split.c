/* SPDX-License-Identifier: ISC */
/* How much of a text one part holds: 3GPP TS 23.040, 9.2.3.16 and 9.2.3.24. */
#include "text/split.h"

#include "text/compose.h"
#include "text/utf8.h"

enum {
	GSM_OCTETS = 140,
	MESSAGE_OCTETS = 254,  /* of short_message (3.4, 5.2.21) */
};

struct split_limit
split_limit(const struct coder *c, size_t part_octets, size_t udh)
{
	size_t octets = part_octets;
	const size_t gsm = GSM_OCTETS;  /* of the air, whatever the link takes */

	if (octets == 0)
		octets = c->septets && c->encoding != ENCODING_GSM7_PACKED ?
		    MESSAGE_OCTETS : GSM_OCTETS;
	return (struct split_limit){
		.octets = octets > udh ? octets - udh : 0,
		.septets = !c->septets ? SIZE_MAX :
		    gsm > udh ? (gsm - udh) * 8 / 7 : 0,
	};
}

bool
split_fits(const struct measure *m, const struct coder *c,
    struct split_limit limit, size_t udh)
{
	return m->septets <= limit.septets &&
	    measure_octets(m, c, udh) <= limit.octets;
}

static void
add(struct measure *m, const struct coder *c, struct span text)
{
	const uint8_t *p = text.p, *end = p + text.n;

	while (p < end)
		measure_point(m, c, utf8_next(&p));
}

/* As many characters of a cluster as fit into a part of their own. */
static size_t
break_cluster(const struct coder *c, struct span text, size_t at,
    struct split_limit limit, size_t udh, struct measure *m)
{
	const uint8_t *p = text.p + at, *end = text.p + text.n;
	struct measure more = {0};

	*m = more;
	while (p < end) {
		measure_point(&more, c, utf8_next(&p));
		if (!split_fits(&more, c, limit, udh))
			break;
		*m = more;
		at = (size_t)(p - text.p);
	}
	return at;
}

static size_t
split_octets(struct span text, size_t at, struct split_limit limit,
    struct measure *m)
{
	size_t n = text.n - at;

	if (n > limit.octets)
		n = limit.octets;
	*m = (struct measure){.octets = n};
	return at + n;
}

/*
 * The run of characters that stand alone, as far as it fits, less the last; *m
 * grows by what it takes. Most texts are one such run.
 */
static size_t
run(const struct coder *c, struct span text, size_t at,
    struct split_limit limit, size_t udh, struct measure *m)
{
	const uint8_t *p = text.p + at, *end = p + text.n - at, *start = p;
	struct measure more = *m;
	uint32_t point = utf8_next(&p), next;

	while (p < end && text_stands_alone(point)) {
		at = (size_t)(p - text.p);
		next = utf8_next(&p);
		if (!text_stands_alone(next))
			break;
		measure_point(&more, c, point);
		if (!split_fits(&more, c, limit, udh))
			break;
		*m = more;
		start = text.p + at;
		point = next;
	}
	return (size_t)(start - text.p);
}

size_t
split_next(const struct coder *c, struct span text, size_t at,
    struct split_limit limit, size_t udh, struct measure *m)
{
	size_t start = at, end;
	struct measure more = {0};

	if (c->encoding == ENCODING_BINARY)
		return split_octets(text, at, limit, m);
	*m = more;
	if (at < text.n)
		at = run(c, text, at, limit, udh, m);
	more = *m;
	for (; at < text.n; at = end) {
		end = text_cluster_end(text, at);
		add(&more, c, span_of(text.p + at, end - at));
		if (!split_fits(&more, c, limit, udh)) {
			if (at == start)
				return break_cluster(c, span_of(text.p, end),
				    at, limit, udh, m);
			break;
		}
		*m = more;
	}
	return at;
}
