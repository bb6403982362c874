/* SPDX-License-Identifier: ISC */
/*
 * A group: the relay decides on each mail within one transaction of the state;
 * a thread puts the files on the disk; the records are printed and taken; a
 * thread commits; the answers go out. In this order a crash may print a record
 * twice, and loses none.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "app/intake_private.h"
#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { GROUP_MOST = 1000 };  /* mails */

static const struct smtp_reply come_back = {451, "4.3.0",
    "it cannot be kept now"};

/* What a thread does for a group. */
struct task {
	struct maildir *maildir;
	struct maildir_file **file;
	size_t n;
	struct mm4_state *state;
	bool good;
	int err;
};

static void
task_release(void *data)
{
	struct task *t = data;

	free(t->file);
	free(t);
}

static void
run_keep(void *data)
{
	struct task *t = data;

	t->good = maildir_keep(t->maildir, t->file, t->n);
	t->err = errno;
}

static void
run_commit(void *data)
{
	struct task *t = data;

	t->good = mm4_state_commit(t->state);
}

static bool
is_kept(const struct inbound *m)
{
	return m->verdict.keep && m->verdict.reply.code < 400;
}

/* All of the group are answered, and it is over. why: nothing of it is kept. */
static void
finish(struct intake *in, const char *why)
{
	struct group *g = &in->group;
	struct inbound *m;

	if (why != NULL) {
		warn("%s: mails are told to come back", why);
		mm4_state_rollback(in->conf.state);
	}
	while ((m = g->first) != NULL) {
		struct relay_reply r = m->verdict.reply;

		g->first = m->next;
		if (why != NULL && r.code < 400) {
			intake_answer(in, m, &come_back);
			continue;
		}
		if (is_kept(m))
			maildir_release(&m->file);
		intake_answer(in, m, &(struct smtp_reply){(uint16_t)r.code,
		    NULL, r.text});
	}
	g->phase = GROUP_NONE;
}

/* Starts a thread, whose end the loop sees; false when there is none. */
static bool
start(struct intake *in, void (*run)(void *), struct task *t,
    enum group_phase phase)
{
	struct group *g = &in->group;

	g->work = work_start(run, task_release, t);
	if (g->work == NULL) {
		task_release(t);
		return false;
	}
	g->phase = phase;
	loop_watch(in->loop, &g->watch, work_fd(g->work), true, false);
	return true;
}

/* Has the relay decide on a mail. False: the state did not take it. */
static bool
decide(struct intake *in, struct inbound *m)
{
	struct span *to = mem_array(m->n_to, sizeof(*to));
	struct relay_mail_in mail = {.client = &m->who,
	    .from = buf_span(&m->from), .to = to, .n_to = m->n_to,
	    .file = m->file.final, .time = clock_now()};
	size_t at = 0;

	for (size_t i = 0; i < m->n_to; at = m->to_at[i++])
		to[i] = span_of(m->to.p + at, m->to_at[i] - at);
	if (maildir_map(&m->file, &mail.octets)) {
		relay_take(in->conf.relay, &mail, &m->verdict);
		m->verdict.keep &= in->conf.out != NULL;
		maildir_unmap(mail.octets);
	} else {
		warn("%s: %s", m->file.tmp, strerror(errno));
		m->verdict.reply = (struct relay_reply){451,
		    "4.3.0 it cannot be read back"};
	}
	free(to);
	return !m->verdict.failed;
}

static void
take_group(struct intake *in)
{
	struct inbound **at = &in->waiting;

	for (size_t i = 0; i < GROUP_MOST && *at != NULL; i++)
		at = &(*at)->next;
	in->group.first = in->waiting;
	in->waiting = *at;
	*at = NULL;
	if (in->waiting == NULL)
		in->last = &in->waiting;
}

static void print(struct intake *);

void
intake_begin_group(struct intake *in)
{
	struct task *t;
	size_t n = 0;

	take_group(in);
	if (!mm4_state_begin(in->conf.state)) {
		for (struct inbound *m = in->group.first; m != NULL;
		    m = m->next)
			m->verdict.reply = (struct relay_reply){250, ""};
		finish(in, mm4_state_error(in->conf.state));
		return;
	}
	for (struct inbound *m = in->group.first; m != NULL; m = m->next) {
		/* a part of it may be in the state, which would know the mail
		 * when it comes again: nothing of the group stays */
		if (!decide(in, m)) {
			finish(in, mm4_state_error(in->conf.state));
			return;
		}
		n += is_kept(m);
	}
	if (n == 0) {
		print(in);
		return;
	}
	t = mem_new(sizeof(*t));
	*t = (struct task){.maildir = in->conf.maildir,
	    .file = mem_array(n, sizeof(*t->file))};
	for (struct inbound *m = in->group.first; m != NULL; m = m->next)
		if (is_kept(m))
			t->file[t->n++] = &m->file;
	if (!start(in, run_keep, t, GROUP_KEEPING))
		finish(in, "no thread for the disk");
}

/* The files are on the disk: the records go out. */
static void
print(struct intake *in)
{
	struct out *out = in->conf.out;

	in->group.phase = GROUP_PRINTING;
	if (out == NULL)
		return;
	for (struct inbound *m = in->group.first; m != NULL; m = m->next)
		buf_add_span(&out->buf, buf_span(&m->verdict.rows));
	in->group.printed = out_position(out);
}

/* Whether the records are taken; the group fails when they never will be. */
static bool
is_printed(struct intake *in)
{
	struct out *out = in->conf.out;

	if (out == NULL)
		return true;
	if (!out_flush(out)) {
		in->failed = true;
		finish(in, out->name);
		return false;
	}
	return out->taken >= in->group.printed;
}

/* The task of the thread that has ended; NULL: it has not. */
static struct task *
take_task(struct group *g)
{
	struct task *t;

	if (g->work == NULL || !work_done(g->work))
		return NULL;
	loop_unwatch(&g->watch);
	t = work_take(g->work);
	g->work = NULL;
	return t;
}

static void
begin_commit(struct intake *in)
{
	struct task *t = mem_new(sizeof(*t));

	t->state = in->conf.state;
	if (!start(in, run_commit, t, GROUP_COMMITTING))
		finish(in, "no thread for the state");
}

/* The thread's wait is over. */
static void
end_wait(struct intake *in, const struct task *t)
{
	if (in->group.phase == GROUP_KEEPING && t->good)
		print(in);
	else if (in->group.phase == GROUP_KEEPING)
		finish(in, strerror(t->err));
	else
		finish(in, t->good ? NULL : mm4_state_error(in->conf.state));
}

void
intake_go_on(struct intake *in)
{
	struct task *t = take_task(&in->group);

	if (t != NULL) {
		end_wait(in, t);
		task_release(t);
	}
	if (in->group.phase == GROUP_PRINTING && is_printed(in))
		begin_commit(in);
}

void
intake_abandon_group(struct intake *in)
{
	struct group *g = &in->group;
	struct task *t;

	/* it uses the mails, and the disk comes to an end of it */
	while (g->work != NULL && !work_done(g->work)) {
		struct pollfd p = {.fd = work_fd(g->work), .events = POLLIN};

		poll(&p, 1, -1);
	}
	t = take_task(g);
	if (t != NULL)
		task_release(t);
	loop_unwatch(&g->watch);
}
