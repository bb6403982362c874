/* SPDX-License-Identifier: ISC */
/* Counts and rates as sentences. */
#include "app/progress.h"

#include <inttypes.h>

enum { DRAW_MS = 500 };

void
progress_init(struct progress *p, uint64_t now)
{
	*p = (struct progress){.started_ms = now, .seen_ms = now};
}

uint64_t
progress_deadline(const struct progress *p)
{
	return (p->drawn_ms ? p->drawn_ms : p->started_ms) + DRAW_MS;
}

bool
progress_due(const struct progress *p, uint64_t now)
{
	return now >= progress_deadline(p);
}

/* n in ms as a rate in thousandths a second; 0 when no time has gone by. */
static uint64_t
rate_of(uint64_t n, uint64_t ms)
{
	return ms == 0 ? 0 : n > UINT64_MAX / 1000000 ? n / ms * 1000000 :
	    n * 1000000 / ms;
}

/* Of 10 a second or more whole ones, else with a digit behind the point. */
static void
add_rate(struct buf *b, uint64_t rate)
{
	if (rate >= 10000 || rate % 1000 == 0)
		buf_addf(b, "%" PRIu64 "/s", rate / 1000);
	else
		buf_addf(b, "%" PRIu64 ".%" PRIu64 "/s", rate / 1000,
		    rate / 100 % 10);
}

static void
add_time(struct buf *b, uint64_t s)
{
	if (s >= 3600)
		buf_addf(b, "%" PRIu64 "h%02" PRIu64 "m", s / 3600,
		    s / 60 % 60);
	else if (s >= 60)
		buf_addf(b, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else
		buf_addf(b, "%" PRIu64 "s", s);
}

/* How long the rest takes if it takes as long as what was read. */
static void
add_left(const struct progress *p, struct buf *b,
    const struct progress_facts *f, uint64_t now)
{
	uint64_t left;

	if (f->input_read == 0 || f->input_read >= f->input_size)
		return;
	left = f->input_size - f->input_read;
	left = (uint64_t)((double)(now - p->started_ms) * (double)left /
	    (double)f->input_read / 1000);
	buf_add_str(b, ", ");
	add_time(b, left);
	buf_add_str(b, " left");
}

static uint64_t
done(const struct progress_facts *f)
{
	return f->ok + f->failed + f->unknown + f->unsent;
}

/* What is unknown has not failed: it may have been delivered. */
static void
add_rows(struct buf *b, const struct progress_facts *f)
{
	buf_addf(b, "%" PRIu64 " ok, %" PRIu64 " failed, ", f->ok, f->failed);
	if (f->unknown > 0)
		buf_addf(b, "%" PRIu64 " unknown, ", f->unknown);
	if (f->unsent > 0)
		buf_addf(b, "%" PRIu64 " unsent, ", f->unsent);
}

static void
measure(struct progress *p, const struct progress_facts *f, uint64_t now)
{
	uint64_t ms = now - p->seen_ms;
	uint64_t rate = rate_of(done(f) - p->seen_done, ms);

	if (ms < DRAW_MS)
		return;
	p->rate = p->seen_ms == p->started_ms ? rate : (p->rate + rate) / 2;
	p->seen_ms = now;
	p->seen_done = done(f);
}

void
progress_line(struct progress *p, struct buf *b,
    const struct progress_facts *f, uint64_t now, bool drawn)
{
	measure(p, f, now);
	if (drawn)
		p->drawn_ms = now;
	buf_addf(b, "%" PRIu64 " done, ", done(f));
	add_rows(b, f);
	add_rate(b, p->rate);
	add_left(p, b, f, now);
	if (f->limit != FLOW_FREE)
		buf_addf(b, ", limited by %s", flow_limit_words(f->limit));
	if (f->limit == FLOW_HOURS) {
		buf_add_str(b, ", waiting for ");
		hours_print(b, f->hours, f->opens_ms);
	}
}

/* Microseconds as milliseconds with what digits are known. */
static void
add_ms(struct buf *b, const char *name, uint64_t us)
{
	buf_addf(b, " %s ", name);
	if (us < 100000)
		buf_addf(b, "%" PRIu64 ".%03" PRIu64, us / 1000, us % 1000);
	else
		buf_addf(b, "%" PRIu64, us / 1000);
	buf_add_str(b, " ms");
}

void
progress_stats(const struct progress *p, struct buf *b,
    const struct progress_facts *f, uint64_t now)
{
	uint64_t ms = now - p->started_ms;

	buf_addf(b, "%" PRIu64 " rows in %" PRIu64 ".%03" PRIu64 " s: ",
	    done(f), ms / 1000, ms % 1000);
	add_rows(b, f);
	add_rate(b, rate_of(done(f), ms));
	buf_addf(b, "\n%" PRIu64 " PDUs accepted, %" PRIu64 " refused, %" PRIu64
	    " of them throttled, ", f->accepted, f->refused, f->throttled);
	add_rate(b, rate_of(f->accepted, ms));
	buf_add_byte(b, '\n');
	if (f->latency != NULL && f->latency->n > 0) {
		buf_add_str(b, f->open_loop ? "due to response:" :
		    "submit to response:");
		add_ms(b, "p50", hist_at(f->latency, 500));
		add_ms(b, "p90", hist_at(f->latency, 900));
		add_ms(b, "p99", hist_at(f->latency, 990));
		add_ms(b, "max", hist_at(f->latency, 1000));
		buf_add_byte(b, '\n');
	}
	if (f->open_loop && f->behind_ms > 0)
		buf_addf(b, "behind the rate by %" PRIu64 " ms at the end, "
		    "since it is never exceeded\n", f->behind_ms);
	buf_addf(b, "limited by %s\n", flow_limit_words(f->limit));
}
