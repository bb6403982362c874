/* SPDX-License-Identifier: ISC */
/* Options about connections. */
#include "app/mm4net.h"

#include <stdlib.h>
#include <sysexits.h>

#include "io/mx.h"
#include "sys/diag.h"

enum {
	CONNECTIONS_MOST = 1000,       /* to one peer */
	CLIENTS_MOST = 100000,
	RECIPIENTS_MOST = 10000,
	CONNECT_MS = 60000,
	DATA_RATE = 100,               /* octets a second that a peer must send */
	ERRORS_MOST = 20,
};

static const char *const starttls[] = {"never", "may", "must", NULL};

/* Of the connections to others. */
static void
take_client(struct mm4net *n, const struct setting *s)
{
	struct smtp_client_conf *smtp = &n->mailer.smtp;

	switch (s->option) {
	case OPT_LOCAL_ADDRESS:
		n->mailer.local_address = s->value;
		break;
	case OPT_MAIL_AUTH_IN_CLEAR:
		smtp->auth_in_clear = true;
		break;
	case OPT_MAIL_CONNECTIONS:
		n->mailer.connections =
		    (size_t)setting_number(s, 1, CONNECTIONS_MOST);
		break;
	case OPT_MAIL_HELO:
		smtp->name = s->value;
		break;
	case OPT_MAIL_LOOKUP:
		n->lookup = s->value;
		break;
	case OPT_MAIL_MX:
		n->routes.mx = true;
		break;
	case OPT_MAIL_RESOLVER:
		if (!mx_resolver_is_good(s->value))
			setting_refuse(s, "an IPv4 address is expected, as "
			    "192.0.2.1 or 192.0.2.1:53");
		n->mailer.resolver = s->value;
		break;
	case OPT_MAIL_RETRY_TIME:
		n->retry_ms = setting_time(s);
		break;
	case OPT_MAIL_STARTTLS:
		smtp->starttls = (enum smtp_tls)setting_word(s, starttls);
		break;
	case OPT_TLS_SERVERNAME:
		n->mailer.servername = s->value;
		break;
	default:
		break;
	}
}

/* Of the connections from others, and of both. */
static void
take_server(struct mm4net *n, const struct setting *s)
{
	struct smtp_conf *smtp = &n->server.smtp;

	switch (s->option) {
	case OPT_GRACE:
		n->grace_ms = setting_time(s);
		break;
	case OPT_MAIL_LISTEN_ON:
		if (!listener_may_be(s->value))
			setting_refuse(s, "an address and a port are "
			    "expected, as 127.0.0.1:2525");
		n->server.address = s->value;
		break;
	case OPT_MAIL_LMTP:
		smtp->lmtp = true;
		break;
	case OPT_MAIL_MAX_CONNECTIONS:
		n->server.clients_most =
		    (size_t)setting_number(s, 1, CLIENTS_MOST);
		break;
	case OPT_MAIL_MAX_RECIPIENTS:
		smtp->recipients_most =
		    (uint32_t)setting_number(s, 1, RECIPIENTS_MOST);
		break;
	case OPT_MAIL_TIMEOUT:
		n->mailer.smtp.reply_ms = setting_time(s);
		/* a whole mail may take the peer longer (RFC 5321, 4.5.3.2) */
		n->mailer.smtp.end_ms = 2 * n->mailer.smtp.reply_ms;
		smtp->command_ms = n->mailer.smtp.reply_ms;
		break;
	case OPT_VERBOSE:
		smtp->transcript = n->mailer.smtp.transcript = true;
		break;
	case OPT_MASK:
		n->server.mask = n->mailer.mask = true;
		break;
	default:
		break;
	}
}

static const char *
value_of(const struct config *config, enum option option)
{
	const struct setting *s = config_get(config, option);

	return s != NULL ? s->value : NULL;
}

static struct tls *
client_tls(const struct config *config, bool insecure)
{
	struct tls_conf conf = {
		.ca = value_of(config, OPT_TLS_CA),
		.cert = value_of(config, OPT_TLS_CERT),
		.key = value_of(config, OPT_TLS_KEY),
		.insecure = insecure,
	};
	const char *error;
	struct tls *tls = tls_client(&conf, &error);

	if (tls == NULL)
		die(EX_CONFIG, "TLS: %s", error);
	return tls;
}

