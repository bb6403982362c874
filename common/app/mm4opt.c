/* SPDX-License-Identifier: ISC */
/* Options about the own MMSC and the rules for others. */
#include "app/mm4opt.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sysexits.h>

#include "base/mem.h"
#include "sys/clock.h"
#include "sys/diag.h"

enum { TIMES_MOST = 1000 };  /* forwardings, hops */

static const uint64_t message_most = UINT64_C(1) << 30;

/* A rule for a peer, of the options or of its section; false: it is none. */
static bool
take_rule(struct relay_peer *p, const struct setting *s)
{
	struct span bad = {0};

	switch (s->option) {
	case OPT_COUNTRY:
		if (s->value[strspn(s->value, "0123456789")] != '\0')
			setting_refuse(s, "digits are expected, as 82");
		p->country = s->value;
		break;
	case OPT_MM4_ALLOW:
		relay_network_has(s->value, "", &bad);
		if (bad.p != NULL)
			setting_refuse(s, "%.*s is no network, as 192.0.2.0/24 "
			    "or 2001:db8::1", (int)bad.n, (const char *)bad.p);
		p->allow = s->value;
		break;
	case OPT_MM4_BARE_IDS:
		p->style.bare_ids = s->value != NULL;
		break;
	case OPT_MM4_FULL_ADDRESSES:
		p->style.address_domain = s->value != NULL;
		break;
	case OPT_MM4_MAX_MESSAGE:
		p->max_size = setting_size(s, 1, message_most);
		break;
	case OPT_MM4_SENDERS:
		p->domains = s->value;
		break;
	case OPT_MM4_TLS_NEEDED:
		p->tls = s->value != NULL;
		break;
	case OPT_MM4_VERSION:
		p->version = s->value;
		break;
	default:
		return false;
	}
	return true;
}

/* The rules of a section are those of the options, but where it says else. */
static void
read_peer(struct mm4opt *o, const struct config *config,
    const struct setting *name, struct relay_peer *p)
{
	struct setting *list;
	size_t n = config_section(config, name->value, &o->kept, &list);

	*p = o->peers.other;
	p->name = name->value;
	p->allow = p->domains = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct setting *s = &list[i];

		if (s->option == OPT_MM4_USER)
			p->user = s->value;
		else if (s->option == OPT_PASSWORD)
			p->password = s->value;
		else if (!take_rule(p, s))
			setting_refuse(s, "a peer's section has allow, "
			    "senders, user, password, require-tls, "
			    "max-message, country, bare-ids, full-addresses "
			    "and mms-version");
	}
	if (p->user != NULL && p->password == NULL)
		die(EX_CONFIG, "section [%s]: a user without a password",
		    name->value);
	o->auth |= p->user != NULL;
	free(list);
}

static void
take_limit(struct mm4opt *o, const struct setting *s)
{
	struct relay_conf *r = &o->relay;
	struct buf why = {0};

	switch (s->option) {
	case OPT_DELAY:
		if (!delay_parse(span_str(s->value), &r->delay))
			setting_refuse(s, "%s is expected", DELAY_EXPECTED);
		break;
	case OPT_MM4_MAX_FORWARDS:
		r->max_forwards = (unsigned)setting_number(s, 0, TIMES_MOST);
		break;
	case OPT_MM4_MAX_HOPS:
		r->max_hops = (unsigned)setting_number(s, 1, TIMES_MOST);
		break;
	case OPT_OUTCOMES:
		if (!relay_outcomes_parse(&r->outcomes, span_str(s->value),
		    &why))
			setting_refuse(s, "%s", buf_cstr(&why));
		break;
	default:
		break;
	}
}

static void
take_place(struct mm4opt *o, const struct setting *s)
{
	switch (s->option) {
	case OPT_HEADER:
		o->header = true;
		break;
	case OPT_MM4_DOMAIN:
		o->domain[o->relay.n_domains++] = s->value;
		break;
	case OPT_MM4_ONLY_PEERS:
		o->peers.strict = true;
		break;
	case OPT_MM4_SPOOL:
		o->spool = s->value;
		break;
	case OPT_MM4_STATE_FILE:
		o->state_file = s->value;
		break;
	case OPT_MM4_SYSTEM:
		o->relay.system = s->value;
		break;
	case OPT_OUT:
		o->out = s->value;
		break;
	case OPT_ROUTE:
		/* a domain that mails may be taken for, too */
		if (s->value[0] != '+' && s->value[0] != '*' &&
		    strspn(s->value, "0123456789") != strcspn(s->value, "="))
			o->route[o->relay.n_routes++] = keep_span(&o->kept,
			    span_of(s->value, strcspn(s->value, "=")));
		break;
	default:
		break;
	}
}

static void
read_format(struct mm4opt *o, const struct config *config,
    const struct schema *schema)
{
	const struct setting *columns = config_get(config, OPT_COLUMNS);
	struct span bad;

	if (!record_format_init(&o->relay.format, schema,
	    config_get(config, OPT_JSON) != NULL,
	    columns != NULL ? columns->value : NULL, &bad))
		setting_refuse_columns(columns, schema, bad);
}

/* Ids must not repeat, whoever starts when. */
static uint64_t
any_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = clock_us();
	return seed;
}

void
mm4opt_init(struct mm4opt *o, const struct config *config,
    const struct schema *schema)
{
	size_t peers = 0;

	*o = (struct mm4opt){.relay = {.max_hops = 50, .max_forwards = 20}};
	o->domain = mem_array(config->n + 1, sizeof(*o->domain));
	o->route = mem_array(config->n + 1, sizeof(*o->route));
	o->peers.other.name = "";
	for (size_t i = 0; i < config->n; i++) {
		const struct setting *s = &config->setting[i];

		peers += s->option == OPT_MM4_PEER;
		if (!take_rule(&o->peers.other, s)) {
			take_limit(o, s);
			take_place(o, s);
		}
	}
	if (o->relay.n_domains == 0)
		die(EX_USAGE, "--domain is needed: that of this MMSC, as "
		    "mms.example.net");
	o->peers.p = mem_array(peers + 1, sizeof(*o->peers.p));
	for (size_t i = 0; i < config->n; i++)
		if (config->setting[i].option == OPT_MM4_PEER)
			read_peer(o, config, &config->setting[i],
			    &o->peers.p[o->peers.n++]);
	read_format(o, config, schema);
	o->name = o->domain[0];
	o->relay.domain = o->domain;
	o->relay.route = o->route;
	o->relay.peers = &o->peers;
	o->relay.seed = any_seed();
}

const char *
mm4opt_state_file(struct mm4opt *o)
{
	if (o->state_file == NULL)
		o->state_file = keepf(&o->kept, "%s/state.db", o->spool);
	return o->state_file;
}

void
mm4opt_free(struct mm4opt *o)
{
	free(o->domain);
	free(o->route);
	free(o->peers.p);
	keep_free(&o->kept);
}
