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
	c->trace = trace_new(&conf->trace);
}

void
ctl_connect(struct ctl *c, const char *name)
{
	link_free(c->link);
	c->link = link_new(c->loop, &c->link_conf, 0, c->trace, name);
}

static void
take_signals(struct ctl *c)
{
	unsigned n = loop_signalled(c->loop, SIGINT) +
	    loop_signalled(c->loop, SIGTERM);

	c->asked |= loop_signalled(c->loop, SIGUSR1) > 0;
	if (loop_signalled(c->loop, SIGHUP) > 0) {
		if (c->conf->out == NULL)
			n++;
		else if (!out_reopen(&c->out, c->conf->out))
			warn("%s: %s", c->conf->out, strerror(errno));
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

void
ctl_flush(struct ctl *c)
{
	out_flush(&c->out);
	if (c->link != NULL)
		link_flush(c->link);
}

void
ctl_give_back(struct ctl *c, const struct pdu *pdu)
{
	session_answer(link_session(c->link), pdu,
	    pdu->type == PDU_deliver_sm || pdu->type == PDU_data_sm ?
	    ESME_RX_T_APPN : ESME_RINVCMDID);
}

int
ctl_close(struct ctl *c)
{
	link_free(c->link);
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
