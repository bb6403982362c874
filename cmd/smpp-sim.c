/* SPDX-License-Identifier: ISC */
/*
 * smpp-sim: an SMSC to test against. It listens, prints what it gets, sends
 * receipts and messages; or runs a command against itself and ends with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/connopt.h"
#include "app/dialect.h"
#include "app/exit.h"
#include "app/lint.h"
#include "app/sim.h"
#include "app/simopt.h"
#include "io/child.h"
#include "sys/diag.h"

enum { KIND_SERVER = 1 };
enum { COMMAND_WINDOW = 100 };  /* of a command that we run */

enum {
	FILES_BESIDE = 32,         /* descriptors that are not clients */
	OUT_WAIT_MS = 5000,
};

struct program_state {
	struct simopt *conf;
	struct loop *loop;
	struct tls *tls;       /* of the server; NULL: plain */
	struct server *server;
	struct sim *sim;
	struct out out;
	bool has_out;
	struct child child;
	bool has_child;
	unsigned signals;
	uint64_t stop_by;  /* UINT64_MAX while running */
	int status;
};

/* Beginning */

/* As many descriptors as there may be clients, as far as the system lets. */
static void
raise_limits(struct simopt *conf)
{
	struct rlimit limit;
	rlim_t want = conf->server.max_clients + FILES_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_cur < want) {
		limit.rlim_cur = want < limit.rlim_max ? want :
		    limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur > FILES_BESIDE &&
	    limit.rlim_cur - FILES_BESIDE < conf->server.max_clients)
		conf->server.max_clients = limit.rlim_cur - FILES_BESIDE;
}

/* Rows for the null device need not be made. */
static bool
is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 &&
	    S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev;
}

static void
open_out(struct program_state *p, bool with_command)
{
	struct simopt *conf = p->conf;

	if (with_command && conf->out == NULL)
		return;  /* stdout is the command's */
	if (!out_open(&p->out, p->loop, conf->out))
		die(EX_CANTCREAT, "%s: %s", p->out.name, strerror(errno));
	p->has_out = true;
	if (is_null(p->out.fd))
		return;
	if (conf->header)
		record_header(&p->out.buf, &conf->sim.format);
	conf->sim.out = &p->out;
}

/* The file is opened when the first receiver binds; that it is not there is
 * said at once. */
static void
open_mo(struct program_state *p)
{
	const char *path = p->conf->mo;

	if (strcmp(path, "-") != 0 && access(path, R_OK) != 0)
		die(EX_NOINPUT, "%s: %s", path, strerror(errno));
	p->conf->sim.mo = input_open(p->loop, &p->conf->mo, 1);
}

static void
open_server(struct program_state *p)
{
	struct simopt *conf = p->conf;
	const char *error;

	if (conf->tls.cert != NULL) {
		p->tls = tls_server(&conf->tls, &error);
		conf->server.tls = p->tls;
		if (conf->server.tls == NULL)
			die(EX_CONFIG, "%s", error);
	}
	p->server = server_open(p->loop, &conf->server, KIND_SERVER, &error);
	if (p->server == NULL)
		die(EX_UNAVAILABLE, "%s", error);
	warn("listening on %s", server_address(p->server));
}

/* A system_id as part of a URL. */
static void
add_escaped(struct buf *url, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '_' || c == '-')
			buf_add_byte(url, c);
		else
			buf_addf(url, "%%%02X", c);
	}
}

/* Where it is, and how many requests at a time it is glad to take: a client's
 * own window of 10 would hold it back as soon as there is a latency. */
static void
start_command(struct program_state *p, char *const argv[])
{
	const struct account *account = p->conf->accounts.top;
	struct buf url = {0}, password = {0};
	const char *settings[2];

	buf_addf(&url, "SMPP_URL=%s://",
	    p->conf->tls.cert != NULL ? "smpps" : "smpp");
	add_escaped(&url, account ? account->system_id : span_str("test"));
	buf_addf(&url, "@%s/?window=%d", server_address(p->server),
	    COMMAND_WINDOW);
	buf_addf(&password, "SMPP_PASSWORD=%s", account ? account->password :
	    "test");
	settings[0] = buf_cstr(&url);
	settings[1] = buf_cstr(&password);
	loop_signal(p->loop, SIGCHLD);
	if (!child_start(&p->child, argv, settings, 2))
		die(child_failure(errno), "%s: %s", argv[0], strerror(errno));
	p->has_child = true;
	buf_free(&url);
	buf_free(&password);
}

/* The loop */

static void
stop(struct program_state *p)
{
	if (p->stop_by != UINT64_MAX)
		return;
	p->stop_by = loop_now(p->loop) + p->conf->grace_ms;
	sim_stop(p->sim);
	server_stop(p->server);
}

static void
tell_progress(const struct program_state *p)
{
	struct sim_counts n = sim_counts(p->sim);

	warn("connections=%zu messages=%llu refused=%llu receipts=%llu "
	    "waiting=%llu delivered=%llu", server_clients(p->server),
	    (unsigned long long)n.messages, (unsigned long long)n.refused,
	    (unsigned long long)n.receipts, (unsigned long long)n.waiting,
	    (unsigned long long)n.delivered);
}

/* Whether a key of the terminal sends its signal to the command as well. */
static bool
is_foreground(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool is = fd != -1 && tcgetpgrp(fd) == getpgrp();

	if (fd != -1)
		close(fd);
	return is;
}

