/* SPDX-License-Identifier: ISC */
/* What the options of smpp-send mean, and which of them go together. */
#include "app/sendopt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "sys/diag.h"
#include "text/udh.h"

enum { BINDS_MOST = 10000, WAITING_MOST = 4000000 };
#define REPEAT_MOST UINT64_C(1000000000000)

static const char *const ids_words[] = {"exact", "resp-hex", "receipt-hex",
    "auto", NULL};
static const char *const per_words[] = {"part", "message", NULL};
static const char *const sync_words[] = {"second", "each", NULL};
static const char *const bind_words[] = {"tx", "rx", "trx", NULL};

/* An address that a script left empty is not passed over in silence. */
static void
take_to(struct sendopt *conf, const struct setting *s)
{
	size_t n = strlen(s->value);

	if (n == 0 || s->value[0] == ',' || s->value[n - 1] == ',' ||
	    strstr(s->value, ",,") != NULL)
		setting_refuse(s, "an address is empty");
	buf_add_str(&conf->to_list, s->value);
	buf_add_byte(&conf->to_list, ',');
}

/* "-t A,B" is "-t A -t B". */
static void
split_to(struct sendopt *conf)
{
	char *one, *list;

	buf_add_byte(&conf->to_list, 0);
	list = (char *)conf->to_list.p;
	while ((one = strsep(&list, ",")) != NULL && *one != '\0') {
		conf->to = mem_resize(conf->to,
		    (conf->n_to + 1) * sizeof(*conf->to));
		conf->to[conf->n_to++] = one;
	}
}

/* Takes a setting that is a field of the PDU; false when it is none. */
static bool
take_field(struct outline_conf *o, const struct setting *s)
{
	static const struct {
		enum option option;
		enum field_column column;
	} fields[] = {
		{OPT_ESM_CLASS, SET_esm_class},
		{OPT_PRIORITY, SET_priority},
		{OPT_PROTOCOL_ID, SET_protocol_id},
		{OPT_RECEIPT, SET_receipt},
		{OPT_REPLACE_IF_PRESENT, SET_replace_if_present},
		{OPT_SCHEDULE, SET_schedule},
		{OPT_SERVICE_TYPE, SET_service_type},
		{OPT_SM_DEFAULT_MSG_ID, SET_sm_default_msg_id},
		{OPT_TLV, SET_tlv},
		{OPT_VALIDITY, SET_validity},
	};
	struct buf error = {0};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].option != s->option)
			continue;
		if (!fields_set(&o->fields, fields[i].column,
		    span_str(s->value), &error))
			setting_refuse(s, "%s", fields_reason(&error));
		return true;
	}
	return false;
}

static void
take_header(struct outline_conf *o, const struct setting *s)
{
	struct buf octets = {0};
	struct span udh, rest;
	size_t bad;

	o->udh = span_str(s->value);
	if (!hex_decode(&octets, o->udh, &bad) ||
	    !udh_take(buf_span(&octets), &udh, &rest) || rest.n > 0)
		setting_refuse(s, "hexadecimal is expected, whose first octet "
		    "is the length of the rest");
	buf_free(&octets);
}

static void
add_tlv(struct outline_conf *o, uint16_t tag, struct span value)
{
	struct wr w = wr_init(buf_reserve(&o->fields.tlvs, value.n + 4),
	    value.n + 4);

	tlv_put(&w, tag, value);
	o->fields.tlvs.len += w.len;
}

/* What --tlv does not say of a broadcast, its own options do. */
static void
add_missing(struct outline_conf *o, uint16_t tag, struct span value)
{
	struct pdu pdu = {.tlvs = buf_span(&o->fields.tlvs)};
	struct span known;

	if (!pdu_tlv(&pdu, tag, &known))
		add_tlv(o, tag, value);
}

