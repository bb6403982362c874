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

#include "app/assembly.h"
#include "app/connopt.h"
#include "app/delivery.h"
#include "app/exit.h"
#include "app/unacked.h"
#include "base/mem.h"
#include "io/out.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_LINK = 1, KIND_OUT };

enum {
	UNACKED_MOST = 1000000,       /* of --max-unacked */
	BEHIND_MOST = 64 << 20,       /* octets that the output has not taken */
	WRITE_SIZE = 64 << 10,        /* octets of records before a write */
	JOIN_OCTETS = 16 << 20,       /* of parts that wait for others */
};

struct conf {
	struct trace_conf trace;
	struct delivery_conf delivery;
	struct record_format format;
	const char *out, *columns;
	const char *part_store;       /* NULL: the usual folder */
	struct join_conf join;
	bool header, json, sync, no_join;
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
	struct part_store *store;     /* NULL with --no-join */
	char *folder;                 /* of the store */
	struct assembly *assembly;
	struct unacked stored;        /* parts, by the position of the store */
	enum phase phase;
	uint64_t synced;              /* octets of the output, with --sync */
	uint64_t stop_by;             /* UINT64_MAX while running */
	uint64_t records, refused;
	bool ended, behind;
	bool broken;                  /* the output takes no more */
	bool store_full;              /* the last part could not be stored */
	unsigned signals;
	int status;
	char *name;                   /* of the link */
};

/* Options */

static const char *const alphabets[] = {"ascii", "gsm7", "gsm7-packed",
    "latin1", NULL};
