/* SPDX-License-Identifier: ISC */
/* The pool of messages, and their result rows. */
#include "app/message.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rec/columns.h"
#include "smpp/pdu.h"
#include "sys/clock.h"

enum { STORE_USUAL = 192 };  /* octets that most messages keep */

void
messages_free(struct messages *all)
{
	for (uint32_t i = 0; i < all->n; i++) {
		free(all->at[i]->part);
		free(all->at[i]->member);
		buf_free(&all->at[i]->store);
		free(all->at[i]);
	}
	free(all->at);
	*all = (struct messages){0};
}

/* Where there is room. */
static inline struct cut
append(struct message *m, struct span octets)
{
	struct cut c = {(uint32_t)m->store.len, (uint32_t)octets.n};

	if (octets.n > 0)
		memcpy(m->store.p + c.at, octets.p, octets.n);
	m->store.len += octets.n;
	return c;
}

struct cut
message_keep(struct message *m, struct span octets)
{
	buf_reserve(&m->store, octets.n);
	return append(m, octets);
}

struct span
message_kept(const struct message *m, struct cut c)
{
	return span_of(m->store.p + c.at, c.n);
}

static struct message *
take_place(struct messages *all)
{
	struct message *m = all->unused;

	if (m != NULL) {
		all->unused = m->next;
		return m;
	}
	/* all of it side by side: it is looked at again when the cache has
	 * seen a whole window of others */
	m = mem_new(sizeof(*m));
	message_parts(m, 1);
	buf_reserve(&m->store, STORE_USUAL);
	m->place = all->n++;
	all->at = mem_resize(all->at, all->n * sizeof(struct message *));
	all->at[m->place] = m;
	return m;
}

struct message *
message_begin(struct messages *all, const struct row *row, bool with_text)
{
	struct message *m = take_place(all);

	mem_clear(m, offsetof(struct message, place));
	buf_clear(&m->store);
	m->used = true;
	m->line = row->line;
	m->input = row->input;
	buf_reserve(&m->store, row->ref.n + row->to.n + row->from.n);
	m->ref = append(m, row->ref);
	m->to = append(m, row->to);
	m->from = append(m, row->from);
	if (with_text)
		m->text = message_keep(m, row->text);
	all->n_untold++;
	return m;
}

struct message *
message_group(struct messages *all, uint32_t most)
{
	struct message *g = take_place(all);

	mem_clear(g, offsetof(struct message, place));
	buf_clear(&g->store);
	g->used = true;
	g->lane = UINT32_MAX;
	g->member = mem_array(most, sizeof(*g->member));
	return g;
}

void
message_join(struct message *g, struct message *m, struct span dest)
{
	struct rd r = rd_init(dest);
	struct member *member = &g->member[g->n_members++];
	struct dest to;

	m->group = g->place + 1;
	m->joined = true;
	member->place = m->place;
	member->dest = message_keep(g, dest);
	dest_next(&r, &to);
	member->tail = ids_tail(to.addr);
}

void
message_parts(struct message *m, uint32_t n)
{
	if (n > m->part_room) {
		m->part = mem_resize(m->part, n * sizeof(*m->part));
		m->part_room = n;
	}
	memset(m->part, 0, n * sizeof(*m->part));
	m->n_parts = n;
}

void
message_trouble(struct message *m, const char *why)
{
	if (m->trouble.n == 0)
		m->trouble = message_keep(m, span_str(why));
}

void
message_stop(struct message *m, const char *why)
{
	m->stopped = true;
	message_trouble(m, why);
}

void
message_release(struct messages *all, struct message *m)
{
	struct message *member;

	if (!m->used || !m->told || m->flying > 0 || m->owed > 0 ||
	    m->group > 0)
		return;
	m->used = false;
	m->next = all->unused;
	all->unused = m;
	for (uint32_t i = 0; i < m->n_members; i++) {
		member = all->at[m->member[i].place];
		member->group = 0;
		message_release(all, member);
	}
	if (m->n_members > 0) {
		free(m->member);
		m->member = NULL;
	}
}