/* "ESME_RSUBMITFAIL,0x400": names or numbers. */
static void
read_statuses(struct sendopt *conf, const struct setting *s)
{
	char *list = mem_strdup(s->value), *left = list, *one, *end;
	const struct status_row *row;
	unsigned long code;

	while ((one = strsep(&left, ",")) != NULL) {
		row = status_row_by_name(span_str(one));
		code = row ? row->code : strtoul(one, &end, 0);
		if (row == NULL && (*one == '\0' || *end != '\0' ||
		    code > UINT32_MAX))
			setting_refuse(s, "\"%s\" is no status", one);
		conf->retry_on = mem_resize(conf->retry_on,
		    (conf->sender.n_retry_on + 1) * sizeof(uint32_t));
		conf->retry_on[conf->sender.n_retry_on++] = (uint32_t)code;
	}
	free(list);
	conf->sender.retry_on = conf->retry_on;
}

/* An area is a TLV of all that is sent. */
static void
take_area(struct sendopt *conf, const struct setting *s)
{
	struct outline_conf *o = &conf->sender.outline;
	struct buf value = {0}, error = {0};

	if (!area_read(&value, span_str(s->value), &error))
		setting_refuse(s, "%s", buf_cstr(&error));
	add_tlv(o, TLV_broadcast_area_identifier, buf_span(&value));
	buf_free(&value);
	if (conf->areas.len > 0)
		buf_add_byte(&conf->areas, ';');
	buf_add_str(&conf->areas, s->value);
	conf->broadcast = s;
	conf->sender.n_areas++;
	o->broadcast = true;
}

