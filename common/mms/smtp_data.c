/* SPDX-License-Identifier: ISC */
/*
 * The octets of a message (RFC 5321, 4.1.1.4 and 4.5.2): finds the dots that
 * were added and the end, whatever the pieces it comes in. Only CR LF ends a
 * line (2.3.8). A message with a bare CR or LF is read on more slowly, for two
 * things: its true end, where it is refused, and a lone dot between any ends
 * of lines, which another server on the way may have taken for the end. Who
 * puts one there wants what is behind it read as commands.
 */
#include "mms/smtp_private.h"

enum {
	START,   /* of a line */
	DOT,     /* one stands there */
	DOT_CR,  /* and then a CR */
	INSIDE,
	CR,      /* the last octet was one */
};

void
smtp_data_begin(struct smtp_data *d)
{
	*d = (struct smtp_data){.place = START};
}

/* One octet of a message that is spoilt by a bare CR or LF. */
static enum smtp_data_result
read_bare(struct smtp_data *d, uint8_t c)
{
	if (d->place == DOT_CR)
		return c == '\n' && !d->bare ? SMTP_DATA_END :
		    SMTP_DATA_SMUGGLED;
	if (d->place == DOT && c == '\n')
		return SMTP_DATA_SMUGGLED;
	if (c == '\n') {
		d->bare = d->place != CR;
		d->place = START;
	} else if (c == '\r') {
		d->place = d->place == DOT ? DOT_CR : CR;
	} else if (c == '.' && (d->place == START || d->place == CR)) {
		d->bare |= d->place == CR;
		d->place = DOT;
	} else {
		d->place = INSIDE;
	}
	return SMTP_DATA_MORE;
}

/* From within a line to its end or the last octet; false at a bare CR or LF. */
static bool
read_line(struct smtp_data *d, const uint8_t **p, const uint8_t *end)
{
	const uint8_t *newline = memchr(*p, '\n', (size_t)(end - *p));
	const uint8_t *stop = newline != NULL ? newline : end;
	const uint8_t *cr = memchr(*p, '\r', (size_t)(stop - *p));

	if (cr == NULL) {
		d->place = newline != NULL ? START : INSIDE;
		d->bare = newline != NULL;
		*p = newline != NULL ? newline + 1 : end;
		return newline == NULL;
	}
	d->place = CR;
	*p = cr + 1;
	return true;
}

/* Up to a dot that was added, which ends the chunk; false at what spoils it. */
static bool
read_lines(struct smtp_data *d, const uint8_t **p, const uint8_t *end)
{
	while (*p < end) {
		switch (d->place) {
		case START:
			if (**p == '.')
				return true;
			d->place = INSIDE;
			break;
		case CR:
			if (**p != '\n')
				return false;
			d->place = START;
			++*p;
			break;
		default:
			if (!read_line(d, p, end))
				return false;
		}
	}
	return true;
}

/* A dot at the start of a line, and what is behind it. */
static enum smtp_data_result
read_dot(struct smtp_data *d, const uint8_t **p, const uint8_t *end)
{
	while (*p < end) {
		uint8_t c = **p;

		switch (d->place) {
		case START:
			d->place = DOT;
			break;
		case DOT:
			if (c == '\n')
				return SMTP_DATA_SMUGGLED;
			if (c != '\r') {
				d->place = INSIDE;
				return SMTP_DATA_MORE;
			}
			d->place = DOT_CR;
			break;
		default:
			++*p;
			return c == '\n' ? SMTP_DATA_END : SMTP_DATA_SMUGGLED;
		}
		++*p;
	}
	return SMTP_DATA_MORE;
}

enum smtp_data_result
smtp_data_read(
    struct smtp_data *d, struct span in, size_t *used, struct span *chunk)
{
	const uint8_t *p = in.p, *end = in.p + in.n, *start;
	enum smtp_data_result result = SMTP_DATA_MORE;

	*chunk = (struct span){0};
	if (d->spoilt != SMTP_BARE) {
		if (p < end &&
		    (d->place == DOT || d->place == DOT_CR ||
			(d->place == START && *p == '.')))
			result = read_dot(d, &p, end);
		start = p;
		if (result == SMTP_DATA_MORE && !read_lines(d, &p, end))
			d->spoilt = SMTP_BARE;
		*chunk = span_of(start, (size_t)(p - start));
		d->size += chunk->n;
	}
	if (d->spoilt == SMTP_BARE)
		while (p < end && result == SMTP_DATA_MORE)
			result = read_bare(d, *p++);
	*used = (size_t)(p - in.p);
	return result;
}
