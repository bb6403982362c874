/* SPDX-License-Identifier: ISC */
#ifndef FILE_PCAP_H
#define FILE_PCAP_H

#include <sys/socket.h>
#include <time.h>

#include "base/span.h"

/*
 * Writer of a capture (pcap, link type RAW): the octets of connections as TCP
 * segments with their true addresses, so that Wireshark and tshark follow and
 * dissect them, those that went under TLS too.
 */
struct pcap_writer;

/* Creates or empties the file; NULL and errno. */
struct pcap_writer *pcap_writer_open(const char *path);

/* Writes what is buffered. The first error sticks. */
void pcap_writer_flush(struct pcap_writer *);

/* Closes; false and errno when not all was written. NULL is nothing. */
bool pcap_writer_close(struct pcap_writer *);

/* One connection in it. side 0 is ours, side 1 the peer. */
struct pcap_flow {
	bool v6, open;
	uint8_t address[2][16];
	uint16_t port[2];
	uint32_t sequence[2];   /* of the next octet of each side */
};

/* Addresses of both ends; of another family than IPv4 and IPv6 stand as
 * loopback. */
void pcap_flow_init(struct pcap_flow *, const struct sockaddr *ours,
    const struct sockaddr *peer);

/* Octets from one side. The three-way handshake goes before the first ones:
 * whoever speaks first is taken for the one that connected, which holds for
 * bind and outbind. */
void pcap_flow_data(struct pcap_writer *, struct pcap_flow *, int from,
    struct span octets, struct timespec when);

/* Both sides close. */
void pcap_flow_end(struct pcap_writer *, struct pcap_flow *,
    struct timespec when);

#endif
