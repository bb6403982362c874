/* SPDX-License-Identifier: ISC */
/* Replies (RFC 5321, 4.2; RFC 2034), and the transcript. */
#include "mms/smtp_private.h"

/* Appends text with what is no printable ASCII replaced. */
static void
add_clean(struct buf *b, struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_add_byte(
		    b, text.p[i] < 0x20 || text.p[i] > 0x7e ? '?' : text.p[i]);
}

void
smtp_note(struct smtp *s, const char *who, struct span line)
{
	if (!s->conf->transcript)
		return;
	buf_add_str(&s->said, who);
	add_clean(&s->said, line);
	buf_add_byte(&s->said, '\n');
}

static void
add_line(struct smtp *s, uint16_t code, bool more, const char *status,
    const char *text)
{
	size_t from = s->out.len;

	buf_addf(&s->out, "%03u%c", (unsigned)code % 1000, more ? '-' : ' ');
	if (status != NULL) {
		buf_add_str(&s->out, status);
		buf_add_byte(&s->out, ' ');
	}
	add_clean(&s->out, span_str(text));
	smtp_note(s, "S: ", span_skip(buf_span(&s->out), from));
	buf_add_str(&s->out, "\r\n");
}

void
smtp_say(struct smtp *s, uint16_t code, const char *status, const char *text)
{
	add_line(s, code, false, status, text);
}

void
smtp_say_more(struct smtp *s, uint16_t code, const char *text)
{
	add_line(s, code, true, NULL, text);
}

void
smtp_refuse(struct smtp *s, uint16_t code, const char *status, const char *text)
{
	smtp_say(s, code, status, text);
	if (++s->errors >= s->conf->errors_most && s->state != SMTP_CLOSED) {
		smtp_say(s, 421, "4.7.0", "too many errors");
		smtp_close(s, "too many errors");
	}
}
