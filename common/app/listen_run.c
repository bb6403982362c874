/* SPDX-License-Identifier: ISC */
/*
 * The loop of smpp-listen. A pass is one group commit: read, print, write,
 * then answer all that was written. The first bind goes alone, so that a wrong
 * password is tried once; the others follow when it has worked.
 */
#include "app/listen_run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "app/connopt.h"
#include "app/exit.h"
#include "app/listen_store.h"
#include "app/password.h"
#include "base/mem.h"
#include "store/folder.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_LINK = 1, KIND_OUT, KIND_EXEC, KIND_CALLS };

enum phase {
	RUNNING,
	STOPPING,   /* the output takes what is left, then */
	UNBINDING,
};

/* One bind. */
struct bind {
	struct link_conf conf;
	struct link *link;
	char *name;       /* of its link, once it was up */
	bool over;
};

struct run {
	const struct listenopt *conf;
	const struct connopt *connopt;
	struct loop *loop;
	struct trace *trace;
	struct password password;     /* for outbind */
	struct calls_conf calls_conf;
	struct tls *tls;
	struct calls *calls;          /* NULL without --outbind */
	struct out out;               /* without --exec */
	struct exec *exec;
	struct part_store *store;     /* NULL with --no-join */
	struct assembly *assembly;
	struct receiver *receiver;
	struct bind *bind;
	size_t n_binds;               /* begun */
	enum phase phase;
	uint64_t over_at;             /* --for */
	uint64_t stop_by;             /* UINT64_MAX while running */
	unsigned signals;
	bool ended;
	int status;
};

/* Links */

static void
add_bind(struct run *r)
{
	struct bind *b = &r->bind[r->n_binds++];

	b->conf = r->connopt->link;
	b->conf.calls = r->calls;
	b->conf.further = b != r->bind;
	if (b->conf.further)
		link_share(r->bind->link, &b->conf);
	b->link = link_new(r->loop, &b->conf, KIND_LINK, r->trace, "");
}

static size_t
count_up(const struct run *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_binds; i++)
		n += !r->bind[i].over && link_is_up(r->bind[i].link);
	return n;
}

static size_t
count_left(const struct run *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_binds; i++)
		n += !r->bind[i].over;
	return n;
}

static void
take_up(struct run *r, struct bind *b)
{
	free(b->name);
	b->name = link_name(b->link);
	if (r->conf->binds > 1)
		note("bound to %s, %zu of %zu", b->name, count_up(r),
		    r->conf->binds);
	else
		note("bound to %s", b->name);
	while (r->phase == RUNNING && r->n_binds < r->conf->binds)
		add_bind(r);
}

static void
stop(struct run *r)
{
	receiver_stop(r->receiver);
	if (r->phase != RUNNING)
		return;
	r->phase = STOPPING;
	r->stop_by = loop_now(r->loop) + r->connopt->grace_ms;
}

/* The end of one bind is the end of all where it is the last. */
static void
take_end(struct run *r, struct bind *b, const struct link_event *ev)
{
	b->over = true;
	/* on the way out it does not matter how a link ends */
	if (ev->status != EX_OK && r->phase == RUNNING) {
		warn("%s", ev->why);
		if (count_left(r) == 0)
			r->status = exit_worse(r->status, ev->status);
	}
	if (count_left(r) == 0)
		stop(r);
}

static void
take_events(struct run *r)
{
	struct link_event ev;

	for (size_t i = 0; i < r->n_binds; i++) {
		struct bind *b = &r->bind[i];

		while (!b->over && link_next(b->link, &ev)) {
			if (ev.type == LINK_EV_UP)
				take_up(r, b);
			receiver_event(r->receiver, b->link, b->name, &ev);
			if (ev.type == LINK_EV_END)
				take_end(r, b, &ev);
		}
	}
}

static void
flush_links(struct run *r)
{
	for (size_t i = 0; i < r->n_binds; i++)
		if (!r->bind[i].over)
			link_flush(r->bind[i].link);
}

/* Output */

/* The names of the columns, unless they stand in the file already. */
static void
print_header(struct run *r)
{
	struct stat st;

	if (!r->conf->header || (fstat(r->out.fd, &st) == 0 &&
	    S_ISREG(st.st_mode) && r->conf->out != NULL && st.st_size > 0))
		return;
	record_header(&r->out.buf, &r->conf->receiver.format);
}

/* With --sync the name of the file has to last, too. */
static void
sync_name(const struct run *r)
{
	const char *path = r->conf->out, *slash = strrchr(path, '/');
	char *folder;

	if (!r->conf->receiver.sync)
		return;
	folder = slash == NULL ? mem_strdup(".") :
	    mem_strndup(path, (size_t)(slash - path) + 1);
	if (!folder_sync(folder))
		note("%s: %s", folder, strerror(errno));
	free(folder);
}

