/* SPDX-License-Identifier: ISC */
/*
 * Mails on their way in: what each connection says goes to the relay, octets
 * go to the file as they come. A mail that is whole waits for its group, and
 * is kept even when its sender is gone by then.
 */
#include "app/intake_private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "app/mm4_dump.h"
#include "base/mem.h"
#include "mms/mm4.h"
#include "sys/clock.h"
#include "sys/diag.h"

/* Two descriptors for each connection: itself and its mail. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct intake *
intake_open(struct loop *loop, const struct intake_conf *conf, int kind,
    const char **error)
{
	struct intake *in = mem_new(sizeof(*in));

	in->loop = loop;
	in->conf = *conf;
	in->kind = kind;
	in->last = &in->waiting;
	in->group.watch = (struct watch){.fd = -1, .owner = &in->group,
	    .kind = kind};
	in->server = mail_server_open(loop, &conf->server, kind, error);
	if (in->server == NULL) {
		free(in);
		return NULL;
	}
	raise_limit();
	return in;
}

const char *
intake_address(const struct intake *in)
{
	return mail_server_address(in->server);
}

/* Mails */

static void
inbound_free(struct inbound *m)
{
	if (m == NULL)
		return;
	maildir_drop(&m->file);
	relay_verdict_free(&m->verdict);
	buf_free(&m->address);
	buf_free(&m->helo);
	buf_free(&m->user);
	buf_free(&m->from);
	buf_free(&m->to);
	free(m->to_at);
	free(m);
}

/* The address alone: "192.0.2.1" of "192.0.2.1:40123", "::1" of "[::1]:1". */
static void
add_address(struct buf *b, const char *peer)
{
	const char *end = strrchr(peer, ':');
	size_t n = end != NULL ? (size_t)(end - peer) : strlen(peer);

	if (n > 1 && peer[0] == '[' && peer[n - 1] == ']')
		buf_add(b, peer + 1, n - 2);
	else
		buf_add(b, peer, n);
}

/* The connection's mail, with who sends it as far as is known by now. */
static struct inbound *
inbound_of(struct mail_client *c)
{
	struct inbound *m = c->user;

	if (m == NULL) {
		m = c->user = mem_new(sizeof(*m));
		m->client = c;
		m->file.fd = -1;
		add_address(&m->address, mail_client_peer(c));
	}
	buf_clear(&m->helo);
	buf_add_span(&m->helo, buf_span(&c->smtp.helo));
	buf_clear(&m->user);
	buf_add_span(&m->user, buf_span(&c->smtp.user));
	m->who = (struct relay_client){buf_cstr(&m->address),
	    buf_cstr(&m->helo), m->user.len > 0 ? buf_cstr(&m->user) : NULL,
	    c->smtp.secured};
	return m;
}

/* Begins anew on the same connection. */
static void
forget(struct inbound *m)
{
	struct mail_client *c = m->client;

	if (c != NULL)
		c->user = NULL;
	inbound_free(m);
}

void
intake_answer(struct intake *in, struct inbound *m,
    const struct smtp_reply *reply)
{
	struct mail_client *c = m->client;

	if (reply->code < 400)
		in->kept++;
	forget(m);
	while (c != NULL && smtp_asks(&c->smtp) > 0)
		mail_server_answer(c, reply);
}

/* Events */

static void
answer(struct mail_client *c, struct relay_reply r)
{
	mail_server_answer(c, &(struct smtp_reply){(uint16_t)r.code, NULL,
	    r.text});
}

static const struct smtp_reply *
reply_to(int err)
{
	static const struct smtp_reply full = {452, "4.3.1",
	    "the disk is full"}, broken = {451, "4.3.0",
	    "it cannot be kept now"};

	return err == ENOSPC || err == EDQUOT || err == EFBIG ? &full :
	    &broken;
}

static void
on_auth(struct intake *in, struct mail_client *c, const struct smtp_event *ev)
{
	static const struct smtp_reply known = {235, "2.7.0", "welcome"},
	    unknown = {535, "5.7.8", "user or password is wrong"};
	struct inbound *m = inbound_of(c);
	char *user = mem_strndup(ev->user.p != NULL ? ev->user.p :
	    (const uint8_t *)"", ev->user.n);
	bool good = relay_login(in->conf.relay, &m->who, user, ev->password);

	free(user);
	if (!good)
		note("%s: AUTH failed", mail_client_peer(c));
	mail_server_answer(c, good ? &known : &unknown);
}

