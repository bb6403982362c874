/* SPDX-License-Identifier: ISC */
/* Columns of receipts; only those that are printed are made. */
#include "app/dlr_row.h"

#include "rec/columns.h"
#include "smpp/ids.h"

void
dlr_row_free(struct dlr_row *r)
{
	buf_free(&r->id);
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
other_base(struct dlr_row *r, enum dlr_id_as as, struct span id)
{
	struct span digits = id;

	if (as == DLR_ID_DEC && id.n > 2 && id.p[0] == '0' &&
	    (id.p[1] | 0x20) == 'x')
		digits = span_skip(id, 2);
	if (!ids_of_response(&r->id, digits,
	    as == DLR_ID_HEX ? IDS_HEX_TO_DEC : IDS_DEC_TO_HEX))
		return present(id);
	return value_text(buf_span(&r->id));
}

static inline struct value
id_value(struct dlr_row *r, enum dlr_id_as as, struct span id)
{
	return as == DLR_ID_ASIS || id.n > DLR_ID_MOST ? present(id) :
	    other_base(r, as, id);
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

static inline struct value
date_value(struct dlr_row_conf *conf, uint8_t *w, struct span s)
{
	struct smpptime t;

	if (s.n == 0 || !read_date(conf, s, &t))
		return present(s);
	return value_text(span_of(w, (size_t)(smpptime_put(w, &t) - w)));
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

/* The receipt that a row is made of. */
struct source {
	struct dlr_row *scratch;
	struct dlr_row_conf *conf;
	const struct dlr_line *line;
	struct span raw;
	uint64_t number;
};

static inline struct value
column(const struct source *s, enum dlr_column at)
{
	const struct span *f = s->line->dlr.f;

	switch (at) {
	case PARSED_id: return id_value(s->scratch, s->conf->id_as, f[DLR_id]);
	case PARSED_sub: return present(f[DLR_sub]);
	case PARSED_dlvrd: return present(f[DLR_dlvrd]);
	case PARSED_submit_date:
		return date_value(s->conf, s->scratch->submit_date,
		    f[DLR_submit_date]);
	case PARSED_done_date:
		return date_value(s->conf, s->scratch->done_date,
		    f[DLR_done_date]);
	case PARSED_stat: return present(f[DLR_stat]);
	case PARSED_err: return present(f[DLR_err]);
	case PARSED_text: return present(f[DLR_text]);
	case PARSED_class:
		return value_text(span_str(dlr_class_name(
		    dlr_class_of(&s->line->dlr))));
	case PARSED_final: return final_value(s->line);
	case PARSED_seconds:
		return seconds_value(s->scratch, s->conf, &s->line->dlr);
	case PARSED_line: return value_num(s->number);
	case PARSED_raw: return value_text(s->raw);
	case PARSED_COLUMNS: break;
	}
	return (struct value){0};
}

static uint8_t *
put_column(uint8_t *w, const struct source *s, enum dlr_column at, bool first)
{
	struct value v = column(s, at);

	return record_put(w, &v, first);
}

/* A date of n digits; as it stands when it does not exist. */
static inline uint8_t *
put_date(uint8_t *w, struct span date)
{
	uint8_t *end = smpptime_put_digits(w, date.p, date.n);

	return end != NULL ? end : tsv_put(w, date);
}

/* Cells of the usual form are not looked at again. */
static inline uint8_t *
put_usual(uint8_t *w, const struct source *s, enum dlr_column at, bool first)
{
	const struct span *f = s->line->dlr.f;

	switch (at) {
	case PARSED_id: return tsv_put(w, f[DLR_id]);
	case PARSED_sub:
	case PARSED_dlvrd:
	case PARSED_err:
		memcpy(w, f[at - PARSED_id].p, 3);
		return w + 3;
	case PARSED_stat:
		memcpy(w, f[DLR_stat].p, 7);
		return w + 7;
	case PARSED_submit_date:
	case PARSED_done_date:
		return put_date(w, f[at - PARSED_id]);
	default:
		return put_column(w, s, at, first);
	}
}

/*
 * Cells go straight into the output: a row of values in between would cost
 * more than all else. The octets of a row are some of the line, once in raw,
 * once in the other columns, once more unescaped; an id grows in another base.
 */
static void
print_tsv(const struct source *s, const struct record_format *f,
    struct buf *out)
{
	const struct dlr *d = &s->line->dlr;
	const uint8_t *first = f->column, *last = first + f->n, *c;
	uint8_t *w = buf_reserve(out, tsv_room(5 * s->raw.n) +
	    PARSED_COLUMNS * (SMPPTIME_ISO + 8));

	/* a first cell must not begin as a BOM does */
	if (d->date_digits != 0 && !s->conf->zoned &&
	    s->conf->id_as == DLR_ID_ASIS && d->f[DLR_id].p[0] < 0x80)
		for (c = first; c < last; c++, *w++ = '\t')
			w = put_usual(w, s, (enum dlr_column)*c, c == first);
	else
		for (c = first; c < last; c++, *w++ = '\t')
			w = put_column(w, s, (enum dlr_column)*c, c == first);
	w[-1] = '\n';
	out->len = (size_t)(w - out->p);
}

void
dlr_row_print(struct dlr_row *scratch, struct dlr_row_conf *conf,
    const struct dlr_line *line, struct span raw, uint64_t number,
    struct buf *out)
{
	const struct source s = {scratch, conf, line, raw, number};
	const struct record_format *f = &conf->format;
	struct value row[PARSED_COLUMNS];

	if (!f->json) {
		print_tsv(&s, f, out);
		return;
	}
	for (size_t i = 0; i < f->n; i++)
		row[f->column[i]] = column(&s, (enum dlr_column)f->column[i]);
	record_write(out, f, row);
}
