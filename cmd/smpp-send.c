/* SPDX-License-Identifier: ISC */
/* smpp-send: one message, or one for each line, and a result row for each. */
#include "app/connopt.h"
#include "app/json_row.h"
#include "app/send_plan.h"
#include "app/send_run.h"
#include "sys/diag.h"

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
		{OPT_RECONNECT_TIME, "5m"},
	};
	static const struct program program = {
		.name = "smpp-send",
		.mask = FOR_SEND,
		.usage = "smpp-send [OPTION...] -t ADDRESS [TEXT...]\n"
		    "       smpp-send [OPTION...] --batch [FILE...]",
		.example = "smpp-send -p ops -t +821055551234 "
		    "\"Your code is 483920.\"\n"
		    "         smpp-send -p bulk --batch --rate 100/s rows.tsv > "
		    "results.tsv",
		.defaults = defaults,
		.n_defaults = 1,
		.libraries = libraries,
	};
	struct sendopt conf = {0};
	struct config *config;
	int status;

	diag_init("smpp-send");
	config = config_read(&program, argc, argv);
	sendopt_read(&conf, config);
	status = conf.dry_run ? send_plan(&conf, config) :
	    send_run(&conf, config);
	sendopt_free(&conf);
	config_free(config);
	return status;
}
