/* SPDX-License-Identifier: ISC */
/*
 * Where one PDU ends in a stream of octets (3.4, 3.2), and whose octets they
 * are when they are no SMPP.
 */
#include "smpp/pdu.h"

enum pdu_frame
pdu_frame(struct span in, uint32_t max, uint32_t *length)
{
	struct rd r = rd_init(in);

	*length = 0;
	if (in.n < 4)
		return PDU_FRAME_MORE;
	*length = rd_u32(&r);
	if (*length < PDU_HEADER || *length > max)
		return PDU_FRAME_BAD;
	return in.n < *length ? PDU_FRAME_MORE : PDU_FRAME_READY;
}

static const struct {
	const char *start;
	uint8_t n;
	const char *what;
} foreigners[] = {
	{"HTTP", 4, "an HTTP server"},
	{"GET ", 4, "an HTTP client"},
	{"POST", 4, "an HTTP client"},
	{"PUT ", 4, "an HTTP client"},
	{"HEAD", 4, "an HTTP client"},
	{"CONN", 4, "an HTTP client"},
	{"OPTI", 4, "an HTTP client"},
	{"PRI ", 4, "an HTTP/2 client"},
	{"<htm", 4, "an HTTP server"},
	{"<!DO", 4, "an HTTP server"},
	{"\x16\x03", 2, "a TLS peer"},
	{"\x15\x03", 2, "a TLS server"},
	{"SSH-", 4, "an SSH server"},
	{"AMQP", 4, "an AMQP server"},
	{"220 ", 4, "an SMTP or FTP server"},
	{"220-", 4, "an SMTP or FTP server"},
	{"EHLO", 4, "an SMTP client"},
	{"HELO", 4, "an SMTP client"},
	{"554 ", 4, "an SMTP server"},
	{"+OK ", 4, "a POP3 server"},
	{"* OK", 4, "an IMAP server"},
	{"-ERR", 4, "a Redis or POP3 server"},
};

const char *
pdu_foreign(struct span in)
{
	for (size_t i = 0; i < sizeof(foreigners) / sizeof(foreigners[0]); i++)
		if (in.n >= foreigners[i].n &&
		    memcmp(in.p, foreigners[i].start, foreigners[i].n) == 0)
			return foreigners[i].what;
	return NULL;
}