/* Whether any route begins with TLS. */
static bool
has_tls(const struct mm4net *n)
{
	if (n->routes.fixed.tls || n->mailer.smtp.starttls == SMTP_TLS_MUST)
		return true;
	for (size_t i = 0; i < n->routes.n; i++)
		if (n->routes.row[i].target.tls)
			return true;
	return false;
}

static void
read_tls(struct mm4net *n, const struct config *config)
{
	bool insecure = config_get(config, OPT_TLS_INSECURE) != NULL;

	if (insecure)
		warn("--tls-insecure: the peer's certificate is not verified: "
		    "anybody may be at the other end");
	if (has_tls(n))
		n->verifying = client_tls(config, insecure);
	/* TLS that may be and need not hides from listeners alone */
	if (n->mailer.smtp.starttls == SMTP_TLS_MAY)
		n->lax = client_tls(config, true);
	n->mailer.tls = n->verifying;
	n->mailer.tls_may = n->lax;
}

static void
read_server_tls(struct mm4net *n, const struct config *config)
{
	struct tls_conf conf = {
		.ca = value_of(config, OPT_TLS_CA),
		.cert = value_of(config, OPT_TLS_CERT),
		.key = value_of(config, OPT_TLS_KEY),
	};
	bool implicit = config_get(config, OPT_MAIL_TLS) != NULL;
	const char *error;

	if (n->server.address == NULL)
		return;
	if (implicit && conf.cert == NULL)
		die(EX_USAGE, "--tls needs --tls-cert");
	if (conf.cert == NULL)
		return;
	n->serving = tls_server(&conf, &error);
	if (n->serving == NULL)
		die(EX_CONFIG, "TLS: %s", error);
	if (implicit)
		n->server.tls = n->serving;
	else
		n->server.starttls = n->serving;
}

static void
read_routes(struct mm4net *n, const struct config *config)
{
	struct buf why = {0};

	for (size_t i = 0; i < config->n; i++) {
		const struct setting *s = &config->setting[i];
		bool good = true;

		if (s->option == OPT_ROUTE)
			good = routes_add(&n->routes, span_str(s->value), &why);
		else if (s->option == OPT_MAIL_URL)
			good = routes_fix(&n->routes, span_str(s->value), &why);
		if (!good)
			setting_refuse(s, "%s", buf_cstr(&why));
	}
	buf_free(&why);
}

/* The password of -u, by the rules that all programs share. */
static void
read_password(struct mm4net *n, const struct config *config)
{
	const struct setting *s = config_get(config, OPT_MAIL_URL);
	struct url u;

	if (s == NULL || n->routes.fixed.user == NULL)
		return;
	password_init(&n->password, config);
	if (url_parse_mail(&u, &n->kept, span_str(s->value)) == NULL)
		n->routes.fixed.password =
		    password_for(&n->password, &u, s->layer);
}

void
mm4net_init(struct mm4net *n, const struct config *config, const char *name)
{
	*n = (struct mm4net){
		.mailer = {
			.smtp = {.name = name, .data_ms = 3 * 60 * 1000},
			.connect_ms = CONNECT_MS,
			.idle_ms = 2000,
		},
		.server = {
			.smtp = {.name = name, .errors_most = ERRORS_MOST,
			    .recipients_most = 100,
			    .data_ms = 3 * 60 * 1000,
			    .data_rate = DATA_RATE},
			.clients_most = 1000,
		},
	};
	for (size_t i = 0; i < config->n; i++) {
		take_client(n, &config->setting[i]);
		take_server(n, &config->setting[i]);
	}
	n->server.smtp.name = n->mailer.smtp.name;
	read_routes(n, config);
	read_password(n, config);
	read_tls(n, config);
	read_server_tls(n, config);
}

void
mm4net_free(struct mm4net *n)
{
	routes_free(&n->routes);
	tls_free(n->verifying);
	tls_free(n->lax);
	tls_free(n->serving);
	password_free(&n->password);
	keep_free(&n->kept);
}
