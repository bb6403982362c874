/* SPDX-License-Identifier: ISC */
/*
 * A mail of ours that a mail system gave back (RFC 3464) is an answer, too. Its
 * fields stand in groups between empty lines: one for each recipient (2.3), and
 * the head of what was given back.
 */
#include "app/relay_private.h"
#include "mms/head.h"

/* What a group says; all of it is used again for the next one. */
struct group {
	struct buf action, status, why, original, final;
};

static void
group_free(struct group *g)
{
	buf_free(&g->action);
	buf_free(&g->status);
	buf_free(&g->why);
	buf_free(&g->original);
	buf_free(&g->final);
}

/* The value, unfolded, of a field that stands first in its group. */
static void
take_value(struct buf *value, struct span folded)
{
	if (value->len == 0)
		head_unfold(value, folded);
}

/* Reads the next group off the rest of the body, and the id of our mail where
 * that stands in it; false at the end. */
static bool
next_group(struct group *g, struct span *rest, struct buf *id)
{
	struct head h = {.rest = *rest};
	struct head_field f;

	if (rest->n == 0)
		return false;
	buf_clear(&g->action);
	buf_clear(&g->status);
	buf_clear(&g->why);
	buf_clear(&g->original);
	buf_clear(&g->final);
	while (head_next(&h, &f))
		if (head_is(f.name, "Action"))
			take_value(&g->action, f.value);
		else if (head_is(f.name, "Status"))
			take_value(&g->status, f.value);
		else if (head_is(f.name, "Diagnostic-Code"))
			take_value(&g->why, f.value);
		else if (head_is(f.name, "Original-Recipient"))
			take_value(&g->original, f.value);
		else if (head_is(f.name, "Final-Recipient"))
			take_value(&g->final, f.value);
		else if (head_is(f.name, "X-Mms-Transaction-ID"))
			take_value(id, f.value);
	*rest = h.rest;
	return true;
}

static bool
has_recipient(const struct group *g)
{
	return g->original.len + g->final.len > 0;
}

/* "rfc822; address" as the state knows recipients; empty: it is none. */
static struct span
key_of(struct relay_work *w, const struct buf *recipient)
{
	struct span s = buf_span(recipient);
	const uint8_t *type = s.n > 0 ? memchr(s.p, ';', s.n) : NULL;
	struct mms_address a;

	if (type != NULL)
		s = span_skip(s, (size_t)(type - s.p) + 1);
	return mms_address_read(&a, s) ? relay_key(w, &a) : (struct span){0};
}

/* How many recipients of the transaction have failed by this group. The address
 * that we gave counts, else the one that it came to. */
static int
fail(struct relay_work *w, struct span id, const struct group *g)
{
	struct span status = span_str(
	    mms_request_status_name(MMS_REQUEST_UNSPECIFIED));
	struct span why = buf_span(g->why.len > 0 ? &g->why : &g->status);
	const struct buf *named[] = {&g->original, &g->final};
	int n = 0;

	if (!has_recipient(g))
		return mm4_state_undelivered(w->relay->conf->state, id,
		    (struct span){0}, status, why);
	for (size_t i = 0; i < 2 && n == 0; i++) {
		struct span key = key_of(w, named[i]);

		if (key.n > 0)
			n = mm4_state_undelivered(w->relay->conf->state, id,
			    key, status, why);
	}
	return n;
}

/* The id of the mail that was given back, and whether any group names a
 * recipient: then those alone count that do. */
static bool
look_through(struct relay_work *w, struct group *g, struct buf *id)
{
	struct span rest = w->mms.body;
	bool any = false;

	while (next_group(g, &rest, id))
		any |= has_recipient(g);
	return any;
}

void
relay_take_dsn(struct relay_work *w)
{
	struct mms *m = &w->mms;
	struct group g = {0};
	struct buf id = {0};
	struct span rest = m->body, name;
	bool named = look_through(w, &g, &id), told = false;

	name = buf_span(&id);
	if (name.n >= 2 && name.p[0] == '"')
		name = span_of(name.p + 1, name.n - 2);
	name = mms_keep(m, name);
	w->verdict->reply = (struct relay_reply){250, "2.0.0 taken"};
	mms_set(m, MMS_TRANSACTION_ID, name);
	mms_set(m, MMS_MESSAGE_TYPE, span_str("DSN"));
	m->kind = MMS_OTHER;
	m->head_error = NULL;
	while (next_group(&g, &rest, &id)) {
		if (g.action.len == 0 || has_recipient(&g) != named)
			continue;
		if (!told) {
			mms_set(m, MMS_STATUS_TEXT, mms_keep(m, buf_span(&g.why)));
			mms_set(m, MMS_REQUEST_STATUS_CODE,
			    mms_keep(m, buf_span(&g.status)));
		}
		told = true;
		if (head_is(buf_span(&g.action), "failed") && name.n > 0 &&
		    fail(w, name, &g) < 0)
			w->failed = true;
	}
	group_free(&g);
	buf_free(&id);
	w->verdict->keep = true;
	relay_print(w, NULL, NULL, NULL);
}
