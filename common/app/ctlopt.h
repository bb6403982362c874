/* SPDX-License-Identifier: ISC */
#ifndef APP_CTLOPT_H
#define APP_CTLOPT_H

#include "app/manage.h"
#include "app/others.h"
#include "app/trace.h"

/*
 * The command and the options of smpp-ctl, made into what its rooms take;
 * those of the connection are app/connopt's.
 */
enum ctl_command {
	CTL_QUERY = 1 << 0,
	CTL_CANCEL = 1 << 1,
	CTL_REPLACE = 1 << 2,
	CTL_PING = 1 << 3,
	CTL_PROBE = 1 << 4,
	CTL_MANAGE = CTL_QUERY | CTL_CANCEL | CTL_REPLACE,
};

/* From when on ping --nagios complains. */
struct ctl_limit {
	uint64_t ms;        /* of an average round trip */
	unsigned percent;   /* of enquire_links without an answer */
};

struct ctlopt {
	enum ctl_command command;
	char *const *argument;     /* behind the command */
	size_t n_arguments;
	struct record_format format;
	struct trace_conf trace;
	const char *out, *columns;
	struct others_conf others; /* path NULL: none */
	bool bind_given;
	bool json, header, quiet;
	uint32_t window;
	struct rows_conf rows;
	struct manage_conf manage; /* its addresses are of CTL_PROBE, too */
	bool all;
	struct buf to_list;        /* as given, commas between */
	const char **to;           /* points into to_list */
	size_t n_to;
	uint64_t count;            /* of pings; UINT64_MAX: no limit */
	uint64_t interval_ms;
	bool nagios;
	struct ctl_limit warning, critical;
	bool intrusive;
	bool patient;              /* somebody set --timeout or --bind-timeout */
	uint64_t idle_ms;
};

/*
 * Fills a zeroed struct from the settings, which it borrows. Dies with 64 or
 * 78 when a value is wrong, with 64 when there is no command, or options that
 * it has no use for.
 */
void ctlopt_read(struct ctlopt *, const struct config *);

/* Releases what it holds. */
void ctlopt_free(struct ctlopt *);

#endif