/* Waiting for receipts */

void
message_wait(struct messages *all, struct message *m)
{
	m->is_waiting = true;
	m->next = NULL;
	m->previous = all->waiting_last;
	if (all->waiting_last != NULL)
		all->waiting_last->next = m;
	else
		all->waiting = m;
	all->waiting_last = m;
	all->n_waiting++;
}

void
message_wait_end(struct messages *all, struct message *m)
{
	if (!m->is_waiting)
		return;
	m->is_waiting = false;
	if (m->previous != NULL)
		m->previous->next = m->next;
	else
		all->waiting = m->next;
	if (m->next != NULL)
		m->next->previous = m->previous;
	else
		all->waiting_last = m->previous;
	all->n_waiting--;
}

/* Result rows */

/* Whether a part was refused, each time that it was sent. */
static bool
is_refused(const struct part *part)
{
	return (part->state == PART_REFUSED || part->state == PART_AGAIN) &&
	    !part->silent;
}

enum outcome
message_outcome(const struct message *m)
{
	uint32_t n[PART_UNKNOWN + 1] = {0};
	const struct part *part = m->part;

	if (m->n_parts == 1 && part->state == PART_OK && !m->incomplete)
		return OUTCOME_OK;
	for (uint32_t i = 0; i < m->n_parts; i++) {
		part = &m->part[i];
		if (is_refused(part))
			n[PART_REFUSED]++;
		else if (part->silent && part->state != PART_OK)
			n[part->taken ? PART_OK : PART_UNKNOWN]++;
		else
			n[part->state]++;
	}
	if (n[PART_UNKNOWN] > 0 || n[PART_FLYING] > 0)
		return OUTCOME_UNKNOWN;
	if (n[PART_OK] > 0)
		return n[PART_OK] == m->n_parts && !m->incomplete ?
		    OUTCOME_OK : OUTCOME_PARTIAL;
	return n[PART_REFUSED] > 0 || m->failed ? OUTCOME_FAILED :
	    OUTCOME_UNSENT;
}

/* "a,,c": an empty place for each id that was not given; or nothing. */
static struct span
ids(const struct message *m, struct buf *list)
{
	bool any = false;

	if (m->n_parts == 1)
		return message_kept(m, m->part[0].id);
	for (uint32_t i = 0; i < m->n_parts; i++) {
		if (i > 0)
			buf_add_byte(list, ',');
		any |= m->part[i].id.n > 0;
		buf_add_span(list, message_kept(m, m->part[i].id));
	}
	return any ? buf_span(list) : (struct span){0};
}

/* The first refusal, or else why it was stopped. */
static struct span
trouble(const struct message *m, struct buf *text)
{
	uint32_t i;

	for (i = 0; i < m->n_parts && !is_refused(&m->part[i]); i++)
		;
	if (i < m->n_parts)
		status_print(text, m->part[i].status);
	else
		buf_add_span(text, message_kept(m, m->trouble));
	return buf_span(text);
}

static void
set_text(struct value *v, struct span s)
{
	v->type = s.n > 0 ? VALUE_TEXT : VALUE_ABSENT;
	v->s.p = s.p;
	v->s.n = s.n;
}

static void
set_name(struct value *v, const char *text)
{
	set_text(v, text != NULL ? span_str(text) : (struct span){0});
}

static void
set_number(struct value *v, bool known, uint64_t n)
{
	v->type = known ? VALUE_NUM : VALUE_ABSENT;
	v->num = n;
}

/* How often the part was sent that took the most. */
static uint32_t
attempts(const struct message *m)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < m->n_parts; i++)
		if (m->part[i].sent > most)
			most = m->part[i].sent;
	return most;
}

/* Memory for what a row is made of while it is printed. */
struct scratch {
	struct buf ids, error;
	char time[CLOCK_TEXT + 1];
};

