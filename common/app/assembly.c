/* SPDX-License-Identifier: ISC */
/*
 * Parts of messages: what is in the join is in the store as well, so that a
 * part is acknowledged as soon as it is there, and a restart joins what an
 * earlier process began.
 */
#include "app/assembly.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "sys/diag.h"

enum { UDHI = 0x40 };  /* of esm_class */

/* A part whose row ends there in the output. */
struct printed {
	uint64_t position, id;
};

struct assembly {
	struct part_store *store;
	const struct delivery_conf *conf;
	struct join *join;
	struct buf first, other;  /* stored parts that rows point at */
	struct buf hex, wide, link;
	struct buf given;         /* ids of the message given last */
	struct buf printed;       /* struct printed, by position */
	struct receipt receipt;
	uint64_t repeated;
};

/* The three TLVs, when they make sense. */
static bool
read_sar(const struct pdu *pdu, struct join_part *part)
{
	uint32_t reference, total, sequence;

	if (!pdu_tlv_uint(pdu, TLV_sar_msg_ref_num, &reference) ||
	    !pdu_tlv_uint(pdu, TLV_sar_total_segments, &total) ||
	    !pdu_tlv_uint(pdu, TLV_sar_segment_seqnum, &sequence))
		return false;
	if (reference > UINT16_MAX || total > UINT8_MAX || sequence == 0 ||
	    sequence > total)
		return false;
	part->kind = JOIN_SAR;
	part->reference = (uint16_t)reference;
	part->total = (uint8_t)total;
	part->sequence = (uint8_t)sequence;
	return true;
}

/* Whether a PDU is one part of several. A receipt that says so of itself is
 * none; one that only reads like a receipt may be a piece of text. */
static bool
read_part(struct assembly *a, const struct pdu *pdu, struct join_part *part)
{
	const struct receipt *r = &a->receipt;

	if ((pdu->esm_class & UDHI) == 0 && pdu->tlvs.n == 0 &&
	    !a->conf->guess_udh)
		return false;
	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm)
		return false;
	*part = (struct join_part){0};
	if (!join_part_read(part, pdu_user_data(pdu),
	    (pdu->esm_class & UDHI) != 0, a->conf->guess_udh))
		return false;
	if (part->total == 0 && !read_sar(pdu, part))
		return false;
	if (part->total < 2)
		return false;
	receipt_read(&a->receipt, pdu, &a->wide);
	if (r->kind != RECEIPT_MESSAGE && r->evidence != RECEIPT_BY_TEXT)
		return false;
	part->from = pdu->source_addr;
	part->to = pdu->destination_addr;
	part->data_coding = (uint8_t)pdu->data_coding;
	return true;
}

/* Whether a stored PDU is a part: it was one when it came, whatever the options
 * say now. */
static bool
read_stored(struct assembly *a, const struct stored_part *stored,
    struct pdu *pdu, struct join_part *part)
{
	struct pdu_error error;

	if (!pdu_decode(pdu, stored->frame, &error))
		return false;
	if (!read_part(a, pdu, part) && !(join_part_read(part,
	    pdu_user_data(pdu), false, true) && part->total > 1))
		return false;
	part->from = pdu->source_addr;
	part->to = pdu->destination_addr;
	part->data_coding = (uint8_t)pdu->data_coding;
	part->tag = stored->id;
	return true;
}

/* Remembers what an earlier process printed, as far as it is told. */
static void
load_past(struct assembly *a, struct timespec time, uint64_t now)
{
	struct stored_part stored;
	struct join_part part;
	struct pdu pdu;

	while (part_store_removed(a->store, &a->other, &stored))
		if (read_stored(a, &stored, &pdu, &part) &&
		    stored.time.tv_sec <= time.tv_sec)
			join_remember(a->join, &part, (uint64_t)(time.tv_sec -
			    stored.time.tv_sec) * 1000, now);
}

