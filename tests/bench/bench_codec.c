/* SPDX-License-Identifier: ISC */
/*
 * How many submit_sm with a text of 20 octets are encoded and decoded a
 * second on one core, beside libsmpp34 in the same run where it is installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "smpp/pdu.h"

#ifdef HAVE_SMPP34
#include <libsmpp34/smpp34_structs.h>
#endif

enum { ROUNDS = 5 };

static uint8_t octets[256];
static size_t size;
static volatile size_t sink;

static void
encode(size_t n)
{
	struct pdu pdu = {
		.type = PDU_submit_sm,
		.source_addr_ton = 5,
		.source_addr = span_str("SUREM"),
		.dest_addr_ton = 1,
		.dest_addr_npi = 1,
		.destination_addr = span_str("821055551234"),
		.registered_delivery = 1,
		.short_message = span_str("Your code is 483920."),
	};
	struct pdu_error e;

	for (size_t i = 0; i < n; i++) {
		struct wr w = wr_init(octets, sizeof(octets));

		pdu.sequence_number = (uint32_t)i + 1;
		if (!pdu_encode(&w, &pdu, &e))
			abort();
		sink = size = w.len;
	}
}

static void
decode(size_t n)
{
	struct pdu pdu;
	struct pdu_error e;

	for (size_t i = 0; i < n; i++) {
		octets[15] = (uint8_t)i;
		if (!pdu_decode(&pdu, span_of(octets, size), &e))
			abort();
		sink = pdu.short_message.n + pdu.sequence_number;
	}
}

#ifdef HAVE_SMPP34
static void
encode34(size_t n)
{
	struct submit_sm_t pdu = {.command_id = 4};
	uint8_t out[256];
	int len;

	pdu.source_addr_ton = 5;
	strcpy((char *)pdu.source_addr, "SUREM");
	pdu.dest_addr_ton = 1;
	pdu.dest_addr_npi = 1;
	strcpy((char *)pdu.destination_addr, "821055551234");
	pdu.registered_delivery = 1;
	pdu.sm_length = 20;
	memcpy(pdu.short_message, "Your code is 483920.", 20);
	for (size_t i = 0; i < n; i++) {
		pdu.sequence_number = (uint32_t)i + 1;
		if (smpp34_pack(4, out, sizeof(out), &len, &pdu) != 0 ||
		    (size_t)len != size)
			abort();
		sink = (size_t)len;
	}
}

static void
decode34(size_t n)
{
	struct submit_sm_t pdu;

	for (size_t i = 0; i < n; i++) {
		octets[15] = (uint8_t)i;
		memset(&pdu, 0, sizeof(pdu));
		if (smpp34_unpack(4, &pdu, octets, (int)size) != 0)
			abort();
		sink = pdu.sm_length + pdu.sequence_number;
	}
}
#endif

/* The best of some rounds, in calls a second. */
static double
measure(void (*work)(size_t), size_t n)
{
	double best = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct timespec from, to;
		double rate;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		work(n);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		rate = (double)n / ((double)(to.tv_sec - from.tv_sec) +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e9);
		if (rate > best)
			best = rate;
	}
	return best;
}

static void
report(const char *what, double ours, double theirs)
{
	printf("codec %s submit_sm: %.1f M/s", what, ours / 1e6);
	if (theirs > 0)
		printf(", libsmpp34 %.2f M/s, ratio %.0f", theirs / 1e6,
		    ours / theirs);
	printf("\n");
}

int
main(void)
{
	double encodes = measure(encode, 2000000);
	double decodes = measure(decode, 2000000);
	double encodes34 = 0, decodes34 = 0;

#ifdef HAVE_SMPP34
	encodes34 = measure(encode34, 100000);
	decodes34 = measure(decode34, 100000);
#endif
	report("encode", encodes, encodes34);
	report("decode", decodes, decodes34);
	return 0;
}
