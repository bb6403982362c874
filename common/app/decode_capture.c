/* SPDX-License-Identifier: ISC */
/* PDUs out of the streams of a capture. */
#include <stdlib.h>

#include "app/decode.h"
#include "app/decode_private.h"
#include "app/frames.h"
#include "base/mem.h"
#include "sys/diag.h"

/* What a stream of a capture is looked through with. Captures hold other
 * protocols, too: a stream is one of SMPP's once a PDU was found in it. */
struct found {
	struct frames frames;
	bool smpp;
};

static void
stream_pdus(struct decode *d, const struct capture_piece *piece, bool last)
{
	struct found *f = piece->stream->owner;
	struct decode_place place = {.time = &piece->time, .stream = piece->stream};
	enum frames_result result;
	uint64_t length;
	struct span octets;

	while ((result = frames_next(&f->frames, last, &octets, &place.offset,
	    &length)) != FRAMES_MORE) {
		if (result != FRAMES_GARBAGE) {
			d->smpp_streams += !f->smpp;
			f->smpp = true;
			decode_frame(d, &place, octets);
		} else if (f->smpp) {
			decode_complain_garbage(d, &place, length);
		}
	}
}

static void
stream_data(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;

	if (f == NULL) {
		f = piece->stream->owner = mem_new(sizeof(*f));
		frames_init(&f->frames, true);
		d->streams++;
	}
	buf_add_span(&f->frames.part, piece->octets);
	stream_pdus(d, piece, false);
}

static void
stream_end(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;

	if (f == NULL)
		return;
	stream_pdus(d, piece, true);
	frames_free(&f->frames);
	free(f);
	piece->stream->owner = NULL;
}

/* A PDU that the gap cuts off is told before it. */
static void
stream_gap(struct decode *d, const struct capture_piece *piece)
{
	struct found *f = piece->stream->owner;
	struct decode_place place = {.stream = piece->stream};
	char message[80];

	if (f == NULL)
		return;
	stream_pdus(d, piece, true);
	place.offset = f->frames.offset + f->frames.part.len;
	if (f->smpp) {
		snprintf(message, sizeof(message), "%llu octets are missing "
		    "from the capture", (unsigned long long)piece->lost);
		decode_complain_at(d, &place, message);
		d->bad++;
	}
	frames_lost(&f->frames, piece->lost);
}

void
decode_capture(struct decode *d, FILE *file)
{
	char why[256];
	struct capture *c = capture_open(file, why);
	struct capture_piece piece;
	enum capture_result result;

	if (c == NULL) {
		decode_complain(d, "%s", why);
		d->bad++;
		return;
	}
	d->streams = d->smpp_streams = 0;
	while ((result = capture_next(c, &piece)) != CAPTURE_END) {
		if (*d->stopped)
			capture_finish(c);
		if (result == CAPTURE_DATA) {
			stream_data(d, &piece);
		} else if (result == CAPTURE_GAP) {
			stream_gap(d, &piece);
		} else if (result == CAPTURE_CLOSED) {
			stream_end(d, &piece);
		} else if (!*d->stopped) {
			decode_complain(d, "%s", capture_error(c));
			d->bad++;
		}
	}
	if (d->smpp_streams == 0)
		note("%s: no SMPP in %llu streams of TCP; what goes under TLS "
		    "cannot be seen", d->input,
		    (unsigned long long)d->streams);
	capture_close(c);
}
