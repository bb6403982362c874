/* SPDX-License-Identifier: ISC */
/* Which binds an SMSC takes: connection, kinds, versions, how many. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/probe.h"
#include "sys/clock.h"
#include "sys/diag.h"

static const char *const kinds[] = {
	[LINK_TX] = "bind_transmitter",
	[LINK_RX] = "bind_receiver",
	[LINK_TRX] = "bind_transceiver",
};

enum probe_result
probe_connect(struct probe *p)
{
	const struct link_peer *peer = &p->c->connopt->link.peer[0];
	struct stream_conf conf = {
		.host = peer->host,
		.port = peer->port,
		.tls = peer->tls,
		.servername = peer->servername,
		.local_address = p->c->link_conf.local_address,
		.connect_ms = p->c->link_conf.bind_ms,
	};
	uint64_t start = clock_us();
	struct stream *s = stream_dial(p->c->loop, &conf, NULL, 0);
	enum stream_state state;

	while ((state = stream_drive(s)) == STREAM_CONNECTING &&
	    !probe_stopped(p))
		ctl_pass(p->c, stream_deadline(s));
	if (state == STREAM_OPEN) {
		buf_addf(&p->detail, "%s%s, ", stream_peer(s),
		    peer->tls != NULL ? ", TLS" : "");
		probe_add_ms(&p->detail, clock_us() - start);
	} else if (state == STREAM_FAILED) {
		warn("%s", stream_error(s));
		buf_add_str(&p->detail, stream_error(s));
		p->c->status = exit_worse(p->c->status, EX_UNAVAILABLE);
	}
	stream_close(s);
	return state == STREAM_OPEN ? PROBE_YES : PROBE_NO;
}

/* Tries all kinds of bind with a version; whether there is one it takes. */
static bool
try_kinds(struct probe *p, uint8_t version)
{
	static const enum link_bind order[] = {LINK_TX, LINK_TRX, LINK_RX};
	bool any = false;

	for (size_t i = 0; i < 3 && !probe_stopped(p); i++) {
		enum link_bind bind = order[i];
		bool good;

		if (bind == LINK_RX && !p->c->conf->intrusive) {
			buf_add_str(&p->detail, "--intrusive tries it");
			probe_record(p, kinds[bind], PROBE_SKIPPED);
			continue;
		}
		good = probe_bind(p, bind, version, NULL);
		probe_record(p, kinds[bind], good ? PROBE_YES : PROBE_NO);
		probe_unbind(p);
		p->bound[bind] = good;
		/* what carries requests comes first */
		if (good && !any)
			p->bind = bind;
		any |= good;
	}
	return any;
}

static void
try_versions(struct probe *p)
{
	static const uint8_t versions[] = {0x50, 0x34, 0x33};
	char feature[16];

	for (size_t i = 0; i < 3 && !probe_stopped(p); i++) {
		bool good = probe_bind(p, p->bind, versions[i], NULL);

		snprintf(feature, sizeof(feature), "version_%u.%u",
		    versions[i] >> 4u, versions[i] & 15u);
		probe_record(p, feature, good ? PROBE_YES : PROBE_NO);
		probe_unbind(p);
	}
}

static void
fail(struct probe *p)
{
	warn("%s", buf_cstr(&p->why));
	p->c->status = exit_worse(p->c->status, p->status);
}

void
probe_binds(struct probe *p)
{
	uint8_t version = p->c->connopt->link.version;

	p->version = version;
	p->binds = try_kinds(p, version);
	/* an SMSC that knows no 5.0 may refuse it */
	if (!p->binds && version == 0x50 && p->status == EX_NOPERM &&
	    !probe_stopped(p)) {
		p->version = 0x34;
		p->binds = try_kinds(p, 0x34);
	}
	if (p->binds)
		try_versions(p);
	else if (!probe_stopped(p))
		fail(p);
	/* receipts come to a transceiver */
	if (p->bound[LINK_TRX] && p->c->conf->n_to > 0)
		p->bind = LINK_TRX;
}

enum probe_result
probe_password(struct probe *p)
{
	const char *right = p->c->connopt->link.peer[0].password;
	bool good;

	good = probe_bind(p, p->bind, p->version,
	    strcmp(right, "wrong") == 0 ? "wr0ng" : "wrong");
	probe_unbind(p);
	if (!good)
		return p->status == EX_NOPERM ? PROBE_YES : PROBE_UNKNOWN;
	buf_clear(&p->detail);
	buf_add_str(&p->detail, "a wrong password binds, too");
	return PROBE_NO;
}

enum probe_result
probe_further_binds(struct probe *p)
{
	enum { MOST = 4 };
	struct link *kept[MOST] = {0};
	size_t n = 0, i;

	while (n < MOST && !probe_stopped(p) &&
	    probe_bind(p, p->bind, p->version, NULL)) {
		kept[n++] = p->c->link;
		p->c->link = NULL;
		buf_clear(&p->detail);
	}
	if (n < MOST && n > 0)
		buf_addf(&p->detail, " after %zu at a time", n);
	else if (n == MOST)
		buf_addf(&p->detail, "%zu at a time", n);
	for (i = 0; i < n; i++) {
		ctl_drop(p->c, p->c->link);
		p->c->link = kept[i];
		p->up = true;
		p->over = false;
		probe_unbind(p);
	}
	return n > 1 ? PROBE_YES : PROBE_NO;
}

enum probe_result
probe_unbinding(struct probe *p)
{
	bool answered;

	if (!probe_ready(p))
		return PROBE_UNKNOWN;
	probe_unbind(p);
	probe_add_ms(&p->detail, p->us);
	/* "HOST:PORT: unbound" */
	answered = p->why.len > 7 &&
	    strcmp(buf_cstr(&p->why) + p->why.len - 7, "unbound") == 0;
	if (!answered)
		buf_add_str(&p->detail, ", without unbind_resp");
	return answered ? PROBE_YES : PROBE_NO;
}