static void
take_option(struct sendopt *conf, const struct setting *s)
{
	struct outline_conf *o = &conf->sender.outline;

	if (textopt_take(&o->text, s) || take_field(o, s))
		return;
	switch (s->option) {
	case OPT_ALLOW_EMPTY: o->allow_empty = true; break;
	case OPT_BATCH: conf->batch = true; break;
	case OPT_BIND:
		conf->bind = (enum link_bind)setting_word(s, bind_words);
		conf->bind_given = true;
		if (conf->bind == LINK_RX)
			setting_refuse(s, "a receiver cannot send");
		break;
	case OPT_BINDS:
		conf->binds = (uint32_t)setting_number(s, 1, BINDS_MOST);
		break;
	case OPT_BROADCAST: take_area(conf, s); break;
	case OPT_BROADCAST_EVERY:
		if (!area_interval(conf->interval, setting_time(s)))
			setting_refuse(s, "it is told in whole seconds, up to "
			    "65535 weeks");
		break;
	case OPT_BROADCAST_TIMES:
		conf->times = (uint16_t)setting_number(s, 0, UINT16_MAX);
		break;
	case OPT_BROADCAST_TYPE:
		if (!area_content(conf->content, span_str(s->value)))
			setting_refuse(s, "a broadcast_content_type is "
			    "expected: a name of smpptools-pdu(7), or "
			    "NETWORK:NUMBER");
		break;
	case OPT_COLUMNS: conf->columns = s->value; break;
	case OPT_COLUMNS_IN: conf->rows.columns = s->value; break;
	case OPT_DATA_SM: o->data_sm = true; break;
	case OPT_DRY_RUN: conf->dry_run = true; break;
	case OPT_FROM: o->default_from = span_str(s->value); break;
	case OPT_FROM_NPI: o->from.npi = setting_npi(s); break;
	case OPT_FROM_TON: o->from.ton = setting_ton(s); break;
	case OPT_HOURS:
		if (!hours_parse(&conf->sender.pacer.hours,
		    span_str(s->value)))
			setting_refuse(s, "hours of the day are expected: "
			    "09:00-21:00, or 21-6 over midnight");
		break;
	case OPT_IDS:
		conf->sender.ids = (enum ids_mode)setting_word(s, ids_words);
		break;
	case OPT_JOURNAL: conf->journal = s->value; break;
	case OPT_JOURNAL_SYNC:
		conf->journal_sync_each = setting_word(s, sync_words) == 1;
		break;
	case OPT_JSON: conf->json = true; break;
	case OPT_KEEP_ORDER: conf->sender.keep_order = true; break;
	case OPT_KEEP_PLUS: o->to.keep_plus = o->from.keep_plus = true; break;
	case OPT_MASK: conf->trace.mask = true; break;
	case OPT_MAX_WAITING:
		conf->sender.max_waiting = (size_t)setting_number(s, 1,
		    WAITING_MOST);
		break;
	case OPT_MULTI: conf->sender.multi = o->multi = true; break;
	case OPT_NO_HEADER: conf->rows.no_header = true; break;
	case OPT_ORDERED: conf->sender.ordered = true; break;
	case OPT_OTHERS: conf->others.path = s->value; break;
	case OPT_OUT: conf->out = s->value; break;
	case OPT_PCAP: conf->trace.pcap = s->value; break;
	case OPT_RATE: conf->sender.pacer.rate = setting_rate(s); break;
	case OPT_RECEIPTS_FROM:
		conf->receipts_from = s->value;
		conf->sender.wait = true;
		break;
	case OPT_RECEIPT_PER:
		conf->sender.receipt_per_message = setting_word(s, per_words) ==
		    1;
		break;
	case OPT_REPEAT:
		conf->repeat = setting_number(s, 1, REPEAT_MOST);
		break;
	case OPT_RESEND_UNKNOWN: conf->sender.resend_unknown = true; break;
	case OPT_RETRIES:
		conf->sender.retries = (uint32_t)setting_number(s, 0, 1000);
		break;
	case OPT_RETRY_ON: read_statuses(conf, s); break;
	case OPT_SEED: conf->seed = setting_number(s, 0, UINT64_MAX); break;
	case OPT_SHARE: conf->share = true; break;
	case OPT_STATS: conf->sender.measures = true; break;
	case OPT_THROTTLE_TIME:
		conf->sender.pacer.throttle_ms = setting_time(s);
		break;
	case OPT_QUIET: conf->quiet = true; break;
	case OPT_TO: take_to(conf, s); break;
	case OPT_TO_NPI: o->to.npi = setting_npi(s); break;
	case OPT_TO_TON: o->to.ton = setting_ton(s); break;
	case OPT_TZ:
		if (!zone_parse(&conf->sender.pacer.hours.zone, s->value))
			setting_refuse(s, "a zone is expected: +09:00, UTC, "
			    "local, or a name such as Asia/Seoul");
		break;
	case OPT_UDH: take_header(o, s); break;
	case OPT_VERBOSE: conf->trace.verbose = atoi(s->value); break;
	case OPT_WAIT: conf->sender.wait = true; break;
	case OPT_WAIT_TIME:
		conf->sender.wait_ms = setting_time(s);
		conf->sender.wait |= s->layer != LAYER_DEFAULT;
		break;
	case OPT_WINDOW:
		conf->window = (uint32_t)setting_number(s, 1, 65535);
		conf->sender.pacer.window = conf->window;
		break;
	default: break;
	}
}

static bool
is_on_line(const struct config *config, enum option option)
{
	for (size_t i = 0; i < config->n; i++)
		if (config->setting[i].option == option &&
		    config->setting[i].layer == LAYER_LINE)
			return true;
	return false;
}

/* One broadcast to all areas: what tells one destination from another, and what
 * one phone may answer, has no place in it. */
static void
finish_broadcast(struct sendopt *conf, const struct config *config)
{
	static const enum option others[] = {OPT_TO, OPT_BATCH, OPT_MULTI,
	    OPT_DATA_SM, OPT_RECEIPT, OPT_WAIT, OPT_WAIT_TIME,
	    OPT_RECEIPTS_FROM, OPT_ESM_CLASS, OPT_PROTOCOL_ID, OPT_UDH,
	    OPT_SOURCE_PORT, OPT_DESTINATION_PORT, OPT_JOURNAL};
	struct outline_conf *o = &conf->sender.outline;
	uint8_t times[] = {(uint8_t)(conf->times >> 8), (uint8_t)conf->times};

	if (conf->broadcast == NULL)
		return;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (is_on_line(config, others[i]))
			die(EX_USAGE, "--broadcast and --%s exclude one "
			    "another", options[others[i]].name);
	add_missing(o, TLV_broadcast_content_type,
	    span_of(conf->content, sizeof(conf->content)));
	add_missing(o, TLV_broadcast_rep_num, span_of(times, sizeof(times)));
	add_missing(o, TLV_broadcast_frequency_interval,
	    span_of(conf->interval, sizeof(conf->interval)));
	/* what a profile says of other messages does not count */
	o->text.conf.split = SPLIT_PAYLOAD;
	o->text.conf.ports = false;
	o->udh = (struct span){0};
	o->data_sm = o->multi = conf->sender.multi = false;
	conf->journal = NULL;
	conf->batch = conf->sender.wait = false;
	o->fields.registered_delivery = 0;
	buf_add_byte(&conf->areas, 0);
	conf->to = mem_resize(conf->to, sizeof(*conf->to));
	conf->to[0] = (const char *)conf->areas.p;
	conf->n_to = 1;
}

