/* SPDX-License-Identifier: ISC */
/*
 * The clients of a server: accepting them, and finding them again. They stand
 * in slots; a client is found by its watch, by its place in the list of those
 * with something to do, or by an entry in the heap of deadlines. An entry says
 * when to look at a client again, not what to find there, so that octets that
 * come in move no entry.
 */
#include <stdlib.h>

#include "app/server_private.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	UNBOUND_PDU = 4 << 10,   /* longest PDU of a client that is not bound */
	ACCEPT_MOST = 64,        /* connections taken in one pass */
};

struct server *
server_open(struct loop *loop, const struct server_conf *conf, int kind,
    const char **error)
{
	struct server *s = mem_new(sizeof(*s));

	s->loop = loop;
	s->conf = *conf;
	s->kind = kind;
	s->last_ready = &s->first_ready;
	s->listener = listener_open(loop, conf->address, conf->tls, s, kind,
	    error);
	if (s->listener == NULL) {
		free(s);
		return NULL;
	}
	buf_add_str(&s->address, listener_address(s->listener));
	buf_cstr(&s->address);
	return s;
}

const char *
server_address(const struct server *s)
{
	return (const char *)s->address.p;
}

size_t
server_clients(const struct server *s)
{
	return s->n_clients;
}

/* Clients */

static uint32_t
take_slot(struct server *s)
{
	if (s->n_unused > 0)
		return s->unused[--s->n_unused];
	if ((s->n_slots & (s->n_slots - 1)) == 0) {
		size_t n = s->n_slots ? s->n_slots * 2 : 1;

		s->slot = mem_resize(s->slot, n * sizeof(struct client *));
		s->unused = mem_resize(s->unused, n * sizeof(*s->unused));
	}
	return (uint32_t)s->n_slots++;
}

void
server_make_ready(struct client *c)
{
	struct server *s = c->server;

	if (c->ready)
		return;
	c->ready = true;
	c->next_ready = NULL;
	*s->last_ready = c;
	s->last_ready = &c->next_ready;
}

void
server_unready_first(struct server *s)
{
	struct client *c = s->first_ready;

	c->ready = false;
	s->first_ready = c->next_ready;
	if (s->first_ready == NULL)
		s->last_ready = &s->first_ready;
}

void
server_touch(struct client *c)
{
	if (c->dirty)
		return;
	c->dirty = true;
	c->next_dirty = c->server->first_dirty;
	c->server->first_dirty = c;
}

/* When somebody must look at a client. */
uint64_t
server_client_deadline(const struct client *c)
{
	uint64_t due;

	if (c->opening)
		return stream_deadline(c->stream);
	if (c->closing)
		return c->closing_at;
	if (c->stalled_until > 0 &&
	    session_state(&c->session) != SESSION_CLOSED)
		due = c->stalled_until;
	else
		due = session_deadline(&c->session);
	return c->gathered_at > 0 && c->gathered_at < due ? c->gathered_at :
	    due;
}

/* Sees to it that the heap comes up with the client in time. */
void
server_set_timer(struct client *c)
{
	uint64_t due = server_client_deadline(c);

	if (due >= c->timer_at)
		return;
	c->timer_at = due;
	heap_push(&c->server->heap, (struct heap_entry){due,
	    c->server->order++, c->slot});
}

static void
client_free(struct client *c)
{
	trace_close(c->trace);
	stream_close(c->stream);
	session_free(&c->session);
	buf_free(&c->outbind);
	free(c->notes);
	free(c);
}

/* Off the lists; a list that is singly linked is walked for it, which is
 * rare. */
static void
detach(struct client *c)
{
	struct server *s = c->server;
	struct client **p;

	if (c->ready) {
		for (p = &s->first_ready; *p != c; p = &(*p)->next_ready)
			;
		*p = c->next_ready;
		if (c->next_ready == NULL)
			s->last_ready = p;
		c->ready = false;
	}
	if (c->dirty) {
		for (p = &s->first_dirty; *p != c; p = &(*p)->next_dirty)
			;
		*p = c->next_dirty;
		c->dirty = false;
	}
	s->slot[c->slot] = NULL;
	s->unused[s->n_unused++] = c->slot;
	s->n_clients--;
}

void
server_begin(struct client *c)
{
	struct server *s = c->server;

	c->opening = false;
	if (c->outbind.len > 0) {
		session_raw(&c->session, buf_span(&c->outbind));
		server_touch(c);
	}
	c->trace = s->conf.trace ? trace_open(s->conf.trace,
	    stream_fd(c->stream), stream_peer(c->stream)) : NULL;
}

void
server_remove(struct client *c)
{
	detach(c);
	client_free(c);
}

