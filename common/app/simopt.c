/* SPDX-License-Identifier: ISC */
/* The options of smpp-sim. */
#include "app/simopt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "app/url.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	WINDOW = 100,              /* deliver_sm in flight to each bind */
	PDU_LEAST = 1 << 10,       /* of --max-pdu */
	PDU_MOST = 16 << 20,
	CLIENTS_MOST = 1000000,    /* of --max-connections */
	CALL_MS = 30000,           /* for the connection of an outbind */
};

static void
read_accounts(struct simopt *conf, const struct setting *s)
{
	struct buf error = {0};
	int status;

	if (!accounts_load(&conf->accounts, s->value, &error, &status))
		die(status, "%s", buf_cstr(&error));
	buf_free(&error);
}

static void
read_outcomes(struct simopt *conf, const struct setting *s)
{
	struct buf error = {0};

	if (!outcomes_parse(&conf->sim.outcomes, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
	buf_free(&error);
}

static void
read_errs(struct simopt *conf, const struct setting *s)
{
	struct buf error = {0};

	if (!errs_parse(&conf->sim.errs, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
	buf_free(&error);
}

static void
read_dialect(struct simopt *conf, const struct setting *s)
{
	struct buf error = {0};

	if (!dialect_read(&conf->sim.dialect, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
	buf_free(&error);
}

static void
read_delay(struct delay *delay, const struct setting *s)
{
	if (!delay_parse(span_str(s->value), delay))
		setting_refuse(s, "expected " DELAY_EXPECTED);
}

static void
read_fault(struct simopt *conf, const struct setting *s)
{
	struct buf error = {0};

	if (!faults_add(&conf->sim.faults, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
	buf_free(&error);
}

static void
read_scenario(struct simopt *conf, const struct setting *s)
{
	FILE *f = fopen(s->value, "re");
	struct buf error = {0};
	char *text = NULL;
	size_t size = 0;
	ssize_t n = -1;

	if (f != NULL)
		n = getdelim(&text, &size, '\0', f);
	if (f == NULL || ferror(f))
		die(EX_NOINPUT, "%s: %s", s->value, strerror(errno));
	if (n > 0 && !faults_add_lines(&conf->sim.faults,
	    span_of(text, (size_t)n), &error))
		die(EX_CONFIG, "%s: %s", s->value, buf_cstr(&error));
	buf_free(&error);
	free(text);
	fclose(f);
}

/* An ESME to call. It is spoken to in plain, or under TLS without asking who it
 * is: an outbind is as good as a caller's word. */
static void
read_call(struct simopt *conf, const struct setting *s)
{
	static const struct tls_conf any = {.insecure = true};
	struct sim_conf *sim = &conf->sim;
	const char *wrong, *error;
	struct server_call call = {.tag = sim->n_calls + 1};
	struct url url;

	wrong = url_parse(&url, &conf->kept, span_str(s->value));
	if (wrong == NULL && url.query[0] != '\0')
		wrong = "parameters mean nothing here";
	if (wrong != NULL)
		setting_refuse(s, "%s", wrong);
	if (url.tls && sim->call_tls == NULL) {
		sim->call_tls = tls_client(&any, &error);
		if (sim->call_tls == NULL)
			die(EX_CONFIG, "%s", error);
	}
	call.to = (struct stream_conf){.host = url.host, .port = url.port,
	    .tls = url.tls ? sim->call_tls : NULL, .connect_ms = CALL_MS};
	call.system_id = span_str(url.system_id);
	call.password = span_str(url.password != NULL ? url.password : "");
	sim->call = mem_resize(sim->call,
	    (sim->n_calls + 1) * sizeof(*sim->call));
	sim->call[sim->n_calls++] = call;
}

static void
read_version(struct simopt *conf, const struct setting *s)
{
	static const char *const versions[] = {"3.3", "3.4", "5.0", NULL};
	static const uint32_t numbers[] = {0x33, 0x34, 0x50};

	conf->sim.version = numbers[setting_word(s, versions)];
}

/* How it listens; false when it is none of these. */
static bool
read_server(struct simopt *conf, const struct setting *s)
{
	switch (s->option) {
	case OPT_BIND_TIMEOUT:
		conf->server.bind_ms = setting_time(s);
		return true;
	case OPT_ENQUIRE_LINK:
		conf->server.enquire_link_ms = setting_time(s);
		return true;
	case OPT_LISTEN_ON:
		if (!listener_may_be(s->value))
			setting_refuse(s, "expected ADDR:PORT or :PORT, as in "
			    "127.0.0.1:2775 or [::]:2775; PORT up to 65535");
		conf->server.address = s->value;
		return true;
	case OPT_MAX_CONNECTIONS:
		conf->server.max_clients = setting_number(s, 1, CLIENTS_MOST);
		return true;
	case OPT_MAX_PDU:
		conf->server.max_pdu = (uint32_t)setting_size(s, PDU_LEAST,
		    PDU_MOST);
		return true;
	case OPT_TIMEOUT:
		conf->server.response_ms = setting_time(s);
		return true;
	case OPT_TLS_CA:
		conf->tls.ca = s->value;
		return true;
	case OPT_TLS_CERT:
		conf->tls.cert = s->value;
		return true;
	case OPT_TLS_KEY:
		conf->tls.key = s->value;
		return true;
	default:
		return false;
	}
}

/* What goes in and out; false when it is none of these. */
static bool
read_program(struct simopt *conf, const struct setting *s)
{
	switch (s->option) {
	case OPT_COLUMNS:
		conf->columns = s->value;
		return true;
	case OPT_GRACE:
		conf->grace_ms = setting_time(s);
		return true;
	case OPT_HEADER:
		conf->header = true;
		return true;
	case OPT_JSON:
		conf->json = true;
		return true;
	case OPT_LIST:
		conf->list = true;
		return true;
	case OPT_MASK:
		conf->trace.mask = true;
		return true;
	case OPT_MO:
		conf->mo = s->value;
		return true;
	case OPT_OUT:
		conf->out = s->value;
		return true;
	case OPT_PCAP:
		conf->trace.pcap = s->value;
		return true;
	case OPT_VERBOSE:
		conf->trace.verbose = atoi(s->value);
		return true;
	default:
		return false;
	}
}

/* What is written in a grammar of its own; false when it is none of these. */
static bool
read_text(struct simopt *conf, const struct setting *s)
{
	static const char *const alphabets[] = {"ascii", "gsm7",
	    "gsm7-packed", "latin1", NULL};

	switch (s->option) {
	case OPT_ACCOUNTS:
		read_accounts(conf, s);
		return true;
	case OPT_ALPHABET:
		setting_word(s, alphabets);
		encoding_by_name(span_str(s->value), &conf->sim.alphabet);
		return true;
	case OPT_DELAY:
		read_delay(&conf->sim.delay, s);
		return true;
	case OPT_DIALECT:
		read_dialect(conf, s);
		return true;
	case OPT_ERR:
		read_errs(conf, s);
		return true;
	case OPT_FAULT:
		read_fault(conf, s);
		return true;
	case OPT_LATENCY:
		read_delay(&conf->sim.latency, s);
		return true;
	case OPT_OUTBIND_TO:
		read_call(conf, s);
		return true;
	case OPT_OUTCOMES:
		read_outcomes(conf, s);
		return true;
	case OPT_SCENARIO:
		read_scenario(conf, s);
		return true;
	case OPT_SMPP_VERSION:
		read_version(conf, s);
		return true;
	default:
		return false;
	}
}

static void
read_rest(struct simopt *conf, const struct setting *s)
{
	static const char *const by[] = {"both", "text", "tlv", NULL};

	switch (s->option) {
	case OPT_ACCEPT_RATE:
		conf->sim.accept_rate = setting_rate(s);
		break;
	case OPT_ALL_PDUS:
		conf->sim.all_pdus = true;
		break;
	case OPT_LINT:
		conf->sim.lint = true;
		break;
	case OPT_LOOPBACK:
		conf->sim.loopback = true;
		break;
	case OPT_RECEIPT_BY:
		conf->sim.receipt_by = (enum sim_receipt_by)
		    setting_word(s, by);
		break;
	case OPT_SEED:
		conf->sim.seeded = true;
		conf->sim.seed = setting_number(s, 0, UINT32_MAX);
		break;
	default:
		break;
	}
}

/* What follows from several settings about TLS. */
static void
finish_tls(struct simopt *conf)
{
	if (conf->tls.key != NULL && conf->tls.cert == NULL)
		die(EX_USAGE, "--tls-key: it needs --tls-cert");
	if (conf->tls.ca != NULL && conf->tls.cert == NULL)
		die(EX_USAGE, "--tls-ca: it needs --tls-cert");
	if (conf->accounts.certified && conf->tls.cert == NULL)
		die(EX_CONFIG, "--accounts: an account with a certificate "
		    "needs --tls-cert");
	if (conf->accounts.named && conf->tls.ca == NULL)
		die(EX_CONFIG, "--accounts: a certificate is known by its name "
		    "with --tls-ca alone; sha256:DIGITS does without");
	conf->tls.ask = conf->accounts.certified;
}

void
simopt_read(struct simopt *conf, const struct config *config)
{
	struct span bad;

	*conf = (struct simopt){
		.server.window = WINDOW,
		.sim.outcomes = outcomes_default(),
		.sim.alphabet = ENCODING_UNSET,
	};

	if (config->n_operands > 0 && !config->dashes)
		die(EX_USAGE, "%s: unexpected argument; a command to run "
		    "stands behind --", config->operand[0]);
	for (size_t i = 0; i < config->n; i++)
		if (!read_server(conf, &config->setting[i]) &&
		    !read_program(conf, &config->setting[i]) &&
		    !read_text(conf, &config->setting[i]))
			read_rest(conf, &config->setting[i]);
	if (conf->columns == NULL && conf->sim.all_pdus)
		conf->columns = "time,account,command,from,to,text,"
		    "message_id,status,seq";
	if (!record_format_init(&conf->sim.format, &schema_sim, conf->json,
	    conf->columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    &schema_sim, bad);
	conf->server.tell_enquiries = delay_any(&conf->sim.latency) ||
	    (conf->sim.faults.on & FAULT_ON(enquire_link)) != 0;
	conf->server.tell_all = conf->sim.all_pdus || conf->sim.lint;
	finish_tls(conf);
}

void
simopt_free(struct simopt *conf)
{
	accounts_free(&conf->accounts);
	faults_free(&conf->sim.faults);
	tls_free(conf->sim.call_tls);
	free(conf->sim.call);
	keep_free(&conf->kept);
}
