/* SPDX-License-Identifier: ISC */
/*
 * TCP payload out of captures: libpcap reads the file; link, IP and TCP
 * headers are read here (RFC 791, 8200, 9293). A stream is put in order as
 * far as its segments came in order; what was sent again is passed over.
 */
#include "file/capture.h"

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "base/mem.h"

enum {
	STREAMS_MAX = 1024,   /* the longest unused one makes room */
	ETHERTYPE_V4 = 0x0800,
	ETHERTYPE_V6 = 0x86DD,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88A8,
	PROTOCOL_TCP = 6,
};

enum { FIN = 1, SYN = 2, RST = 4 };

/* A TCP segment within a packet. */
struct segment {
	uint8_t key[36];   /* addresses as IPv6, then ports; sender first */
	uint32_t sequence;
	uint8_t flags;
	bool v6;
	struct span payload;
};

struct capture {
	pcap_t *pcap;
	int link;
	struct capture_stream *stream;
	size_t n;
	uint64_t clock;
	struct capture_stream *closing;   /* told after its last octets */
	struct capture_piece pending;     /* told after its gap */
	struct segment held;              /* waits for room among the streams */
	bool holding;
	struct timespec time;             /* of the packet at hand */
};

struct capture *
capture_open(FILE *f, char error[256])
{
	static const int known[] = {DLT_EN10MB, DLT_RAW, DLT_NULL, DLT_LOOP,
	    DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_IPV4, DLT_IPV6, 101};
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_fopen_offline(f, why);
	struct capture *c;
	int link;

	if (pcap == NULL) {
		snprintf(error, 256, "%s", why);
		fclose(f);
		return NULL;
	}
	link = pcap_datalink(pcap);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i] != link)
			continue;
		c = mem_new(sizeof(*c));
		c->pcap = pcap;
		c->link = link;
		c->stream = mem_array(STREAMS_MAX, sizeof(*c->stream));
		return c;
	}
	snprintf(error, 256, "link type %d is not known", link);
	pcap_close(pcap);
	return NULL;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	pcap_close(c->pcap);
	free(c->stream);
	free(c);
}

const char *
capture_error(struct capture *c)
{
	return pcap_geterr(c->pcap);
}

/* An IPv4 address in its IPv6 form. */
static void
map_v4(uint8_t to[16], struct span address)
{
	memset(to, 0, 16);
	to[10] = to[11] = 0xFF;
	if (address.n == 4)
		memcpy(to + 12, address.p, 4);
}

static bool
read_v4(struct span packet, struct segment *s, struct span *tcp)
{
	struct rd r = rd_init(packet);
	size_t header = (size_t)(rd_u8(&r) & 0x0F) * 4, total;
	uint16_t fragment;

	rd_u8(&r);
	total = rd_u16(&r);
	rd_u16(&r);
	fragment = rd_u16(&r);
	rd_u8(&r);
	if (rd_u8(&r) != PROTOCOL_TCP || (fragment & 0x3FFF) != 0)
		return false;
	rd_u16(&r);
	map_v4(s->key, rd_bytes(&r, 4));
	map_v4(s->key + 16, rd_bytes(&r, 4));
	/* 0: left to the network card */
	if (total == 0 || total > packet.n)
		total = packet.n;
	if (r.err != CURSOR_OK || header < 20 || header > total)
		return false;
	*tcp = span_of(packet.p + header, total - header);
	return true;
}

static bool
read_v6(struct span packet, struct segment *s, struct span *tcp)
{
	struct rd r = rd_init(packet);
	size_t total;
	struct span from, to;
	uint8_t next;

	rd_u32(&r);
	total = rd_u16(&r);
	next = rd_u8(&r);
	rd_u8(&r);
	from = rd_bytes(&r, 16);
	to = rd_bytes(&r, 16);
	while (r.err == CURSOR_OK && (next == 0 || next == 43 || next == 60)) {
		next = rd_u8(&r);
		rd_bytes(&r, (size_t)rd_u8(&r) * 8 + 6);
	}
	if (r.err != CURSOR_OK || next != PROTOCOL_TCP)
		return false;
	memcpy(s->key, from.p, 16);
	memcpy(s->key + 16, to.p, 16);
	s->v6 = true;
	if (total != 0 && total + 40 < packet.n && total + 40 >= rd_off(&r))
		packet.n = total + 40;
	*tcp = span_of(r.p, packet.n - rd_off(&r));
	return true;
}

static bool
read_ip(struct span packet, struct segment *s)
{
	struct span tcp;
	struct rd r;
	struct span ports;
	size_t header;
	uint8_t version = packet.n > 0 ? packet.p[0] >> 4 : 0;

	if (version == 4 ? !read_v4(packet, s, &tcp) :
	    version != 6 || !read_v6(packet, s, &tcp))
		return false;
	r = rd_init(tcp);
	ports = rd_bytes(&r, 4);
	s->sequence = rd_u32(&r);
	rd_u32(&r);
	header = (size_t)(rd_u8(&r) >> 4) * 4;
	s->flags = rd_u8(&r);
	if (r.err != CURSOR_OK || header < 20 || header > tcp.n)
		return false;
	memcpy(s->key + 32, ports.p, ports.n);
	s->payload = span_skip(tcp, header);
	return true;
}