/* What only makes sense together. */
static void
check_options(struct sendopt *conf, const struct config *config)
{
	struct sender_conf *sender = &conf->sender;
	struct span bad;
	bool receives;

	finish_broadcast(conf, config);
	textopt_finish(&sender->outline.text);
	if (conf->repeat > 0 && conf->batch)
		die(EX_USAGE, "--repeat and --batch exclude one another");
	if (sender->multi && sender->outline.data_sm)
		die(EX_USAGE, "--multi and --data-sm exclude one another: "
		    "data_sm has one destination");
	sender->pacer.open_loop = conf->repeat > 0 && sender->pacer.rate.n > 0;
	if (sender->pacer.hours.limited && !config_given(config, OPT_TZ) &&
	    !zone_parse(&sender->pacer.hours.zone, "local"))
		die(EX_CONFIG, "--hours: $TZ is no time zone that is known "
		    "here; --tz names one");
	if (sender->wait && !config_given(config, OPT_RECEIPT))
		sender->outline.fields.registered_delivery = 1;
	if (sender->wait && sender->outline.fields.registered_delivery == 0)
		die(EX_USAGE, "--wait: no receipt comes with --receipt none");
	receives = (sender->wait && conf->receipts_from == NULL) ||
	    conf->others.path != NULL;
	if (!conf->bind_given)
		conf->bind = receives ? LINK_TRX : LINK_TX;
	else if (receives && conf->bind == LINK_TX)
		die(EX_USAGE, "%s to a transmitter; use --bind trx",
		    conf->others.path != NULL ? "--others: nothing comes" :
		    "--wait: no receipt comes");
	conf->others.json = conf->json;
	conf->others.reading.alphabet = sender->outline.text.conf.alphabet;
	conf->others.reading.cp949 = sender->outline.text.conf.cp949;
	if (!record_format_init(&conf->format, conf->dry_run ? &schema_plan :
	    &schema_result, conf->json, conf->columns, &bad))
		setting_refuse_columns(config_get(config, OPT_COLUMNS),
		    conf->dry_run ? &schema_plan : &schema_result, bad);
	sender->format = &conf->format;
}

void
sendopt_read(struct sendopt *conf, const struct config *config)
{
	struct sender_conf *sender = &conf->sender;

	sender->outline.text.conf = text_conf_default();
	sender->outline.to = (struct address_conf){.ton = -1, .npi = -1};
	sender->outline.from = (struct address_conf){.sender = true, .ton = -1,
	    .npi = -1};
	if (getrandom(&conf->seed, sizeof(conf->seed), GRND_NONBLOCK) < 0)
		conf->seed = (uint64_t)getpid() * UINT64_C(0x9e3779b97f4a7c15);
	for (size_t i = 0; i < config->n; i++)
		take_option(conf, &config->setting[i]);
	sender->reference_seed = (uint32_t)(conf->seed ^ conf->seed >> 32);
	split_to(conf);
	check_options(conf, config);
}

void
sendopt_free(struct sendopt *conf)
{
	buf_free(&conf->text);
	buf_free(&conf->to_list);
	buf_free(&conf->areas);
	fields_free(&conf->sender.outline.fields);
	free(conf->to);
	free(conf->retry_on);
}
