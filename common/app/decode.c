/* SPDX-License-Identifier: ISC */
/* Frames of PDUs to records, and what is wrong with them to diagnostics. */
#include "app/decode.h"

#include <stdarg.h>

#include "app/decode_private.h"
#include "app/frames.h"
#include "smpp/pdu.h"
#include "sys/diag.h"

enum { FINDINGS = 64 };  /* of one PDU that are told */

void
decode_complain_at(struct decode *d, const struct decode_place *place,
    const char *message)
{
	struct buf text = {0};

	buf_addf(&text, "%s: ", d->input);
	if (place != NULL && place->stream != NULL)
		buf_addf(&text, "%s > %s: ", place->stream->from,
		    place->stream->to);
	if (d->line != 0)
		buf_addf(&text, "line %llu: ", (unsigned long long)d->line);
	if (place != NULL)
		buf_addf(&text, "at %llu: ", (unsigned long long)place->offset);
	buf_add_str(&text, message);
	if (d->complain != NULL)
		d->complain(d, buf_cstr(&text));
	else
		warn("%s", buf_cstr(&text));
	buf_free(&text);
}

void
decode_complain(struct decode *d, const char *fmt, ...)
{
	char message[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	decode_complain_at(d, NULL, message);
}

static void
complain_of(struct decode *d, const struct decode_place *place,
    const struct pdu *pdu, const struct pdu_error *e)
{
	struct buf text = {0};

	if (pdu->frame.n >= PDU_HEADER && pdu->type != PDU_unknown)
		buf_addf(&text, "%s: ", pdu_row(pdu->type)->name);
	pdu_error_print(&text, e);
	decode_complain_at(d, place, buf_cstr(&text));
	buf_free(&text);
}

/* 5.0 is the measure of what is to be reported, since it allows nearly all
 * that its forerunners do. */
void
decode_frame(struct decode *d, const struct decode_place *place,
    struct span frame)
{
	struct pdu_error damage, found[FINDINGS];
	struct pdu pdu;
	bool whole = pdu_decode(&pdu, frame, &damage), good;
	size_t n = whole ? pdu_check(&pdu, 0x50, found, FINDINGS) : 0;

	if (n > FINDINGS)
		n = FINDINGS;
	good = whole && (n == 0 || !d->strict);
	if (good)
		d->good++;
	else
		d->bad++;
	if (!whole)
		complain_of(d, place, &pdu, &damage);
	for (size_t i = 0; i < n && (!d->json || d->strict); i++)
		complain_of(d, place, &pdu, &found[i]);
	if (!good && d->strict)
		return;
	if (d->json)
		decode_json(d, place, &pdu, whole ? NULL : &damage, found, n);
	else
		decode_tsv(d, place, &pdu, whole);
	d->row_done(d);
}

void
decode_complain_garbage(struct decode *d, const struct decode_place *place,
    uint64_t length)
{
	char message[80];

	snprintf(message, sizeof(message), "%llu octets that are no PDU",
	    (unsigned long long)length);
	decode_complain_at(d, place, message);
	d->bad++;
}

/* All PDUs that there are by now; last: there will be no more octets. */
static void
decode_stream(struct decode *d, struct frames *f, bool last)
{
	struct decode_place place = {0};
	enum frames_result result;
	uint64_t length;
	struct span octets;

	while ((result = frames_next(f, last, &octets, &place.offset,
	    &length)) != FRAMES_MORE) {
		if (result != FRAMES_GARBAGE)
			decode_frame(d, &place, octets);
		else
			decode_complain_garbage(d, &place, length);
	}
}

void
decode_raw(struct decode *d, int fd, struct span start)
{
	struct frames f;

	frames_init(&f, false);
	buf_add_span(&f.part, start);
	do
		decode_stream(d, &f, false);
	while (d->fill(d, fd, &f.part));
	decode_stream(d, &f, true);
	frames_free(&f);
}