static void
open_out(struct run *r)
{
	const char *path = r->conf->out;

	if (r->conf->exec.command != NULL) {
		loop_signal(r->loop, SIGCHLD);
		r->exec = exec_new(r->loop, &r->conf->exec, KIND_EXEC);
		return;
	}
	if (!(path == NULL ? out_open(&r->out, r->loop, NULL) :
	    out_append(&r->out, r->loop, path)))
		die(EX_CANTCREAT, "%s: %s", r->out.name, strerror(errno));
	r->out.watch.kind = KIND_OUT;
	if (r->out.torn > 0)
		warn("%s: ends with %zu octets of a record that was not "
		    "finished; they are cut off", r->out.name, r->out.torn);
	if (path != NULL)
		sync_name(r);
	out_mind_reader(&r->out);
	print_header(r);
}

static void
reopen(struct run *r)
{
	receiver_work(r->receiver);
	if (receiver_gave_up(r->receiver))
		return;
	if (!out_reopen(&r->out, r->conf->out))
		warn("%s: %s; the old file is kept", r->conf->out,
		    strerror(errno));
	else {
		sync_name(r);
		out_mind_reader(&r->out);
		if (out_pending(&r->out) == 0)
			print_header(r);
	}
}

static void
close_out(struct run *r)
{
	bool broken = receiver_gave_up(r->receiver);

	if (r->exec != NULL)
		return;
	/* what was refused will come again: it is not printed as well */
	if (broken)
		r->out.buf.len -= out_pending(&r->out);
	if (out_close(&r->out, r->connopt->grace_ms) || broken)
		return;
	warn("%s: %s", r->out.name, strerror(r->out.err));
	r->status = exit_worse(r->status, EX_IOERR);
}

/* Where parts of long messages wait. */
static void
open_store(struct run *r)
{
	if (r->conf->no_join)
		return;
	r->store = listen_store_open(r->conf->part_store,
	    &r->connopt->link.peer[0]);
	r->assembly = assembly_new(r->store, &r->conf->join,
	    &r->conf->receiver.delivery, clock_now(), loop_now(r->loop));
}

/* Signals, time and the end */

static void
tell_progress(struct run *r)
{
	struct receiver_counts n = receiver_counts(r->receiver);
	size_t up = count_up(r);
	struct buf b = {0};

	if (r->conf->binds > 1)
		buf_addf(&b, "%zu of %zu bound", up, r->conf->binds);
	else
		buf_add_str(&b, up > 0 ? "bound" : "not bound");
	buf_addf(&b, ", %llu records, %zu unacknowledged, %llu refused",
	    (unsigned long long)n.records, n.waiting,
	    (unsigned long long)n.refused);
	if (n.failed > 0)
		buf_addf(&b, ", %llu dropped by their commands",
		    (unsigned long long)n.failed);
	if (n.repeated > 0)
		buf_addf(&b, ", %llu parts came twice",
		    (unsigned long long)n.repeated);
	warn("%s", buf_cstr(&b));
	buf_free(&b);
}

static void
take_signals(struct run *r)
{
	unsigned end = loop_signalled(r->loop, SIGINT) +
	    loop_signalled(r->loop, SIGTERM);

	if (loop_signalled(r->loop, SIGHUP) > 0) {
		if (r->conf->out != NULL)
			reopen(r);
		else
			end++;
	}
	if (loop_signalled(r->loop, SIGUSR1) > 0)
		tell_progress(r);
	if (end == 0)
		return;
	r->signals += end;
	stop(r);
	if (r->signals > 1)
		r->stop_by = loop_now(r->loop);
}

static void
look_at_time(struct run *r)
{
	if (r->phase != RUNNING || loop_now(r->loop) < r->over_at)
		return;
	if (r->conf->counted)
		r->status = exit_worse(r->status, EX_TEMPFAIL);
	stop(r);
}

/* The output is waited for no longer. */
static void
give_up(struct run *r)
{
	if (r->phase == STOPPING && !receiver_gave_up(r->receiver)) {
		warn("%s does not take the last %zu records; they are left to "
		    "the SMSC", r->exec != NULL ? "--exec" : r->out.name,
		    receiver_counts(r->receiver).waiting);
		if (r->signals == 0)
			r->status = exit_worse(r->status, EX_TEMPFAIL);
	}
	receiver_give_up(r->receiver);
	for (size_t i = 0; i < r->n_binds; i++) {
		if (r->bind[i].over)
			continue;
		link_flush(r->bind[i].link);
		link_leave(r->bind[i].link);
	}
	r->ended = true;
}

