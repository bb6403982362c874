/* SPDX-License-Identifier: ISC */
/* A TCP segment within the headers of each kind of link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <pcap/pcap.h>

#include "base/buf.h"
#include "base/hex.h"
#include "file/packet.h"

static const char v4[] = "450000300001000040060000" "0a000001" "0a000002";
static const char v6[] = "60000000001c0640" "20010db8000000000000000000000001"
    "20010db8000000000000000000000002";
static const char v6_options[] = "6000000000240040"
    "20010db8000000000000000000000001" "20010db8000000000000000000000002"
    "0600010400000000";
static const char tcp[] = "9c400ad7" "00000064" "00000001" "50180000"
    "00000000" "6162636465666768";

/* The payload that packet_read finds, and whether it finds any. */
static bool
read_hex(struct packet *p, int link, const char *a, const char *b,
    const char *c)
{
	static struct buf frame;
	size_t bad;

	buf_clear(&frame);
	assert_true(hex_decode(&frame, span_str(a), &bad));
	assert_true(hex_decode(&frame, span_str(b), &bad));
	assert_true(hex_decode(&frame, span_str(c), &bad));
	return packet_read(p, link, buf_span(&frame));
}

static void
found(int link, const char *header, const char *ip, const char *from,
    const char *to)
{
	char name[PACKET_NAME];
	struct packet p;

	assert_true(packet_link_known(link));
	assert_true(read_hex(&p, link, header, ip, tcp));
	assert_int_equal(p.sequence, 100);
	assert_int_equal(p.acknowledged, 1);
	assert_int_equal(p.flags, 0x18);
	assert_int_equal(p.payload.n, 8);
	assert_memory_equal(p.payload.p, "abcdefgh", 8);
	packet_name(name, &p, 0);
	assert_string_equal(name, from);
	packet_name(name, &p, 1);
	assert_string_equal(name, to);
}

static void
found_v4(int link, const char *header)
{
	found(link, header, v4, "10.0.0.1:40000", "10.0.0.2:2775");
}

static void
found_v6(int link, const char *header)
{
	found(link, header, v6, "[2001:db8::1]:40000", "[2001:db8::2]:2775");
	found(link, header, v6_options, "[2001:db8::1]:40000",
	    "[2001:db8::2]:2775");
}

static void
every_link_type_is_read(void **state)
{
	(void)state;
	found_v4(DLT_RAW, "");
	found_v6(101, "");
	found_v4(DLT_IPV4, "");
	found_v6(DLT_IPV6, "");
	found_v4(DLT_EN10MB, "000000000000" "000000000000" "0800");
	found_v6(DLT_EN10MB, "000000000000" "000000000000" "86dd");
	found_v4(DLT_EN10MB, "000000000000" "000000000000" "8100" "0064" "0800");
	found_v6(DLT_EN10MB, "000000000000" "000000000000" "88a8" "0064"
	    "8100" "0065" "86dd");
	found_v4(DLT_NULL, "02000000");
	found_v6(DLT_NULL, "1e000000");
	found_v4(DLT_LOOP, "00000002");
	found_v4(DLT_LINUX_SLL, "0004" "0001" "0006" "0000000000000000" "0800");
	found_v4(DLT_LINUX_SLL, "0004" "0001" "0006" "0000000000000000" "8100"
	    "0064" "0800");
	found_v6(DLT_LINUX_SLL2, "86dd" "0000" "00000001" "0304" "00" "06"
	    "0000000000000000");
	found_v4(DLT_PPP, "0021");
	assert_false(packet_link_known(DLT_IEEE802_11));
}

static void
what_is_no_tcp_is_none(void **state)
{
	char udp[sizeof(v4)], fragment[sizeof(v4)];
	struct packet p;

	(void)state;
	memcpy(udp, v4, sizeof(v4));
	memcpy(udp + 18, "11", 2);
	assert_false(read_hex(&p, DLT_RAW, udp, tcp, ""));
	memcpy(fragment, v4, sizeof(v4));
	memcpy(fragment + 12, "2000", 4);
	assert_false(read_hex(&p, DLT_RAW, fragment, tcp, ""));
	assert_false(read_hex(&p, DLT_EN10MB, "000000000000000000000000" "0806",
	    v4, tcp));
	assert_false(read_hex(&p, 999, v4, tcp, ""));
}

static void
a_frame_padded_by_the_network_has_its_payload_alone(void **state)
{
	struct packet p;

	(void)state;
	assert_true(read_hex(&p, DLT_RAW, v4, tcp, "000000000000"));
	assert_int_equal(p.payload.n, 8);
	assert_true(read_hex(&p, DLT_RAW, v6, tcp, "000000000000"));
	assert_int_equal(p.payload.n, 8);
}

/* Offloaded to the network card, or cut by the snapshot length. */
static void
a_length_of_zero_or_past_the_frame_is_what_there_is(void **state)
{
	char zero[sizeof(v4)], longer[sizeof(v4)];
	struct packet p;

	(void)state;
	memcpy(zero, v4, sizeof(v4));
	memcpy(zero + 4, "0000", 4);
	assert_true(read_hex(&p, DLT_RAW, zero, tcp, ""));
	assert_int_equal(p.payload.n, 8);
	memcpy(longer, v4, sizeof(v4));
	memcpy(longer + 4, "1000", 4);
	assert_true(read_hex(&p, DLT_RAW, longer, tcp, ""));
	assert_int_equal(p.payload.n, 8);
}

static void
every_truncation_is_none_or_shorter(void **state)
{
	struct buf frame = {0};
	struct packet p;
	size_t bad;

	(void)state;
	assert_true(hex_decode(&frame, span_str("000000000000000000000000"
	    "810000640800"), &bad));
	assert_true(hex_decode(&frame, span_str(v4), &bad));
	assert_true(hex_decode(&frame, span_str(tcp), &bad));
	for (size_t n = 0; n < frame.len; n++) {
		uint8_t *copy = malloc(n + 1);

		memcpy(copy, frame.p, n);
		if (packet_read(&p, DLT_EN10MB, span_of(copy, n)))
			assert_int_equal(p.payload.n, 8 - (frame.len - n));
		free(copy);
	}
	buf_free(&frame);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_link_type_is_read),
		cmocka_unit_test(what_is_no_tcp_is_none),
		cmocka_unit_test(a_frame_padded_by_the_network_has_its_payload_alone),
		cmocka_unit_test(a_length_of_zero_or_past_the_frame_is_what_there_is),
		cmocka_unit_test(every_truncation_is_none_or_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