static void
on_mail(struct intake *in, struct mail_client *c, const struct smtp_event *ev)
{
	struct inbound *m = inbound_of(c);

	buf_clear(&m->from);
	buf_add_span(&m->from, ev->address);
	buf_clear(&m->to);
	m->n_to = 0;
	/* whoever logged in may have another limit */
	c->conf.size_most = relay_max_size(in->conf.relay, &m->who);
	answer(c, relay_mail(in->conf.relay, &m->who, ev->address, ev->size));
}

static void
on_rcpt(struct intake *in, struct mail_client *c, const struct smtp_event *ev)
{
	struct inbound *m = inbound_of(c);
	struct relay_reply r = relay_rcpt(in->conf.relay, &m->who,
	    ev->address);

	if (r.code < 400) {
		m->to_at = mem_resize(m->to_at,
		    (m->n_to + 1) * sizeof(*m->to_at));
		buf_add_span(&m->to, ev->address);
		m->to_at[m->n_to++] = m->to.len;
	}
	answer(c, r);
}

/* The protocol's name in Received (RFC 3848). */
static const char *
protocol(const struct mail_client *c)
{
	static const char *const name[2][2][2] = {
		{{"ESMTP", "ESMTPA"}, {"ESMTPS", "ESMTPSA"}},
		{{"LMTP", "LMTPA"}, {"LMTPS", "LMTPSA"}},
	};

	return name[c->conf.lmtp][c->smtp.secured][c->smtp.user.len > 0];
}

/* The envelope and the way it came, before the mail's own head. */
static void
add_head(struct buf *b, const struct inbound *m)
{
	struct mail_client *c = m->client;
	size_t at = 0;

	buf_add_str(b, "Return-Path: <");
	buf_add_span(b, buf_span(&m->from));
	buf_add_str(b, ">\r\n");
	for (size_t i = 0; i < m->n_to; at = m->to_at[i++]) {
		buf_add_str(b, "Delivered-To: ");
		buf_add(b, m->to.p + at, m->to_at[i] - at);
		buf_add_str(b, "\r\n");
	}
	buf_add_str(b, "Received: from ");
	for (const char *p = m->who.helo; *p != '\0'; p++)
		buf_add_byte(b, *p > ' ' && *p < 0x7f && strchr("()<>\\;", *p)
		    == NULL ? (uint8_t)*p : '?');
	buf_addf(b, " ([%s])\r\n\tby %s with %s id %s;\r\n\t", m->who.address,
	    c->conf.name, protocol(c), m->file.name);
	mm4_date(b, clock_now());
	buf_add_str(b, "\r\n");
}

static void
on_data(struct intake *in, struct mail_client *c)
{
	static const struct smtp_reply go = {354, NULL,
	    "end with a dot on a line of its own"};
	struct inbound *m = inbound_of(c);
	struct buf head = {0};
	bool good = maildir_begin(in->conf.maildir, &m->file);
	int err;

	if (good) {
		add_head(&head, m);
		good = maildir_write(&m->file, buf_span(&head));
		buf_free(&head);
	}
	err = errno;
	if (!good) {
		warn("%s: %s", in->conf.maildir->path, strerror(err));
		maildir_drop(&m->file);
	}
	mail_server_answer(c, good ? &go : reply_to(err));
}

static void
on_chunk(struct intake *in, struct mail_client *c, struct span octets)
{
	struct inbound *m = c->user;
	int err;

	if (maildir_write(&m->file, octets))
		return;
	err = errno;
	warn("%s: %s", in->conf.maildir->path, strerror(err));
	maildir_drop(&m->file);
	smtp_spoil(&c->smtp, reply_to(err));
}

static void
on_end(struct intake *in, struct mail_client *c)
{
	struct inbound *m = c->user;

	m->ended = true;
	m->next = NULL;
	*in->last = m;
	in->last = &m->next;
}