static void
column(struct value *v, const struct message *m, enum outcome outcome,
    enum result_column which, struct scratch *scratch)
{
#define WORD(text) {(const uint8_t *)(text), sizeof(text) - 1}
	static const struct span word[OUTCOMES] = {WORD("ok"), WORD("failed"),
	    WORD("partial"), WORD("unknown"), WORD("unsent")};
#undef WORD
	bool sent = m->encoding != NULL;
	struct span s = {0};

	switch (which) {
	case RESULT_ref: s = message_kept(m, m->ref); break;
	case RESULT_status: s = word[outcome]; break;
	case RESULT_message_id: s = ids(m, &scratch->ids); break;
	case RESULT_to: s = message_kept(m, m->to); break;
	case RESULT_parts: set_number(v, m->n_parts > 0, m->n_parts); return;
	case RESULT_error:
		if (outcome != OUTCOME_OK)
			s = trouble(m, &scratch->error);
		break;
	case RESULT_from: s = message_kept(m, m->from); break;
	case RESULT_text: s = message_kept(m, m->text); break;
	case RESULT_encoding: set_name(v, m->encoding); return;
	case RESULT_dcs: set_number(v, sent, m->data_coding); return;
	case RESULT_octets: set_number(v, sent, m->octets); return;
	case RESULT_attempts:
		set_number(v, attempts(m) > 0, attempts(m));
		return;
	case RESULT_submit_ms:
		set_number(v, m->answered_ms != 0, m->submit_ms);
		return;
	case RESULT_time:
		clock_text(scratch->time, clock_now());
		s = span_of(scratch->time, CLOCK_TEXT);
		break;
	case RESULT_state: s = message_kept(m, m->state); break;
	case RESULT_err: s = message_kept(m, m->err); break;
	case RESULT_done_date: s = message_kept(m, m->done_date); break;
	case RESULT_match: set_name(v, m->match); return;
	case RESULT_line: set_number(v, true, m->line); return;
	case RESULT_COLUMNS: break;
	}
	set_text(v, s);
}

/* What most rows are: of the default columns, for a part that was accepted. */
static void
print_usual(const struct message *m, struct buf *out)
{
	static_assert(RESULT_ref == 0 && RESULT_status == 1 &&
	    RESULT_message_id == 2 && RESULT_to == 3 && RESULT_parts == 4 &&
	    RESULT_error == 5, "the default columns");
	struct value ref = value_text(message_kept(m, m->ref));
	struct span id = message_kept(m, m->part[0].id);
	struct span to = message_kept(m, m->to);
	uint8_t *w = buf_reserve(out, record_room(&ref) + tsv_room(id.n) +
	    tsv_room(to.n) + sizeof("\tok\t\t\t1\t\n"));

	w = record_put(w, &ref, true);
	memcpy(w, "\tok\t", 4);
	w = tsv_put(w + 4, id);
	*w++ = '\t';
	w = tsv_put(w, to);
	memcpy(w, "\t1\t\n", 4);
	out->len = (size_t)(w + 4 - out->p);
}

static void
print(const struct message *m, struct buf *out,
    const struct record_format *format, enum outcome outcome)
{
	struct scratch scratch;
	struct value v;

	scratch.ids = scratch.error = (struct buf){0};
	for (size_t i = 0; i < format->n; i++) {
		column(&v, m, outcome, (enum result_column)format->column[i],
		    &scratch);
		record_cell(out, format, i, &v);
	}
	buf_free(&scratch.ids);
	buf_free(&scratch.error);
}

void
message_print(struct messages *all, struct message *m, struct buf *out,
    const struct record_format *format, enum outcome outcome)
{
	if (format->is_usual && outcome == OUTCOME_OK && m->n_parts == 1)
		print_usual(m, out);
	else
		print(m, out, format, outcome);
	m->told = true;
	all->n_untold--;
}
