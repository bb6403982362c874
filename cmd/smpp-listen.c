/* SPDX-License-Identifier: ISC */
/*
 * smpp-listen: prints what an SMSC delivers, a record each, and answers only
 * when the output has taken the record. A pass of the loop is one group
 * commit: read, print, write, then answer all that was written.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "app/connopt.h"
#include "app/delivery.h"
#include "app/exit.h"
#include "app/unacked.h"
#include "io/out.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_LINK = 1, KIND_OUT };

enum {
	UNACKED_MOST = 1000000,       /* of --max-unacked */
	BEHIND_MOST = 64 << 20,       /* octets that the output has not taken */
	WRITE_SIZE = 64 << 10,        /* octets of records before a write */
};

struct conf {
	struct trace_conf trace;
	struct delivery_conf delivery;
	struct record_format format;
	const char *out, *columns;
	const struct setting *columns_by;
	bool header, json, sync;
	uint64_t count, for_ms;       /* UINT64_MAX: no limit */
	size_t max_unacked;
};

enum phase {
	RUNNING,
	STOPPING,   /* the output takes what is left, then */
	UNBINDING,
};

struct listen {
	const struct conf *conf;
	uint64_t grace_ms;
	struct loop *loop;
	struct link *link;
	struct out out;
	struct delivery delivery;
	struct unacked unacked;
	enum phase phase;
	uint64_t synced;              /* octets of the output, with --sync */
	uint64_t stop_by;             /* UINT64_MAX while running */
	uint64_t records, refused;
	bool ended, behind;
	bool broken;                  /* the output takes no more */
	unsigned signals;
	int status;
	char *name;                   /* of the link */
};

/* Options */

static const char *const alphabets[] = {"ascii", "gsm7", "gsm7-packed",
    "latin1", NULL};

static void
options_read(struct conf *conf, const struct config *config)
{
	size_t i;

	for (i = 0; i < config->n; i++) {
		const struct setting *s = &config->setting[i];

		switch (s->option) {
		case OPT_ALPHABET:
			setting_word(s, alphabets);
			encoding_by_name(span_str(s->value),
			    &conf->delivery.alphabet);
			break;
		case OPT_COLUMNS:
			conf->columns = s->value;
			conf->columns_by = s;
			break;
		case OPT_HEADER:
			conf->header = true;
			break;
		case OPT_JSON:
			conf->json = true;
			break;
		case OPT_LISTEN_COUNT:
			conf->count = setting_number(s, 1, UINT64_MAX - 1);
			break;
		case OPT_LISTEN_FOR:
			conf->for_ms = setting_time(s);
			break;
		case OPT_MAX_UNACKED:
			conf->max_unacked = (size_t)setting_number(s, 1,
			    UNACKED_MOST);
			break;
		case OPT_OUT:
			conf->out = s->value;
			break;
		case OPT_PCAP:
			conf->trace.pcap = s->value;
			break;
		case OPT_SYNC:
			conf->sync = true;
			break;
		case OPT_VERBOSE:
			conf->trace.verbose = atoi(s->value);
			break;
		case OPT_BIND:
			if (strcmp(s->value, "tx") == 0)
				setting_refuse(s, "a transmitter receives "
				    "nothing: rx or trx");
			break;
		default:
			break;
		}
	}
}

static struct conf
options_of(const struct config *config)
{
	struct conf conf = {.count = UINT64_MAX, .for_ms = UINT64_MAX};
	struct span bad;

	if (config->n_operands > 0)
		die(EX_USAGE, "%s: unexpected argument; smpp-listen takes "
		    "options only", config->operand[0]);
	options_read(&conf, config);
	if (!record_format_init(&conf.format, &schema_delivery, conf.json,
	    conf.columns, &bad))
		setting_refuse(conf.columns_by, "%.*s: no such column, or "
		    "twice", (int)bad.n, (const char *)bad.p);
	delivery_conf_columns(&conf.delivery, &conf.format);
	return conf;
}

/* Answers */

/* Answers all that waits for the output with a temporary error, so that the
 * SMSC delivers it again. */
static void
refuse_all(struct listen *l)
{
	struct pdu request;

	while (unacked_take(&l->unacked, UINT64_MAX, &request)) {
		session_answer(link_session(l->link), &request,
		    ESME_RX_T_APPN);
		l->refused++;
	}
}

static void
stop(struct listen *l)
{
	if (l->phase != RUNNING)
		return;
	l->phase = STOPPING;
	l->stop_by = loop_now(l->loop) + l->grace_ms;
}

