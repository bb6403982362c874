/* SPDX-License-Identifier: ISC */
/*
 * Records for commands: the exit status of each is the answer. A message that
 * was joined has no answer any more, its parts having had theirs: it stays in
 * the store until its command has succeeded, and is given to it again and again.
 */
#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "app/exec.h"
#include "app/receiver_private.h"
#include "sys/diag.h"

bool
receiver_exec_has_room(const struct receiver *r)
{
	size_t n = exec_count(r->exec);

	return n < r->conf->max_unacked && n < r->conf->count - r->records;
}

/* There is room. */
static struct exec_job *
add_job(struct receiver *r, const struct value row[])
{
	struct exec_job *job = exec_job_new(r->exec);

	if (r->conf->header)
		record_header(&job->record, &r->conf->format);
	record_write(&job->record, &r->conf->format, row);
	exec_run(r->exec, job);
	return job;
}

void
receiver_exec_take(struct receiver *r, struct link *link,
    const struct pdu *pdu, const struct value row[])
{
	struct exec_job *job = add_job(r, row);

	job->link = link;
	job->type = pdu->type;
	job->sequence_number = pdu->sequence_number;
}

void
receiver_exec_joined(struct receiver *r, const struct value row[])
{
	add_job(r, row)->ticket = ++r->ticket;
	assembly_printed(r->assembly, r->ticket);
}

static uint32_t
answer_of(int status)
{
	switch (status) {
	case EX_OK:
		return ESME_ROK;
	case EX_DATAERR:
		return ESME_RX_P_APPN;
	default:
		return ESME_RX_T_APPN;
	}
}

/* Says once what commands end with, until one of them succeeds again. */
static void
tell(struct receiver *r, const struct exec_job *job, int status)
{
	bool lost = status == EX_DATAERR ||
	    job->type == PDU_alert_notification;
	const char *then = lost ? "its record is dropped" : job->ticket > 0 ?
	    "it gets its record again" : "its record is left to the SMSC";

	if (status == r->last_status && !lost)
		return;
	r->last_status = status;
	if (status == EXEC_TIMED_OUT)
		warn("--exec: the command ran longer than --exec-timeout; %s",
		    then);
	else if (status > 0)
		warn("--exec: the command ended with status %d; %s", status,
		    then);
}

/* The record of a job is done with, for good. */
static void
settle(struct receiver *r, struct exec_job *job)
{
	if (job->ticket > 0 && !assembly_done(r->assembly, job->ticket))
		receiver_warn_store(r, "messages may come again after a "
		    "restart");
	exec_done(r->exec, job);
}

static void
answer_job(struct receiver *r, const struct exec_job *job, uint32_t status)
{
	struct pdu request = {.type = job->type,
	    .sequence_number = job->sequence_number};

	if (job->ticket == 0 && job->type != PDU_alert_notification)
		receiver_answer(r, job->link, &request, status);
}

static void
finish(struct receiver *r, struct exec_job *job, int status)
{
	uint32_t answer = answer_of(status);

	if (status != EX_OK)
		tell(r, job, status);
	else
		r->last_status = EX_OK;
	if (answer == ESME_RX_T_APPN && job->ticket > 0) {
		if (r->stopped)
			exec_done(r->exec, job);
		else
			exec_run_again(r->exec, job);
		return;
	}
	answer_job(r, job, answer);
	settle(r, job);
	r->failed += answer == ESME_RX_P_APPN;
	if (answer != ESME_RX_T_APPN && ++r->records == r->conf->count)
		r->stopped = true;
}

void
receiver_exec_work(struct receiver *r)
{
	struct exec_job *job;
	int status;

	exec_work(r->exec);
	while ((job = exec_next(r->exec, &status)) != NULL)
		finish(r, job, status);
	exec_work(r->exec);
}

void
receiver_exec_give_up(struct receiver *r)
{
	struct exec_job *job;

	while ((job = exec_withdraw(r->exec)) != NULL) {
		answer_job(r, job, ESME_RX_T_APPN);
		exec_done(r->exec, job);
	}
	while ((job = exec_kill(r->exec)) != NULL) {
		answer_job(r, job, ESME_RX_T_APPN);
		exec_done(r->exec, job);
	}
}

bool
receiver_exec_is_idle(const struct receiver *r)
{
	return exec_busy(r->exec) == 0;
}
