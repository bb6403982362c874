/* SPDX-License-Identifier: ISC */
/* The options of a connection, made into what app/link takes. */
#include "app/connopt.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <sysexits.h>

#include "app/password.h"
#include "app/url.h"
#include "base/mem.h"
#include "sys/diag.h"

enum {
	PASSWORD_OCTETS = 8,  /* that the protocol allows, without the NUL */
	SYSTEM_ID_OCTETS = 15,
	PDU_LEAST = 16,
	PDU_MOST = 16 << 20,
	WINDOW_MOST = 65536,
	RETRIES_MOST = 1000000,
};

static void
nothing_configured(const struct program *program)
{
	warn("no SMSC to connect to; say which with -u "
	    "smpp://SYSTEM_ID@HOST:2775 or $SMPP_URL,");
	warn("or write it into ~/.config/smpptools.ini as url = ... below "
	    "[default]; see smpptools.ini(5);");
	die(EX_USAGE, "nothing is configured; to try things out, run smpp-sim in "
	    "another terminal, then %s -p sim", program->name);
}

static enum link_bind
bind_of(const struct setting *s)
{
	static const char *const words[] = {"tx", "rx", "trx", NULL};

	return (enum link_bind)setting_word(s, words);
}

static uint8_t
version_of(const struct setting *s)
{
	static const char *const words[] = {"3.3", "3.4", "5.0", "0x33",
	    "0x34", "0x50", "51", "52", "80"};
	static const uint8_t versions[] = {0x33, 0x34, 0x50};

	/* people write interface_version as octet, digits or its value */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(s->value, words[i]) == 0)
			return versions[i % 3];
	setting_refuse(s, "3.3, 3.4 or 5.0 is expected");
}

static void
take(struct connopt *o, const struct setting *s, struct tls_conf *tls,
    const char **servername)
{
	struct link_conf *link = &o->link;

	switch (s->option) {
	case OPT_BIND: link->bind = bind_of(s); break;
	case OPT_SMPP_VERSION: link->version = version_of(s); break;
	case OPT_SYSTEM_TYPE: link->system_type = s->value; break;
	case OPT_ADDRESS_RANGE: link->address_range = s->value; break;
	case OPT_BIND_TON: link->bind_ton = setting_ton(s); break;
	case OPT_BIND_NPI: link->bind_npi = setting_npi(s); break;
	case OPT_WINDOW:
		link->window = (uint32_t)setting_number(s, 1, WINDOW_MOST);
		break;
	case OPT_MAX_PDU:
		link->max_pdu = (uint32_t)setting_size(s, PDU_LEAST, PDU_MOST);
		break;
	case OPT_ENQUIRE_LINK: link->enquire_link_ms = setting_time(s); break;
	case OPT_TIMEOUT: link->response_ms = setting_time(s); break;
	case OPT_BIND_TIMEOUT: link->bind_ms = setting_time(s); break;
	case OPT_TCP_USER_TIMEOUT: link->user_timeout_ms = setting_time(s); break;
	case OPT_LOCAL_ADDRESS: link->local_address = s->value; break;
	case OPT_CONNECT_RETRIES:
		link->connect_retries =
		    (uint32_t)setting_number(s, 0, RETRIES_MOST);
		break;
	case OPT_RECONNECT_TIME:
		link->reconnect_ms = strcmp(s->value, "forever") == 0 ?
		    UINT64_MAX : setting_time(s);
		break;
	case OPT_GRACE: o->grace_ms = setting_time(s); break;
	case OPT_TLS_CA: tls->ca = s->value; break;
	case OPT_TLS_CERT: tls->cert = s->value; break;
	case OPT_TLS_KEY: tls->key = s->value; break;
	case OPT_TLS_INSECURE: tls->insecure = true; break;
	case OPT_TLS_SERVERNAME: *servername = s->value; break;
	default: break;
	}
}

static struct tls *
tls_of(const struct tls_conf *conf)
{
	const char *error;
	struct tls *tls = tls_client(conf, &error);

	if (tls == NULL)
		die(EX_CONFIG, "TLS: %s", error);
	if (conf->insecure)
		warn("--tls-insecure: the peer's certificate is not verified: "
		    "anybody may be at the other end");
	return tls;
}

static void
take_peer(struct connopt *o, const struct setting *s,
    struct password *passwords, const struct tls_conf *tls,
    const char *servername)
{
	struct link_peer *peer = &o->peer[o->link.n_peers++];
	struct url u;
	const char *wrong = url_parse(&u, &o->kept, span_str(s->value));

	if (wrong != NULL)
		setting_refuse(s, "%s", wrong);
	if (u.tls && o->tls == NULL)
		o->tls = tls_of(tls);
	*peer = (struct link_peer){
		.host = u.host,
		.port = u.port,
		.tls = u.tls ? o->tls : NULL,
		.servername = servername,
		.system_id = u.system_id,
		.password = keep_span(&o->kept,
		    span_str(password_for(passwords, &u, s->layer))),
	};
	if (strlen(u.system_id) > SYSTEM_ID_OCTETS)
		warn("the system_id %s is longer than the %d octets of SMPP; "
		    "it is sent as given", u.system_id, SYSTEM_ID_OCTETS);
	if (strlen(peer->password) > PASSWORD_OCTETS)
		warn("the password of %s at %s is longer than the %d octets of "
		    "SMPP; it is sent as given", u.system_id, u.host,
		    PASSWORD_OCTETS);
}

struct connopt *
connopt_new(const struct config *c)
{
	struct connopt *o = mem_new(sizeof(*o));
	struct tls_conf tls = {0};
	const char *servername = NULL;
	struct password passwords;

	if (config_get(c, OPT_URL) == NULL)
		nothing_configured(c->program);
	o->link.reconnect_ms = UINT64_MAX;
	o->link.window = 1;
	o->peer = mem_array(c->n, sizeof(*o->peer));
	o->link.peer = o->peer;
	for (size_t i = 0; i < c->n; i++)
		take(o, &c->setting[i], &tls, &servername);
	password_init(&passwords, c);
	for (size_t i = 0; i < c->n; i++)
		if (c->setting[i].option == OPT_URL)
			take_peer(o, &c->setting[i], &passwords, &tls,
			    servername);
	password_free(&passwords);
	return o;
}

void
connopt_free(struct connopt *o)
{
	if (o == NULL)
		return;
	free(o->peer);
	tls_free(o->tls);
	keep_free(&o->kept);
	free(o);
}

void
connopt_libraries(struct buf *b)
{
	buf_addf(b, "libevent %s\n%s\n", event_get_version(),
	    OpenSSL_version(OPENSSL_VERSION));
}