static void
output_failed(struct listen *l)
{
	if (l->broken)
		return;
	l->broken = true;
	l->status = exit_worse(l->status, EX_IOERR);
	warn("%s: %s; what it did not take is left to the SMSC", l->out.name,
	    strerror(l->out.err));
	refuse_all(l);
	stop(l);
}

/* Writes records and answers those that were taken. */
static void
commit(struct listen *l)
{
	struct pdu request;
	uint64_t taken;
	bool good = l->broken || out_flush(&l->out);

	taken = l->out.taken;
	if (l->conf->sync && taken > l->synced && !l->broken) {
		if (out_sync(&l->out))
			l->synced = taken;
		else
			good = false;
	}
	if (l->conf->sync)
		taken = l->synced;
	while (unacked_take(&l->unacked, taken, &request))
		session_answer(link_session(l->link), &request, ESME_ROK);
	if (!good)
		output_failed(l);
}

/* Records */

/* Whether a record may be added to those that the output has not taken. */
static bool
has_room(struct listen *l)
{
	if (out_pending(&l->out) >= WRITE_SIZE || unacked_full(&l->unacked))
		commit(l);
	if (l->broken)
		return false;
	if (!unacked_full(&l->unacked) && out_pending(&l->out) < BEHIND_MOST) {
		l->behind = l->behind && l->unacked.n > l->unacked.max / 2;
		return true;
	}
	if (!l->behind)
		warn("%s does not take records: %zu wait (--max-unacked), "
		    "%zu octets; more are refused for now", l->out.name,
		    l->unacked.n, out_pending(&l->out));
	l->behind = true;
	return false;
}

static void
print(struct listen *l, const struct pdu *pdu)
{
	struct value row[DELIVERY_COLUMNS];

	delivery_row(&l->delivery, &l->conf->delivery, pdu, clock_now(),
	    l->name, row);
	record_write(&l->out.buf, &l->conf->format, row);
	if (++l->records == l->conf->count)
		stop(l);
}

static void
take_request(struct listen *l, const struct pdu *pdu)
{
	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm) {
		session_answer(link_session(l->link), pdu, ESME_RINVCMDID);
		return;
	}
	if (l->phase != RUNNING || !has_room(l)) {
		session_answer(link_session(l->link), pdu, ESME_RX_T_APPN);
		l->refused++;
		return;
	}
	print(l, pdu);
	unacked_add(&l->unacked, pdu, out_position(&l->out));
}

/* An alert has no answer that could be withheld. */
static void
take_notice(struct listen *l, const struct pdu *pdu)
{
	if (pdu->type != PDU_alert_notification)
		return;
	if (l->phase == RUNNING && has_room(l))
		print(l, pdu);
	else
		warn("an alert_notification is lost: %s",
		    l->phase == RUNNING ? "the output takes no records" :
		    "no more records are taken");
}

static void
take_event(struct listen *l, const struct link_event *ev)
{
	switch (ev->type) {
	case LINK_EV_UP:
		free(l->name);
		l->name = link_name(l->link);
		note("bound to %s", l->name);
		break;
	case LINK_EV_SESSION:
		if (ev->event.type == SESSION_EV_REQUEST)
			take_request(l, &ev->event.pdu);
		else if (ev->event.type == SESSION_EV_NOTICE)
			take_notice(l, &ev->event.pdu);
		break;
	case LINK_EV_DOWN:
		/* the SMSC delivers again what it got no answer to */
		unacked_clear(&l->unacked);
		break;
	case LINK_EV_LOST:
		break;
	case LINK_EV_END:
		/* on the way out it does not matter how the link ends */
		if (ev->status != EX_OK && l->phase == RUNNING) {
			warn("%s", ev->why);
			l->status = exit_worse(l->status, ev->status);
		}
		l->ended = true;
		break;
	}
}

/* Output */

