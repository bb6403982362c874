/* SPDX-License-Identifier: ISC */
/* The options of smpp-listen. */
#include "app/listenopt.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "sys/diag.h"

enum {
	UNACKED_MOST = 1000000,       /* of --max-unacked */
	BINDS_MOST = 1000,
	JOBS_MOST = 1000,
	JOIN_OCTETS = 16 << 20,       /* of parts that wait for others */
};

static const char *const alphabets[] = {"ascii", "gsm7", "gsm7-packed",
    "latin1", NULL};
static const char *const sets[] = {"ksc5601", "cp949", NULL};

/* How what arrives is read. */
static void
read_reading(struct listenopt *o, const struct setting *s)
{
	struct delivery_conf *delivery = &o->receiver.delivery;

	switch (s->option) {
	case OPT_ALPHABET:
		setting_word(s, alphabets);
		encoding_by_name(span_str(s->value),
		    &delivery->reading.alphabet);
		break;
	case OPT_GUESS_UDH:
		delivery->guess_udh = true;
		break;
	case OPT_JOIN_TIMEOUT:
		o->join.timeout_ms = setting_time(s);
		break;
	case OPT_KSC:
		delivery->reading.cp949 = setting_word(s, sets) == 1;
		break;
	case OPT_NO_JOIN:
		o->no_join = true;
		break;
	case OPT_PART_STORE:
		o->part_store = s->value;
		break;
	case OPT_UCS2_LE:
		delivery->reading.ucs2_le = true;
		break;
	default:
		break;
	}
}

/* Where it goes. */
static void
read_output(struct listenopt *o, const struct setting *s)
{
	switch (s->option) {
	case OPT_EXEC:
		o->exec.command = s->value;
		break;
	case OPT_EXEC_JOBS:
		o->exec.jobs = (size_t)setting_number(s, 1, JOBS_MOST);
		break;
	case OPT_EXEC_TIMEOUT:
		o->exec.timeout_ms = setting_time(s);
		break;
	case OPT_HEADER:
		o->header = true;
		break;
	case OPT_MASK:
		o->trace.mask = true;
		break;
	case OPT_OUT:
		o->out = s->value;
		break;
	case OPT_PCAP:
		o->trace.pcap = s->value;
		break;
	case OPT_VERBOSE:
		o->trace.verbose = atoi(s->value);
		break;
	default:
		break;
	}
}

static void
read_calls(struct listenopt *o, const struct config *config)
{
	const struct setting *id = config_get(config, OPT_OUTBIND_ID);

	if (config_get(config, OPT_OUTBIND) == NULL) {
		if (config_given(config, OPT_LISTEN_ON))
			die(EX_USAGE, "--listen is for --outbind: else "
			    "smpp-listen connects to the SMSC");
		return;
	}
	o->calls.address = config_get(config, OPT_LISTEN_ON)->value;
	if (!listener_may_be(o->calls.address))
		setting_refuse(config_get(config, OPT_LISTEN_ON),
		    "an address and a port are expected, as 127.0.0.1:2775");
	o->calls.system_id = id != NULL ? id->value : NULL;
}

/* How much of it, and when it is answered. */
static void
read_run(struct listenopt *o, const struct setting *s)
{
	switch (s->option) {
	case OPT_BIND:
		if (strcmp(s->value, "tx") == 0)
			setting_refuse(s, "a transmitter receives nothing: rx "
			    "or trx");
		break;
	case OPT_BINDS:
		o->binds = (size_t)setting_number(s, 1, BINDS_MOST);
		break;
	case OPT_LISTEN_COUNT:
		o->receiver.count = setting_number(s, 1, UINT64_MAX - 1);
		o->counted = true;
		break;
	case OPT_LISTEN_FOR:
		o->for_ms = setting_time(s);
		break;
	case OPT_MAX_UNACKED:
		o->receiver.max_unacked = (size_t)setting_number(s, 1,
		    UNACKED_MOST);
		break;
	case OPT_SYNC:
		o->receiver.sync = true;
		break;
	default:
		break;
	}
}

static void
read_format(struct listenopt *o, const struct config *config)
{
	const struct setting *columns = config_get(config, OPT_COLUMNS);
	struct span bad;

	if (!record_format_init(&o->receiver.format, &schema_delivery,
	    config_get(config, OPT_JSON) != NULL,
	    columns != NULL ? columns->value : NULL, &bad))
		setting_refuse_columns(columns, &schema_delivery, bad);
	delivery_conf_columns(&o->receiver.delivery, &o->receiver.format);
}

void
listenopt_read(struct listenopt *o, const struct config *config)
{
	size_t i;

	*o = (struct listenopt){
		.receiver.count = UINT64_MAX,
		.join.max_octets = JOIN_OCTETS,
		.for_ms = UINT64_MAX,
	};
	if (config->n_operands > 0)
		die(EX_USAGE, "%s: unexpected argument; smpp-listen takes "
		    "options only", config->operand[0]);
	for (i = 0; i < config->n; i++) {
		read_reading(o, &config->setting[i]);
		read_output(o, &config->setting[i]);
		read_run(o, &config->setting[i]);
	}
	if (o->exec.command != NULL && o->out != NULL)
		die(EX_USAGE, "--exec and --out exclude one another: the "
		    "command gets the records");
	o->exec.most = o->receiver.max_unacked;
	o->receiver.header = o->header && o->exec.command != NULL;
	read_calls(o, config);
	read_format(o, config);
}
