/* SPDX-License-Identifier: ISC */
/* The pool of messages, and their result rows. */
#include "app/message.h"

#include <stdlib.h>

#include "base/mem.h"
#include "smpp/pdu.h"
#include "sys/clock.h"

void
messages_free(struct messages *all)
{
	for (uint32_t i = 0; i < all->n; i++) {
		free(all->at[i]->part);
		buf_free(&all->at[i]->store);
		free(all->at[i]);
	}
	free(all->at);
	*all = (struct messages){0};
}

struct cut
message_keep(struct message *m, struct span octets)
{
	struct cut c = {(uint32_t)m->store.len, (uint32_t)octets.n};

	buf_add_span(&m->store, octets);
	return c;
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
	m = mem_new(sizeof(*m));
	m->place = all->n++;
	all->at = mem_resize(all->at, all->n * sizeof(struct message *));
	all->at[m->place] = m;
	return m;
}

struct message *
message_begin(struct messages *all, const struct row *row, bool with_text)
{
	struct message *m = take_place(all);
	struct message empty = {.place = m->place, .part = m->part,
	    .part_room = m->part_room, .store = m->store, .used = true,
	    .line = row->line, .input = row->input};

	*m = empty;
	buf_clear(&m->store);
	m->ref = message_keep(m, row->ref);
	m->to = message_keep(m, row->to);
	m->from = message_keep(m, row->from);
	if (with_text)
		m->text = message_keep(m, row->text);
	all->n_untold++;
	return m;
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
	if (!m->used || !m->told || m->flying > 0 || m->owed > 0)
		return;
	m->used = false;
	m->next = all->unused;
	all->unused = m;
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
	const struct part *part;

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
		return n[PART_OK] == m->n_parts ? OUTCOME_OK :
		    OUTCOME_PARTIAL;
	return n[PART_REFUSED] > 0 || m->failed ? OUTCOME_FAILED :
	    OUTCOME_UNSENT;
}

/* "a,,c": an empty place for each id that was not given. */
static struct value
ids(const struct message *m, struct buf *list)
{
	bool any = false;

	for (uint32_t i = 0; i < m->n_parts; i++) {
		if (i > 0)
			buf_add_byte(list, ',');
		any |= m->part[i].id.n > 0;
		buf_add_span(list, message_kept(m, m->part[i].id));
	}
	return any ? value_text(buf_span(list)) : (struct value){0};
}

/* The first refusal, or else why it was stopped. */
static struct value
trouble(const struct message *m, struct buf *text)
{
	uint32_t i;

	for (i = 0; i < m->n_parts && !is_refused(&m->part[i]); i++)
		;
	if (i < m->n_parts)
		status_print(text, m->part[i].status);
	else
		buf_add_span(text, message_kept(m, m->trouble));
	return text->len > 0 ? value_text(buf_span(text)) : (struct value){0};
}

static struct value
cell(const struct message *m, struct cut c)
{
	return c.n > 0 ? value_text(message_kept(m, c)) : (struct value){0};
}

static struct value
number(bool known, uint64_t n)
{
	return known ? value_num(n) : (struct value){0};
}

static struct value
name(const char *text)
{
	return text != NULL ? value_text(span_str(text)) : (struct value){0};
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

static struct value
column(const struct message *m, enum outcome outcome, uint8_t which,
    struct scratch *scratch)
{
	static const char *const word[OUTCOMES] = {"ok", "failed", "partial",
	    "unknown", "unsent"};

	switch ((enum result_column)which) {
	case RESULT_ref: return cell(m, m->ref);
	case RESULT_status: return name(word[outcome]);
	case RESULT_message_id:
		return m->n_parts == 1 ? cell(m, m->part[0].id) :
		    ids(m, &scratch->ids);
	case RESULT_to: return cell(m, m->to);
	case RESULT_parts: return number(m->n_parts > 0, m->n_parts);
	case RESULT_error:
		return outcome == OUTCOME_OK ? (struct value){0} :
		    trouble(m, &scratch->error);
	case RESULT_from: return cell(m, m->from);
	case RESULT_text: return cell(m, m->text);
	case RESULT_encoding: return name(m->encoding);
	case RESULT_dcs: return number(m->encoding != NULL, m->data_coding);
	case RESULT_octets: return number(m->encoding != NULL, m->octets);
	case RESULT_attempts: return number(attempts(m) > 0, attempts(m));
	case RESULT_submit_ms: return number(m->answered_ms != 0, m->submit_ms);
	case RESULT_time:
		clock_text(scratch->time, clock_now());
		return value_text(span_of(scratch->time, CLOCK_TEXT));
	case RESULT_state: return cell(m, m->state);
	case RESULT_err: return cell(m, m->err);
	case RESULT_done_date: return cell(m, m->done_date);
	case RESULT_match: return name(m->match);
	case RESULT_line: return value_num(m->line);
	case RESULT_COLUMNS: break;
	}
	return (struct value){0};
}

void
message_print(struct messages *all, struct message *m, struct buf *out,
    const struct record_format *format, enum outcome outcome)
{
	struct value row[RESULT_COLUMNS];
	struct scratch scratch;

	scratch.ids = scratch.error = (struct buf){0};
	for (size_t i = 0; i < format->n; i++)
		row[format->column[i]] = column(m, outcome, format->column[i],
		    &scratch);
	record_write(out, format, row);
	buf_free(&scratch.ids);
	buf_free(&scratch.error);
	m->told = true;
	all->n_untold--;
}
