/* SPDX-License-Identifier: ISC */
/*
 * Captures in the classic pcap format (magic a1b2c3d4, microseconds), with
 * headers made up as RFC 791, RFC 8200 and RFC 9293 have them, checksums
 * included.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/mem.h"
#include "file/pcap.h"

enum {
	LINKTYPE_RAW = 101,
	SNAPLEN = 262144,
	SEGMENT_MAX = 32768,   /* octets of one segment */
	BUFFER_MAX = 65536,
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	HEADERS_MAX = IPV6_HEADER + TCP_HEADER,
	PROTOCOL_TCP = 6,
	TTL = 64,
};

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct pcap_writer {
	int fd;
	int err;           /* errno of the first failure */
	struct buf buf;
};

struct pcap_writer *
pcap_writer_open(const char *path)
{
	/* in the order of the machine, as the magic number tells */
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snaplen, linktype;
	} header = {0xa1b2c3d4, 2, 4, 0, 0, SNAPLEN, LINKTYPE_RAW};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	struct pcap_writer *w;

	if (fd == -1)
		return NULL;
	w = mem_new(sizeof(*w));
	w->fd = fd;
	buf_add(&w->buf, &header, sizeof(header));
	return w;
}

void
pcap_writer_flush(struct pcap_writer *w)
{
	size_t at = 0;

	while (w->err == 0 && at < w->buf.len) {
		ssize_t n = write(w->fd, w->buf.p + at, w->buf.len - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno != EINTR)
			w->err = errno;
	}
	buf_clear(&w->buf);
}

bool
pcap_writer_close(struct pcap_writer *w)
{
	int err;

	if (w == NULL)
		return true;
	pcap_writer_flush(w);
	if (close(w->fd) != 0 && w->err == 0)
		w->err = errno;
	err = w->err;
	buf_free(&w->buf);
	free(w);
	errno = err;
	return err == 0;
}

/* Sets one end of a flow. IPv4 within IPv6 stands as what it is. */
static void
set_end(struct pcap_flow *flow, int side, const struct sockaddr *sa)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const uint8_t loopback[4] = {127, 0, 0, 1};
	const void *p = sa;

	memcpy(flow->address[side], loopback, 4);
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = p;

		memcpy(flow->address[side], &in->sin_addr, 4);
		flow->port[side] = ntohs(in->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = p;
		const uint8_t *octets = in->sin6_addr.s6_addr;

		flow->port[side] = ntohs(in->sin6_port);
		if (memcmp(octets, mapped, sizeof(mapped)) == 0) {
			memcpy(flow->address[side], octets + 12, 4);
		} else {
			flow->v6 = true;
			memcpy(flow->address[side], octets, 16);
		}
	}
}

void
pcap_flow_init(struct pcap_flow *flow, const struct sockaddr *ours,
    const struct sockaddr *peer)
{
	*flow = (struct pcap_flow){0};
	set_end(flow, 0, ours);
	set_end(flow, 1, peer);
}

/* The Internet checksum (RFC 1071), summed up over several parts of which all
 * but the last have an even size. */
