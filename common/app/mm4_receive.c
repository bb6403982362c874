/* SPDX-License-Identifier: ISC */
/*
 * One mail from a mail server: into the Maildir, through the relay, onto the
 * disk, out as a record, and only then the status that says it is here. Answers
 * are tried once; what is left of them stays in the state, for listen or the
 * next mail.
 */
#include "app/mm4_receive.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/mm4_dump.h"
#include "app/mm4net.h"
#include "app/mm4opt.h"
#include "app/outbox.h"
#include "base/mem.h"
#include "io/out.h"
#include "store/maildir.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { KIND_MAILER = 1, KIND_OUT };
enum { CHUNK = 64 << 10, RECORD_MS = 60000 };

struct receive {
	struct mm4opt opt;
	struct mm4net net;
	struct loop *loop;
	struct out out;
	struct maildir maildir;
	struct maildir_file file;
	struct mm4_state *state;
	struct relay *relay;
	struct relay_client client;
	struct span from;
	const struct span *to;
	size_t n_to;
};

int
mm4_receive_failed(int status, const char *sentence)
{
	(void)status;
	(void)sentence;
	return EX_TEMPFAIL;
}

static void
open_all(struct receive *r)
{
	const char *path = r->opt.out;
	struct buf why = {0};

	r->loop = loop_new();
	if (!(path == NULL ? out_open(&r->out, r->loop, NULL) :
	    out_append(&r->out, r->loop, path)))
		die(EX_CANTCREAT, "%s: %s", r->out.name, strerror(errno));
	r->out.watch.kind = KIND_OUT;
	if (!maildir_open(&r->maildir, r->opt.spool, &why))
		die(EX_CANTCREAT, "%s", buf_cstr(&why));
	r->state = mm4_state_open(mm4opt_state_file(&r->opt), &why);
	if (r->state == NULL)
		die(EX_CANTCREAT, "%s", buf_cstr(&why));
	r->opt.relay.state = r->state;
	r->relay = relay_new(&r->opt.relay);
}

/* Who sent it, to whom: what a connection would be told at MAIL and RCPT.
 * False after a warning. */
static bool
is_welcome(struct receive *r)
{
	struct relay_reply reply = relay_mail(r->relay, &r->client, r->from, 0);
	struct buf to = {0};

	if (reply.code >= 400) {
		warn("the mail is not taken: %s", reply.text);
		return false;
	}
	for (size_t i = 0; i < r->n_to; i++) {
		reply = relay_rcpt(r->relay, &r->client, r->to[i]);
		if (reply.code < 400)
			continue;
		buf_add_span(&to, r->to[i]);
		mm4_mask(&to, 0);
		warn("%s: not taken: %s", buf_cstr(&to), reply.text);
		buf_free(&to);
		return false;
	}
	return true;
}

/* A line that mail servers put before a mail for a file: "From sender date".
 * False when the end of it is still to come. */
static bool
pass_mbox_line(struct span *octets)
{
	const uint8_t *newline;
	size_t n = octets->n < 5 ? octets->n : 5;

	if (memcmp(octets->p, "From ", n) != 0)
		return true;
	newline = memchr(octets->p, '\n', octets->n);
	if (newline == NULL)
		return false;
	*octets = span_skip(*octets, (size_t)(newline - octets->p) + 1);
	return true;
}

/* stdin to the Maildir; false after a warning. */
static bool
read_mail(struct receive *r)
{
	uint64_t most = relay_max_size(r->relay, &r->client), size = 0;
	uint8_t *buffer = mem_new(CHUNK);
	bool good = true, begun = false;
	size_t have = 0;
	ssize_t n = 1;

	while (good && n > 0) {
		struct span octets;

		n = read(STDIN_FILENO, buffer + have, CHUNK - have);
		if (n < 0 && errno == EINTR) {
			n = 1;
			continue;
		}
		if (n < 0) {
			warn("stdin: %s", strerror(errno));
			good = false;
			break;
		}
		have += (size_t)n;
		octets = span_of(buffer, have);
		if (!begun && !pass_mbox_line(&octets) && n > 0 &&
		    have < CHUNK)
			continue;
		begun = true;
		size += octets.n;
		have = 0;
		if (size > most) {
			warn("the mail is over %llu octets (--max-message)",
			    (unsigned long long)most);
			good = false;
		} else if (octets.n > 0 &&
		    !maildir_write(&r->file, octets)) {
			warn("%s: %s", r->file.tmp, strerror(errno));
			good = false;
		}
	}
	free(buffer);
	return good;
}

