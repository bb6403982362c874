/* SPDX-License-Identifier: ISC */
/* Captures, judged by tshark where it is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "file/pcap.h"

static char path[] = "/tmp/test_pcap.XXXXXX";

static int
make_path(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/test_pcap.XXXXXX");
	close(mkstemp(path));
	return 0;
}

static int
remove_path(void **state)
{
	(void)state;
	return unlink(path);
}

static struct span
put_pdu(struct buf *b, uint32_t length, uint32_t id, uint32_t sequence)
{
	struct wr w;

	buf_clear(b);
	memset(buf_reserve(b, length), 0, length);
	w = wr_init(b->p, 16);
	wr_u32(&w, length);
	wr_u32(&w, id);
	wr_u32(&w, 0);
	wr_u32(&w, sequence);
	b->len = length;
	return buf_span(b);
}

/* A bind, its answer, and a submit_sm whose message_payload fills many
 * segments. */
static void
write_session(const struct sockaddr *ours, const struct sockaddr *peer)
{
	static const struct timespec when = {1700000000, 123456789};
	struct pcap_writer *w = pcap_writer_open(path);
	struct pcap_flow flow;
	struct buf b = {0};
	struct span s;

	assert_non_null(w);
	pcap_flow_init(&flow, ours, peer);
	pcap_flow_data(w, &flow, 0, put_pdu(&b, 23, 9, 1), when);
	pcap_flow_data(w, &flow, 1, put_pdu(&b, 17, 0x80000009, 1), when);
	s = put_pdu(&b, 33 + 4 + 60000, 4, 2);
	memcpy(b.p + 33, "\x04\x24\xea\x60", 4);
	pcap_flow_data(w, &flow, 0, s, when);
	pcap_flow_data(w, &flow, 1, put_pdu(&b, 17, 0x80000004, 2), when);
	pcap_flow_data(w, &flow, 0, put_pdu(&b, 16, 6, 3), when);
	pcap_flow_end(w, &flow, when);
	assert_true(pcap_writer_close(w));
	buf_free(&b);
}

/* What tshark prints, without its warnings; empty when it is not there. */
static void
tshark(struct buf *out, const char *options)
{
	char command[512], octets[4096];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command),
	    "tshark -r %s -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE"
	    " %s 2>/dev/null", path, options);
	f = popen(command, "r");
	assert_non_null(f);
	while ((n = fread(octets, 1, sizeof(octets), f)) > 0)
		buf_add(out, octets, n);
	pclose(f);
}

static bool
has_tshark(void)
{
	return system("command -v tshark >/dev/null") == 0;
}

static void
judge(const char *addresses)
{
	struct buf out = {0};

	if (!has_tshark())
		skip();
	tshark(&out, "-Y smpp -T fields -e smpp.command_id "
	    "-e smpp.sequence_number -e smpp.command_length");
	assert_string_equal(buf_cstr(&out),
	    "0x00000009\t1\t23\n0x80000009\t1\t17\n0x00000004\t2\t60037\n"
	    "0x80000004\t2\t17\n0x00000006\t3\t16\n");
	buf_clear(&out);
	tshark(&out, "-Y '_ws.malformed || _ws.expert.severity >= 0x600000 ||"
	    " tcp.checksum.status == 0 || ip.checksum.status == 0 ||"
	    " tcp.analysis.flags' -V");
	assert_string_equal(buf_cstr(&out), "");
	tshark(&out, addresses);
	assert_string_equal(buf_cstr(&out), "1\n");
	buf_free(&out);
}

static void
tshark_follows_an_ipv4_session_on_any_port(void **state)
{
	struct sockaddr_in ours = {.sin_family = AF_INET,
	    .sin_port = htons(41234)}, peer = {.sin_family = AF_INET,
	    .sin_port = htons(17550)};

	(void)state;
	inet_pton(AF_INET, "192.0.2.1", &ours.sin_addr);
	inet_pton(AF_INET, "198.51.100.7", &peer.sin_addr);
	write_session((struct sockaddr *)&ours, (struct sockaddr *)&peer);
	judge("-Y 'ip.src == 192.0.2.1 && ip.dst == 198.51.100.7 && "
	    "tcp.srcport == 41234 && tcp.dstport == 17550 && "
	    "tcp.flags.syn == 1' -T fields -e frame.number");
}

static void
tshark_follows_an_ipv6_session(void **state)
{
	struct sockaddr_in6 ours = {.sin6_family = AF_INET6,
	    .sin6_port = htons(41234)}, peer = {.sin6_family = AF_INET6,
	    .sin6_port = htons(3550)};

	(void)state;
	inet_pton(AF_INET6, "2001:db8::1", &ours.sin6_addr);
	inet_pton(AF_INET6, "2001:db8::2", &peer.sin6_addr);
	write_session((struct sockaddr *)&ours, (struct sockaddr *)&peer);
	judge("-Y 'ipv6.src == 2001:db8::1 && ipv6.dst == 2001:db8::2 && "
	    "tcp.flags.syn == 1' -T fields -e frame.number");
}

static void
ipv4_within_ipv6_stands_as_ipv4(void **state)
{
	struct sockaddr_in6 ours = {.sin6_family = AF_INET6,
	    .sin6_port = htons(41234)}, peer = {.sin6_family = AF_INET6,
	    .sin6_port = htons(2775)};
	struct pcap_flow flow;

	(void)state;
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &ours.sin6_addr);
	inet_pton(AF_INET6, "::ffff:198.51.100.7", &peer.sin6_addr);
	pcap_flow_init(&flow, (struct sockaddr *)&ours,
	    (struct sockaddr *)&peer);
	assert_false(flow.v6);
	assert_memory_equal(flow.address[0], "\xc0\x00\x02\x01", 4);
	assert_memory_equal(flow.address[1], "\xc6\x33\x64\x07", 4);
	assert_int_equal(flow.port[1], 2775);
}

static void
full_disk_is_told_at_the_end(void **state)
{
	static const struct timespec when = {0};
	struct pcap_writer *w = pcap_writer_open("/dev/full");
	struct sockaddr_in any = {.sin_family = AF_INET};
	struct pcap_flow flow;

	(void)state;
	assert_non_null(w);
	pcap_flow_init(&flow, (struct sockaddr *)&any, (struct sockaddr *)&any);
	pcap_flow_data(w, &flow, 0, span_str("x"), when);
	pcap_writer_flush(w);
	assert_false(pcap_writer_close(w));
	assert_null(pcap_writer_open("/nowhere/x.pcap"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    tshark_follows_an_ipv4_session_on_any_port, make_path,
		    remove_path),
		cmocka_unit_test_setup_teardown(tshark_follows_an_ipv6_session,
		    make_path, remove_path),
		cmocka_unit_test(ipv4_within_ipv6_stands_as_ipv4),
		cmocka_unit_test(full_disk_is_told_at_the_end),
	};

	return cmocka_run_group_tests_name("file/pcap", tests, NULL, NULL);
}
