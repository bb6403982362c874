/* SPDX-License-Identifier: ISC */
/*
 * The sender's journal: what is noted there, what the runs before left of a
 * row, and what happens when nothing can be noted any more.
 */
#include <sysexits.h>

#include "app/sender_private.h"
#include "sys/diag.h"

static struct journal_key
key_of(const struct message *m)
{
	return (struct journal_key){m->input, m->line, m->hash};
}

/* A hash of all that a row says: of its cells, each under the name of its
 * column, so that columns which it does not have do not count. */
static uint64_t
hash_of(const struct row *row)
{
	uint64_t hash = 0;

	for (size_t i = 0; row->cell != NULL && i < ROW_COLUMNS; i++) {
		if (row->cell[i].s.n == 0)
			continue;
		hash = journal_hash(hash, span_str(schema_row.name[i]));
		hash = journal_hash(hash, row->cell[i].s);
	}
	if (row->cell != NULL)
		return hash;
	hash = journal_hash(hash, row->to);
	hash = journal_hash(hash, row->from);
	return journal_hash(hash, row->text);
}

/* Notes */

void
sender_note_begin(struct sender *s, const struct message *m, uint32_t part)
{
	struct journal_key key;

	if (s->conf->journal == NULL)
		return;
	for (uint32_t i = 0; i < m->n_members; i++)
		if (sender_member(s, m, i)->part[part].shared)
			sender_note_begin(s, sender_member(s, m, i), part);
	key = key_of(m);
	if (m->n_members == 0)
		journal_begin(s->conf->journal, &key, part, m->n_parts,
		    m->reference);
}

void
sender_note_answer(struct sender *s, const struct message *m, uint32_t part,
    const struct pdu *answer)
{
	struct journal_key key;
	uint32_t status = answer->command_status;
	struct pdu one;

	if (s->conf->journal == NULL)
		return;
	for (uint32_t i = 0; i < m->n_members; i++)
		if ((sender_member(s, m, i)->part[part].shared ||
		    sender_member(s, m, i)->part[part].second) &&
		    sender_answer_of(s, i, answer, &one))
			sender_note_answer(s, sender_member(s, m, i), part,
			    &one);
	if (m->n_members > 0)
		return;
	/* a generic_nack accepts nothing, whatever its status */
	if (answer->type == PDU_generic_nack && status == ESME_ROK)
		status = ESME_RUNKNOWNERR;
	key = key_of(m);
	journal_answer(s->conf->journal, &key, part, status,
	    answer->message_id);
}

void
sender_note_report(struct sender *s, const struct message *m)
{
	struct journal_key key;

	if (s->conf->journal == NULL || m->n_parts == 0 ||
	    m->reported < m->n_parts || m->recalled)
		return;
	key = key_of(m);
	journal_report(s->conf->journal, &key, message_kept(m, m->state),
	    message_kept(m, m->err), message_kept(m, m->done_date));
}

/* Rows of earlier runs */

/* The row cannot be told from what the journal says of it. */
static void
refuse(struct sender *s, struct message *m, int status)
{
	struct span ref = message_kept(m, m->ref);

	if (status == EX_USAGE)
		warn("row %.*s, line %llu: it is another one than the journal "
		    "tells of; a journal goes with one input, unchanged",
		    (int)ref.n, (const char *)ref.p,
		    (unsigned long long)m->line);
	else
		warn("the journal cannot be read any more");
	s->status = status;
	message_stop(m, status == EX_USAGE ?
	    "the journal tells of another row at this line" :
	    "the journal cannot be read");
	sender_tell(s, m);
}

/* Gives the parts what they came to; fits: the outline is theirs. True when
 * some are to be sent. */
static bool
recall_parts(struct sender *s, struct message *m,
    const struct journal_past *past, bool fits)
{
	static const char begun[] = "begun by an earlier run, which got no "
	    "answer";
	struct part *part;
	bool more = false;

	for (uint32_t i = 0; i < m->n_parts; i++) {
		part = &m->part[i];
		if (past->part[i].state == JOURNAL_UNKNOWN && fits &&
		    s->conf->resend_unknown) {
			part->second = part->silent = more = true;
			message_trouble(m, begun);
			continue;
		}
		if (fits && past->part[i].state != JOURNAL_NEW)
			m->octets += (uint32_t)s->outline.plan.parts[i].
			    octets.n;
		m->begun += past->part[i].state != JOURNAL_NEW;
		if (past->part[i].state == JOURNAL_ACCEPTED) {
			part->state = PART_OK;
			sender_keep_id(s, m, i, span_str(past->part[i].id));
		} else if (past->part[i].state == JOURNAL_UNKNOWN) {
			part->state = PART_UNKNOWN;
			message_stop(m, begun);
		} else {
			more = true;
		}
	}
	return more && !m->stopped;
}

