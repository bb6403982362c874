/* SPDX-License-Identifier: ISC */
/* app/flow: against simulated SMSCs that refuse what comes too fast. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/flow.h"

enum { TICKS = 70000, FLIGHT = 4096, START = 1000000 };

/* How it counts what it takes: in each second, or by tokens. */
struct smsc {
	uint64_t rate;       /* a second; 0: none */
	uint64_t burst;      /* tokens at most; 0: fixed seconds */
	uint64_t latency;
	uint64_t shut_from, shut_to;  /* takes nothing at all, ms from start */
	/* state, in thousandths */
	uint64_t tokens, second, now;
};

struct sim {
	struct smsc smsc;
	struct flow flow;
	struct { uint64_t sent; bool taken; } flight[FLIGHT];
	size_t first, n;
	uint32_t in_flight;
	uint64_t taken[TICKS], refused[TICKS];
};

static struct sim sim;

static bool
smsc_takes(struct smsc *s, uint64_t now)
{
	uint64_t t = now - START;

	if (t >= s->shut_from && t < s->shut_to)
		return false;
	if (s->rate == 0)
		return true;
	if (s->burst == 0) {
		if (now / 1000 != s->second)
			s->tokens = s->rate * 1000;
		s->second = now / 1000;
	} else {
		s->tokens += (now - s->now) * s->rate;
		if (s->tokens > s->burst * 1000)
			s->tokens = s->burst * 1000;
		s->now = now;
	}
	if (s->tokens < 1000)
		return false;
	s->tokens -= 1000;
	return true;
}

static void
answer(uint64_t now)
{
	while (sim.n > 0 &&
	    sim.flight[sim.first].sent + sim.smsc.latency <= now) {
		uint64_t sent = sim.flight[sim.first].sent;

		if (sim.flight[sim.first].taken) {
			sim.taken[now - START]++;
			flow_accepted(&sim.flow, sent, now);
		} else {
			sim.refused[now - START]++;
			flow_throttled(&sim.flow, sent, now);
		}
		sim.first = (sim.first + 1) % FLIGHT;
		sim.n--;
	}
}

static void
simulate(struct smsc smsc, uint32_t window, uint64_t ms)
{
	struct flow_conf conf = {window, 600000};

	sim = (struct sim){.smsc = smsc};
	sim.smsc.now = START;
	sim.smsc.tokens = smsc.burst * 1000;
	flow_init(&sim.flow, &conf, START);
	for (uint64_t now = START; now < START + ms; now++) {
		answer(now);
		while (flow_may_send(&sim.flow, (uint32_t)sim.n, now) ==
		    FLOW_FREE) {
			size_t at = (sim.first + sim.n++) % FLIGHT;

			assert_true(sim.n <= window);
			flow_sent(&sim.flow, now);
			sim.flight[at].sent = now;
			sim.flight[at].taken = smsc_takes(&sim.smsc, now);
		}
		/* it never waits for what cannot happen */
		assert_true(sim.n > 0 ||
		    flow_next(&sim.flow, 0, now) != UINT64_MAX);
	}
}

static uint64_t
sum(const uint64_t *of, uint64_t from, uint64_t to)
{
	uint64_t n = 0;

	for (uint64_t i = from; i < to; i++)
		n += of[i];
	return n;
}

static void
converges_to_what_the_smsc_takes(void **state)
{
	static const struct {
		uint64_t burst, window, latency;
		uint64_t of_all;  /* refused at most, the start counted, in
				   * thousandths */
	} kind[] = {
		{0, 100, 100, 20}, {500, 100, 100, 20}, {50, 100, 100, 20},
		{10, 100, 100, 20}, {2, 100, 100, 40},
		{0, 1000, 100, 80}, {500, 1000, 100, 80}, {50, 1000, 100, 80},
		{0, 100, 10, 40}, {50, 100, 10, 30}, {500, 1000, 10, 100},
		{10, 1000, 1, 100}, {0, 1000, 1, 150},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		struct smsc smsc = {.rate = 500, .burst = kind[i].burst,
		    .latency = kind[i].latency};
		uint64_t taken, refused, all;

		simulate(smsc, (uint32_t)kind[i].window, 30000);
		taken = sum(sim.taken, 10000, 30000);
		refused = sum(sim.refused, 10000, 30000);
		all = sum(sim.refused, 0, 30000);
		if (getenv("SHOW"))
			fprintf(stderr, "burst %d window %d latency %d: "
			    "%d/s, %d refused, %d in all\n", (int)kind[i].burst,
			    (int)kind[i].window, (int)kind[i].latency,
			    (int)taken / 20, (int)refused, (int)all);
		/* closed for most of a second over and over is the worst */
		assert_in_range(taken, kind[i].latency < 100 ? 440 * 20 :
		    450 * 20, 505 * 20);
		assert_true(refused * 50 < taken);
		assert_true(all * 1000 < kind[i].of_all * 15000);
	}
}

