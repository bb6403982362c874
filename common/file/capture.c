/* SPDX-License-Identifier: ISC */
/*
 * Captures: libpcap reads the file, packet.c its headers, reassembly.c puts
 * the payload in order.
 */
#include "file/capture.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/mem.h"
#include "file/reassembly.h"

struct capture {
	pcap_t *pcap;
	int link;
	struct reassembly *reassembly;
	bool finished;
};

struct capture *
capture_open(FILE *f, char error[256])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_fopen_offline(f, why);
	struct capture *c;

	if (pcap == NULL) {
		snprintf(error, 256, "%s", why);
		fclose(f);
		return NULL;
	}
	if (!packet_link_known(pcap_datalink(pcap))) {
		const char *name =
		    pcap_datalink_val_to_name(pcap_datalink(pcap));

		snprintf(error, 256, "packets of link type %d (%s) cannot be "
		    "read", pcap_datalink(pcap), name ? name : "unknown");
		pcap_close(pcap);
		return NULL;
	}
	c = mem_new(sizeof(*c));
	c->pcap = pcap;
	c->link = pcap_datalink(pcap);
	c->reassembly = reassembly_new();
	return c;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	reassembly_free(c->reassembly);
	pcap_close(c->pcap);
	free(c);
}

const char *
capture_error(struct capture *c)
{
	return pcap_geterr(c->pcap);
}

void
capture_finish(struct capture *c)
{
	if (c->finished)
		return;
	c->finished = true;
	reassembly_end(c->reassembly);
}

enum capture_result
capture_next(struct capture *c, struct capture_piece *piece)
{
	struct pcap_pkthdr *header;
	enum capture_result result;
	struct packet packet;
	const uint8_t *p;
	int got;

	*piece = (struct capture_piece){0};
	while (!reassembly_next(c->reassembly, piece, &result)) {
		if (c->finished)
			return CAPTURE_END;
		got = pcap_next_ex(c->pcap, &header, &p);
		if (got != 1) {
			capture_finish(c);
			if (got == PCAP_ERROR)
				return CAPTURE_ERROR;
		} else if (packet_read(&packet, c->link,
		    span_of(p, header->caplen))) {
			struct timespec time = {.tv_sec = header->ts.tv_sec,
			    .tv_nsec = (long)header->ts.tv_usec * 1000};

			reassembly_put(c->reassembly, &packet, time);
		}
	}
	return result;
}
