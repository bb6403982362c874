/* SPDX-License-Identifier: ISC */
/*
 * Transcripts and captures. The octets of each direction are gathered until a
 * PDU is whole, its password is blanked, and then it is shown: nothing that
 * is printed or written ever held a secret.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "app/mask.h"
#include "app/trace.h"
#include "base/hex.h"
#include "base/mem.h"
#include "file/pcap.h"
#include "smpp/pdu.h"
#include "sys/clock.h"
#include "sys/diag.h"

/* Above any limit of a session: what it lets through is followed here. */
enum { PDU_MAX = 1 << 26 };

struct trace {
	int verbose;
	bool mask;
	struct pcap_writer *pcap;  /* NULL: none */
	const char *path;
};

struct trace_link {
	struct trace *trace;
	char *name;
	struct pcap_flow flow;
	struct buf part[2];     /* octets of each way that are no whole PDU yet */
	bool lost[2];           /* that way is no SMPP any more */
};

struct trace *
trace_new(const struct trace_conf *conf)
{
	struct trace *trace;

	if (conf->verbose == 0 && conf->pcap == NULL)
		return NULL;
	trace = mem_new(sizeof(*trace));
	trace->verbose = conf->verbose;
	trace->mask = conf->mask;
	trace->path = conf->pcap;
	if (conf->pcap == NULL)
		return trace;
	trace->pcap = pcap_writer_open(conf->pcap);
	if (trace->pcap == NULL)
		die(EX_CANTCREAT, "%s: %s", conf->pcap, strerror(errno));
	return trace;
}

bool
trace_free(struct trace *trace)
{
	bool ok;

	if (trace == NULL)
		return true;
	ok = pcap_writer_close(trace->pcap);
	if (!ok)
		warn("%s: %s", trace->path, strerror(errno));
	free(trace);
	return ok;
}

struct trace_link *
trace_open(struct trace *trace, int fd, const char *name)
{
	struct sockaddr_storage ours = {0}, peer = {0};
	socklen_t ours_len = sizeof(ours), peer_len = sizeof(peer);
	struct trace_link *link;

	if (trace == NULL)
		return NULL;
	link = mem_new(sizeof(*link));
	link->trace = trace;
	link->name = mem_strdup(name);
	getsockname(fd, (struct sockaddr *)&ours, &ours_len);
	getpeername(fd, (struct sockaddr *)&peer, &peer_len);
	pcap_flow_init(&link->flow, (struct sockaddr *)&ours,
	    (struct sockaddr *)&peer);
	return link;
}

/*
 * Blanks the password of a bind or outbind, the C-octet string behind
 * system_id, in octets that begin with a header. Where no NUL tells where it
 * starts, all of the body may be it.
 */
static void
blank_password(uint8_t *p, size_t n)
{
	struct rd r = rd_init(span_of(p, n));
	uint8_t *body = p + PDU_HEADER, *nul;
	uint32_t id;

	rd_u32(&r);
	id = rd_u32(&r);
	if (n <= PDU_HEADER || (id != 1 && id != 2 && id != 9 && id != 0xb))
		return;
	n -= PDU_HEADER;
	nul = memchr(body, 0, n);
	if (nul != NULL) {
		n -= (size_t)(nul + 1 - body);
		body = nul + 1;
	}
	for (; n > 0 && *body != 0; n--)
		*body++ = '*';
}

static void
add_head(struct buf *line, const struct trace_link *link, enum trace_way way,
    struct timespec when)
{
	char text[CLOCK_TEXT + 1];

	clock_text(text, when);
	buf_add_str(line, text);
	if (link->name[0] != '\0')
		buf_addf(line, " %s", link->name);
	buf_add_str(line, way == TRACE_SENT ? " -> " : " <- ");
}

/* Octets as text: one PDU, or why they are none. bare: of a damaged PDU the
 * header alone. */
static void
add_text(struct buf *line, struct span octets, const char *why, bool bare)
{
	struct pdu pdu = {0};
	struct pdu_error error = {0};

	if (why != NULL) {
		buf_addf(line, "%zu octets %s", octets.n, why);
		return;
	}
	if (pdu_decode(&pdu, octets, &error)) {
		pdu_print(line, &pdu, 0);
		return;
	}
	if (bare) {
		pdu.no_body = true;
		pdu.tlvs = pdu.trailing = (struct span){0};
	}
	pdu_print(line, &pdu, 0);
	buf_add_str(line, " malformed: ");
	pdu_error_print(line, &error);
}

/* The lines of -v. What is no PDU is told of before all of it is hidden. */
static void
print(const struct trace_link *link, enum trace_way way, uint8_t *p, size_t n,
    const char *why, struct timespec when)
{
	bool whole = !link->trace->mask || (why == NULL && mask_pdu(p, n));
	size_t header = why == NULL ? PDU_HEADER : 0;
	struct buf line = {0};

	add_head(&line, link, way, when);
	add_text(&line, span_of(p, n), why, !whole);
	diag_line(buf_span(&line));
	if (!whole && n > header)
		memset(p + header, '*', n - header);
	if (link->trace->verbose > 1) {
		buf_clear(&line);
		hex_encode(&line, span_of(p, n));
		diag_line(buf_span(&line));
	}
	buf_free(&line);
}

/* Shows octets that are one PDU, or (why) are none. */
static void
show(struct trace_link *link, enum trace_way way, uint8_t *p, size_t n,
    const char *why, struct timespec when)
{
	struct trace *trace = link->trace;

	blank_password(p, n);
	if (trace->pcap != NULL)
		pcap_flow_data(trace->pcap, &link->flow,
		    way == TRACE_SENT ? 0 : 1, span_of(p, n), when);
	if (trace->verbose > 0)
		print(link, way, p, n, why, when);
}

void
trace_feed(struct trace_link *link, enum trace_way way, struct span octets)
{
	struct timespec when;
	struct buf *part;
	size_t at = 0;
	uint32_t n;
	enum pdu_frame frame = PDU_FRAME_MORE;

	if (link == NULL)
		return;
	when = clock_now();
	part = &link->part[way];
	buf_add_span(part, octets);
	while (!link->lost[way] && (frame = pdu_frame(span_skip(buf_span(part),
	    at), PDU_MAX, &n)) == PDU_FRAME_READY) {
		show(link, way, part->p + at, n, NULL, when);
		at += n;
	}
	if (frame == PDU_FRAME_BAD)
		link->lost[way] = true;
	if (link->lost[way] && at < part->len) {
		show(link, way, part->p + at, part->len - at,
		    "that are no SMPP", when);
		at = part->len;
	}
	buf_consume(part, at);
	if (link->trace->pcap != NULL)
		pcap_writer_flush(link->trace->pcap);
}

void
trace_close(struct trace_link *link)
{
	struct timespec when;

	if (link == NULL)
		return;
	when = clock_now();
	for (int way = TRACE_SENT; way <= TRACE_RECEIVED; way++)
		if (link->part[way].len > 0)
			show(link, (enum trace_way)way, link->part[way].p,
			    link->part[way].len, "of a PDU that was cut short",
			    when);
	if (link->trace->pcap != NULL) {
		pcap_flow_end(link->trace->pcap, &link->flow, when);
		pcap_writer_flush(link->trace->pcap);
	}
	buf_free(&link->part[TRACE_SENT]);
	buf_free(&link->part[TRACE_RECEIVED]);
	free(link->name);
	free(link);
}
