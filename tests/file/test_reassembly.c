/* SPDX-License-Identifier: ISC */
/*
 * Streams cut into segments, which then are doubled, overlap, come in any
 * order, or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "file/reassembly.h"

enum { SIZE = 20000, SEGMENTS = 3000 };

static uint32_t seed;

static uint32_t
random_below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static uint8_t stream[SIZE];

static void
make_stream(void)
{
	for (size_t i = 0; i < SIZE; i++)
		stream[i] = (uint8_t)(i * 7 + i / 251);
}

/* A segment from client to server (way 0) or back. */
static struct packet
segment(int way, uint32_t sequence, const void *p, size_t n, uint8_t flags)
{
	struct packet s = {.sequence = sequence, .flags = flags,
	    .payload = span_of(p, n)};

	s.key[15] = way ? 2 : 1;
	s.key[31] = way ? 1 : 2;
	s.key[33] = way ? 4 : 3;
	s.key[35] = way ? 3 : 4;
	return s;
}

/* What came out of one direction. */
struct seen {
	struct buf octets;
	uint64_t lost, gaps, closed;
};

static struct timespec now;

static void
take(struct reassembly *r, struct seen *seen)
{
	struct capture_piece piece;
	enum capture_result result;

	while (reassembly_next(r, &piece, &result)) {
		assert_non_null(piece.stream);
		if (result == CAPTURE_DATA) {
			assert_true(piece.octets.n > 0);
			buf_add_span(&seen->octets, piece.octets);
		} else if (result == CAPTURE_GAP) {
			assert_true(piece.lost > 0);
			seen->lost += piece.lost;
			seen->gaps++;
		} else {
			assert_int_equal(result, CAPTURE_CLOSED);
			seen->closed++;
		}
	}
}

static void
put(struct reassembly *r, struct seen *seen, struct packet p)
{
	now.tv_nsec += 1000;
	reassembly_put(r, &p, now);
	take(r, seen);
}

static void
end(struct reassembly *r, struct seen *seen)
{
	reassembly_end(r);
	take(r, seen);
	reassembly_free(r);
}

static void
any_order_of_overlapping_segments_gives_the_stream(void **state)
{
	static struct packet all[SEGMENTS];

	(void)state;
	make_stream();
	for (uint32_t round = 1; round <= 60; round++) {
		struct reassembly *r = reassembly_new();
		uint32_t first = round % 3 ? random_below(UINT32_MAX) :
		    UINT32_MAX - SIZE / 2;
		uint32_t reach = 1 + random_below(40);
		struct seen seen = {0};
		size_t n = 0, at = 0;

		seed = round * 2654435761u;
		/* segments, some of which begin before the last one's end */
		while (at < SIZE) {
			size_t back = random_below(3) ? 0 : random_below(300);
			size_t from = at > back ? at - back : 0;
			size_t size = 1 + random_below(400);

			if (from + size > SIZE)
				size = SIZE - from;
			all[n++] = segment(0, first + (uint32_t)from,
			    stream + from, size, PACKET_ACK);
			at = from + size > at ? from + size : at;
			if (random_below(5) == 0) {
				all[n] = all[n - 1];
				n++;
			}
			assert_true(n < SEGMENTS);
		}
		/* shuffled, but for the first one, within a reach */
		for (size_t i = 1; i < n; i++) {
			size_t j = i + random_below(reach);
			struct packet swap = all[i];

			j = j < n ? j : n - 1;
			all[i] = all[j];
			all[j] = swap;
		}
		put(r, &seen, segment(0, first, NULL, 0, PACKET_SYN));
		for (size_t i = 0; i < n; i++)
			put(r, &seen, all[i]);
		put(r, &seen, segment(0, first + SIZE, NULL, 0, PACKET_FIN));
		assert_int_equal(seen.closed, 1);
		end(r, &seen);
		assert_int_equal(seen.lost, 0);
		assert_int_equal(seen.closed, 1);
		assert_int_equal(seen.octets.len, SIZE);
		assert_memory_equal(seen.octets.p, stream, SIZE);
		buf_free(&seen.octets);
	}
}

