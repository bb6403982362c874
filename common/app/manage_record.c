/* SPDX-License-Identifier: ISC */
/* What query_sm, cancel_sm and replace_sm came to, as a record. */
#include "app/manage_record.h"

#include "smpp/smpptime.h"

static void
set(struct value *v, struct span s)
{
	if (s.n > 0)
		*v = value_text(s);
}

static void
set_answer(struct value row[], const struct pdu *answer, struct buf *date)
{
	const char *word = value_name("receipt_stat_text",
	    answer->message_state);
	struct smpptime t;

	if (word != NULL)
		row[MANAGE_state] = value_text(span_str(word));
	else
		row[MANAGE_state] = value_num(answer->message_state);
	if (smpptime_read(&t, answer->final_date))
		smpptime_print(date, &t);
	else
		buf_add_span(date, answer->final_date);
	set(&row[MANAGE_final_date], buf_span(date));
	row[MANAGE_err] = value_num(answer->error_code);
}

void
manage_record(struct buf *out, const struct record_format *format,
    const struct manage_result *r)
{
	struct value row[MANAGE_COLUMNS] = {0};
	struct buf date = {0};

	set(&row[MANAGE_id], r->id);
	set(&row[MANAGE_from], r->from);
	set(&row[MANAGE_to], r->to);
	row[MANAGE_status] = value_text(span_str(r->status));
	if (r->answer != NULL)
		set_answer(row, r->answer, &date);
	if (r->error != NULL)
		row[MANAGE_error] = value_text(span_str(r->error));
	if (r->line > 0)
		row[MANAGE_line] = value_num(r->line);
	if (r->ms != UINT64_MAX)
		row[MANAGE_ms] = value_num(r->ms);
	record_write(out, format, row);
	buf_free(&date);
}
