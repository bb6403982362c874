/* SPDX-License-Identifier: ISC */
/* What the options of smpp-ctl mean, and which command takes which. */
#include "app/ctlopt.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/clash.h"
#include "base/mem.h"
#include "sys/diag.h"

enum { WINDOW_MOST = 65535, NAGIOS_COUNT = 3 };

static const struct command {
	const char *name;
	enum ctl_command command;
	enum pdu_type type;
	const struct schema *schema, *input;
} commands[] = {
	{"query", CTL_QUERY, PDU_query_sm, &schema_manage, &schema_which},
	{"cancel", CTL_CANCEL, PDU_cancel_sm, &schema_manage, &schema_which},
	{"replace", CTL_REPLACE, PDU_replace_sm, &schema_manage,
	    &schema_replace},
	{"probe", CTL_PROBE, PDU_unknown, &schema_probe, NULL},
	{"ping", CTL_PING, PDU_enquire_link, &schema_ping, NULL},
};

/* Options that only some commands have a use for. */
static const struct use {
	enum option option;
	unsigned commands;
} uses[] = {
	{OPT_ALL, CTL_CANCEL},
	{OPT_COLUMNS_IN, CTL_MANAGE},
	{OPT_CRITICAL, CTL_PING},
	{OPT_ENCODING, CTL_REPLACE},
	{OPT_FROM, CTL_MANAGE | CTL_PROBE},
	{OPT_IDLE, CTL_PROBE},
	{OPT_INTERVAL, CTL_PING},
	{OPT_INTRUSIVE, CTL_PROBE},
	{OPT_LANGUAGE, CTL_REPLACE},
	{OPT_LISTEN_COUNT, CTL_PING},
	{OPT_NAGIOS, CTL_PING},
	{OPT_NO_HEADER, CTL_MANAGE},
	{OPT_PART_OCTETS, CTL_REPLACE},
	{OPT_RATE, CTL_MANAGE},
	{OPT_RECEIPT, CTL_REPLACE},
	{OPT_SCHEDULE, CTL_REPLACE},
	{OPT_SERVICE_TYPE, CTL_CANCEL | CTL_PROBE},
	{OPT_THROTTLE_TIME, CTL_MANAGE},
	{OPT_TO, CTL_CANCEL | CTL_PROBE},
	{OPT_TRANSLIT, CTL_REPLACE},
	{OPT_VALIDITY, CTL_REPLACE},
	{OPT_WARNING, CTL_PING},
	{OPT_WINDOW, CTL_MANAGE},
};

static const struct command *
find_command(const struct config *config)
{
	const char *name = config->operand[0];

	if (config->n_operands == 0)
		die(EX_USAGE, "no command; query, cancel, replace, ping or "
		    "probe: see smpp-ctl -h");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	die(EX_USAGE, "%s: unknown command; query, cancel, replace, ping or "
	    "probe: see smpp-ctl -h", name);
}

static void
field(struct ctlopt *conf, const struct setting *s, enum field_column column)
{
	struct buf error = {0};

	if (!fields_set(&conf->manage.fields, column, span_str(s->value),
	    &error))
		setting_refuse(s, "%s", fields_reason(&error));
}

/* "200ms" or "200ms,20%" */
static struct ctl_limit
limit(const struct setting *s, struct ctl_limit standard)
{
	size_t n = strcspn(s->value, ",");
	struct ctl_limit l = standard;
	const char *percent = s->value + n;
	char *end;

	if (!time_parse(span_of(s->value, n), &l.ms))
		setting_refuse(s, "a TIME is expected, or TIME,N%%");
	if (*percent == '\0')
		return l;
	l.percent = (unsigned)strtoul(percent + 1, &end, 10);
	if (percent[1] < '0' || percent[1] > '9' || strcmp(end, "%") != 0 ||
	    l.percent > 100)
		setting_refuse(s, "behind the comma 0%% to 100%% is expected");
	return l;
}

