/* SPDX-License-Identifier: ISC */
/* A mail of ours that a mail system gave back (RFC 3464) is an answer, too. */
#include "app/relay_private.h"
#include "mms/head.h"

/* The value of a field somewhere in what a mail system gave back. */
static struct span
find_field(struct relay_work *w, const char *name)
{
	struct span s = w->mms.body, found = {0};

	while (s.n > 0 && found.n == 0) {
		const uint8_t *end = memchr(s.p, '\n', s.n);
		size_t n = end == NULL ? s.n : (size_t)(end - s.p) + 1;
		struct head h = head_open(span_of(s.p, n));
		struct head_field f;
		struct buf value = {0};

		if (head_next(&h, &f) && head_is(f.name, name)) {
			head_unfold(&value, f.value);
			found = mms_keep(&w->mms, buf_span(&value));
		}
		buf_free(&value);
		s = span_skip(s, n);
	}
	return found;
}

void
relay_take_dsn(struct relay_work *w)
{
	struct mms *m = &w->mms;
	struct span action = find_field(w, "Action");
	struct span status = find_field(w, "Status"), id;
	struct span why = find_field(w, "Diagnostic-Code");
	const char *code = mms_request_status_name(MMS_REQUEST_UNSPECIFIED);

	w->verdict->reply = (struct relay_reply){250, "2.0.0 taken"};
	id = find_field(w, "X-Mms-Transaction-ID");
	if (id.n >= 2 && id.p[0] == '"')
		id = span_of(id.p + 1, id.n - 2);
	mms_set(m, MMS_TRANSACTION_ID, id);
	mms_set(m, MMS_MESSAGE_TYPE, span_str("DSN"));
	mms_set(m, MMS_STATUS_TEXT, why);
	m->kind = MMS_OTHER;
	m->head_error = NULL;
	mms_set(m, MMS_REQUEST_STATUS_CODE, status);
	if (head_is(action, "failed") && id.n > 0 &&
	    mm4_state_answered(w->relay->conf->state, id,
	    (struct span){0}, NULL, 0, span_str(code),
	    why.n > 0 ? why : status) < 0)
		w->failed = true;
	w->verdict->keep = true;
	relay_print(w, NULL, NULL, NULL);
}