static void
what_is_missing_is_told_and_the_rest_follows(void **state)
{
	(void)state;
	make_stream();
	for (uint32_t round = 1; round <= 40; round++) {
		struct reassembly *r = reassembly_new();
		struct seen seen = {0};
		struct buf want = {0};
		uint64_t lost = 0;
		size_t at = 0;

		seed = round * 40503u;
		put(r, &seen, segment(0, 0, NULL, 0, PACKET_SYN));
		while (at < SIZE) {
			size_t size = 1 + random_below(500);

			if (at + size > SIZE)
				size = SIZE - at;
			if (at > 0 && random_below(8) == 0) {
				lost += size;
			} else {
				buf_add(&want, stream + at, size);
				put(r, &seen, segment(0, (uint32_t)at,
				    stream + at, size, PACKET_ACK));
			}
			at += size;
		}
		put(r, &seen, segment(0, SIZE, NULL, 0, PACKET_FIN));
		end(r, &seen);
		assert_int_equal(seen.lost, lost);
		assert_int_equal(seen.octets.len, want.len);
		assert_memory_equal(seen.octets.p, want.p, want.len);
		buf_free(&want);
		buf_free(&seen.octets);
	}
}

static void
an_ack_of_the_peer_ends_the_waiting(void **state)
{
	struct reassembly *r = reassembly_new();
	struct packet ack = segment(1, 500, NULL, 0, PACKET_ACK);
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 0, "abc", 3, PACKET_ACK));
	put(r, &seen, segment(1, 500, "x", 1, PACKET_ACK));
	put(r, &seen, segment(0, 6, "ghi", 3, PACKET_ACK));
	assert_int_equal(seen.gaps, 0);
	/* what the ack has overtaken may still come */
	ack.acknowledged = 9;
	put(r, &seen, ack);
	assert_int_equal(seen.gaps, 0);
	now.tv_sec++;
	put(r, &seen, ack);
	assert_int_equal(seen.gaps, 1);
	assert_int_equal(seen.lost, 3);
	assert_int_equal(seen.octets.len, 7);
	/* it comes all the same: too late */
	put(r, &seen, segment(0, 3, "def", 3, PACKET_ACK));
	put(r, &seen, segment(0, 9, "jkl", 3, PACKET_ACK));
	end(r, &seen);
	assert_string_equal(buf_cstr(&seen.octets), "abcxghijkl");
	assert_int_equal(seen.closed, 2);
	buf_free(&seen.octets);
}

static void
too_much_or_too_long_held_ends_it_too(void **state)
{
	static uint8_t octets[60000];
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 0, "abc", 3, 0));
	for (uint32_t i = 0; i < 17; i++)
		put(r, &seen, segment(0, 10 + i * 60000, octets, 60000, 0));
	assert_int_equal(seen.gaps, 0);
	put(r, &seen, segment(0, 10 + 17 * 60000, octets, 60000, 0));
	assert_int_equal(seen.lost, 7);
	assert_int_equal(seen.octets.len, 3 + 18 * 60000);
	put(r, &seen, segment(0, 2000000, "x", 1, 0));
	assert_int_equal(seen.gaps, 1);
	now.tv_sec += 11;
	put(r, &seen, segment(0, 2000001, "y", 1, 0));
	assert_int_equal(seen.gaps, 2);
	end(r, &seen);
	assert_int_equal(seen.octets.len, 3 + 18 * 60000 + 2);
	buf_free(&seen.octets);
}

static void
ports_that_are_used_again_are_another_stream(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 1000, NULL, 0, PACKET_SYN));
	put(r, &seen, segment(0, 1000, "one", 3, PACKET_ACK | PACKET_FIN));
	assert_int_equal(seen.closed, 1);
	/* sent again after the end */
	put(r, &seen, segment(0, 1000, "one", 3, PACKET_ACK | PACKET_FIN));
	put(r, &seen, segment(0, 777000, NULL, 0, PACKET_SYN));
	put(r, &seen, segment(0, 777000, "two", 3, PACKET_ACK));
	put(r, &seen, segment(0, 5, NULL, 0, PACKET_SYN));
	assert_int_equal(seen.closed, 2);
	put(r, &seen, segment(0, 5, "three", 5, PACKET_ACK));
	put(r, &seen, segment(0, 10, NULL, 0, PACKET_RST));
	assert_int_equal(seen.closed, 3);
	/* a capture that missed the SYN */
	put(r, &seen, segment(0, 3000000000u, "four", 4, PACKET_ACK));
	end(r, &seen);
	assert_int_equal(seen.closed, 4);
	assert_int_equal(seen.gaps, 0);
	assert_string_equal(buf_cstr(&seen.octets), "onetwothreefour");
	buf_free(&seen.octets);
}