static void
on_smtp(struct intake *in, struct mail_client *c, const struct smtp_event *ev)
{
	switch (ev->type) {
	case SMTP_EV_AUTH:
		on_auth(in, c, ev);
		break;
	case SMTP_EV_MAIL:
		on_mail(in, c, ev);
		break;
	case SMTP_EV_RCPT:
		on_rcpt(in, c, ev);
		break;
	case SMTP_EV_DATA:
		on_data(in, c);
		break;
	case SMTP_EV_CHUNK:
		on_chunk(in, c, ev->octets);
		break;
	case SMTP_EV_END:
		on_end(in, c);
		break;
	case SMTP_EV_ABORT:
		if (c->user != NULL)
			forget(c->user);
		break;
	case SMTP_EV_STARTTLS:
	case SMTP_EV_CLOSED:
		break;  /* the server's own */
	}
}

/* The lines of a connection, under -v. */
static void
show(const struct intake *in, struct mail_client *c)
{
	struct buf *said = &c->smtp.said, line = {0};
	const uint8_t *newline;

	while (said->len > 0 &&
	    (newline = memchr(said->p, '\n', said->len)) != NULL) {
		buf_clear(&line);
		buf_addf(&line, "%s ", mail_client_peer(c));
		buf_add(&line, said->p, (size_t)(newline - said->p));
		if (in->conf.server.mask)
			mm4_mask(&line, 0);
		diag_line(buf_span(&line));
		buf_consume(said, (size_t)(newline - said->p) + 1);
	}
	buf_free(&line);
}

static void
on_gone(struct mail_client *c, const char *why)
{
	struct inbound *m = c->user;

	/* who came and left in order is no news */
	if (strcmp(why, "the peer left") != 0 &&
	    strcmp(why, "the peer hung up") != 0)
		note("%s: %s", mail_client_peer(c), why);
	if (m == NULL)
		return;
	if (m->ended)
		m->client = NULL;
	else
		forget(m);
}

static void
drain(struct intake *in)
{
	struct mail_event ev;

	while (mail_server_next(in->server, &ev)) {
		switch (ev.type) {
		case MAIL_EV_OPENED:
			ev.client->conf.size_most = relay_max_size(
			    in->conf.relay, &inbound_of(ev.client)->who);
			break;
		case MAIL_EV_SMTP:
			on_smtp(in, ev.client, &ev.event);
			break;
		case MAIL_EV_GONE:
			on_gone(ev.client, ev.event.why);
			break;
		}
		show(in, ev.client);
	}
}

/* The program's door */

void
intake_ready(struct intake *in, struct watch *w)
{
	if (w->owner != &in->group)
		mail_server_ready(in->server, w);
}

void
intake_work(struct intake *in)
{
	intake_go_on(in);
	drain(in);
	if (in->group.phase == GROUP_NONE && in->waiting != NULL) {
		intake_begin_group(in);
		intake_go_on(in);
	}
	/* what was answered just now is sent */
	drain(in);
}

uint64_t
intake_deadline(const struct intake *in)
{
	if (in->group.phase == GROUP_NONE && in->waiting != NULL)
		return 0;
	return mail_server_deadline(in->server);
}

bool
intake_is_between(const struct intake *in)
{
	return in->group.phase == GROUP_NONE;
}

void
intake_stop(struct intake *in)
{
	mail_server_stop(in->server);
}

void
intake_cut(struct intake *in)
{
	mail_server_cut(in->server);
}

bool
intake_is_over(const struct intake *in)
{
	return mail_server_clients(in->server) == 0 && in->waiting == NULL &&
	    in->group.phase == GROUP_NONE;
}

uint64_t
intake_kept(const struct intake *in)
{
	return in->kept;
}

bool
intake_failed(const struct intake *in)
{
	return in->failed;
}

/* Mails that connections have begun belong to these. */
static void
free_list(struct inbound *m)
{
	struct inbound *next;

	for (; m != NULL; m = next) {
		next = m->next;
		forget(m);
	}
}

void
intake_free(struct intake *in)
{
	struct mail_event ev;

	if (in == NULL)
		return;
	intake_abandon_group(in);
	free_list(in->group.first);
	free_list(in->waiting);
	in->waiting = NULL;
	mail_server_cut(in->server);
	while (mail_server_next(in->server, &ev))
		if (ev.type == MAIL_EV_GONE && ev.client->user != NULL)
			forget(ev.client->user);
	mail_server_free(in->server);
	free(in);
}
