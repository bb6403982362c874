/* SPDX-License-Identifier: ISC */
/* Headers around TCP payload, as captures have them. */
#include "file/packet.h"

#include <arpa/inet.h>
#include <pcap/pcap.h>
#include <stdio.h>

#include "base/cursor.h"

enum {
	TYPE_V4 = 0x0800,
	TYPE_V6 = 0x86DD,
	TYPE_VLAN = 0x8100,
	TYPE_QINQ = 0x88A8,
	TYPE_QINQ_OLD = 0x9100,
	PROTOCOL_TCP = 6,
	FRAGMENT = 0x3FFF,     /* more fragments, or not the first */
	V4_LEAST = 20, V6_SIZE = 40, TCP_LEAST = 20,
	LINKTYPE_RAW = 101,    /* as files write DLT_RAW */
};

/* Where the type of what is within stands, and where that starts. */
static const struct link {
	int type;
	uint8_t at;            /* of a 16-bit ethertype; 0: there is none */
	uint8_t start;
} links[] = {
	{DLT_EN10MB, 12, 14},
	{DLT_RAW, 0, 0},
	{LINKTYPE_RAW, 0, 0},
	{DLT_IPV4, 0, 0},
	{DLT_IPV6, 0, 0},
	{DLT_NULL, 0, 4},
	{DLT_LOOP, 0, 4},
	{DLT_LINUX_SLL, 14, 16},
	{DLT_LINUX_SLL2, 0, 20},   /* its ethertype comes first */
	{DLT_PPP, 0, 2},
	{DLT_PPP_SERIAL, 0, 4},
};

static const struct link *
find_link(int type)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].type == type)
			return &links[i];
	return NULL;
}

bool
packet_link_known(int link)
{
	return find_link(link) != NULL;
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
read_v4(struct packet *p, struct span ip, struct span *tcp)
{
	struct rd r = rd_init(ip);
	size_t header = (size_t)(rd_u8(&r) & 0x0F) * 4, total;
	uint16_t fragment;

	rd_u8(&r);
	total = rd_u16(&r);
	rd_u16(&r);
	fragment = rd_u16(&r);
	rd_u8(&r);
	if (rd_u8(&r) != PROTOCOL_TCP || (fragment & FRAGMENT) != 0)
		return false;
	rd_u16(&r);
	map_v4(p->key, rd_bytes(&r, 4));
	map_v4(p->key + 16, rd_bytes(&r, 4));
	/* 0: left to the network card */
	if (total == 0 || total > ip.n)
		total = ip.n;
	if (r.err != CURSOR_OK || header < V4_LEAST || header > total)
		return false;
	*tcp = span_of(ip.p + header, total - header);
	return true;
}

static bool
read_v6(struct packet *p, struct span ip, struct span *tcp)
{
	struct rd r = rd_init(ip);
	struct span from, to;
	size_t total;
	uint8_t next;

	rd_u32(&r);
	total = rd_u16(&r);
	next = rd_u8(&r);
	rd_u8(&r);
	from = rd_bytes(&r, 16);
	to = rd_bytes(&r, 16);
	/* hop-by-hop options, routing, destination options */
	while (r.err == CURSOR_OK && (next == 0 || next == 43 || next == 60)) {
		next = rd_u8(&r);
		rd_bytes(&r, (size_t)rd_u8(&r) * 8 + 6);
	}
	if (r.err != CURSOR_OK || next != PROTOCOL_TCP)
		return false;
	memcpy(p->key, from.p, 16);
	memcpy(p->key + 16, to.p, 16);
	p->v6 = true;
	if (total != 0 && total + V6_SIZE < ip.n &&
	    total + V6_SIZE >= rd_off(&r))
		ip.n = total + V6_SIZE;
	*tcp = span_of(r.p, ip.n - rd_off(&r));
	return true;
}

static bool
read_ip(struct packet *p, struct span ip)
{
	uint8_t version = ip.n > 0 ? ip.p[0] >> 4 : 0;
	struct span tcp, ports;
	size_t header;
	struct rd r;

	*p = (struct packet){0};
	if (version == 4 ? !read_v4(p, ip, &tcp) :
	    version != 6 || !read_v6(p, ip, &tcp))
		return false;
	r = rd_init(tcp);
	ports = rd_bytes(&r, 4);
	p->sequence = rd_u32(&r);
	p->acknowledged = rd_u32(&r);
	header = (size_t)(rd_u8(&r) >> 4) * 4;
	p->flags = rd_u8(&r);
	if (r.err != CURSOR_OK || header < TCP_LEAST || header > tcp.n)
		return false;
	memcpy(p->key + 32, ports.p, ports.n);
	p->payload = span_skip(tcp, header);
	/* SYN takes a number of its own */
	p->sequence += (p->flags & PACKET_SYN) != 0;
	return true;
}

/* Past the tags of VLANs that an ethertype begins; at is where it stands. */
static bool
read_typed(struct packet *p, struct span frame, size_t at, size_t start)
{
	struct rd r = rd_init(span_skip(frame, at));
	uint16_t type = rd_u16(&r);

	r = rd_init(span_skip(frame, start));
	while (type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD) {
		rd_u16(&r);
		type = rd_u16(&r);
	}
	return r.err == CURSOR_OK && (type == TYPE_V4 || type == TYPE_V6) &&
	    read_ip(p, span_of(r.p, rd_left(&r)));
}

bool
packet_read(struct packet *p, int type, struct span frame)
{
	const struct link *link = find_link(type);

	if (link == NULL || frame.n < link->start)
		return false;
	if (link->at > 0 || type == DLT_LINUX_SLL2)
		return read_typed(p, frame, link->at, link->start);
	return read_ip(p, span_skip(frame, link->start));
}

bool
packet_ethernet(struct packet *p, struct span frame)
{
	return packet_read(p, DLT_EN10MB, frame);
}

void
packet_reverse(uint8_t to[PACKET_KEY], const uint8_t key[PACKET_KEY])
{
	memcpy(to, key + 16, 16);
	memcpy(to + 16, key, 16);
	memcpy(to + 32, key + 34, 2);
	memcpy(to + 34, key + 32, 2);
}

void
packet_name(char text[PACKET_NAME], const struct packet *p, int end)
{
	const uint8_t *address = p->key + 16 * end, *port = p->key + 32 + 2 * end;
	char name[INET6_ADDRSTRLEN] = "";

	if (p->v6)
		inet_ntop(AF_INET6, address, name, sizeof(name));
	else
		inet_ntop(AF_INET, address + 12, name, sizeof(name));
	snprintf(text, PACKET_NAME, p->v6 ? "[%s]:%u" : "%s:%u", name,
	    (unsigned)(port[0] << 8 | port[1]));
}
