/* SPDX-License-Identifier: ISC */
#ifndef MMS_SMTP_PRIVATE_H
#define MMS_SMTP_PRIVATE_H

#include "mms/smtp.h"

/* What the modules of the machine share: smtp.c keeps octets, states, events
 * and answers; smtp_say.c writes replies; smtp_command.c reads commands,
 * smtp_path.c their addresses and parameters, smtp_auth.c the dialogue of
 * AUTH; smtp_data.c finds the end of a message. */

/* Says a reply; one that refuses a command counts against the peer. */
void smtp_say(
    struct smtp *, uint16_t code, const char *status, const char *text);
void smtp_refuse(
    struct smtp *, uint16_t code, const char *status, const char *text);

/* A line of a reply that goes on: "250-". */
void smtp_say_more(struct smtp *, uint16_t code, const char *text);

/* A line for the transcript, where one is kept. */
void smtp_note(struct smtp *, const char *who, struct span line);

/* The event of this type goes to the owner, who answers it n times. */
void smtp_ask(
    struct smtp *, struct smtp_event *, enum smtp_event_type, uint32_t n);

/* The message under way, if there is one, does not come; true when the owner
 * must be told by this event. */
bool smtp_abort(struct smtp *, struct smtp_event *, const char *why);

/* Nothing more is read. */
void smtp_close(struct smtp *, const char *why);

/* A line of the peer without its end; true when it makes an event. */
bool smtp_command(struct smtp *, struct span line, struct smtp_event *);

/* AUTH and what stands behind it; a line of its dialogue. */
bool smtp_auth_begin(struct smtp *, struct span rest, struct smtp_event *);
bool smtp_auth_line(struct smtp *, struct span line, struct smtp_event *);
void smtp_auth_clear(struct smtp *);

/*
 * "<user@host> SIZE=1" behind "FROM:": the address, without a source route,
 * and what stands behind. Lenient about blanks and missing < >; false when it
 * is no path. Both point into the text.
 */
bool smtp_path(struct span text, struct span *address, struct span *rest);

/* The next "NAME=VALUE" or "NAME" of a line; false at its end. */
bool smtp_parameter(struct span *rest, struct span *name, struct span *value);

/* The next word of a line, which may be empty: up to a blank. */
struct span smtp_word(struct span *rest);

/* Whether a has the letters of the C string, whatever their case. */
bool smtp_is(struct span a, const char *word);

enum smtp_data_result {
	SMTP_DATA_MORE,      /* *used octets were read, some of them are *chunk */
	SMTP_DATA_END,       /* the end of the message was among them */
	SMTP_DATA_SMUGGLED,  /* what another server may take for it */
};
void smtp_data_begin(struct smtp_data *);
enum smtp_data_result smtp_data_read(
    struct smtp_data *, struct span in, size_t *used, struct span *chunk);

#endif