static void
octets_that_a_fin_says_were_sent_are_missed(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 0, "abc", 3, PACKET_ACK));
	put(r, &seen, segment(0, 10, NULL, 0, PACKET_FIN));
	assert_int_equal(seen.closed, 0);
	end(r, &seen);
	assert_int_equal(seen.lost, 7);
	assert_int_equal(seen.closed, 1);
	buf_free(&seen.octets);
}

static void
more_streams_than_are_kept_lose_nothing(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		struct packet p = segment(0, 1, "ab", 2, PACKET_ACK);

		p.key[32] = (uint8_t)(i >> 8);
		p.key[33] = (uint8_t)i;
		put(r, &seen, p);
	}
	assert_int_equal(seen.octets.len, 20000);
	assert_int_equal(seen.closed, 10000 - 4096);
	end(r, &seen);
	assert_int_equal(seen.closed, 10000);
	buf_free(&seen.octets);
}

/* RFC 9293, 3.5.3: a reset is believed in its place only. */
static void
a_reset_from_elsewhere_ends_nothing(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 1000, "abc", 3, PACKET_ACK));
	put(r, &seen, segment(0, 77, NULL, 0, PACKET_RST));
	put(r, &seen, segment(0, 4000000000u, NULL, 0, PACKET_RST));
	assert_int_equal(seen.closed, 0);
	put(r, &seen, segment(0, 1003, "def", 3, PACKET_ACK));
	/* captured before what was sent before it */
	put(r, &seen, segment(0, 1009, NULL, 0, PACKET_RST));
	put(r, &seen, segment(0, 1006, "ghi", 3, PACKET_ACK));
	assert_int_equal(seen.closed, 1);
	assert_string_equal(buf_cstr(&seen.octets), "abcdefghi");
	assert_int_equal(seen.gaps, 0);
	end(r, &seen);
	buf_free(&seen.octets);
}

/* Segments of an octet each, behind a hole: they cost more than an octet. */
static void
small_segments_are_held_within_a_bound(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};
	uint32_t held = 0;

	(void)state;
	put(r, &seen, segment(0, 0, "a", 1, 0));
	while (seen.gaps == 0 && held < 1 << 20)
		put(r, &seen, segment(0, 10 + held++, "b", 1, 0));
	assert_true(held < 20000);
	end(r, &seen);
	assert_int_equal(seen.octets.len, held + 1);
	buf_free(&seen.octets);
}

/* Of two that begin at one place the first says what stands there. */
static void
a_longer_repetition_adds_its_end_only(void **state)
{
	struct reassembly *r = reassembly_new();
	struct seen seen = {0};

	(void)state;
	put(r, &seen, segment(0, 0, "a", 1, 0));
	put(r, &seen, segment(0, 2, "cd", 2, 0));
	put(r, &seen, segment(0, 2, "CDE", 3, 0));
	put(r, &seen, segment(0, 1, "b", 1, 0));
	assert_string_equal(buf_cstr(&seen.octets), "abcdE");
	end(r, &seen);
	buf_free(&seen.octets);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_overlapping_segments_gives_the_stream),
		cmocka_unit_test(what_is_missing_is_told_and_the_rest_follows),
		cmocka_unit_test(an_ack_of_the_peer_ends_the_waiting),
		cmocka_unit_test(too_much_or_too_long_held_ends_it_too),
		cmocka_unit_test(ports_that_are_used_again_are_another_stream),
		cmocka_unit_test(octets_that_a_fin_says_were_sent_are_missed),
		cmocka_unit_test(more_streams_than_are_kept_lose_nothing),
		cmocka_unit_test(a_reset_from_elsewhere_ends_nothing),
		cmocka_unit_test(small_segments_are_held_within_a_bound),
		cmocka_unit_test(a_longer_repetition_adds_its_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