static const char *const sets[] = {"ksc5601", "cp949", NULL};

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
			    &conf->delivery.reading.alphabet);
			break;
		case OPT_COLUMNS:
			conf->columns = s->value;
			break;
		case OPT_GUESS_UDH:
			conf->delivery.guess_udh = true;
			break;
		case OPT_HEADER:
			conf->header = true;
			break;
		case OPT_JOIN_TIMEOUT:
			conf->join.timeout_ms = setting_time(s);
			break;
		case OPT_JSON:
			conf->json = true;
			break;
		case OPT_KSC:
			conf->delivery.reading.cp949 =
			    setting_word(s, sets) == 1;
			break;
		case OPT_LISTEN_COUNT:
			conf->count = setting_number(s, 1, UINT64_MAX - 1);
			break;
		case OPT_LISTEN_FOR:
			conf->for_ms = setting_time(s);
			break;
		case OPT_MASK:
			conf->trace.mask = true;
			break;
		case OPT_MAX_UNACKED:
			conf->max_unacked = (size_t)setting_number(s, 1,
			    UNACKED_MOST);
			break;
		case OPT_NO_JOIN:
			conf->no_join = true;
			break;
		case OPT_OUT:
			conf->out = s->value;
			break;
		case OPT_PART_STORE:
			conf->part_store = s->value;
			break;
		case OPT_PCAP:
			conf->trace.pcap = s->value;
			break;
		case OPT_SYNC:
			conf->sync = true;
			break;
		case OPT_UCS2_LE:
			conf->delivery.reading.ucs2_le = true;
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
	struct conf conf = {.count = UINT64_MAX, .for_ms = UINT64_MAX,
	    .join.max_octets = JOIN_OCTETS};
	struct span bad;

	if (config->n_operands > 0)
		die(EX_USAGE, "%s: unexpected argument; smpp-listen takes "
		    "options only", config->operand[0]);
	options_read(&conf, config);
	if (!record_format_init(&conf.format, &schema_delivery, conf.json,
	    conf.columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    &schema_delivery, bad);
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

	while (unacked_take(&l->unacked, UINT64_MAX, &request) ||
	    unacked_take(&l->stored, UINT64_MAX, &request)) {
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

static void
warn_store(const struct listen *l, const char *what)
{
	warn("%s: %s; %s", l->folder, strerror(errno), what);
}

/* Answers parts of messages that are safe in their store, and takes out of it
 * those whose row is safe in the output. */
static void
commit_parts(struct listen *l, uint64_t taken)
{
	struct pdu request;
	uint64_t safe;

	if (l->store == NULL)
		return;
	if (l->conf->sync && !part_store_sync(l->store)) {
		warn_store(l, "parts of messages are left to the SMSC");
		l->status = exit_worse(l->status, EX_IOERR);
		stop(l);
		refuse_all(l);
	}
	safe = l->conf->sync ? part_store_synced(l->store) :
	    part_store_position(l->store);
	while (unacked_take(&l->stored, safe, &request))
		session_answer(link_session(l->link), &request, ESME_ROK);
	if (!assembly_taken(l->assembly, taken) && !l->store_full) {
		l->store_full = true;
		warn_store(l, "messages may be printed again after a restart");
	}
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
	commit_parts(l, taken);
	if (!good)
		output_failed(l);
}

/* Records */

/* Whether a record may be added to those that the output has not taken. */
static bool
has_room(struct listen *l)
{
	if (out_pending(&l->out) >= WRITE_SIZE ||
	    unacked_full(&l->unacked) || unacked_full(&l->stored))
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
print_row(struct listen *l, const struct value row[])
{
	record_write(&l->out.buf, &l->conf->format, row);
	if (++l->records == l->conf->count)
		stop(l);
}

static void
print(struct listen *l, const struct pdu *pdu)
{
	struct value row[DELIVERY_COLUMNS];

	delivery_row(&l->delivery, &l->conf->delivery, pdu, clock_now(),
	    l->name, row);
	print_row(l, row);
}

/* Whether messages that were joined may be printed; they can wait. */
static bool
may_print_joined(const struct listen *l)
{
	return l->assembly != NULL && l->phase == RUNNING && !l->broken &&
	    out_pending(&l->out) < BEHIND_MOST;
}

static void
print_joined(struct listen *l)
{
	struct value row[DELIVERY_COLUMNS];

	while (may_print_joined(l) && assembly_next(l->assembly,
	    &l->delivery, loop_now(l->loop), row)) {
		print_row(l, row);
		assembly_printed(l->assembly, out_position(&l->out));
	}
}

static void
refuse(struct listen *l, const struct pdu *pdu)
{
	session_answer(link_session(l->link), pdu, ESME_RX_T_APPN);
	l->refused++;
}

/* Takes a part of a long message; false when the PDU is none. */
static bool
take_part(struct listen *l, const struct pdu *pdu)
{
	if (l->assembly == NULL)
		return false;
	switch (assembly_take(l->assembly, pdu, clock_now(), l->name,
	    loop_now(l->loop))) {
	case ASSEMBLY_ALONE:
		return false;
	case ASSEMBLY_FAILED:
		if (!l->store_full)
			warn_store(l, "parts of messages are refused for now");
		l->store_full = true;
		refuse(l, pdu);
		return true;
	case ASSEMBLY_STORED:
		break;
	}
	l->store_full = false;
	unacked_add(&l->stored, pdu, part_store_position(l->store));
	print_joined(l);
	return true;
}

static void
take_request(struct listen *l, const struct pdu *pdu)
{
	if (pdu->type != PDU_deliver_sm && pdu->type != PDU_data_sm) {
		session_answer(link_session(l->link), pdu, ESME_RINVCMDID);
		return;
	}
	if (l->phase != RUNNING || !has_room(l)) {
		refuse(l, pdu);
		return;
	}
	if (take_part(l, pdu))
		return;
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
		unacked_clear(&l->stored);
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
	    l->stored.n == 0 &&
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

/* When something is to be done though nothing arrives. */
static uint64_t
deadline(const struct listen *l, uint64_t over)
{
	uint64_t by = earlier(link_deadline(l->link), l->stop_by);

	if (l->phase == RUNNING)
		by = earlier(by, over);
	if (may_print_joined(l))
		by = earlier(by, assembly_deadline(l->assembly));
	return by;
}

static void
run(struct listen *l)
{
	uint64_t over = l->conf->for_ms == UINT64_MAX ? UINT64_MAX :
	    loop_now(l->loop) + l->conf->for_ms;
	struct link_event ev;
	struct watch *w;

	while (!l->ended) {
		loop_once(l->loop, deadline(l, over));
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
		print_joined(l);
		commit(l);
		move_on(l);
		while (!l->ended && link_next(l->link, &ev))
			take_event(l, &ev);
		link_flush(l->link);
	}
}

/* Where parts of long messages wait. */
static void
open_store(struct listen *l, const struct connopt *connopt)
{
	const struct link_peer *peer = &connopt->link.peer[0];
	struct buf why = {0};

	l->folder = l->conf->part_store != NULL ?
	    mem_strdup(l->conf->part_store) :
	    assembly_folder(peer->system_id, peer->host);
	if (l->folder == NULL)
		die(EX_CANTCREAT, "no home folder to keep parts of long "
		    "messages in; --part-store names one, --no-join needs "
		    "none");
	l->store = part_store_open(l->folder, &why);
	if (l->store == NULL)
		die(EX_CANTCREAT, "%s; parts of long messages are kept there: "
		    "--part-store names another folder, --no-join needs none",
		    buf_cstr(&why));
	if (why.len > 0)
		warn("%s", buf_cstr(&why));
	buf_free(&why);
	if (part_store_count(l->store) > 0)
		note("%s: goes on with %zu parts of long messages", l->folder,
		    part_store_count(l->store));
	l->assembly = assembly_new(l->store, &l->conf->join,
	    &l->conf->delivery, loop_now(l->loop));
}

static void
close_store(struct listen *l)
{
	if (l->store != NULL) {
		assembly_taken(l->assembly, l->conf->sync ? l->synced :
		    l->out.taken);
		if (part_store_count(l->store) > 0)
			note("%s: %zu parts of long messages wait for the "
			    "others", l->folder, part_store_count(l->store));
	}
	assembly_free(l->assembly);
	part_store_free(l->store);
	free(l->folder);
	unacked_free(&l->stored);
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
	unacked_init(&l.stored, conf.max_unacked);
	trace = trace_new(&conf.trace);
	if (!(conf.out == NULL ? out_open(&l.out, l.loop, NULL) :
	    out_append(&l.out, l.loop, conf.out)))
		die(EX_CANTCREAT, "%s: %s", l.out.name, strerror(errno));
	l.out.watch.kind = KIND_OUT;
	if (!conf.no_join)
		open_store(&l, connopt);
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
	close_store(&l);
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