/* Takes in what earlier processes stored. */
static void
load(struct assembly *a, uint64_t now)
{
	struct stored_part stored;
	struct join_part part;
	struct pdu pdu;
	uint64_t id = 0;

	while ((id = part_store_after(a->store, id)) != 0) {
		if (!part_store_read(a->store, id, &a->other, &stored) ||
		    !read_stored(a, &stored, &pdu, &part)) {
			warn("%s: a part of a message cannot be read: it is "
			    "passed over", assembly_where(a));
			continue;
		}
		if (join_add(a->join, &part, now) != JOIN_KEPT)
			part_store_remove(a->store, &id, 1);
	}
}

struct assembly *
assembly_new(struct part_store *store, const struct join_conf *join,
    const struct delivery_conf *conf, struct timespec time, uint64_t now)
{
	struct assembly *a = mem_new(sizeof(*a));

	a->store = store;
	a->conf = conf;
	a->join = join_new(join);
	load_past(a, time, now);
	load(a, now);
	return a;
}

void
assembly_free(struct assembly *a)
{
	if (a == NULL)
		return;
	join_free(a->join);
	buf_free(&a->first);
	buf_free(&a->other);
	buf_free(&a->hex);
	buf_free(&a->wide);
	buf_free(&a->link);
	buf_free(&a->given);
	buf_free(&a->printed);
	free(a);
}

enum assembly_result
assembly_take(struct assembly *a, const struct pdu *pdu, struct timespec time,
    const char *link, uint64_t now)
{
	struct join_part part;

	if (!read_part(a, pdu, &part))
		return ASSEMBLY_ALONE;
	part.tag = part_store_add(a->store, &(struct stored_part){
	    .time = time, .frame = pdu->frame,
	    .link = span_str(link != NULL ? link : "")});
	if (part.tag == 0)
		return ASSEMBLY_FAILED;
	if (join_add(a->join, &part, now) == JOIN_DUPLICATE) {
		part_store_remove(a->store, &part.tag, 1);
		a->repeated++;
	}
	return ASSEMBLY_STORED;
}

/* Reads a stored part again. */
static bool
read_again(struct assembly *a, uint64_t id, struct buf *scratch,
    struct stored_part *stored, struct pdu *pdu)
{
	struct pdu_error error;

	if (part_store_read(a->store, id, scratch, stored) &&
	    pdu_decode(pdu, stored->frame, &error))
		return true;
	warn("a stored part of a message cannot be read again: its other "
	    "columns are empty");
	return false;
}

/* The user data of all parts, "," between them; nothing where one is missing. */
static void
fill_hex(struct assembly *a, const struct joined *j)
{
	struct stored_part stored;
	struct pdu pdu;
	size_t i;

	buf_clear(&a->hex);
	if (!a->conf->hex)
		return;
	for (i = 0; i < j->total; i++) {
		if (i > 0)
			buf_add_byte(&a->hex, ',');
		if (j->pieces[i].present && read_again(a, j->pieces[i].tag,
		    &a->other, &stored, &pdu))
			hex_encode(&a->hex, pdu_user_data(&pdu));
	}
}

/*
 * The row: time, link and seq are those of the part that came last, all else of
 * the first in order.
 */
static void
fill_row(struct assembly *a, struct delivery *d, const struct joined *j,
    struct value row[])
{
	struct pdu first = {.type = PDU_deliver_sm}, last = {0};
	struct stored_part stored = {0}, of_last = {0};
	uint64_t first_id = 0, last_id = 0;
	size_t i;

	buf_clear(&a->given);
	for (i = 0; i < j->total; i++) {
		if (!j->pieces[i].present)
			continue;
		if (first_id == 0)
			first_id = j->pieces[i].tag;
		if (j->pieces[i].tag > last_id)
			last_id = j->pieces[i].tag;
		buf_add(&a->given, &j->pieces[i].tag, sizeof(uint64_t));
	}
	if (read_again(a, last_id, &a->other, &of_last, &last)) {
		buf_clear(&a->link);
		buf_add_span(&a->link, of_last.link);
	}
	fill_hex(a, j);
	if (!read_again(a, first_id, &a->first, &stored, &first)) {
		first.source_addr = j->from;
		first.destination_addr = j->to;
	}
	delivery_row(d, a->conf, &first, of_last.time, a->link.len > 0 ?
	    buf_cstr(&a->link) : NULL, row);
	row[DELIVERY_seq] = value_num(last.sequence_number);
	delivery_joined(d, a->conf, j, buf_span(&a->hex), row);
}