/* The record is with its reader; false after a warning. */
static bool
print(struct receive *r, const struct relay_verdict *verdict)
{
	if (r->opt.header && verdict->rows.len > 0)
		record_header(&r->out.buf, &r->opt.relay.format);
	buf_add_span(&r->out.buf, buf_span(&verdict->rows));
	if (out_close(&r->out, RECORD_MS))
		return true;
	warn("%s: %s", r->out.name, strerror(r->out.err));
	return false;
}

/* Puts what the relay decided into effect, in the order of listen: a crash may
 * print the record twice, and loses none. */
static int
put_into_effect(struct receive *r, const struct relay_verdict *verdict)
{
	struct maildir_file *file = &r->file;

	if (verdict->reply.code >= 400) {
		warn("the mail is not taken: %s", verdict->reply.text);
		/* 5.6.x of RFC 3463 is about the mail itself */
		return strncmp(verdict->reply.text, "5.6.", 4) == 0 ?
		    EX_DATAERR : EX_TEMPFAIL;
	}
	if (verdict->keep && !maildir_keep(&r->maildir, &file, 1)) {
		warn("%s: %s", file->final, strerror(errno));
		return EX_TEMPFAIL;
	}
	if (!print(r, verdict))
		return EX_TEMPFAIL;
	if (!mm4_state_commit(r->state)) {
		warn("%s", mm4_state_error(r->state));
		return EX_TEMPFAIL;
	}
	if (verdict->keep)
		maildir_release(file);
	return EX_OK;
}

static int
take(struct receive *r)
{
	struct relay_mail_in mail = {.client = &r->client, .from = r->from,
	    .to = r->to, .n_to = r->n_to, .file = r->file.final,
	    .time = clock_now()};
	struct relay_verdict verdict = {0};
	int status = EX_TEMPFAIL;

	if (!maildir_map(&r->file, &mail.octets)) {
		warn("%s: %s", r->file.tmp, strerror(errno));
		return EX_TEMPFAIL;
	}
	if (mm4_state_begin(r->state)) {
		relay_take(r->relay, &mail, &verdict);
		status = put_into_effect(r, &verdict);
		if (status != EX_OK)
			mm4_state_rollback(r->state);
		relay_verdict_free(&verdict);
	} else {
		warn("%s", mm4_state_error(r->state));
	}
	maildir_unmap(mail.octets);
	return status;
}

/* Tries what the state has to send, for as long as --grace. The mail is here,
 * whatever comes of this. */
static void
send_answers(struct receive *r)
{
	uint64_t end = loop_now(r->loop) + r->net.grace_ms, by;
	struct outbox_conf conf = {.state = r->state,
	    .routes = &r->net.routes, .seed = r->opt.relay.seed};
	struct outbox *outbox;
	struct watch *w;

	conf.mailer = mailer_new(r->loop, &r->net.mailer, KIND_MAILER);
	outbox = outbox_new(&conf);
	outbox_work(outbox, clock_now());
	while (!outbox_is_idle(outbox) && loop_now(r->loop) < end) {
		by = mailer_deadline(conf.mailer);
		loop_once(r->loop, by < end ? by : end);
		while ((w = loop_ready(r->loop)) != NULL)
			if (w->kind == KIND_MAILER)
				mailer_ready(conf.mailer, w);
		outbox_work(outbox, clock_now());
	}
	outbox_stop(outbox);
	mailer_cut(conf.mailer, "there was no answer in time");
	outbox_work(outbox, clock_now());
	outbox_free(outbox);
	mailer_free(conf.mailer);
}

int
mm4_receive(const struct config *config)
{
	struct receive r = {.client = {.address = "", .helo = ""}};
	size_t n = config->n_operands - 1;
	struct span *to = mem_array(n + 1, sizeof(*to));
	const struct setting *from, *client;
	int status = EX_TEMPFAIL;

	for (size_t i = 0; i < n; i++)
		to[i] = span_str(config->operand[i + 1]);
	r.to = to;
	r.n_to = n;
	from = config_get(config, OPT_FROM);
	client = config_get(config, OPT_MM4_CLIENT);
	r.from = from != NULL ? span_str(from->value) : (struct span){0};
	if (client != NULL)
		r.client.address = client->value;
	mm4opt_init(&r.opt, config, &schema_mm4);
	mm4net_init(&r.net, config, r.opt.name);
	mms_init();
	open_all(&r);
	if (!maildir_begin(&r.maildir, &r.file))
		warn("%s: %s", r.opt.spool, strerror(errno));
	else if (is_welcome(&r) && read_mail(&r))
		status = take(&r);
	maildir_drop(&r.file);
	if (status == EX_OK)
		send_answers(&r);
	out_close(&r.out, 0);
	relay_free(r.relay);
	mm4_state_close(r.state);
	maildir_close(&r.maildir);
	loop_free(r.loop);
	mms_end();
	mm4net_free(&r.net);
	mm4opt_free(&r.opt);
	free(to);
	return status;
}