static void
free_run_fills_the_window(void **state)
{
	(void)state;
	simulate((struct smsc){.latency = 50}, 100, 5000);
	/* 0.97 of window / round trip */
	assert_true(sum(sim.taken, 50, 5000) * 100 >= 2000 * 495 / 100 * 97);
	assert_int_equal(flow_rate(&sim.flow), 0);
	simulate((struct smsc){.latency = 100}, 10, 3000);
	assert_in_range(sum(sim.taken, 1000, 2000), 99, 100);
}

static void
closed_smsc_is_asked_seldom_and_found_again(void **state)
{
	struct smsc smsc = {.latency = 20, .shut_from = 5000,
	    .shut_to = 35000};
	uint64_t before, after, refused;

	(void)state;
	simulate(smsc, 10, 65000);
	before = sum(sim.taken, 4000, 5000);
	after = sum(sim.taken, 64000, 65000);
	refused = sum(sim.refused, 0, 65000);
	assert_int_equal(sum(sim.taken, 5100, 35000), 0);
	assert_true(refused < 100);
	assert_true(sum(sim.taken, 35000, 37000) > 50);
	assert_true(after * 10 >= before * 9);
}

static struct flow
new_flow(uint32_t window)
{
	struct flow f;

	flow_init(&f, &(struct flow_conf){window, 600000}, START);
	return f;
}

static void
one_round_trip_counts_once(void **state)
{
	struct flow f = new_flow(32);
	uint64_t rate;

	(void)state;
	for (int i = 0; i < 32; i++)
		flow_sent(&f, START);
	flow_throttled(&f, START, START + 100);
	rate = flow_rate(&f);
	assert_true(rate > 0);
	for (int i = 1; i < 32; i++)
		flow_throttled(&f, START, START + 100);
	assert_int_equal(flow_rate(&f), rate);
	assert_int_equal(flow_may_send(&f, 32, START + 100), FLOW_PEER);
	flow_throttled(&f, START + 150, START + 250);
	assert_true(flow_rate(&f) < rate);
}

static void
throttling_ends_after_its_time(void **state)
{
	struct flow f = new_flow(10);

	(void)state;
	assert_false(flow_gave_up(&f, START + 9000000));
	flow_throttled(&f, START, START + 100);
	flow_throttled(&f, START + 599000, START + 600099);
	assert_false(flow_gave_up(&f, START + 600099));
	assert_true(flow_gave_up(&f, START + 600100));
	/* other requests may still be taken */
	assert_false(flow_is_vain(&f, START + 600100));
	flow_accepted(&f, START + 600000, START + 600200);
	assert_false(flow_gave_up(&f, START + 600300));
}

static void
going_on_is_vain_when_each_one_that_asks_is_throttled(void **state)
{
	struct flow f = new_flow(10);
	uint64_t t = START;

	(void)state;
	while (flow_may_send(&f, 0, t) == FLOW_FREE) {
		flow_sent(&f, t);
		flow_throttled(&f, t, t + 10);
		t += 20;
	}
	t = START + 700000;
	/* closed, but not asked since */
	assert_true(flow_gave_up(&f, t));
	assert_false(flow_is_vain(&f, t));
	assert_int_equal(flow_may_send(&f, 0, t), FLOW_FREE);
	flow_throttled(&f, t, t + 10);
	assert_true(flow_is_vain(&f, t + 10));
	flow_accepted(&f, t + 20, t + 30);
	assert_false(flow_is_vain(&f, t + 30));
}

