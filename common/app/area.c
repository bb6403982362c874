/* SPDX-License-Identifier: ISC */
/* The areas of broadcasts, and what else only a broadcast has. */
#include "app/area.h"

#include <math.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/mem.h"
#include "smpp/tables.h"

enum {
	AREA_MOST = 100,       /* octets behind the format */
	ALIAS = 0, ARC = 1, POLYGON = 2,  /* formats */
	GAD_POLYGON = 5, GAD_ARC = 10,    /* 23.032, 7.1: types of shape */
	POINTS_LEAST = 3, POINTS_MOST = 15,
	NUMBERS_MOST = 2 * POINTS_MOST,
};

static bool
fail(struct buf *error, const char *why)
{
	buf_add_str(error, why);
	return false;
}

/* "1.5,-2,...": at most NUMBERS_MOST numbers; 0 when it is something else. */
static size_t
numbers(double n[NUMBERS_MOST], struct span text)
{
	struct buf copy = {0};
	char *p, *end;
	size_t i = 0;

	buf_add_span(&copy, text);
	buf_add_byte(&copy, 0);
	for (p = (char *)copy.p; i < NUMBERS_MOST; p = end + 1) {
		n[i] = strtod(p, &end);
		if (end == p || !isfinite(n[i])) {
			i = 0;
			break;
		}
		i++;
		if (*end != ',')
			break;
	}
	if (i > 0 && *end != '\0')
		i = 0;
	buf_free(&copy);
	return i;
}

static void
add_octets(struct buf *out, uint32_t v, unsigned n)
{
	while (n-- > 0)
		buf_add_byte(out, (uint8_t)(v >> 8 * n));
}

/* 23.032, 6.1: a latitude is a sign and 23 bits of 90 degrees, a longitude 24
 * bits of 360 in two's complement. */
static bool
add_point(struct buf *out, double lat, double lon)
{
	uint32_t n;
	int32_t e;

	if (fabs(lat) > 90 || fabs(lon) > 180)
		return false;
	n = (uint32_t)fmin(floor(fabs(lat) / 90 * (1 << 23)), (1 << 23) - 1);
	e = (int32_t)fmin(floor(lon / 360 * (1 << 24)), (1 << 23) - 1);
	add_octets(out, n | (lat < 0 ? 1u << 23 : 0), 3);
	add_octets(out, (uint32_t)e, 3);
	return true;
}

static bool
read_polygon(struct buf *out, struct span text, struct buf *error)
{
	double n[NUMBERS_MOST];
	size_t count = numbers(n, text);

	if (count % 2 > 0 || count < 2 * POINTS_LEAST)
		return fail(error, "polygon: 3 to 15 points are expected: "
		    "LAT,LON,LAT,LON,... in degrees");
	buf_add_byte(out, POLYGON);
	buf_add_byte(out, (uint8_t)(GAD_POLYGON << 4 | count / 2));
	for (size_t i = 0; i < count; i += 2)
		if (!add_point(out, n[i], n[i + 1]))
			return fail(error, "polygon: a latitude is -90 to 90, "
			    "a longitude -180 to 180");
	return true;
}

/* 23.032, 6.2: the smallest k with 10 (1.1^k - 1) not below r. */
static uint8_t
uncertainty(double r)
{
	uint8_t k = 0;

	while (k < 127 && 10 * (pow(1.1, k) - 1) < r)
		k++;
	return k;
}

static bool
read_arc(struct buf *out, struct span text, struct buf *error)
{
	double n[NUMBERS_MOST];
	size_t count = numbers(n, text);

	if (count < 6 || count > 7)
		return fail(error, "arc: LAT,LON,RADIUS,UNCERTAINTY,OFFSET,"
		    "ANGLE[,CONFIDENCE] is expected, degrees and metres");
	buf_add_byte(out, ARC);
	buf_add_byte(out, GAD_ARC << 4);
	if (!add_point(out, n[0], n[1]))
		return fail(error, "arc: a latitude is -90 to 90, a longitude "
		    "-180 to 180");
	if (n[2] < 0 || n[2] > 5 * 65535.0 || n[3] < 0 || n[3] > 1800000)
		return fail(error, "arc: an inner radius is 0 to 327675 m, an "
		    "uncertainty 0 to 1800000");
	if (n[4] < 0 || n[4] >= 360 || n[5] <= 0 || n[5] > 360)
		return fail(error, "arc: an offset is 0 to 359 degrees, an "
		    "angle 1 to 360");
	if (count == 7 && (n[6] < 0 || n[6] > 100))
		return fail(error, "arc: a confidence is 0 to 100 percent");
	add_octets(out, (uint32_t)(n[2] / 5), 2);
	buf_add_byte(out, uncertainty(n[3]));
	buf_add_byte(out, (uint8_t)(n[4] / 2));
	buf_add_byte(out, (uint8_t)(ceil(n[5] / 2) - 1));
	buf_add_byte(out, (uint8_t)(count == 7 ? n[6] : 0));
	return true;
}