static void
recall_report(struct message *m, const struct journal_past *past)
{
	m->recalled = past->reported;
	if (!past->reported)
		return;
	for (uint32_t i = 0; i < m->n_parts; i++)
		m->part[i].reported = true;
	m->reported = m->n_parts;
	m->state = message_keep(m, past->done_state);
	m->err = message_keep(m, past->err);
	m->done_date = message_keep(m, past->done_date);
}

/* Tells a row that was begun before, or sends what is left of it. */
static void
resume(struct sender *s, struct lane *l, struct message *m,
    const struct row *row, const struct journal_past *past)
{
	struct outline *o = &s->outline;
	struct buf why = {0};
	bool fits = outline_make(o, &s->conf->outline, row) &&
	    o->plan.n_parts == past->n_parts;

	if (fits)
		sender_begin(s, m, past->reference);
	else
		message_parts(m, past->n_parts);
	recall_report(m, past);
	if (recall_parts(s, m, past, fits) && fits) {
		sender_keep_parts(s, l, m);
	} else if (!fits && !m->stopped) {
		buf_addf(&why, "an earlier run made %u parts of it, as the "
		    "options are now it is another number", past->n_parts);
		message_stop(m, buf_cstr(&why));
		buf_free(&why);
	}
	sender_settle(s, m);
}

bool
sender_recall(struct sender *s, struct lane *l, struct message *m,
    const struct row *row)
{
	struct journal_past past;
	struct journal_key key;

	if (s->conf->journal == NULL)
		return false;
	m->hash = hash_of(row);
	key = key_of(m);
	journal_find(s->conf->journal, &key, &past);
	switch (past.state) {
	case JOURNAL_NEW:
		return false;
	case JOURNAL_CHANGED:
		refuse(s, m, EX_USAGE);
		return true;
	case JOURNAL_BROKEN:
		refuse(s, m, EX_IOERR);
		return true;
	case JOURNAL_ACCEPTED:
	case JOURNAL_PARTIAL:
	case JOURNAL_UNKNOWN:
		break;
	}
	resume(s, l, m, row, &past);
	return true;
}

/* Handing over, and the end of it */

bool
sender_commit(struct sender *s)
{
	struct journal *j = s->conf->journal;
	bool room;

	if (j == NULL || s->unnoted)
		return !s->unnoted;
	if (journal_flush(j, loop_now(s->loop)))
		s->n_noted = s->n_sent;
	else
		s->unnoted = true;
	room = journal_has_room(j) && !s->unnoted;
	if (!room && s->status != EX_IOERR) {
		warn("%s; nothing more is sent", journal_error(j));
		s->status = EX_IOERR;
	}
	return !s->unnoted;
}

int
sender_status(const struct sender *s)
{
	return s->status;
}

bool
sender_never_left(const struct sender *s, const struct part *part)
{
	return s->unnoted && part->number > s->n_noted;
}

/* What was begun on it and not noted is forgotten: it never leaves. */
static void
drop(struct sender *s, struct lane *l)
{
	struct session *session = link_session(l->link);
	size_t n;

	session_out(session, &n);
	session_sent(session, n);
	session_drop(session, "what is sent cannot be noted any more");
	link_unbind(l->link);
	links_touch(s->links, l->link);
}

void
sender_stop(struct sender *s)
{
	const char *why = s->status == EX_USAGE ?
	    "not sent: the journal is another input's" :
	    "not sent: the journal takes no more";
	struct message *m;

	for (uint32_t i = 0; i < s->messages.n; i++) {
		m = s->messages.at[i];
		if (m->told || m->is_waiting ||
		    (m->again == 0 && m->begun == m->n_parts))
			continue;
		message_stop(m, why);
		sender_give_up(m);
		sender_settle(s, m);
	}
	for (uint32_t i = 0; s->unnoted && i < s->n_lanes; i++)
		if (s->lane[i]->up)
			drop(s, s->lane[i]);
}