static void
full_queue_is_the_links_affair_when_several_have_it(void **state)
{
	struct flow f = new_flow(10);
	uint64_t t = START + 1000;

	(void)state;
	for (int i = 0; i < 10; i++)
		flow_queue_full(&f, span_str("821055551234"), t, t);
	flow_queue_full(&f, span_str("821055551235"), t, t);
	assert_int_equal(flow_rate(&f), 0);
	flow_queue_full(&f, span_str("821055551236"), t, t + 1001);
	flow_queue_full(&f, span_str("821055551236"), t, t + 1001);
	assert_int_equal(flow_rate(&f), 0);
	flow_queue_full(&f, span_str("1"), t, t + 1500);
	flow_queue_full(&f, span_str("2"), t, t + 1600);
	assert_true(flow_rate(&f) > 0);
}

static void
congestion_state_grows_holds_shrinks_and_pauses(void **state)
{
	struct flow f = new_flow(100);
	uint64_t t = START;
	uint32_t window;
	uint64_t rate;

	(void)state;
	flow_congestion(&f, 79, t, t + 10);
	flow_accepted(&f, t, t + 10);
	window = f.window;
	assert_int_equal(window, 33);
	flow_congestion(&f, 90, t, t + 10);
	flow_accepted(&f, t, t + 10);
	assert_int_equal(f.window, window);
	flow_congestion(&f, 91, t + 1, t + 20);
	flow_accepted(&f, t + 1, t + 20);
	rate = flow_rate(&f);
	assert_true(rate > 0 && f.window < window);
	flow_congestion(&f, 99, t + 21, t + 40);
	flow_accepted(&f, t + 21, t + 40);
	assert_true(flow_rate(&f) < rate);
	flow_congestion(&f, 100, t + 41, t + 60);
	flow_accepted(&f, t + 41, t + 60);
	assert_int_equal(flow_may_send(&f, 0, t + 500), FLOW_PEER);
	assert_int_equal(flow_next(&f, 0, t + 500), t + 1061);
	assert_int_equal(flow_next(&f, 1, t + 500), UINT64_MAX);
	assert_int_equal(flow_may_send(&f, 0, t + 1061), FLOW_FREE);
	assert_int_equal(flow_may_send(&f, 1, t + 1061), FLOW_PEER);
	flow_sent(&f, t + 1061);
	flow_congestion(&f, 10, t + 1061, t + 1080);
	flow_accepted(&f, t + 1061, t + 1080);
	assert_int_equal(flow_may_send(&f, 0, t + 1090), FLOW_FREE);
}

static void
backoff_doubles_with_jitter_up_to_a_minute(void **state)
{
	uint32_t seed = 7;
	uint64_t ms, least = UINT64_MAX, most = 0;

	(void)state;
	for (unsigned n = 1; n < 40; n++) {
		uint64_t full = n > 6 ? 60000 : UINT64_C(500) << n;

		for (int i = 0; i < 100; i++) {
			ms = flow_backoff(n, &seed);
			assert_true(ms <= full && ms > full / 2);
			if (n == 1) {
				least = ms < least ? ms : least;
				most = ms > most ? ms : most;
			}
		}
	}
	assert_true(most - least > 400);
}

static void
verdict_is_what_was_waited_for_longest(void **state)
{
	struct flow_limits l = {.since_ms = 100};

	(void)state;
	assert_int_equal(flow_limits_verdict(&l, 200), FLOW_FREE);
	flow_limits_note(&l, FLOW_WINDOW, 200);
	flow_limits_note(&l, FLOW_PEER, 300);
	flow_limits_note(&l, FLOW_WINDOW, 450);
	assert_int_equal(flow_limits_verdict(&l, 450), FLOW_PEER);
	assert_int_equal(flow_limits_verdict(&l, 600), FLOW_WINDOW);
	assert_string_equal(flow_limit_words(FLOW_RATE), "the rate set");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(converges_to_what_the_smsc_takes),
		cmocka_unit_test(free_run_fills_the_window),
		cmocka_unit_test(closed_smsc_is_asked_seldom_and_found_again),
		cmocka_unit_test(one_round_trip_counts_once),
		cmocka_unit_test(throttling_ends_after_its_time),
		cmocka_unit_test(going_on_is_vain_when_each_one_that_asks_is_throttled),
		cmocka_unit_test(full_queue_is_the_links_affair_when_several_have_it),
		cmocka_unit_test(congestion_state_grows_holds_shrinks_and_pauses),
		cmocka_unit_test(backoff_doubles_with_jitter_up_to_a_minute),
		cmocka_unit_test(verdict_is_what_was_waited_for_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
