/* SPDX-License-Identifier: ISC */
/* Columns of receipts; only those that are printed are made. */
#include "app/dlr_row.h"

#include "smpp/ids.h"
#include "smpp/smpptime.h"

void
dlr_row_free(struct dlr_row *r)
{
	buf_free(&r->id);
	buf_free(&r->submit_date);
	buf_free(&r->done_date);
	buf_free(&r->seconds);
}

/* An octet string that is there, though it may be empty. */
static struct value
present(struct span s)
{
	return s.p == NULL ? (struct value){0} : value_text(s);
}

/* The id in the other base, or as it is when it is no number. */
static struct value
id_value(struct dlr_row *r, enum dlr_id_as as, struct span id)
{
	struct span digits = id;

	if (as == DLR_ID_ASIS || id.n > DLR_ID_MOST)
		return present(id);
	if (as == DLR_ID_DEC && id.n > 2 && id.p[0] == '0' &&
	    (id.p[1] | 0x20) == 'x')
		digits = span_skip(id, 2);
	if (!ids_of_response(&r->id, digits,
	    as == DLR_ID_HEX ? IDS_HEX_TO_DEC : IDS_DEC_TO_HEX))
		return present(id);
	return value_text(buf_span(&r->id));
}

/* Reads a date and gives it its zone, where that is known. */
static bool
read_date(struct dlr_row_conf *conf, struct span s, struct smpptime *t)
{
	if (!smpptime_read(t, s) && !smpptime_read_iso(t, s))
		return false;
	if (t->kind == SMPPTIME_LOCAL && conf->zoned) {
		t->offset_minutes = (int16_t)zone_minutes(&conf->zone,
		    (int)t->year, t->month, t->day, t->hour, t->minute);
		t->kind = SMPPTIME_ABSOLUTE;
	}
	return t->kind != SMPPTIME_RELATIVE;
}

static struct value
date_value(struct dlr_row_conf *conf, struct buf *b, struct span s)
{
	struct smpptime t;

	if (s.n == 0 || !read_date(conf, s, &t))
		return present(s);
	buf_clear(b);
	smpptime_print(b, &t);
	return value_text(buf_span(b));
}

bool
dlr_seconds(struct dlr_row_conf *conf, const struct dlr *d, int64_t *seconds)
{
	struct smpptime submit, done;

	if (!read_date(conf, d->f[DLR_submit_date], &submit) ||
	    !read_date(conf, d->f[DLR_done_date], &done) ||
	    submit.kind != done.kind)
		return false;
	*seconds = (smpptime_utc(&done, 0, 0) - smpptime_utc(&submit, 0, 0)) /
	    1000;
	return true;
}

static struct value
seconds_value(struct dlr_row *r, struct dlr_row_conf *conf, const struct dlr *d)
{
	int64_t seconds;

	if (!dlr_seconds(conf, d, &seconds))
		return (struct value){0};
	if (seconds >= 0)
		return value_num((uint64_t)seconds);
	buf_clear(&r->seconds);
	buf_add_byte(&r->seconds, '-');
	buf_add_uint(&r->seconds, (uint64_t)-seconds);
	return value_decimal(buf_span(&r->seconds));
}

enum dlr_class
dlr_class_of(const struct dlr *d)
{
	const struct dlr_stat *stat = dlr_stat(d->f[DLR_stat]);

	return stat != NULL ? stat->class : DLR_UNKNOWN;
}

/* "yes", "no", absent when nobody can tell. */
static struct value
final_value(const struct dlr_line *line)
{
	enum dlr_class class = dlr_class_of(&line->dlr);

	if (line->interim || class == DLR_PENDING)
		return value_text(span_str("no"));
	return dlr_final(class) ? value_text(span_str("yes")) :
	    (struct value){0};
}

void
dlr_row(struct dlr_row *r, struct dlr_row_conf *conf,
    const struct dlr_line *line, struct span raw, uint64_t number,
    struct value row[PARSED_COLUMNS])
{
	const struct span *f = line->dlr.f;

	for (size_t i = 0; i < conf->format.n; i++) {
		enum dlr_column at = (enum dlr_column)conf->format.column[i];
		struct value *v = &row[at];

		switch (at) {
		case PARSED_id:
			*v = id_value(r, conf->id_as, f[DLR_id]);
			break;
		case PARSED_sub: *v = present(f[DLR_sub]); break;
		case PARSED_dlvrd: *v = present(f[DLR_dlvrd]); break;
		case PARSED_submit_date:
			*v = date_value(conf, &r->submit_date,
			    f[DLR_submit_date]);
			break;
		case PARSED_done_date:
			*v = date_value(conf, &r->done_date, f[DLR_done_date]);
			break;
		case PARSED_stat: *v = present(f[DLR_stat]); break;
		case PARSED_err: *v = present(f[DLR_err]); break;
		case PARSED_text: *v = present(f[DLR_text]); break;
		case PARSED_class:
			*v = value_text(span_str(dlr_class_name(
			    dlr_class_of(&line->dlr))));
			break;
		case PARSED_final: *v = final_value(line); break;
		case PARSED_seconds:
			*v = seconds_value(r, conf, &line->dlr);
			break;
		case PARSED_line: *v = value_num(number); break;
		case PARSED_raw: *v = value_text(raw); break;
		case PARSED_COLUMNS: break;
		}
	}
}