static void
take_option(struct ctlopt *conf, const struct setting *s)
{
	struct manage_conf *m = &conf->manage;

	if (textopt_take(&m->text, s))
		return;
	switch (s->option) {
	case OPT_ALL: conf->all = true; break;
	case OPT_BIND: conf->bind_given = s->layer != LAYER_DEFAULT; break;
	case OPT_BIND_TIMEOUT:
	case OPT_TIMEOUT:
		conf->patient |= s->layer != LAYER_DEFAULT;
		break;
	case OPT_COLUMNS: conf->columns = s->value; break;
	case OPT_COLUMNS_IN: conf->rows.columns = s->value; break;
	case OPT_CRITICAL: conf->critical = limit(s, conf->critical); break;
	case OPT_FROM: m->default_from = span_str(s->value); break;
	case OPT_FROM_NPI: m->from.npi = setting_npi(s); break;
	case OPT_FROM_TON: m->from.ton = setting_ton(s); break;
	case OPT_HEADER: conf->header = true; break;
	case OPT_IDLE: conf->idle_ms = setting_time(s); break;
	case OPT_INTERVAL: conf->interval_ms = setting_time(s); break;
	case OPT_INTRUSIVE: conf->intrusive = true; break;
	case OPT_JSON: conf->json = true; break;
	case OPT_KEEP_PLUS: m->to.keep_plus = m->from.keep_plus = true; break;
	case OPT_LISTEN_COUNT:
		conf->count = setting_number(s, 1, UINT64_MAX - 1);
		break;
	case OPT_MASK: conf->trace.mask = true; break;
	case OPT_NAGIOS: conf->nagios = true; break;
	case OPT_NO_HEADER: conf->rows.no_header = true; break;
	case OPT_OTHERS: conf->others.path = s->value; break;
	case OPT_OUT: conf->out = s->value; break;
	case OPT_PCAP: conf->trace.pcap = s->value; break;
	case OPT_QUIET: conf->quiet = true; break;
	case OPT_RATE: m->pacer.rate = setting_rate(s); break;
	case OPT_RECEIPT: field(conf, s, SET_receipt); break;
	case OPT_SCHEDULE: field(conf, s, SET_schedule); break;
	case OPT_SERVICE_TYPE: field(conf, s, SET_service_type); break;
	case OPT_THROTTLE_TIME: m->pacer.throttle_ms = setting_time(s); break;
	case OPT_TO:
		buf_add_str(&conf->to_list, s->value);
		buf_add_byte(&conf->to_list, ',');
		break;
	case OPT_TO_NPI: m->to.npi = setting_npi(s); break;
	case OPT_TO_TON: m->to.ton = setting_ton(s); break;
	case OPT_VALIDITY: field(conf, s, SET_validity); break;
	case OPT_VERBOSE: conf->trace.verbose = atoi(s->value); break;
	case OPT_WARNING: conf->warning = limit(s, conf->warning); break;
	case OPT_WINDOW:
		conf->window = (uint32_t)setting_number(s, 1, WINDOW_MOST);
		m->pacer.window = conf->window;
		break;
	default: break;
	}
}

/* "-t A,B" is "-t A -t B". */
static void
split_to(struct ctlopt *conf)
{
	char *one, *list;

	buf_add_byte(&conf->to_list, 0);
	list = (char *)conf->to_list.p;
	while ((one = strsep(&list, ",")) != NULL) {
		if (*one == '\0')
			continue;
		conf->to = mem_resize(conf->to,
		    (conf->n_to + 1) * sizeof(*conf->to));
		conf->to[conf->n_to++] = one;
	}
}

/* An option on the command line that the command has no use for is a mistake;
 * a profile may hold what other commands need. */
static void
check_uses(const struct config *config, const struct command *command)
{
	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++)
		for (size_t j = 0; j < config->n; j++) {
			const struct setting *s = &config->setting[j];

			if (s->option == uses[i].option &&
			    s->layer == LAYER_LINE &&
			    (uses[i].commands & command->command) == 0)
				die(EX_USAGE, "--%s: of no use to %s; see "
				    "smpp-ctl -h", options[s->option].name,
				    command->name);
		}
}