/* Parts that were printed before: nothing is made of them. */
static void
drop(struct assembly *a, const struct joined *j)
{
	for (size_t i = 0; i < j->total; i++)
		if (j->pieces[i].present)
			part_store_remove(a->store, &j->pieces[i].tag, 1);
	a->repeated += j->present;
}

bool
assembly_next(struct assembly *a, struct delivery *d, uint64_t now,
    struct value row[DELIVERY_COLUMNS])
{
	struct joined j;

	while (join_next(a->join, now, &j)) {
		if (j.end == JOIN_REPEATED) {
			drop(a, &j);
			continue;
		}
		fill_row(a, d, &j, row);
		return true;
	}
	return false;
}

void
assembly_printed(struct assembly *a, uint64_t position)
{
	struct printed p = {.position = position};
	size_t i;

	for (i = 0; i < a->given.len; i += sizeof(p.id)) {
		memcpy(&p.id, a->given.p + i, sizeof(p.id));
		buf_add(&a->printed, &p, sizeof(p));
	}
	buf_clear(&a->given);
}

bool
assembly_taken(struct assembly *a, uint64_t taken)
{
	struct printed p;
	size_t n = 0;

	buf_clear(&a->given);
	for (; n < a->printed.len; n += sizeof(p)) {
		memcpy(&p, a->printed.p + n, sizeof(p));
		if (p.position > taken)
			break;
		buf_add(&a->given, &p.id, sizeof(p.id));
	}
	if (n == 0)
		return true;
	buf_consume(&a->printed, n);
	/* buf.p comes from the allocator: it is aligned for any type */
	n = a->given.len / sizeof(p.id);
	return part_store_remove(a->store, (void *)a->given.p, n);
}

bool
assembly_done(struct assembly *a, uint64_t position)
{
	struct printed p;
	size_t n = 0, kept = 0;

	buf_clear(&a->given);
	for (; n < a->printed.len; n += sizeof(p)) {
		memcpy(&p, a->printed.p + n, sizeof(p));
		if (p.position == position) {
			buf_add(&a->given, &p.id, sizeof(p.id));
		} else {
			memcpy(a->printed.p + kept, &p, sizeof(p));
			kept += sizeof(p);
		}
	}
	a->printed.len = kept;
	n = a->given.len / sizeof(p.id);
	return part_store_remove(a->store, (void *)a->given.p, n);
}

const char *
assembly_where(const struct assembly *a)
{
	return part_store_folder(a->store);
}

bool
assembly_sync(struct assembly *a)
{
	return part_store_sync(a->store);
}

uint64_t
assembly_position(const struct assembly *a)
{
	return part_store_position(a->store);
}

uint64_t
assembly_synced(const struct assembly *a)
{
	return part_store_synced(a->store);
}

uint64_t
assembly_repeated(const struct assembly *a)
{
	return a->repeated;
}

uint64_t
assembly_deadline(const struct assembly *a)
{
	return join_deadline(a->join);
}

/* A path segment that is safe whatever the peer is called. */
static void
add_name(struct buf *b, const char *name)
{
	for (; *name != '\0'; name++)
		if ((*name >= 'a' && *name <= 'z') ||
		    (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') ||
		    strchr("._-+:", *name) != NULL)
			buf_add_byte(b, (uint8_t)*name);
		else
			buf_addf(b, "%%%02X", (unsigned char)*name);
}

char *
assembly_folder(const char *system_id, const char *host)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct buf b = {0};
	char *folder;

	if (state != NULL && state[0] == '/')
		buf_addf(&b, "%s/smpptools/", state);
	else if (home != NULL && home[0] == '/')
		buf_addf(&b, "%s/.local/state/smpptools/", home);
	else
		return NULL;
	add_name(&b, system_id);
	buf_add_byte(&b, '@');
	add_name(&b, host);
	folder = mem_strdup(buf_cstr(&b));
	buf_free(&b);
	return folder;
}