static bool
read_ethernet(struct span frame, struct span *packet)
{
	struct rd r = rd_init(frame);
	uint16_t type;

	rd_bytes(&r, 12);
	while ((type = rd_u16(&r)) == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ)
		rd_u16(&r);
	*packet = span_of(r.p, rd_left(&r));
	return r.err == CURSOR_OK &&
	    (type == ETHERTYPE_V4 || type == ETHERTYPE_V6);
}

static bool
read_link(const struct capture *c, struct span frame, struct segment *s)
{
	struct span packet = frame;

	switch (c->link) {
	case DLT_EN10MB:
		return read_ethernet(frame, &packet) && read_ip(packet, s);
	case DLT_NULL:
	case DLT_LOOP:
		return read_ip(span_skip(frame, 4), s);
	case DLT_LINUX_SLL:
		return read_ip(span_skip(frame, 16), s);
	case DLT_LINUX_SLL2:
		return read_ip(span_skip(frame, 20), s);
	default:
		return read_ip(packet, s);
	}
}

bool
capture_ethernet(struct span frame, struct span *payload)
{
	struct segment s = {0};
	struct span packet;

	if (!read_ethernet(frame, &packet) || !read_ip(packet, &s))
		return false;
	*payload = s.payload;
	return true;
}

static void
name_end(char text[64], const struct segment *s, int end)
{
	const uint8_t *address = s->key + 16 * end, *port = s->key + 32 + 2 * end;
	char name[INET6_ADDRSTRLEN];

	if (s->v6)
		inet_ntop(AF_INET6, address, name, sizeof(name));
	else
		inet_ntop(AF_INET, address + 12, name, sizeof(name));
	snprintf(text, 64, s->v6 ? "[%s]:%u" : "%s:%u", name,
	    (unsigned)(port[0] << 8 | port[1]));
}

/* The stream of a segment; NULL when another one has to be told as closed
 * first, to make room. */
static struct capture_stream *
find_stream(struct capture *c, const struct segment *s)
{
	struct capture_stream *oldest = NULL, *free_one = NULL;

	for (size_t i = 0; i < c->n; i++) {
		struct capture_stream *t = &c->stream[i];

		if (t->open && memcmp(t->key, s->key, sizeof(t->key)) == 0)
			return t;
		if (!t->open)
			free_one = t;
		else if (oldest == NULL || t->used < oldest->used)
			oldest = t;
	}
	if (free_one == NULL && c->n < STREAMS_MAX)
		free_one = &c->stream[c->n++];
	if (free_one == NULL) {
		c->closing = oldest;
		return NULL;
	}
	*free_one = (struct capture_stream){.open = true};
	memcpy(free_one->key, s->key, sizeof(s->key));
	name_end(free_one->from, s, 0);
	name_end(free_one->to, s, 1);
	return free_one;
}

/* What of the segment is new; GAP when octets before it never came. */
static enum capture_result
take(struct capture_stream *t, const struct segment *s,
    struct capture_piece *piece)
{
	uint32_t sequence = s->sequence + ((s->flags & SYN) != 0 ? 1 : 0);
	uint32_t ahead = sequence - t->next;

	piece->stream = t;
	piece->octets = s->payload;
	piece->lost = 0;
	if (!t->known || (s->flags & SYN) != 0) {
		t->known = true;
		ahead = 0;
	} else if (ahead > INT32_MAX) {
		/* it begins before what is wanted: sent again */
		piece->octets = span_skip(s->payload, t->next - sequence);
		sequence = t->next;
		ahead = 0;
	}
	piece->lost = ahead;
	t->next = sequence + (uint32_t)piece->octets.n;
	return ahead > 0 ? CAPTURE_GAP : CAPTURE_DATA;
}

/* The next TCP segment of the file, or the one that was held. */
static enum capture_result
next_segment(struct capture *c, struct segment *s)
{
	struct pcap_pkthdr *header;
	const uint8_t *p;
	int got;

	if (c->holding) {
		c->holding = false;
		*s = c->held;
		return CAPTURE_DATA;
	}
	while ((got = pcap_next_ex(c->pcap, &header, &p)) == 1) {
		*s = (struct segment){0};
		c->time.tv_sec = header->ts.tv_sec;
		c->time.tv_nsec = (long)header->ts.tv_usec * 1000;
		if (read_link(c, span_of(p, header->caplen), s))
			return CAPTURE_DATA;
	}
	return got == PCAP_ERROR ? CAPTURE_ERROR : CAPTURE_END;
}

enum capture_result
capture_next(struct capture *c, struct capture_piece *piece)
{
	if (c->pending.stream != NULL) {
		*piece = c->pending;
		c->pending.stream = NULL;
		return CAPTURE_DATA;
	}
	for (;;) {
		struct segment s;
		struct capture_stream *t;
		enum capture_result result;

		if (c->closing != NULL) {
			*piece = (struct capture_piece){.stream = c->closing};
			c->closing->open = false;
			c->closing = NULL;
			return CAPTURE_CLOSED;
		}
		result = next_segment(c, &s);
		if (result != CAPTURE_DATA)
			return result;
		t = find_stream(c, &s);
		if (t == NULL) {
			c->held = s;
			c->holding = true;
			continue;
		}
		t->used = ++c->clock;
		if ((s.flags & (FIN | RST)) != 0)
			c->closing = t;
		result = take(t, &s, piece);
		piece->time = c->time;
		if (piece->octets.n == 0)
			continue;
		if (result == CAPTURE_GAP)
			c->pending = *piece;
		return result;
	}
}

struct capture_stream *
capture_stream_at(struct capture *c, size_t i)
{
	return i < c->n ? &c->stream[i] : NULL;
}
