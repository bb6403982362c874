/* SPDX-License-Identifier: ISC */
/* The accounts of smpp-sim: a file that lists them, or whoever comes. */
#include "app/sim_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/mem.h"
#include "rec/record.h"

enum { ACCOUNTS_MOST = 100000 };

static struct account *
find(const struct accounts *a, struct span system_id)
{
	struct account *p = a->first;

	while (p != NULL && !span_eq(p->system_id, system_id))
		p = p->next;
	return p;
}

static struct account *
add(struct accounts *a, struct span system_id)
{
	struct account *p = mem_new(sizeof(*p));

	p->system_id = span_of(mem_strndup(system_id.p, system_id.n),
	    system_id.n);
	p->modes = ACCOUNT_ANY;
	p->next = a->first;
	a->first = p;
	a->n++;
	return p;
}

static void
release(struct account *p)
{
	free((void *)(uintptr_t)p->system_id.p);
	free(p->password);
	free(p->receiver);
	free(p);
}

void
accounts_free(struct accounts *a)
{
	struct account *p;

	while ((p = a->first) != NULL) {
		a->first = p->next;
		release(p);
	}
}

static bool
modes_parse(struct span text, unsigned *modes)
{
	struct span word = text;
	const uint8_t *comma;

	*modes = 0;
	do {
		comma = memchr(text.p, ',', text.n);
		word = span_of(text.p, comma ? (size_t)(comma - text.p) :
		    text.n);
		text = span_skip(text, word.n + 1);
		if (span_is(word, "tx"))
			*modes |= ACCOUNT_TX;
		else if (span_is(word, "rx"))
			*modes |= ACCOUNT_RX;
		else if (span_is(word, "trx"))
			*modes |= ACCOUNT_TRX;
		else
			return false;
	} while (comma != NULL);
	return true;
}

static bool
count_parse(struct span text, uint32_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || *n > 1000000)
			return false;
		*n = *n * 10 + (uint32_t)(text.p[i] - '0');
	}
	return *n > 0;
}

/* NULL when the row is an account, else what is wrong with it. */
static const char *
add_row(struct accounts *a, const struct value row[])
{
	struct account new = {.modes = ACCOUNT_ANY}, *p;

	if (row[ACCOUNT_system_id].type == VALUE_ABSENT)
		return "no system_id";
	if (find(a, row[ACCOUNT_system_id].s) != NULL)
		return "this system_id stands there twice";
	if (row[ACCOUNT_bind].type != VALUE_ABSENT &&
	    !modes_parse(row[ACCOUNT_bind].s, &new.modes))
		return "bind: expected some of tx, rx, trx, with commas";
	if (row[ACCOUNT_max_binds].type != VALUE_ABSENT &&
	    !count_parse(row[ACCOUNT_max_binds].s, &new.max_binds))
		return "max_binds: expected a number from 1";
	p = add(a, row[ACCOUNT_system_id].s);
	p->listed = true;
	if (a->top == NULL)
		a->top = p;
	p->modes = new.modes;
	p->max_binds = new.max_binds;
	p->password = mem_strndup(row[ACCOUNT_password].s.p,
	    row[ACCOUNT_password].s.n);
	return NULL;
}

static bool
take_line(struct accounts *a, struct record_reader *reader, struct span line,
    const char **why)
{
	struct value row[ACCOUNT_COLUMNS];

	if (line.n == 0)
		return true;
	switch (record_read(reader, line, row)) {
	case RECORD_ROW:
		*why = add_row(a, row);
		return *why == NULL;
	case RECORD_HEADER:
		return true;
	case RECORD_BAD:
		*why = reader->error;
		return false;
	}
	return true;
}

bool
accounts_load(struct accounts *a, const char *path, struct buf *error,
    int *status)
{
	FILE *f = fopen(path, "re");
	struct record_reader reader;
	struct span bad;
	const char *why = NULL;
	char *line = NULL;
	size_t size = 0, number = 0;
	ssize_t n;

	*status = EX_NOINPUT;
	if (f == NULL) {
		buf_addf(error, "%s: %s", path, strerror(errno));
		return false;
	}
	record_reader_init(&reader, &schema_account, NULL, false, &bad);
	a->listed = true;
	while ((n = getline(&line, &size, f)) != -1) {
		number++;
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (!take_line(a, &reader, span_of(line, (size_t)n), &why)) {
			buf_addf(error, "%s: line %zu: %s", path, number, why);
			*status = EX_CONFIG;
			break;
		}
	}
	if (ferror(f)) {
		buf_addf(error, "%s: %s", path, strerror(errno));
		why = "";
	}
	free(line);
	record_reader_free(&reader);
	fclose(f);
	return why == NULL;
}

static unsigned
mode_of(enum pdu_type bind)
{
	return bind == PDU_bind_transmitter ? ACCOUNT_TX :
	    bind == PDU_bind_receiver ? ACCOUNT_RX : ACCOUNT_TRX;
}

struct account *
accounts_bind(struct accounts *a, const struct pdu *bind, uint32_t *status)
{
	struct account *p = find(a, bind->system_id);

	*status = ESME_ROK;
	if (p == NULL && a->listed)
		*status = ESME_RINVSYSID;
	else if (p == NULL && a->n >= ACCOUNTS_MOST)
		*status = ESME_RSYSERR;
	else if (p == NULL)
		p = add(a, bind->system_id);
	else if (p->password != NULL && !span_is(bind->password, p->password))
		*status = ESME_RINVPASWD;
	else if ((p->modes & mode_of(bind->type)) == 0)
		*status = ESME_RBINDFAIL;
	else if (p->max_binds > 0 && p->n_binds >= p->max_binds)
		*status = ESME_RALYBND;
	if (*status != ESME_ROK)
		return NULL;
	p->n_binds++;
	return p;
}

void
account_add_receiver(struct account *p, struct client *c)
{
	p->receiver = mem_resize(p->receiver,
	    (p->n_receivers + 1) * sizeof(struct client *));
	p->receiver[p->n_receivers++] = c;
}

void
account_unbind(struct accounts *a, struct account *p, struct client *c)
{
	for (size_t i = 0; i < p->n_receivers; i++)
		if (p->receiver[i] == c) {
			p->receiver[i] = p->receiver[--p->n_receivers];
			break;
		}
	p->n_binds--;
	account_forget(a, p);
}

struct client *
account_receiver(struct account *p)
{
	for (size_t i = 0; i < p->n_receivers; i++) {
		size_t at = (p->next_receiver + i) % p->n_receivers;
		struct session *s = &p->receiver[at]->session;

		if (session_may_send(s, PDU_deliver_sm) &&
		    session_room(s) > 0) {
			p->next_receiver = at + 1;
			return p->receiver[at];
		}
	}
	return NULL;
}

void
account_forget(struct accounts *a, struct account *p)
{
	struct account **link = &a->first;

	if (p->listed || p->busy || p->n_binds > 0 || p->n_messages > 0)
		return;
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	a->n--;
	release(p);
}
