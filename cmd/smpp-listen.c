/* SPDX-License-Identifier: ISC */
/* smpp-listen: prints what an SMSC delivers, a record each, and answers only
 * when the output has taken the record. */
#include "app/connopt.h"
#include "app/listen_run.h"
#include "sys/diag.h"

int
main(int argc, char **argv)
{
	static const struct program_default defaults[] = {{OPT_BIND, "rx"}};
	static const struct program program = {
		.name = "smpp-listen",
		.mask = FOR_LISTEN,
		.usage = "smpp-listen [OPTION...]",
		.example = "smpp-listen -p ops | awk -F'\\t' "
		    "'$2 == \"receipt\" { print $6, $7, $8 }'",
		.defaults = defaults,
		.n_defaults = sizeof(defaults) / sizeof(*defaults),
		.libraries = connopt_libraries,
	};
	struct listenopt conf;
	struct config *config;
	int status;

	diag_init(program.name);
	config = config_read(&program, argc, argv);
	listenopt_read(&conf, config);
	status = listen_run(&conf, config);
	config_free(config);
	return status;
}