static struct client *
add_client(struct server *s, struct stream *stream)
{
	struct client *c = mem_new(sizeof(*c));
	struct session_conf conf = {
		.side = SESSION_SMSC,
		.window = s->conf.window,
		.max_pdu = UNBOUND_PDU,
		.enquire_link_ms = s->conf.enquire_link_ms,
		.response_ms = s->conf.response_ms,
		.bind_ms = s->conf.bind_ms,
		.tell_enquiries = s->conf.tell_enquiries,
		.tell_all = s->conf.tell_all,
	};

	c->server = s;
	c->stream = stream;
	c->timer_at = UINT64_MAX;
	c->serial = ++s->serial;
	c->slot = take_slot(s);
	s->slot[c->slot] = c;
	s->n_clients++;
	stream_watch(stream)->owner = c;
	session_init(&c->session, &conf, loop_now(s->loop));
	c->opening = true;
	return c;
}

/* Goes on with what may be open already. */
static void
open_client(struct client *c)
{
	if (stream_drive(c->stream) == STREAM_OPEN)
		server_begin(c);
	server_set_timer(c);
}

void
server_accept(struct server *s)
{
	struct stream *stream;

	for (int i = 0; i < ACCEPT_MOST; i++) {
		stream = listener_accept(s->listener, s, s->kind);
		if (stream == NULL)
			return;
		if (s->n_clients >= s->conf.max_clients) {
			if (!s->full)
				warn("%zu connections: more are turned away",
				    s->n_clients);
			s->full = true;
			stream_close(stream);
			continue;
		}
		open_client(add_client(s, stream));
	}
	loop_again(listener_watch(s->listener));
}

const char *
server_peer(const struct client *c)
{
	return stream_peer(c->stream);
}

bool
server_certified(const struct client *c, const char *name)
{
	return stream_certified(c->stream, name);
}

/* Calls */

void
server_dial(struct server *s, const struct server_call *call)
{
	struct client *c = add_client(s, stream_dial(s->loop, &call->to, s,
	    s->kind));
	struct pdu pdu = {.type = PDU_outbind, .sequence_number = 1,
	    .system_id = call->system_id, .password = call->password};
	size_t room = PDU_HEADER + call->system_id.n + call->password.n + 2;
	struct wr w = wr_init(buf_reserve(&c->outbind, room), room);
	struct pdu_error error;

	c->called = call->tag;
	pdu_encode(&w, &pdu, &error);
	c->outbind.len = w.len;
	open_client(c);
	if (stream_drive(c->stream) == STREAM_FAILED) {
		session_drop(&c->session, stream_error(c->stream));
		server_make_ready(c);
	}
}

void
server_note_end(struct client *c, const char *why)
{
	struct server *s = c->server;
	struct hung_up *h;

	if (c->called == 0)
		return;
	s->hung_up = mem_resize(s->hung_up,
	    (s->n_hung_up + 1) * sizeof(*s->hung_up));
	h = &s->hung_up[s->n_hung_up++];
	*h = (struct hung_up){.tag = c->called};
	if (c->end != SESSION_END_UNBOUND && c->end != SESSION_END_PEER_UNBIND)
		buf_add_str(&h->why, why);
}

uint64_t
server_hung_up(struct server *s, const char **why)
{
	struct hung_up h;

	if (s->n_hung_up == 0)
		return 0;
	h = s->hung_up[--s->n_hung_up];
	buf_free(&s->told);
	s->told = h.why;
	*why = h.why.len > 0 ? buf_cstr(&s->told) : NULL;
	return h.tag;
}

uint64_t
server_deadline(const struct server *s)
{
	const struct heap_entry *e = heap_first(&s->heap);

	if (s->paused)
		return UINT64_MAX;
	if (s->first_ready != NULL)
		return 0;
	return e != NULL ? e->due : UINT64_MAX;
}

void
server_pause(struct server *s, bool pause)
{
	s->paused = pause;
}

void
server_stop(struct server *s)
{
	listener_close(s->listener);
	s->listener = NULL;
	for (size_t i = 0; i < s->n_slots; i++) {
		struct client *c = s->slot[i];

		if (c == NULL || c->closing)
			continue;
		if (c->stalled_until > 0)
			session_drop(&c->session, "it was not read any more");
		session_unbind(&c->session, loop_now(s->loop));
		server_make_ready(c);
	}
}

struct client_ref
server_ref(const struct client *c)
{
	return (struct client_ref){c->slot, c->serial};
}

struct client *
server_find(const struct server *s, struct client_ref ref)
{
	struct client *c = s->slot[ref.slot];

	return c != NULL && c->serial == ref.serial ? c : NULL;
}

void
server_free(struct server *s)
{
	if (s == NULL)
		return;
	listener_close(s->listener);
	for (size_t i = 0; i < s->n_slots; i++)
		if (s->slot[i] != NULL)
			client_free(s->slot[i]);
	free(s->slot);
	free(s->unused);
	for (size_t i = 0; i < s->n_hung_up; i++)
		buf_free(&s->hung_up[i].why);
	free(s->hung_up);
	buf_free(&s->told);
	heap_free(&s->heap);
	buf_free(&s->address);
	free(s);
}
