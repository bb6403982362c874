/* SPDX-License-Identifier: ISC */
/* smpp-ctl probe: what an SMSC can do, feature by feature, as records. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/exit.h"
#include "app/probe.h"
#include "sys/diag.h"

enum { PATIENCE_MS = 10 * 1000 };

/* Features that are asked over one link, in order. */
static const struct feature {
	const char *name;
	enum probe_result (*find)(struct probe *);
	bool intrusive;
	bool own_links;   /* it makes its own */
} features[] = {
	{"password", probe_password, true, true},
	{"parallel_binds", probe_further_binds, true, true},
	{"enquire_link", probe_enquire, false, false},
	{"query_sm", probe_query, false, false},
	{"cancel_sm", probe_cancel, false, false},
	{"replace_sm", probe_replace, false, false},
	{"query_broadcast_sm", probe_query_broadcast, false, false},
	{"cancel_broadcast_sm", probe_cancel_broadcast, false, false},
	{"unknown_command", probe_unknown_command, false, false},
	{"unknown_tlv", probe_vendor_tlv, false, false},
	{"window_10", probe_window_10, false, false},
	{"window_100", probe_window_100, true, false},
	{NULL, NULL, false, false},   /* messages go here */
	{"keepalive", probe_keepalive, false, false},
	{"unbind", probe_unbinding, false, false},
};

void
probe_add_ms(struct buf *b, uint64_t us)
{
	buf_addf(b, "%llu.%03llu ms", (unsigned long long)us / 1000,
	    (unsigned long long)us % 1000);
}

void
probe_record(struct probe *p, const char *feature, enum probe_result result)
{
	static const char *const words[] = {"yes", "no", "unknown", "skipped"};
	struct value row[PROBE_COLUMNS] = {0};

	/* what a signal cut off says nothing */
	if (!probe_stopped(p)) {
		row[PROBE_feature] = value_text(span_str(feature));
		row[PROBE_result] = value_text(span_str(words[result]));
		row[PROBE_detail] = value_text(buf_span(&p->detail));
		record_write(&p->c->out.buf, &p->c->conf->format, row);
		out_flush(&p->c->out);
	}
	buf_clear(&p->detail);
}

static void
find(struct probe *p, const struct feature *f)
{
	if (f->name == NULL) {
		probe_messages(p);
	} else if (f->intrusive && !p->c->conf->intrusive) {
		buf_add_str(&p->detail, "--intrusive tries it");
		probe_record(p, f->name, PROBE_SKIPPED);
	} else if (!f->own_links && !probe_ready(p)) {
		buf_add_str(&p->detail, "the SMSC binds no more: ");
		buf_add_span(&p->detail, buf_span(&p->why));
		probe_record(p, f->name, PROBE_UNKNOWN);
		p->c->status = exit_worse(p->c->status, p->status);
	} else {
		probe_record(p, f->name, f->find(p));
	}
}

int
ctl_probe(struct ctl *c)
{
	struct probe p = {.c = c};
	enum probe_result connected;

	c->link_conf.enquire_link_ms = 0;
	/* silence is an answer, too */
	if (!c->conf->patient)
		c->link_conf.bind_ms = c->link_conf.response_ms = PATIENCE_MS;
	c->link_conf.reconnect_ms = 0;
	c->link_conf.connect_retries = 0;
	c->link_conf.exact = true;
	c->link_conf.tell_enquiries = c->link_conf.tell_warnings = true;
	connected = probe_connect(&p);
	probe_record(&p, "connect", connected);
	if (connected == PROBE_YES)
		probe_binds(&p);
	for (size_t i = 0; p.binds && !probe_stopped(&p) &&
	    i < sizeof(features) / sizeof(*features); i++)
		find(&p, &features[i]);
	probe_unbind(&p);
	if (c->signals > 0) {
		warn("interrupted");
		c->status = exit_worse(c->status, EX_TEMPFAIL);
	}
	buf_free(&p.why);
	buf_free(&p.wide);
	buf_free(&p.state);
	buf_free(&p.receipt_id);
	buf_free(&p.detail);
	return c->status;
}