/* A signal to end: with a command, it is for the command, and what that makes
 * of it is waited for. */
static void
take_end(struct program_state *p, int signo)
{
	if (p->signals++ > 0)
		p->stop_by = 0;
	else if (!p->has_child)
		stop(p);
	else if (signo == SIGTERM || !is_foreground())
		child_signal(&p->child, signo);
}

static void
take_signals(struct program_state *p)
{
	if (loop_signalled(p->loop, SIGINT))
		take_end(p, SIGINT);
	if (loop_signalled(p->loop, SIGTERM))
		take_end(p, SIGTERM);
	if (loop_signalled(p->loop, SIGHUP)) {
		if (p->conf->out == NULL)
			take_end(p, SIGHUP);
		else if (!out_reopen(&p->out, p->conf->out))
			warn("%s: %s; the old file is kept", p->conf->out,
			    strerror(errno));
	}
	if (loop_signalled(p->loop, SIGUSR1))
		tell_progress(p);
}

/* Whether it is over. */
static bool
is_over(struct program_state *p)
{
	if (p->has_out && p->out.err != 0) {
		warn("%s: %s", p->out.name, strerror(p->out.err));
		p->status = exit_worse(p->status, EX_IOERR);
		return true;
	}
	if (p->has_child && child_ended(&p->child, &p->status)) {
		p->has_child = false;
		stop(p);
		return true;
	}
	return p->stop_by != UINT64_MAX && (server_clients(p->server) == 0 ||
	    loop_now(p->loop) >= p->stop_by);
}

static void
run(struct program_state *p)
{
	struct watch *w;
	uint64_t due;

	do {
		due = sim_deadline(p->sim);
		loop_once(p->loop, due < p->stop_by ? due : p->stop_by);
		while ((w = loop_ready(p->loop)) != NULL)
			if (w->kind == KIND_SERVER)
				server_ready(p->server, w);
		take_signals(p);
		sim_work(p->sim);
	} while (!is_over(p));
	sim_work(p->sim);
}

/* Ending */

static int
finish(struct program_state *p, struct trace *trace)
{
	struct sim_counts n = sim_counts(p->sim);
	bool told;

	if (p->has_child) {
		child_signal(&p->child, SIGKILL);
		p->status = exit_worse(p->status, EX_TEMPFAIL);
	}
	if (n.waiting > 0 && p->conf->sim.out != NULL)
		note("%llu receipts were not taken",
		    (unsigned long long)n.waiting);
	sim_free(p->sim);
	server_free(p->server);
	tls_free(p->tls);
	told = p->out.err != 0;
	if (p->has_out && !out_close(&p->out, OUT_WAIT_MS)) {
		if (!told)
			warn("%s: %s", p->out.name, strerror(p->out.err));
		p->status = exit_worse(p->status, EX_IOERR);
	}
	if (!trace_free(trace))
		p->status = exit_worse(p->status, EX_IOERR);
	if (p->conf->sim.mo != NULL)
		input_close(p->conf->sim.mo);
	loop_free(p->loop);
	simopt_free(p->conf);
	return p->status;
}

/* What the options know by name. */
static int
print_list(void)
{
	struct buf list = {0};
	bool ok;

	faults_list(&list);
	dialects_list(&list);
	lints_list(&list);
	ok = fwrite(list.p, 1, list.len, stdout) == list.len &&
	    fflush(stdout) == 0;
	buf_free(&list);
	return ok ? EX_OK : EX_IOERR;
}

int
main(int argc, char **argv)
{
	static const struct program_default defaults[] = {
		{OPT_SMPP_VERSION, "5.0"},
	};
	static const struct program program = {
		.name = "smpp-sim",
		.mask = FOR_SIM,
		.usage = "smpp-sim [OPTION...]\n"
		    "       smpp-sim [OPTION...] -- COMMAND [ARGUMENT...]",
		.example = "smpp-sim --outcomes 'DELIVRD=95,UNDELIV=5' "
		    "--delay 1..5s",
		.defaults = defaults,
		.n_defaults = sizeof(defaults) / sizeof(*defaults),
		.libraries = connopt_libraries,
	};
	struct program_state p = {.stop_by = UINT64_MAX};
	struct config *config;
	struct simopt conf;
	struct trace *trace;

	diag_init(program.name);
	config = config_read(&program, argc, argv);
	simopt_read(&conf, config);
	if (conf.list) {
		p.status = print_list();
		simopt_free(&conf);
		config_free(config);
		return p.status;
	}
	if (config->n_operands > 0 && !config_given(config, OPT_LISTEN_ON))
		conf.server.address = "127.0.0.1:0";
	p.conf = &conf;
	raise_limits(&conf);
	p.loop = loop_new();
	loop_signal(p.loop, SIGINT);
	loop_signal(p.loop, SIGTERM);
	loop_signal(p.loop, SIGHUP);
	loop_signal(p.loop, SIGUSR1);
	trace = trace_new(&conf.trace);
	conf.server.trace = trace;
	if (conf.mo != NULL)
		open_mo(&p);
	open_out(&p, config->n_operands > 0);
	open_server(&p);
	conf.sim.server = p.server;
	conf.sim.accounts = &conf.accounts;
	p.sim = sim_new(p.loop, &conf.sim);
	if (config->n_operands > 0)
		start_command(&p, config->operand);
	run(&p);
	p.status = finish(&p, trace);
	config_free(config);
	return p.status;
}
