/* SPDX-License-Identifier: ISC */
/* The accounts of smpp-sim: a file that lists them, or whoever comes. */
#include "app/sim_accounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/config.h"
#include "base/mem.h"
#include "base/term.h"
#include "rec/record.h"

enum { ACCOUNTS_MOST = 100000, BINDS_MOST = 1000000 };

/* Where the account of a system_id stands, or would. */
static struct account **
place(struct accounts *a, struct span system_id)
{
	if (a->hashed == NULL)
		a->hashed = mem_array(ACCOUNT_HASHES, sizeof(*a->hashed));
	return &a->hashed[span_hash(system_id) % ACCOUNT_HASHES];
}

static struct account *
find(struct accounts *a, struct span system_id)
{
	struct account *p = *place(a, system_id);

	while (p != NULL && !span_eq(p->system_id, system_id))
		p = p->next_alike;
	return p;
}

static struct account *
add(struct accounts *a, struct span system_id)
{
	struct account *p = mem_new(sizeof(*p));
	struct account **hashed = place(a, system_id);

	p->system_id = span_of(mem_strndup(system_id.p, system_id.n),
	    system_id.n);
	p->modes = ACCOUNT_ANY;
	p->next = a->first;
	if (a->first != NULL)
		a->first->link = &p->next;
	p->link = &a->first;
	a->first = p;
	p->next_alike = *hashed;
	*hashed = p;
	a->n++;
	return p;
}

static void
release(struct account *p)
{
	free((void *)(uintptr_t)p->system_id.p);
	free(p->password);
	free(p->rate);
	free(p->from);
	free(p->certificate);
	free(p->linger);
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
	free(a->hashed);
}

static bool
modes_parse(struct span text, unsigned *modes)
{
	bool more;

	*modes = 0;
	do {
		struct span word = term_trim(term_cut(&text, ',', &more));

		if (span_is(word, "tx"))
			*modes |= ACCOUNT_TX;
		else if (span_is(word, "rx"))
			*modes |= ACCOUNT_RX;
		else if (span_is(word, "trx"))
			*modes |= ACCOUNT_TRX;
		else
			return false;
	} while (more);
	return true;
}

static bool
networks_parse(struct account *p, struct span text)
{
	bool more;

	do {
		struct span word = term_trim(term_cut(&text, ',', &more));

		p->from = mem_resize(p->from,
		    (p->n_from + 1) * sizeof(*p->from));
		if (!network_read(&p->from[p->n_from++], word))
			return false;
	} while (more);
	return true;
}

static bool
rate_of(struct account *p, struct span text)
{
	struct rate rate;

	if (!rate_parse(text, &rate))
		return false;
	if (rate.n > 0) {
		p->rate = mem_new(sizeof(*p->rate));
		bucket_init(p->rate, rate, 0);
	}
	return true;
}

/* The text of a cell that may be absent, owned; NULL. */
static char *
copy_of(const struct value *value)
{
	return value->type == VALUE_ABSENT ? NULL :
	    mem_strndup(value->s.p, value->s.n);
}

/* What a row says of an account beyond its name and password; NULL when it can
 * be read, else what is wrong. */
static const char *
read_limits(struct account *p, const struct value row[])
{
	const struct value *bind = &row[ACCOUNT_bind];
	const struct value *max_binds = &row[ACCOUNT_max_binds];
	const struct value *rate = &row[ACCOUNT_rate];
	const struct value *addresses = &row[ACCOUNT_addresses];
	uint64_t n = 0;

	if (bind->type != VALUE_ABSENT && !modes_parse(bind->s, &p->modes))
		return "bind: expected some of tx, rx, trx, with commas";
	if (max_binds->type != VALUE_ABSENT &&
	    !term_number(max_binds->s, 1, BINDS_MOST, &n))
		return "max_binds: expected a number from 1";
	if (rate->type != VALUE_ABSENT && !rate_of(p, rate->s))
		return "rate: expected N/s or N/m, as in 10/s";
	if (addresses->type != VALUE_ABSENT &&
	    !networks_parse(p, addresses->s))
		return "addresses: expected addresses or networks, with "
		    "commas, as in 192.0.2.7,2001:db8::/32";
	p->max_binds = (uint32_t)n;
	p->certificate = copy_of(&row[ACCOUNT_certificate]);
	return NULL;
}