/* What is to be done towards the end. */
static void
move_on(struct run *r)
{
	if (r->phase == RUNNING && receiver_has_stopped(r->receiver))
		stop(r);
	if (r->phase == STOPPING && receiver_is_idle(r->receiver)) {
		r->phase = UNBINDING;
		for (size_t i = 0; i < r->n_binds; i++)
			if (!r->bind[i].over)
				link_unbind(r->bind[i].link);
	}
	r->ended = r->phase == UNBINDING && count_left(r) == 0;
	if (!r->ended && loop_now(r->loop) >= r->stop_by)
		give_up(r);
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When something is to be done though nothing arrives. */
static uint64_t
deadline(const struct run *r)
{
	uint64_t by = earlier(r->stop_by, receiver_deadline(r->receiver));

	if (r->phase == RUNNING)
		by = earlier(by, r->over_at);
	if (r->calls != NULL)
		by = earlier(by, calls_deadline(r->calls));
	for (size_t i = 0; i < r->n_binds; i++)
		if (!r->bind[i].over)
			by = earlier(by, link_deadline(r->bind[i].link));
	return by;
}

static void
pass(struct run *r)
{
	struct watch *w;

	loop_once(r->loop, deadline(r));
	take_signals(r);
	look_at_time(r);
	while ((w = loop_ready(r->loop)) != NULL)
		if (w->kind == KIND_LINK)
			link_ready(w->owner);
		else if (w->kind == KIND_OUT)
			out_look(&r->out);
		else if (w->kind == KIND_CALLS)
			calls_ready(r->calls, w);
		else if (w->kind == KIND_EXEC)
			exec_ready(r->exec, w);
	if (r->calls != NULL)
		calls_work(r->calls);
	take_events(r);
	receiver_work(r->receiver);
	move_on(r);
	flush_links(r);
}

/* The SMSC calls: under TLS where the URL says so. */
static void
open_calls(struct run *r, const struct config *config)
{
	const struct setting *file, *cert, *key;
	struct tls_conf tls = {0};
	const char *error;

	r->calls_conf = r->conf->calls;
	if (r->calls_conf.address == NULL)
		return;
	password_init(&r->password, config);
	file = config_get(config, OPT_OUTBIND_PASSWORD_FILE);
	if (file != NULL)
		r->calls_conf.password = password_from_file(&r->password,
		    file);
	if (r->connopt->link.peer[0].tls != NULL) {
		cert = config_get(config, OPT_TLS_CERT);
		key = config_get(config, OPT_TLS_KEY);
		if (cert == NULL)
			die(EX_USAGE, "--outbind under TLS needs --tls-cert");
		tls.cert = cert->value;
		tls.key = key != NULL ? key->value : NULL;
		r->tls = tls_server(&tls, &error);
		if (r->tls == NULL)
			die(EX_CONFIG, "TLS: %s", error);
		r->calls_conf.tls = r->tls;
	}
	r->calls = calls_open(r->loop, &r->calls_conf, &r->connopt->link,
	    KIND_CALLS, r->trace, &error);
	if (r->calls == NULL)
		die(EX_UNAVAILABLE, "%s: %s", r->calls_conf.address, error);
	warn("listening on %s", calls_address(r->calls));
	if (file == NULL)
		warn("whoever calls gets the password of %s: "
		    "--outbind-password-file tells the SMSC from others",
		    r->connopt->link.peer[0].system_id);
}

static void
begin(struct run *r, const struct config *config)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

	r->loop = loop_new();
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		loop_signal(r->loop, signals[i]);
	r->trace = trace_new(&r->conf->trace);
	open_calls(r, config);
	open_out(r);
	open_store(r);
	r->receiver = receiver_new(&r->conf->receiver, r->loop,
	    r->exec == NULL ? &r->out : NULL, r->assembly, r->exec);
	if (r->conf->for_ms < UINT64_MAX)
		r->over_at = loop_now(r->loop) + r->conf->for_ms;
	r->bind = mem_array(r->conf->binds, sizeof(*r->bind));
	add_bind(r);
}

int
listen_run(const struct listenopt *conf, const struct config *config)
{
	struct connopt *connopt = connopt_new(config);
	struct run r = {.conf = conf, .connopt = connopt,
	    .stop_by = UINT64_MAX, .over_at = UINT64_MAX};

	begin(&r, config);
	while (!r.ended)
		pass(&r);
	close_out(&r);
	r.status = exit_worse(r.status, receiver_status(r.receiver));
	if (r.signals == 0 && receiver_counts(r.receiver).failed > 0)
		r.status = exit_worse(r.status, EXIT_SOME_FAILED);
	receiver_free(r.receiver);
	exec_free(r.exec);
	assembly_free(r.assembly);
	listen_store_close(r.store);
	for (size_t i = 0; i < r.n_binds; i++) {
		link_free(r.bind[i].link);
		free(r.bind[i].name);
	}
	free(r.bind);
	calls_free(r.calls);
	tls_free(r.tls);
	password_free(&r.password);
	if (!trace_free(r.trace))
		r.status = exit_worse(r.status, EX_IOERR);
	loop_free(r.loop);
	connopt_free(connopt);
	return r.status;
}