/* The names of the columns, unless they stand in the file already. */
static void
print_header(struct listen *l)
{
	struct stat st;

	if (!l->conf->header || (fstat(l->out.fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && l->conf->out != NULL && st.st_size > 0))
		return;
	record_header(&l->out.buf, &l->conf->format);
}

static void
reopen(struct listen *l)
{
	commit(l);
	if (l->broken)
		return;
	if (!out_reopen(&l->out, l->conf->out))
		warn("%s: %s; the old file is kept", l->conf->out,
		    strerror(errno));
	else if (out_pending(&l->out) == 0)
		print_header(l);
}

/* Signals */

static void
take_signals(struct listen *l)
{
	unsigned end = loop_signalled(l->loop, SIGINT) +
	    loop_signalled(l->loop, SIGTERM);

	if (loop_signalled(l->loop, SIGHUP) > 0) {
		if (l->conf->out != NULL)
			reopen(l);
		else
			end++;
	}
	if (loop_signalled(l->loop, SIGUSR1) > 0)
		note("%s, %llu records, %zu unacknowledged, %llu refused",
		    link_is_up(l->link) ? "bound" : "not bound",
		    (unsigned long long)l->records, l->unacked.n,
		    (unsigned long long)l->refused);
	if (end == 0)
		return;
	l->signals += end;
	stop(l);
	if (l->signals > 1)
		l->stop_by = loop_now(l->loop);
}

/* What is to be done towards the end. */
static void
move_on(struct listen *l)
{
	uint64_t now = loop_now(l->loop);

	if (l->phase == STOPPING && l->unacked.n == 0 &&
	    (l->broken || out_pending(&l->out) == 0)) {
		l->phase = UNBINDING;
		link_unbind(l->link);
	}
	if (now < l->stop_by || l->ended)
		return;
	if (l->phase == STOPPING && !l->broken) {
		warn("%s does not take the last %zu octets of records; they "
		    "are left to the SMSC", l->out.name, out_pending(&l->out));
		if (l->signals == 0)
			l->status = exit_worse(l->status, EX_TEMPFAIL);
		l->broken = true;
	}
	refuse_all(l);
	link_flush(l->link);
	link_leave(l->link);
	l->ended = true;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void
run(struct listen *l)
{
	uint64_t over = l->conf->for_ms == UINT64_MAX ? UINT64_MAX :
	    loop_now(l->loop) + l->conf->for_ms;
	struct link_event ev;
	struct watch *w;

	while (!l->ended) {
		loop_once(l->loop, earlier(link_deadline(l->link), earlier(
		    l->stop_by, l->phase == RUNNING ? over : UINT64_MAX)));
		take_signals(l);
		if (l->phase == RUNNING && loop_now(l->loop) >= over) {
			if (l->conf->count != UINT64_MAX)
				l->status = exit_worse(l->status, EX_TEMPFAIL);
			stop(l);
		}
		while ((w = loop_ready(l->loop)) != NULL)
			if (w->kind == KIND_LINK)
				link_ready(w->owner);
		while (!l->ended && link_next(l->link, &ev))
			take_event(l, &ev);
		commit(l);
		move_on(l);
		while (!l->ended && link_next(l->link, &ev))
			take_event(l, &ev);
		link_flush(l->link);
	}
}

int
main(int argc, char **argv)
{
	static const struct program_default defaults[] = {{OPT_BIND, "rx"}};
	static const struct program program = {
		.name = "smpp-listen",
		.mask = FOR_LISTEN,
		.usage = "smpp-listen [OPTION...]",
		.example = "smpp-listen -p ops | awk -F'\\t' "
		    "'$2 == \"receipt\" { print $6, $7, $8 }'",
		.defaults = defaults,
		.n_defaults = sizeof(defaults) / sizeof(*defaults),
		.libraries = connopt_libraries,
	};
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
	struct listen l = {.stop_by = UINT64_MAX};
	struct config *config;
	struct connopt *connopt;
	struct trace *trace;
	struct conf conf;
	size_t i;

	diag_init(program.name);
	config = config_read(&program, argc, argv);
	conf = options_of(config);
	connopt = connopt_new(config);
	l.conf = &conf;
	l.grace_ms = connopt->grace_ms;
	l.loop = loop_new();
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		loop_signal(l.loop, signals[i]);
	unacked_init(&l.unacked, conf.max_unacked);
	trace = trace_new(&conf.trace);
	if (!(conf.out == NULL ? out_open(&l.out, l.loop, NULL) :
	    out_append(&l.out, l.loop, conf.out)))
		die(EX_CANTCREAT, "%s: %s", l.out.name, strerror(errno));
	l.out.watch.kind = KIND_OUT;
	print_header(&l);
	l.link = link_new(l.loop, &connopt->link, KIND_LINK, trace, "");

	run(&l);

	/* what was refused will come again: it is not printed as well */
	if (l.broken)
		l.out.buf.len -= out_pending(&l.out);
	if (!out_close(&l.out, l.grace_ms) && !l.broken) {
		warn("%s: %s", l.out.name, strerror(l.out.err));
		l.status = exit_worse(l.status, EX_IOERR);
	}
	link_free(l.link);
	if (!trace_free(trace))
		l.status = exit_worse(l.status, EX_IOERR);
	delivery_free(&l.delivery);
	unacked_free(&l.unacked);
	free(l.name);
	loop_free(l.loop);
	connopt_free(connopt);
	config_free(config);
	return l.status;
}