/* NULL when the row is an account, else what is wrong with it. */
static const char *
add_row(struct accounts *a, const struct value row[])
{
	struct account *p;
	const char *why;

	if (row[ACCOUNT_system_id].type == VALUE_ABSENT)
		return "no system_id";
	if (find(a, row[ACCOUNT_system_id].s) != NULL)
		return "this system_id stands there twice";
	p = add(a, row[ACCOUNT_system_id].s);
	p->listed = true;
	if (a->top == NULL)
		a->top = p;
	p->password = mem_strndup(row[ACCOUNT_password].s.p,
	    row[ACCOUNT_password].s.n);
	why = read_limits(p, row);
	if (p->certificate != NULL) {
		a->certified = true;
		a->named |= strncmp(p->certificate, "sha256:", 7) != 0;
	}
	return why;
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

static bool
may_come_from(const struct account *p, const char *peer)
{
	for (size_t i = 0; i < p->n_from; i++)
		if (network_holds(&p->from[i], peer))
			return true;
	return p->n_from == 0;
}

/* Whether the password is right; how long that takes does not depend on where
 * it is wrong. */
static bool
is_password(const struct account *p, struct span password)
{
	size_t n = p->password != NULL ? strlen(p->password) : 0;
	uint8_t differ = password.n != n;

	for (size_t i = 0; i < password.n && n > 0; i++)
		differ |= password.p[i] ^ (uint8_t)p->password[i % n];
	return p->password == NULL || differ == 0;
}

/* Binds that count, those that are lost and linger included. */
static size_t
count_binds(struct account *p, uint64_t now)
{
	for (size_t i = 0; i < p->n_linger;)
		if (p->linger[i] <= now)
			p->linger[i] = p->linger[--p->n_linger];
		else
			i++;
	return p->n_binds + p->n_linger;
}

/* The status for a bind of a known account. */
static uint32_t
admit(struct account *p, const struct client *c, const struct pdu *bind,
    uint64_t now)
{
	if (!is_password(p, bind->password))
		return ESME_RINVPASWD;
	if ((p->modes & mode_of(bind->type)) == 0 ||
	    (p->n_from > 0 && !may_come_from(p, server_peer(c))) ||
	    (p->certificate != NULL && !server_certified(c, p->certificate)))
		return ESME_RBINDFAIL;
	if ((p->max_binds > 0 && count_binds(p, now) >= p->max_binds) ||
	    (p->max_binds == 0 && count_binds(p, now) > p->n_binds))
		return ESME_RALYBND;
	return ESME_ROK;
}

struct account *
accounts_bind(struct accounts *a, const struct client *c,
    const struct pdu *bind, uint64_t now, uint32_t *status)
{
	struct account *p = find(a, bind->system_id);

	*status = ESME_ROK;
	if (p == NULL && a->listed)
		*status = ESME_RINVSYSID;
	else if (p == NULL && a->n >= ACCOUNTS_MOST)
		*status = ESME_RSYSERR;
	else if (p == NULL)
		p = add(a, bind->system_id);
	else
		*status = admit(p, c, bind, now);
	if (*status != ESME_ROK)
		return NULL;
	p->n_binds++;
	return p;
}

void
account_linger(struct account *p, uint64_t until)
{
	p->linger = mem_resize(p->linger,
	    (p->n_linger + 1) * sizeof(*p->linger));
	p->linger[p->n_linger++] = until;
}

bool
account_takes(struct account *p, uint64_t now)
{
	return p->rate == NULL || bucket_take(p->rate, now);
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
	struct account **alike;

	if (p->listed || p->busy || p->n_binds > 0 || p->n_messages > 0 ||
	    p->n_linger > 0)
		return;
	for (alike = place(a, p->system_id); *alike != p;)
		alike = &(*alike)->next_alike;
	*alike = p->next_alike;
	*p->link = p->next;
	if (p->next != NULL)
		p->next->link = p->link;
	a->n--;
	release(p);
}