static bool
read_alias(struct buf *out, struct span name, struct buf *error)
{
	if (name.n == 0 || name.n > AREA_MOST)
		return fail(error, "the name of an area has 1 to 100 octets");
	buf_add_byte(out, ALIAS);
	buf_add_span(out, name);
	return true;
}

static bool
read_hex(struct buf *out, struct span hex, struct buf *error)
{
	size_t bad;

	if (hex.n == 0 || hex.n > 2 * (AREA_MOST + 1) ||
	    !hex_decode(out, hex, &bad))
		return fail(error, "hex: 1 to 101 octets are expected, the "
		    "first of them the format");
	return true;
}

bool
area_read(struct buf *out, struct span text, struct buf *error)
{
	static const struct {
		const char *prefix;
		bool (*read)(struct buf *, struct span, struct buf *);
	} shapes[] = {{"polygon:", read_polygon}, {"arc:", read_arc},
	    {"name:", read_alias}, {"hex:", read_hex}};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t n = strlen(shapes[i].prefix);

		if (text.n >= n && memcmp(text.p, shapes[i].prefix, n) == 0)
			return shapes[i].read(out, span_skip(text, n), error);
	}
	return read_alias(out, text, error);
}

static void
print_area(struct buf *out, struct span area)
{
	if (area.n < 2 || area.p[0] != ALIAS) {
		buf_add_str(out, "hex:");
		hex_encode(out, area);
		return;
	}
	for (size_t i = 1; i < area.n; i++)
		buf_add_byte(out, area.p[i] < ' ' || area.p[i] == 0x7f ? '?' :
		    area.p[i]);
}

size_t
area_refusals(const struct pdu *answer, uint32_t *status, struct buf *why)
{
	struct rd r = rd_init(answer->tlvs);
	uint32_t first = ESME_ROK;
	size_t statuses = 0, areas = 0;
	struct span area = {0};
	struct tlv tlv;

	/* a status and an area each, side by side or all of one kind first */
	while (tlv_next(&r, &tlv)) {
		if (tlv.tag == TLV_broadcast_error_status &&
		    tlv.value.n == 4 && statuses++ == 0) {
			struct rd value = rd_init(tlv.value);

			first = rd_u32(&value);
		}
		if (tlv.tag == TLV_broadcast_area_identifier && areas++ == 0)
			area = tlv.value;
	}
	if (statuses + areas == 0)
		return 0;
	*status = first != ESME_ROK ? first : ESME_RBCASTFAIL;
	buf_add_str(why, "not to ");
	print_area(why, area);
	buf_add_str(why, ": ");
	status_print(why, *status);
	return statuses > areas ? statuses : areas;
}

/* A name of smpp.def, or a number. */
static bool
read_value(const char *set, struct span text, uint32_t most, uint32_t *n)
{
	struct buf copy = {0};
	char *end;
	unsigned long value;

	if (value_by_name(set, text, n))
		return true;
	buf_add_span(&copy, text);
	buf_add_byte(&copy, 0);
	value = strtoul((char *)copy.p, &end, 0);
	*n = (uint32_t)value;
	if (text.n == 0 || *copy.p < '0' || *copy.p > '9' || *end != '\0' ||
	    value > most)
		end = NULL;
	buf_free(&copy);
	return end != NULL;
}

bool
area_content(uint8_t value[CONTENT_OCTETS], struct span text)
{
	const uint8_t *colon = text.n > 0 ? memchr(text.p, ':', text.n) : NULL;
	struct span network = {0};
	uint32_t n = 0, type;

	if (colon != NULL) {
		network = span_of(text.p, (size_t)(colon - text.p));
		text = span_skip(text, network.n + 1);
	}
	if ((colon != NULL && !read_value("broadcast_content_type.network",
	    network, UINT8_MAX, &n)) ||
	    !read_value("broadcast_content_type.generic", text, UINT16_MAX,
	    &type))
		return false;
	value[0] = (uint8_t)n;
	value[1] = (uint8_t)(type >> 8);
	value[2] = (uint8_t)type;
	return true;
}

bool
area_interval(uint8_t value[INTERVAL_OCTETS], uint64_t ms)
{
	static const struct {
		uint8_t unit;
		uint64_t ms;
	} units[] = {{0x0c, 604800000}, {0x0b, 86400000}, {0x0a, 3600000},
	    {0x09, 60000}, {0x08, 1000}};

	value[0] = value[1] = value[2] = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units) && ms > 0; i++) {
		uint64_t n = ms / units[i].ms;

		if (ms % units[i].ms > 0 || n > UINT16_MAX)
			continue;
		value[0] = units[i].unit;
		value[1] = (uint8_t)(n >> 8);
		value[2] = (uint8_t)n;
		return true;
	}
	return ms == 0;
}
