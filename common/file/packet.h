/* SPDX-License-Identifier: ISC */
#ifndef FILE_PACKET_H
#define FILE_PACKET_H

#include "base/span.h"

/*
 * TCP segments within captured packets: the headers of the link, of VLANs, of
 * IP and of TCP (RFC 791, 8200, 9293; IEEE 802.1Q; the link types of tcpdump).
 */
enum { PACKET_KEY = 36 };
enum { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_RST = 4, PACKET_ACK = 16 };

struct packet {
	/* addresses as IPv6, then ports: of the sender, of the receiver */
	uint8_t key[PACKET_KEY];
	bool v6;
	uint8_t flags;
	uint32_t sequence;     /* of the first octet of the payload */
	uint32_t acknowledged;
	struct span payload;   /* into the frame */
};

/* Whether packets of this link type (of libpcap) can be read. */
bool packet_link_known(int link);

/* Reads a frame of that link type; false when it is no TCP segment, or one in
 * fragments. */
bool packet_read(struct packet *, int link, struct span frame);

/* The same for an Ethernet frame, whose link type no one said. */
bool packet_ethernet(struct packet *, struct span frame);

/* The key of the other direction. */
void packet_reverse(uint8_t to[PACKET_KEY], const uint8_t key[PACKET_KEY]);

/* "192.0.2.1:2775" or "[2001:db8::1]:2775": end 0 sends, end 1 receives. */
enum { PACKET_NAME = 64 };
void packet_name(char text[PACKET_NAME], const struct packet *, int end);

#endif
