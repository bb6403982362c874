/* SPDX-License-Identifier: ISC */
/*
 * PDUs out of a stream that cannot be trusted, as a capture or a file of
 * octets is: an impossible command_length loses the step, a header that is
 * plausible finds it again.
 */
#include "app/frames.h"

#include "smpp/pdu.h"

void
frames_init(struct frames *f, bool doubtful)
{
	*f = (struct frames){.in_step = !doubtful};
}

void
frames_free(struct frames *f)
{
	buf_free(&f->part);
	*f = (struct frames){0};
}

void
frames_lost(struct frames *f, uint64_t n)
{
	f->offset += f->part.len + n;
	buf_clear(&f->part);
	f->at = 0;
	f->skipped = 0;
	f->in_step = false;
}

bool
frames_plausible(struct span s)
{
	struct rd r = rd_init(s);
	uint32_t length = rd_u32(&r), id = rd_u32(&r), status = rd_u32(&r);

	return length >= PDU_HEADER && length <= FRAMES_PDU_MAX &&
	    pdu_type_by_id(id) != PDU_unknown &&
	    (status == 0 || (id & PDU_RESPONSE) != 0) && r.err == CURSOR_OK;
}

/* Says once how much was passed over. */
static enum frames_result
garbage(struct frames *f, struct span *octets, uint64_t *offset,
    uint64_t *length)
{
	*octets = span_of(f->part.p + f->at, 0);
	*length = f->skipped;
	*offset = f->offset + f->at - f->skipped;
	f->skipped = 0;
	return FRAMES_GARBAGE;
}

static enum frames_result
pdu(struct frames *f, uint32_t n, struct span *octets, uint64_t *offset,
    uint64_t *length)
{
	*octets = span_of(f->part.p + f->at, n);
	*offset = f->offset + f->at;
	*length = n;
	f->at += n;
	return FRAMES_PDU;
}

enum frames_result
frames_next(struct frames *f, bool last, struct span *octets, uint64_t *offset,
    uint64_t *length)
{
	struct span rest;
	uint32_t n;

	if (f->at == f->part.len || (f->at > 0 && f->at >= f->part.len / 2)) {
		buf_consume(&f->part, f->at);
		f->offset += f->at;
		f->at = 0;
	}
	for (; (rest = span_skip(buf_span(&f->part), f->at)).n > 0; f->at++) {
		enum pdu_frame frame = pdu_frame(rest, FRAMES_PDU_MAX, &n);
		bool believed = f->in_step || frames_plausible(rest);

		if (!believed && rest.n < FRAMES_LOOK && !last)
			return FRAMES_MORE;
		if (believed && frame != PDU_FRAME_BAD && f->skipped > 0)
			return garbage(f, octets, offset, length);
		if (believed && frame == PDU_FRAME_READY) {
			f->in_step = true;
			return pdu(f, n, octets, offset, length);
		}
		if (believed && frame == PDU_FRAME_MORE) {
			if (!last)
				return FRAMES_MORE;
			pdu(f, (uint32_t)rest.n, octets, offset, length);
			return FRAMES_CUT;
		}
		f->in_step = false;
		f->skipped++;
	}
	if (last && f->skipped > 0)
		return garbage(f, octets, offset, length);
	return FRAMES_MORE;
}
