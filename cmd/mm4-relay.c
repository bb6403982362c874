/* SPDX-License-Identifier: ISC */
/* mm4-relay: multimedia messages between two MMSCs, as mails. */
#include <gmime/gmime.h>
#include <sqlite3.h>
#include <string.h>
#include <sysexits.h>

#include "app/cmdline.h"
#include "app/connopt.h"
#include "app/json_row.h"
#include "app/mm4_listen.h"
#include "app/mm4_parse.h"
#include "app/mm4_receive.h"
#include "app/mm4_send.h"
#include "sys/diag.h"

static void
libraries(struct buf *b)
{
	connopt_libraries(b);
	json_row_libraries(b);
	buf_addf(b, "GMime %u.%u.%u\nSQLite %s\n", gmime_major_version,
	    gmime_minor_version, gmime_micro_version, sqlite3_libversion());
}

static const struct program_default listen_defaults[] = {
	{OPT_MAIL_LISTEN_ON, "127.0.0.1:2525"},
};

static const struct command {
	const char *name;
	struct program program;
	int (*run)(const struct config *);
} commands[] = {
	{"listen", {
		.name = "mm4-relay",
		.mask = FOR_MM4_LISTEN,
		.usage = "mm4-relay listen --domain DOMAIN [OPTION...]",
		.example = "mm4-relay listen -l :2525 --domain mms.beta.example "
		    "\\\n"
		    "             --route mms.alpha.example=192.0.2.1:25 "
		    "--outcomes Retrieved=100",
		.defaults = listen_defaults,
		.n_defaults = 1,
		.libraries = libraries,
	}, mm4_listen},
	{"parse", {
		.name = "mm4-relay",
		.mask = FOR_MM4_PARSE,
		.usage = "mm4-relay parse [OPTION...] [FILE...]",
		.example = "mm4-relay parse --parts photos spool/new/*",
		.libraries = libraries,
	}, mm4_parse},
	{"receive", {
		.name = "mm4-relay",
		.mask = FOR_MM4_RECEIVE,
		.usage = "mm4-relay receive --domain DOMAIN [OPTION...] "
		    "[RECIPIENT...] <MAIL",
		.example = "mm4-relay receive --domain mms.beta.example "
		    "--spool /var/spool/mms \\\n"
		    "             -o /var/log/mms.tsv -f ${sender} ${recipient}",
		.libraries = libraries,
	}, mm4_receive},
	{"report", {
		.name = "mm4-relay",
		.mask = FOR_MM4_REPORT,
		.usage = "mm4-relay report --domain DOMAIN -u URL -f RECIPIENT "
		    "-t SENDER\n"
		    "           --message-id ID --status STATE [OPTION...]\n"
		    "       mm4-relay report --domain DOMAIN -u URL --batch "
		    "[OPTION...] [FILE...]",
		.example = "mm4-relay report -u smtp://127.0.0.1:2525 --domain "
		    "mms.beta.example \\\n"
		    "             -f +821055551234 -t +821011112222 --status "
		    "Retrieved \\\n"
		    "             --message-id m-1@mms.alpha.example",
		.libraries = libraries,
	}, mm4_report},
	{"send", {
		.name = "mm4-relay",
		.mask = FOR_MM4_SEND,
		.usage = "mm4-relay send --domain DOMAIN -u URL -f SENDER -t "
		    "RECIPIENT [OPTION...]\n"
		    "       mm4-relay send --domain DOMAIN -u URL --batch "
		    "[OPTION...] [FILE...]\n"
		    "       mm4-relay send --domain DOMAIN -u URL [OPTION...] "
		    "MAIL...",
		.example = "mm4-relay send -u smtp://127.0.0.1:2525 --domain "
		    "mms.alpha.example \\\n"
		    "             -f +821011112222 -t +821055551234 --text hi --part "
		    "photo.jpg",
		.libraries = libraries,
	}, mm4_send},
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

/* All of them, to find the name of the command among the options of any; and
 * to tell what there is. */
static struct program
all_commands(void)
{
	struct program all = {
		.name = "mm4-relay",
		.usage = "mm4-relay COMMAND [OPTION...]; mm4-relay COMMAND -h "
		    "tells more\n"
		    "  listen    takes messages of other MMSCs into a Maildir, "
		    "and answers\n"
		    "  send      sends messages to another MMSC\n"
		    "  report    sends a delivery report or a read reply\n"
		    "  receive   takes one mail on stdin, from a mail server\n"
		    "  parse     prints a record for each mail, or saves its "
		    "pictures",
		.example = "mm4-relay send -u smtp://192.0.2.1 --domain "
		    "mms.alpha.example \\\n"
		    "             -f +821011112222 -t +821055551234 --text hi --part "
		    "photo.jpg\n"
		    "         mm4-relay parse --parts photos spool/new/*",
		.libraries = libraries,
	};

	for (size_t i = 0; i < COMMANDS; i++)
		all.mask |= commands[i].program.mask;
	return all;
}

static const struct command *
find_command(unsigned programs, char **argv)
{
	const char *name = cmdline_command(programs, argv);

	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	die(EX_USAGE, "%s: unknown command; see mm4-relay -h", name);
}

int
main(int argc, char **argv)
{
	struct program all = all_commands();
	const struct command *command;
	struct config *config;
	int status;

	diag_init("mm4-relay");
	command = find_command(all.mask, argv);
	if (command != NULL && command->run == mm4_receive)
		diag_on_die(mm4_receive_failed);
	/* without a command -h and -V alone mean something */
	config = config_read(command ? &command->program : &all, argc, argv);
	if (command == NULL) {
		config_free(config);
		die(EX_USAGE, "no command; see mm4-relay -h");
	}
	status = command->run(config);
	config_free(config);
	return status;
}
