/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "smpp/straight.h"

enum { ROUNDS = 20000 };

static const enum pdu_type hot[] = {PDU_submit_sm, PDU_submit_sm_resp,
    PDU_deliver_sm, PDU_deliver_sm_resp};

static uint32_t seed = 1;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* Octets that now and then hold a NUL, or are over 255. */
static struct span
random_octets(uint8_t *room)
{
	uint32_t n = random_below(50) == 0 ? 250 + random_below(10) :
	    random_below(3) == 0 ? 0 : random_below(40);

	for (uint32_t i = 0; i < n; i++)
		room[i] = (uint8_t)(random_below(400) == 0 ? 0 :
		    1 + random_below(255));
	return span_of(room, n);
}

static void
random_pdu(struct pdu *pdu, uint8_t room[][300])
{
	const struct pdu_row *row;

	*pdu = (struct pdu){.type = hot[random_below(4)]};
	row = pdu_row(pdu->type);
	pdu->command_status = random_below(3) == 0 ? random_below(300) : 0;
	pdu->sequence_number = random_below(1 << 24);
	for (size_t i = 0; i < row->n_uses; i++) {
		unsigned char *member = (unsigned char *)pdu +
		    row->uses[i].offset;
		uint32_t n = random_below(500) == 0 ? 256 : random_below(256);
		struct span s = random_octets(room[i]);

		if (row->uses[i].kind == PDU_U8)
			memcpy(member, &n, sizeof(n));
		else
			memcpy(member, &s, sizeof(s));
	}
	pdu->tlvs = random_below(4) == 0 ?
	    span_of("\x04\x24\x00\x03" "abc", 7) : (struct span){0};
	pdu->trailing = span_of("xyz", random_below(8) == 0 ? 3 : 0);
}

/* The rows walked, with nothing but the cursor. */
static bool
walk_out(struct wr *w, const struct pdu *pdu)
{
	const struct pdu_row *row = pdu_row(pdu->type);
	size_t start = w->len;

	wr_u32(w, 0);
	wr_u32(w, row->command_id);
	wr_u32(w, pdu->command_status);
	wr_u32(w, pdu->sequence_number);
	for (size_t i = 0; i < row->n_uses; i++) {
		const unsigned char *member = (const unsigned char *)pdu +
		    row->uses[i].offset;
		struct span s;
		uint32_t n;

		if (row->uses[i].kind == PDU_U8) {
			memcpy(&n, member, sizeof(n));
			wr_u8(w, n);
			continue;
		}
		memcpy(&s, member, sizeof(s));
		if (row->uses[i].kind == PDU_CSTR) {
			wr_cstr(w, s);
		} else {
			assert_int_equal(row->uses[i].kind, PDU_OCTETS);
			wr_u8(w, (uint32_t)s.n);
			wr_bytes(w, s);
		}
	}
	wr_bytes(w, pdu->tlvs);
	wr_bytes(w, pdu->trailing);
	wr_patch_u32(w, start, (uint32_t)(w->len - start));
	return w->err == CURSOR_OK;
}

static bool
walk_in(struct rd *r, struct pdu *pdu)
{
	const struct pdu_row *row = pdu_row(pdu->type);

	for (size_t i = 0; i < row->n_uses; i++) {
		unsigned char *member = (unsigned char *)pdu +
		    row->uses[i].offset;
		struct span s;
		uint32_t n;

		if (row->uses[i].kind == PDU_U8) {
			n = rd_u8(r);
			memcpy(member, &n, sizeof(n));
			continue;
		}
		s = row->uses[i].kind == PDU_CSTR ? rd_cstr(r) :
		    rd_bytes(r, rd_u8(r));
		memcpy(member, &s, sizeof(s));
	}
	return r->err == CURSOR_OK;
}

static void
straight_lines_write_what_a_walk_writes(void **state)
{
	static uint8_t room[20][300], straight[2048], walked[2048];
	size_t refused = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		/* what stands before it is left alone, and room may lack */
		size_t cap = random_below(10) == 0 ? random_below(200) + 7 : 2048;
		struct wr a = wr_init(straight, cap);
		struct wr b = wr_init(walked, cap);
		struct pdu pdu;
		bool good;

		random_pdu(&pdu, room);
		wr_bytes(&a, span_of("before", 6));
		wr_bytes(&b, span_of("before", 6));
		good = walk_out(&b, &pdu);
		assert_int_equal(straight_encode(&a, &pdu), good);
		if (!good) {
			refused++;
			assert_int_equal(a.len, 6);
			assert_int_equal(a.err, CURSOR_OK);
			continue;
		}
		assert_int_equal(a.len, b.len);
		assert_int_equal(a.need, b.need);
		assert_memory_equal(straight, walked, b.len);
	}
	assert_in_range(refused, ROUNDS / 50, ROUNDS / 2);
}

