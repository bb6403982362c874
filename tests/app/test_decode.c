/* SPDX-License-Identifier: ISC */
/* Octets out of lines of text, PDUs out of streams, streams out of captures. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/frames.h"
#include "app/hex_line.h"
#include "base/hex.h"
#include "file/capture.h"
#include "file/pcap.h"

static void
line_is(const char *line, enum hex_line kind, uint64_t offset, const char *hex)
{
	struct buf octets = {0}, text = {0};
	uint64_t at = 0;

	assert_int_equal(hex_line_read(&octets, span_str(line), &at), kind);
	assert_int_equal(at, offset);
	hex_encode(&text, buf_span(&octets));
	assert_string_equal(buf_cstr(&text), hex);
	buf_free(&octets);
	buf_free(&text);
}

static void
plain_hexadecimal_is_read_with_blanks_and_colons(void **state)
{
	(void)state;
	line_is("00000010", HEX_LINE_OCTETS, 0, "00000010");
	line_is(" 00 00 00 1F\r", HEX_LINE_OCTETS, 0, "0000001f");
	line_is("0000 0010 8000 0004", HEX_LINE_OCTETS, 0, "0000001080000004");
	line_is("00:00:00:10", HEX_LINE_OCTETS, 0, "00000010");
	line_is("", HEX_LINE_BLANK, 0, "");
	line_is("000", HEX_LINE_TEXT, 0, "");
	line_is("hello", HEX_LINE_TEXT, 0, "");
	line_is("00 zz", HEX_LINE_TEXT, 0, "");
}

static void
lines_of_dumps_are_read_without_their_characters(void **state)
{
	(void)state;
	line_is("0000   00 00 00 10 80 00 00 04   ........", HEX_LINE_DUMP, 0,
	    "0000001080000004");
	line_is("0010  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   "
	    "0123456789abcdef", HEX_LINE_DUMP, 16,
	    "30313233343536373839616263646566");
	line_is("00000000: 0000 0010 8000 0004 0000 0000 0a34 2ee1  "
	    ".........4..", HEX_LINE_DUMP, 0,
	    "0000001080000004000000000a342ee1");
	line_is("00000010  61 62 63 64 65 66 67 68  69                      "
	    "  |abcdefghi|", HEX_LINE_DUMP, 16, "616263646566676869");
}

static void
what_stands_in_source_text_is_read(void **state)
{
	(void)state;
	line_is("\"\\x00\\x00\\x00\\x10\" \\", HEX_LINE_OCTETS, 0, "00000010");
	line_is("0x00, 0x00, 0x00, 0x10, /* .... */", HEX_LINE_OCTETS, 0,
	    "00000010");
	line_is("static const unsigned char pkt1[16] = {", HEX_LINE_BLANK, 0, "");
	line_is("};", HEX_LINE_BLANK, 0, "");
	line_is("0x0, 0x1", HEX_LINE_TEXT, 0, "");
}

static void
lines_of_a_transcript_are_known(void **state)
{
	(void)state;
	line_is("2026-11-24T09:15:02.123Z -> enquire_link seq=1 status=0",
	    HEX_LINE_TRACE, 0, "");
}

static const uint8_t link1[] = {0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0,
    0, 1};

static void
a_stream_in_single_octets_gives_the_same_pdus(void **state)
{
	struct frames f;
	struct span octets;
	uint64_t offset, length;
	size_t found = 0;

	(void)state;
	frames_init(&f, false);
	for (size_t i = 0; i < 3 * sizeof(link1); i++) {
		buf_add_byte(&f.part, link1[i % sizeof(link1)]);
		while (frames_next(&f, false, &octets, &offset, &length) ==
		    FRAMES_PDU) {
			assert_int_equal(offset, found * 16);
			assert_memory_equal(octets.p, link1, 16);
			found++;
		}
	}
	assert_int_equal(found, 3);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_MORE);
	frames_free(&f);
}

static void
what_is_no_pdu_is_passed_over_and_counted(void **state)
{
	struct frames f;
	struct span octets;
	uint64_t offset, length;

	(void)state;
	frames_init(&f, false);
	buf_add(&f.part, link1, sizeof(link1));
	buf_add_str(&f.part, "rubbish in between");
	buf_add(&f.part, link1, sizeof(link1));
	buf_add(&f.part, link1, 10);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_PDU);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_GARBAGE);
	assert_int_equal(offset, 16);
	assert_int_equal(length, 18);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_PDU);
	assert_int_equal(offset, 34);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_CUT);
	assert_int_equal(length, 10);
	assert_int_equal(frames_next(&f, true, &octets, &offset, &length),
	    FRAMES_MORE);
	frames_free(&f);
}

