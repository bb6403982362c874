/* SPDX-License-Identifier: ISC */
/* The loop, the link and the output of smpp-ctl. */
#include "app/ctl.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "app/exit.h"
#include "sys/diag.h"

void
ctl_open(struct ctl *c, const struct ctlopt *conf, const struct config *config)
{
	c->conf = conf;
	c->connopt = connopt_new(config);
	c->link_conf = c->connopt->link;
	c->give_up_ms = UINT64_MAX;
	c->loop = loop_new();
	loop_signal(c->loop, SIGINT);
	loop_signal(c->loop, SIGTERM);
	loop_signal(c->loop, SIGHUP);
	loop_signal(c->loop, SIGUSR1);
	if (!out_open(&c->out, c->loop, conf->out))
		die(EX_CANTCREAT, "%s: %s", c->out.name, strerror(errno));
	if (conf->header)
		record_header(&c->out.buf, &conf->format);
	if (conf->others.path != NULL) {
		c->others = others_open(&conf->others, c->loop);
		if (c->others == NULL)
			die(EX_CANTCREAT, "%s: %s", conf->others.path,
			    strerror(errno));
		if (!conf->bind_given)
			c->link_conf.bind = LINK_TRX;
	}
	c->trace = trace_new(&conf->trace);
}

void
ctl_connect(struct ctl *c, const char *name)
{
	ctl_drop(c, c->link);
	c->link = link_new(c->loop, &c->link_conf, 0, c->trace, name);
}

void
ctl_drop(struct ctl *c, struct link *link)
{
	if (c->others != NULL && link != NULL)
		others_forget(c->others, link);
	link_free(link);
}

/* After a rotation. */
static void
reopen(struct ctl *c)
{
	if (c->conf->out != NULL && !out_reopen(&c->out, c->conf->out))
		warn("%s: %s", c->conf->out, strerror(errno));
	if (c->others != NULL && !others_reopen(c->others))
		warn("%s: %s", c->conf->others.path, strerror(errno));
}

static void
take_signals(struct ctl *c)
{
	unsigned n = loop_signalled(c->loop, SIGINT) +
	    loop_signalled(c->loop, SIGTERM);

	c->asked |= loop_signalled(c->loop, SIGUSR1) > 0;
	if (loop_signalled(c->loop, SIGHUP) > 0) {
		if (c->conf->out == NULL && c->others == NULL)
			n++;
		reopen(c);
	}
	if (n == 0)
		return;
	c->signals += n;
	c->give_up_ms = c->signals > 1 ? 0 :
	    loop_now(c->loop) + c->connopt->grace_ms;
}

void
ctl_pass(struct ctl *c, uint64_t deadline)
{
	uint64_t t = c->link != NULL ? link_deadline(c->link) : UINT64_MAX;
	struct watch *w;

	deadline = t < deadline ? t : deadline;
	deadline = c->give_up_ms < deadline ? c->give_up_ms : deadline;
	loop_once(c->loop, deadline);
	while ((w = loop_ready(c->loop)) != NULL)
		if (w->owner != NULL)
			link_ready(w->owner);
	take_signals(c);
}

bool
ctl_next(struct ctl *c, struct link_event *ev)
{
	if (!link_next(c->link, ev))
		return false;
	if (c->others != NULL &&
	    (ev->type == LINK_EV_DOWN || ev->type == LINK_EV_END))
		others_forget(c->others, c->link);
	return true;
}

void
ctl_take_others(struct ctl *c, const struct event *ev)
{
	const struct pdu *pdu = &ev->pdu;
	bool message = pdu->type == PDU_deliver_sm || pdu->type == PDU_data_sm;

	if (c->others != NULL &&
	    (message || pdu->type == PDU_alert_notification) &&
	    others_take(c->others, c->link, pdu))
		return;
	if (ev->type == SESSION_EV_REQUEST)
		session_answer(link_session(c->link), pdu,
		    message ? ESME_RX_T_APPN : ESME_RINVCMDID);
	else if (c->others != NULL)
		warn("an alert_notification is lost: the file of --others "
		    "takes no records");
}

size_t
ctl_unanswered(const struct ctl *c)
{
	return c->others != NULL ? others_waiting(c->others) : 0;
}

/* Answers what is written by now. */
static void
flush_others(struct ctl *c)
{
	struct pdu request;
	struct link *l;
	uint32_t status;

	if (c->others == NULL)
		return;
	others_flush(c->others);
	while (others_answer(c->others, &l, &request, &status)) {
		session_answer(link_session(l), &request, status);
		if (l != c->link)
			link_flush(l);
	}
	if (c->deaf || others_error(c->others) == NULL)
		return;
	c->deaf = true;
	warn("%s; what it did not take is left to the SMSC",
	    others_error(c->others));
	c->status = exit_worse(c->status, EX_IOERR);
}

void
ctl_flush(struct ctl *c)
{
	out_flush(&c->out);
	flush_others(c);
	if (c->link != NULL)
		link_flush(c->link);
}

int
ctl_close(struct ctl *c)
{
	ctl_drop(c, c->link);
	if (!others_close(c->others, c->connopt->grace_ms) && !c->deaf) {
		warn("%s: not all was written", c->conf->others.path);
		c->status = exit_worse(c->status, EX_IOERR);
	}
	if (!out_close(&c->out, c->connopt->grace_ms)) {
		warn("%s: %s", c->out.name, strerror(c->out.err));
		c->status = exit_worse(c->status, EX_IOERR);
	}
	if (!trace_free(c->trace))
		c->status = exit_worse(c->status, EX_IOERR);
	loop_free(c->loop);
	connopt_free(c->connopt);
	return c->status;
}