static uint32_t
sum(uint32_t so_far, struct span s)
{
	uint64_t total = so_far;

	for (size_t i = 0; i + 1 < s.n; i += 2)
		total += (uint64_t)(s.p[i] << 8 | s.p[i + 1]);
	if (s.n % 2 != 0)
		total += (uint64_t)s.p[s.n - 1] << 8;
	while (total >> 16 != 0)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static void
put_checksum(uint8_t *p, uint32_t total)
{
	p[0] = (uint8_t)(~total >> 8);
	p[1] = (uint8_t)~total;
}

static void
put_ip(struct wr *w, const struct pcap_flow *flow, int from, size_t n)
{
	size_t size = flow->v6 ? 16 : 4;
	uint8_t *header = w->base;

	if (flow->v6) {
		wr_u32(w, (uint32_t)6 << 28);
		wr_u16(w, (uint32_t)(TCP_HEADER + n));
		wr_u8(w, PROTOCOL_TCP);
		wr_u8(w, TTL);
	} else {
		wr_u16(w, 0x4500);
		wr_u16(w, (uint32_t)(IPV4_HEADER + TCP_HEADER + n));
		wr_u32(w, 0x4000);  /* no fragments */
		wr_u8(w, TTL);
		wr_u8(w, PROTOCOL_TCP);
		wr_u16(w, 0);
	}
	wr_bytes(w, span_of(flow->address[from], size));
	wr_bytes(w, span_of(flow->address[!from], size));
	if (!flow->v6)
		put_checksum(header + 10, sum(0, span_of(header, IPV4_HEADER)));
}

static void
put_tcp(struct wr *w, const struct pcap_flow *flow, int from, unsigned flags,
    struct span octets)
{
	size_t size = flow->v6 ? 16 : 4;
	uint8_t *header = w->base + w->len;
	uint32_t total = PROTOCOL_TCP + (uint32_t)(TCP_HEADER + octets.n);

	wr_u16(w, flow->port[from]);
	wr_u16(w, flow->port[!from]);
	wr_u32(w, flow->sequence[from]);
	wr_u32(w, flags & ACK ? flow->sequence[!from] : 0);
	wr_u8(w, TCP_HEADER / 4 << 4);
	wr_u8(w, flags);
	wr_u16(w, 0xffff);
	wr_u32(w, 0);
	total = sum(total, span_of(flow->address[from], size));
	total = sum(total, span_of(flow->address[!from], size));
	total = sum(total, span_of(header, TCP_HEADER));
	put_checksum(header + 16, sum(total, octets));
}

/* Writes one segment and moves the sequence number on. */
static void
segment(struct pcap_writer *writer, struct pcap_flow *flow, int from,
    unsigned flags, struct span octets, struct timespec when)
{
	uint8_t headers[HEADERS_MAX];
	struct wr w = wr_init(headers, sizeof(headers));
	uint32_t record[4];

	if (writer->err != 0)
		return;
	put_ip(&w, flow, from, octets.n);
	put_tcp(&w, flow, from, flags, octets);
	record[0] = (uint32_t)when.tv_sec;
	record[1] = (uint32_t)(when.tv_nsec / 1000);
	record[2] = record[3] = (uint32_t)(w.len + octets.n);
	buf_add(&writer->buf, record, sizeof(record));
	buf_add(&writer->buf, headers, w.len);
	buf_add_span(&writer->buf, octets);
	flow->sequence[from] += (uint32_t)octets.n +
	    ((flags & (SYN | FIN)) != 0);
	if (writer->buf.len >= BUFFER_MAX)
		pcap_writer_flush(writer);
}

void
pcap_flow_data(struct pcap_writer *w, struct pcap_flow *flow, int from,
    struct span octets, struct timespec when)
{
	const struct span none = {0};

	if (!flow->open) {
		flow->open = true;
		segment(w, flow, from, SYN, none, when);
		segment(w, flow, !from, SYN | ACK, none, when);
		segment(w, flow, from, ACK, none, when);
	}
	while (octets.n > 0) {
		size_t n = octets.n < SEGMENT_MAX ? octets.n : SEGMENT_MAX;

		segment(w, flow, from, n == octets.n ? PSH | ACK : ACK,
		    span_of(octets.p, n), when);
		octets = span_skip(octets, n);
	}
}

void
pcap_flow_end(struct pcap_writer *w, struct pcap_flow *flow,
    struct timespec when)
{
	const struct span none = {0};

	if (!flow->open)
		return;
	flow->open = false;
	segment(w, flow, 0, FIN | ACK, none, when);
	segment(w, flow, 1, FIN | ACK, none, when);
	segment(w, flow, 0, ACK, none, when);
}