/* Others' messages come to a transceiver alone. */
static void
check_others(struct ctlopt *conf, const struct config *config)
{
	const struct setting *bind = config_get(config, OPT_BIND);

	if (conf->others.path == NULL)
		return;
	if (conf->bind_given && strcmp(bind->value, "tx") == 0)
		die(EX_USAGE, "--others: nothing comes to a transmitter; use "
		    "--bind trx");
	conf->others.json = conf->json;
	conf->others.reading.alphabet = conf->manage.text.conf.alphabet;
	conf->others.reading.cp949 = conf->manage.text.conf.cp949;
}

/* What is written to, each by itself. */
static void
check_files(const struct ctlopt *conf)
{
	const struct clash_file file[] = {
		{"--out", conf->out, true},
		{"--others", conf->others.path, true},
		{"--pcap", conf->trace.pcap, true},
	};

	clash_check(file, sizeof(file) / sizeof(*file));
}

static void
check_manage(const struct ctlopt *conf, const struct config *config)
{
	const struct setting *bind = config_get(config, OPT_BIND);

	if (strcmp(bind->value, "rx") == 0)
		setting_refuse(bind, "a receiver cannot ask for anything: tx "
		    "or trx");
	if (conf->all && (conf->n_to == 0 ||
	    conf->manage.default_from.n == 0))
		die(EX_USAGE, "--all cancels what was sent from --from to "
		    "--to: both are needed");
	if (conf->all && conf->n_arguments > 0)
		die(EX_USAGE, "--all and ids exclude one another");
	if (!conf->all && conf->n_to > 1)
		die(EX_USAGE, "--to: one address; --all takes several");
}

/* What only makes sense together. */
static void
check(struct ctlopt *conf, const struct config *config,
    const struct command *command)
{
	struct span bad;

	check_uses(config, command);
	if (command->command == CTL_PROBE && conf->n_to > 1)
		die(EX_USAGE, "--to: one address is enough");
	if ((command->command & CTL_MANAGE) != 0)
		check_manage(conf, config);
	else if (conf->n_arguments > 0)
		die(EX_USAGE, "%s: unexpected argument; %s takes options only",
		    conf->argument[0], command->name);
	check_others(conf, config);
	check_files(conf);
	if (conf->nagios && conf->count == UINT64_MAX)
		conf->count = NAGIOS_COUNT;
	if (conf->nagios && conf->json)
		die(EX_USAGE, "--nagios prints a line of its own, no --json");
	if (!record_format_init(&conf->format, command->schema, conf->json,
	    conf->columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    command->schema, bad);
}

void
ctlopt_read(struct ctlopt *conf, const struct config *config)
{
	const struct command *command = find_command(config);
	struct manage_conf *m = &conf->manage;

	conf->command = command->command;
	conf->argument = config->operand + 1;
	conf->n_arguments = config->n_operands - 1;
	conf->count = UINT64_MAX;
	conf->rows.schema = command->input;
	m->type = command->type;
	m->format = &conf->format;
	m->to = (struct address_conf){.ton = -1, .npi = -1};
	m->from = (struct address_conf){.sender = true, .ton = -1, .npi = -1};
	m->text.conf = text_conf_default();
	for (size_t i = 0; i < config->n; i++)
		take_option(conf, &config->setting[i]);
	m->text.conf.split = SPLIT_NONE;
	if (conf->command == CTL_REPLACE)
		textopt_finish(&m->text);
	split_to(conf);
	check(conf, config, command);
	if (!conf->all && conf->n_to == 1)
		m->default_to = span_str(conf->to[0]);
}

void
ctlopt_free(struct ctlopt *conf)
{
	buf_free(&conf->to_list);
	free(conf->to);
	fields_free(&conf->manage.fields);
}