static void
straight_lines_read_what_a_walk_reads(void **state)
{
	static uint8_t room[20][300], octets[2048];
	size_t cut = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct wr w = wr_init(octets, sizeof(octets));
		struct pdu pdu, a, b;
		struct rd ra, rb;

		random_pdu(&pdu, room);
		if (!straight_encode(&w, &pdu))
			continue;
		if (random_below(4) == 0)
			w.len = PDU_HEADER + random_below(
			    (uint32_t)w.len - PDU_HEADER + 1);
		for (uint32_t n = random_below(6); n > 3; n--)
			octets[PDU_HEADER + random_below(60)] =
			    (uint8_t)random_below(256);
		a = b = (struct pdu){.type = pdu.type};
		ra = rb = rd_init(span_skip(span_of(octets, w.len),
		    PDU_HEADER));
		if (!walk_in(&rb, &b)) {
			cut++;
			assert_false(straight_decode(&ra, &a));
			assert_ptr_equal(ra.p, ra.base);
			assert_int_equal(ra.err, CURSOR_OK);
			continue;
		}
		assert_true(straight_decode(&ra, &a));
		assert_ptr_equal(ra.p, rb.p);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_in_range(cut, ROUNDS / 50, ROUNDS / 2);
}

static void
other_pdus_are_left_to_the_walk(void **state)
{
	uint8_t octets[64] = {0};
	struct wr w = wr_init(octets, sizeof(octets));
	struct rd r = rd_init(span_of(octets, sizeof(octets)));
	struct pdu bind = {.type = PDU_bind_transmitter};
	struct pdu header = {.type = PDU_submit_sm_resp, .no_body = true};

	(void)state;
	assert_false(straight_encode(&w, &bind));
	assert_false(straight_decode(&r, &bind));
	assert_false(straight_encode(&w, &header));
	assert_int_equal(w.len, 0);
	assert_ptr_equal(r.p, r.base);
}

/* Of 17 to 37 octets, whose id has a NUL where it ends or elsewhere. */
static struct span
random_response(uint8_t octets[64])
{
	size_t n = PDU_HEADER + 1 + random_below(20);
	struct wr w = wr_init(octets, 64);

	wr_u32(&w, (uint32_t)n + (random_below(20) == 0));
	wr_u32(&w, pdu_row(random_below(20) == 0 ? PDU_deliver_sm_resp :
	    PDU_submit_sm_resp)->command_id);
	wr_u32(&w, random_below(3) == 0 ? 0x58 : 0);
	wr_u32(&w, random_below(1000));
	for (size_t i = PDU_HEADER; i < n; i++)
		octets[i] = (uint8_t)(random_below(30) == 0 ? 0 :
		    1 + random_below(255));
	if (random_below(4) > 0)
		octets[n - 1] = 0;
	return span_of(octets, n);
}

static void
an_answer_is_read_at_once_as_by_its_rows_or_not_at_all(void **state)
{
	size_t taken = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t octets[64];
		struct span frame = random_response(octets);
		struct pdu a = {0}, b = {0}, none = {0};
		struct rd r = rd_init(frame);
		uint32_t length = rd_u32(&r);

		b.command_id = rd_u32(&r);
		b.command_status = rd_u32(&r);
		b.sequence_number = rd_u32(&r);
		b.type = pdu_type_by_id(b.command_id);
		b.frame = frame;
		if (!straight_response(&a, frame)) {
			assert_memory_equal(&a, &none, sizeof(a));
			assert_true(b.type != PDU_submit_sm_resp ||
			    length != frame.n || !walk_in(&r, &b) ||
			    rd_left(&r) > 0);
			continue;
		}
		taken++;
		assert_true(walk_in(&r, &b));
		assert_int_equal(rd_left(&r), 0);
		b.tlvs = b.trailing = span_of(r.p, 0);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_in_range(taken, ROUNDS / 4, ROUNDS - ROUNDS / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(straight_lines_write_what_a_walk_writes),
		cmocka_unit_test(straight_lines_read_what_a_walk_reads),
		cmocka_unit_test(
		    an_answer_is_read_at_once_as_by_its_rows_or_not_at_all),
		cmocka_unit_test(other_pdus_are_left_to_the_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
