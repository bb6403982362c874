/* SPDX-License-Identifier: ISC */
/* smpp-ctl: asks an SMSC about messages and links, and changes messages. */
#include <string.h>

#include "app/ctl.h"
#include "app/ctl_ping.h"
#include "app/json_row.h"
#include "sys/diag.h"

/* What is wrong with the options must reach Nagios, too, so that it has to be
 * known before they are read. */
static bool
is_plugin(char **argv)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--nagios") == 0)
			return true;
	return false;
}

static int
act(struct ctl *c, const struct config *config)
{
	switch (c->conf->command) {
	case CTL_PROBE: return ctl_probe(c);
	case CTL_PING: return ctl_ping(c);
	default: return ctl_manage(c, config);
	}
}

static void
libraries(struct buf *b)
{
	connopt_libraries(b);
	json_row_libraries(b);
}

int
main(int argc, char **argv)
{
	static const struct program_default defaults[] = {
		{OPT_BIND, "tx"},
		{OPT_ENCODING, "default"},
		{OPT_RECONNECT_TIME, "1m"},
	};
	static const struct program program = {
		.name = "smpp-ctl",
		.mask = FOR_CTL,
		.usage = "smpp-ctl [OPTION...] query -f FROM [ID...]\n"
		    "       smpp-ctl [OPTION...] cancel -f FROM [ID...]\n"
		    "       smpp-ctl [OPTION...] cancel -f FROM -t TO --all\n"
		    "       smpp-ctl [OPTION...] replace -f FROM [ID [TEXT...]]\n"
		    "       smpp-ctl [OPTION...] ping|probe",
		.example = "smpp-ctl -p ops query -f SUREM 1795491234",
		.defaults = defaults,
		.n_defaults = sizeof(defaults) / sizeof(*defaults),
		.libraries = libraries,
	};
	struct ctlopt conf = {0};
	struct ctl c = {0};
	struct config *config;
	int status;

	diag_init(program.name);
	if (is_plugin(argv))
		diag_on_die(nagios_die);
	config = config_read(&program, argc, argv);
	ctlopt_read(&conf, config);
	ctl_open(&c, &conf, config);
	c.status = act(&c, config);
	status = ctl_close(&c);
	ctlopt_free(&conf);
	config_free(config);
	return status;
}