static void
our_captures_are_read_back_in_order(void **state)
{
	char path[] = "/tmp/smpptools-capture-XXXXXX", why[256];
	int fd = mkstemp(path);
	struct sockaddr_in ours = {.sin_family = AF_INET,
	    .sin_port = htons(40000)}, peer = {.sin_family = AF_INET,
	    .sin_port = htons(2775)};
	struct timespec when = {.tv_sec = 1764000000, .tv_nsec = 5000000};
	struct pcap_writer *w;
	struct pcap_flow flow;
	struct capture *c;
	struct capture_piece piece;
	struct buf seen = {0};
	enum capture_result result;
	size_t closed = 0;

	(void)state;
	assert_int_not_equal(fd, -1);
	close(fd);
	inet_pton(AF_INET, "192.0.2.1", &ours.sin_addr);
	inet_pton(AF_INET, "192.0.2.2", &peer.sin_addr);
	w = pcap_writer_open(path);
	assert_non_null(w);
	pcap_flow_init(&flow, (struct sockaddr *)&ours,
	    (struct sockaddr *)&peer);
	pcap_flow_data(w, &flow, 0, span_str("first "), when);
	pcap_flow_data(w, &flow, 1, span_str("other"), when);
	pcap_flow_data(w, &flow, 0, span_str("second"), when);
	pcap_flow_end(w, &flow, when);
	assert_true(pcap_writer_close(w));
	c = capture_open(fopen(path, "rb"), why);
	assert_non_null(c);
	while ((result = capture_next(c, &piece)) < CAPTURE_ERROR) {
		assert_int_not_equal(result, CAPTURE_GAP);
		closed += result == CAPTURE_CLOSED;
		if (result != CAPTURE_DATA ||
		    strcmp(piece.stream->from, "192.0.2.1:40000") != 0)
			continue;
		assert_string_equal(piece.stream->to, "192.0.2.2:2775");
		assert_int_equal(piece.time.tv_sec, when.tv_sec);
		buf_add_span(&seen, piece.octets);
	}
	assert_int_equal(result, CAPTURE_END);
	assert_string_equal(buf_cstr(&seen), "first second");
	assert_int_equal(closed, 2);
	capture_close(c);
	buf_free(&seen);
	unlink(path);
}

/* A capture of one link type RAW, of IPv4 segments written by hand. */
static void
add_segment(FILE *f, uint32_t sequence, const char *text)
{
	uint8_t h[40] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1,
	    10, 0, 0, 2, 0x9c, 0x40, 0x0a, 0xd7};
	uint32_t n = (uint32_t)(sizeof(h) + strlen(text));
	uint32_t record[4] = {1, 0, n, n};

	h[3] = (uint8_t)n;
	for (int i = 0; i < 4; i++)
		h[24 + i] = (uint8_t)(sequence >> (24 - 8 * i));
	h[32] = 5 << 4;
	h[33] = 0x18;
	fwrite(record, sizeof(record), 1, f);
	fwrite(h, sizeof(h), 1, f);
	fwrite(text, strlen(text), 1, f);
}

static void
segments_sent_again_are_passed_over_and_gaps_are_told(void **state)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535,
	    101};
	FILE *f = tmpfile();
	struct capture *c;
	struct capture_piece piece;
	struct buf seen = {0};
	enum capture_result result;
	char why[256];
	uint64_t lost = 0;

	(void)state;
	assert_non_null(f);
	fwrite(header, sizeof(header), 1, f);
	add_segment(f, 0xfffffffe, "abcd");
	add_segment(f, 0xfffffffe, "abcd");     /* again */
	add_segment(f, 0, "cdefg");             /* half of it again */
	add_segment(f, 10, "xyz");              /* 5 to 9 never came */
	rewind(f);
	c = capture_open(f, why);
	assert_non_null(c);
	while ((result = capture_next(c, &piece)) < CAPTURE_ERROR) {
		if (result == CAPTURE_GAP)
			lost += piece.lost;
		else if (result == CAPTURE_DATA)
			buf_add_span(&seen, piece.octets);
	}
	assert_string_equal(buf_cstr(&seen), "abcdefgxyz");
	assert_int_equal(lost, 5);
	capture_close(c);
	buf_free(&seen);
}

static void
what_is_no_capture_is_refused(void **state)
{
	FILE *f = tmpfile();
	char why[256] = "";

	(void)state;
	fputs("no capture at all, but long enough", f);
	rewind(f);
	assert_null(capture_open(f, why));
	assert_string_not_equal(why, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_hexadecimal_is_read_with_blanks_and_colons),
		cmocka_unit_test(lines_of_dumps_are_read_without_their_characters),
		cmocka_unit_test(what_stands_in_source_text_is_read),
		cmocka_unit_test(lines_of_a_transcript_are_known),
		cmocka_unit_test(a_stream_in_single_octets_gives_the_same_pdus),
		cmocka_unit_test(what_is_no_pdu_is_passed_over_and_counted),
		cmocka_unit_test(our_captures_are_read_back_in_order),
		cmocka_unit_test(segments_sent_again_are_passed_over_and_gaps_are_told),
		cmocka_unit_test(what_is_no_capture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
