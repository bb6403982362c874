/* SPDX-License-Identifier: ISC */
/*
 * Hours of the day. Minute after minute is asked for as the local clock shows
 * it, which is right whatever a zone's rules do; it happens twice a day.
 */
#include "app/hours.h"

#include <time.h>

enum { DAY = 24 * 60, LOOK_AHEAD = 3 * DAY };

/* "9" or "09:00", to 24:00. */
static bool
take_time(struct span *s, unsigned *minutes)
{
	unsigned part[2] = {0};
	size_t n;

	for (int i = 0; i < 2; i++) {
		for (n = 0; n < 2 && s->n > 0 && s->p[0] >= '0' &&
		    s->p[0] <= '9'; n++) {
			part[i] = part[i] * 10 + (unsigned)(s->p[0] - '0');
			*s = span_skip(*s, 1);
		}
		if (n != 2 && (n == 0 || i == 1))
			return false;
		if (i == 1 || s->n == 0 || s->p[0] != ':')
			break;
		*s = span_skip(*s, 1);
	}
	*minutes = part[0] * 60 + part[1];
	return part[1] < 60 && *minutes <= DAY;
}

bool
hours_parse(struct hours *h, struct span text)
{
	*h = (struct hours){.zone = h->zone};
	if (!take_time(&text, &h->from) || text.n == 0 || text.p[0] != '-')
		return false;
	text = span_skip(text, 1);
	if (!take_time(&text, &h->to) || text.n > 0 || h->from == h->to ||
	    h->from == DAY || (h->from == 0 && h->to == 0))
		return false;
	h->limited = true;
	return true;
}

static bool
is_within(const struct hours *h, const struct tm *t)
{
	unsigned now = (unsigned)(t->tm_hour * 60 + t->tm_min);

	return h->from < h->to ? now >= h->from && now < h->to :
	    now >= h->from || now < h->to;
}

bool
hours_open(struct hours *h, int64_t utc_ms, int64_t *until_ms)
{
	int64_t at = utc_ms / 1000;
	struct tm t;

	*until_ms = INT64_MAX;
	if (!h->limited || (h->from == 0 && h->to == DAY))
		return true;
	if (utc_ms < h->since_ms || utc_ms >= h->until_ms) {
		zone_clock(&h->zone, at, &t);
		h->open = is_within(h, &t);
		for (int i = 0; i < LOOK_AHEAD; i++) {
			/* the next minute on the clock; of a leap second too */
			at += t.tm_sec < 60 ? 60 - t.tm_sec : 1;
			zone_clock(&h->zone, at, &t);
			if (is_within(h, &t) != h->open)
				break;
		}
		h->since_ms = utc_ms;
		h->until_ms = at * 1000;
	}
	*until_ms = h->until_ms;
	return h->open;
}

void
hours_print(struct buf *b, const struct hours *h, int64_t utc_ms)
{
	char text[32];
	struct tm t;
	long east;

	zone_clock(&h->zone, utc_ms / 1000, &t);
	if (strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &t) == 0)
		return;
	east = t.tm_gmtoff < 0 ? -t.tm_gmtoff : t.tm_gmtoff;
	buf_addf(b, "%s %c%02ld:%02ld", text, t.tm_gmtoff < 0 ? '-' : '+',
	    east / 3600, east / 60 % 60);
}
