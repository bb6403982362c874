/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/connopt.h"
#include "base/mem.h"
#include "sys/diag.h"

static const struct program_default defaults[] = {{OPT_BIND, "tx"}};
static const struct program program = {
	.name = "smpp-send",
	.mask = FOR_SEND,
	.usage = "smpp-send [OPTION...] -t TO [TEXT...]",
	.example = "smpp-sim -- smpp-send -t +821055551234 hi",
	.defaults = defaults,
	.n_defaults = 1,
	.libraries = connopt_libraries,
};

/* What a run of the program above is given, and what comes of it. */
struct run {
	const char *args;      /* blanks between them */
	const char *ini;       /* NULL: no file */
	mode_t mode;           /* of it; 0: 0600 */
	const char *env[3];    /* NAME=VALUE */
	bool connect;          /* make a link_conf and tell of it */
	int status;
	char out[8192], err[8192];
};

static char folder[] = "/tmp/smpptools-config-XXXXXX";
static char ini_path[64], out_path[64], err_path[64];

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
}

static void
slurp(const char *path, char *text, size_t room)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, room - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void
tell(const struct connopt *o)
{
	for (size_t i = 0; i < o->link.n_peers; i++) {
		const struct link_peer *p = &o->link.peer[i];

		printf("%s|%s|%s|%s|%d\n", p->host, p->port, p->system_id,
		    p->password, p->tls != NULL);
	}
	printf("window %u, version %x, max_pdu %u\n", o->link.window,
	    o->link.version, o->link.max_pdu);
}

static void
child(struct run *r)
{
	char *text = mem_strdup(r->args), *argv[32] = {0}, *next;
	struct config *c;
	int argc = 0;

	argv[argc++] = mem_strdup("smpp-send");
	for (next = strtok(text, " "); next != NULL; next = strtok(NULL, " "))
		argv[argc++] = next;
	clearenv();
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (r->ini != NULL)
		setenv("SMPPTOOLS_CONFIG", ini_path, 1);
	for (size_t i = 0; i < 3 && r->env[i] != NULL; i++)
		putenv(mem_strdup(r->env[i]));
	setsid();  /* no terminal to ask for a password on */
	diag_init("smpp-send");
	c = config_read(&program, argc, argv);
	for (size_t i = 0; i < c->n_operands; i++)
		printf("<%s>", c->operand[i]);
	for (int i = 1; i < argc; i++)
		if (strstr(argv[i], "secret") != NULL)
			printf("in argv: %s\n", argv[i]);
	if (r->connect) {
		struct connopt *o = connopt_new(c);

		tell(o);
		connopt_free(o);
	}
	config_free(c);
	free(text);
	free(argv[0]);
	exit(0);
}

static void
run(struct run *r)
{
	pid_t pid;
	int status;

	if (r->ini != NULL)
		write_file(ini_path, r->ini, r->mode ? r->mode : 0600);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (freopen(out_path, "w", stdout) == NULL ||
		    freopen(err_path, "w", stderr) == NULL)
			_exit(99);
		child(r);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	slurp(out_path, r->out, sizeof(r->out));
	slurp(err_path, r->err, sizeof(r->err));
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in \"%s\"", part, text);
}

/* The run ends with that status, and that stands on stderr. */
static void
assert_refused(struct run r, int status, const char *says)
{
	run(&r);
	assert_has(r.err, says);
	assert_int_equal(r.status, status);
	assert_string_equal(r.out, "");
}

static void
assert_dumps(struct run r, const char *line)
{
	run(&r);
	assert_string_equal(r.err, "");
	assert_int_equal(r.status, 0);
	assert_has(r.out, line);
}

static void
layers_stand_in_order(void **state)
{
	(void)state;
	assert_dumps((struct run){.args = "--dump-config"},
	    "\nwindow\t10\tdefault\n");
	assert_dumps((struct run){.args = "--dump-config"},
	    "\nbind\ttx\tdefault\n");
	assert_dumps((struct run){.args = "--dump-config",
	    .ini = "[default]\nwindow = 11\n"},
	    "\nwindow\t11\tprofile [default], ");
	assert_dumps((struct run){.args = "--dump-config",
	    .ini = "[default]\nwindow=11\nurl = smpp://h?window=12\n"},
	    " line 3: url\n");
	assert_dumps((struct run){.args = "--dump-config",
	    .ini = "[default]\nwindow=11\nurl=smpp://h?window=12\n",
	    .env = {"SMPP_URL=smpp://h?window=13"}},
	    "\nwindow\t13\t$SMPP_URL\n");
	assert_dumps((struct run){.args = "--dump-config -w14",
	    .env = {"SMPP_URL=smpp://h?window=13"}},
	    "\nwindow\t14\tcommand line\n");
	assert_dumps((struct run){
	    .args = "-w14 --dump-config -u smpp://h?window=15"},
	    "\nwindow\t15\t--url\n");
	/* parameters of a URL that is not in force are not either */
	assert_dumps((struct run){.args = "--dump-config -u smpp://h",
	    .env = {"SMPP_URL=smpp://h?window=13"}},
	    "\nwindow\t10\tdefault\n");
}

static void
profiles_are_chosen_by_name(void **state)
{
	static const char ini[] = "[default]\nwindow=1\n[ops]\nwindow=2\n";

	(void)state;
	assert_dumps((struct run){.args = "--dump-config -p ops", .ini = ini},
	    "\nwindow\t2\tprofile [ops], ");
	assert_dumps((struct run){.args = "--dump-config", .ini = ini,
	    .env = {"SMPPTOOLS_PROFILE=ops"}}, "\nwindow\t2\t");
	assert_dumps((struct run){.args = "--dump-config -p default",
	    .ini = ini, .env = {"SMPPTOOLS_PROFILE=ops"}}, "\nwindow\t1\t");
	assert_refused((struct run){.args = "-p bulk", .ini = ini}, EX_CONFIG,
	    "--profile: no profile [bulk] in ");
	assert_refused((struct run){.args = "", .ini = ini,
	    .env = {"SMPPTOOLS_PROFILE=bulk"}}, EX_CONFIG,
	    "$SMPPTOOLS_PROFILE: no profile [bulk]");
	assert_refused((struct run){.args = "", .env =
	    {"SMPPTOOLS_CONFIG=/nonexistent/x.ini"}}, EX_CONFIG,
	    "/nonexistent/x.ini: No such file");
	/* built in, unless a file has one of the name */
	assert_dumps((struct run){.args = "--dump-config -p sim"},
	    "\nalphabet\tgsm7\tprofile [sim], built-in");
	assert_dumps((struct run){.args = "--dump-config -p sim",
	    .ini = "[sim]\nurl = smpp://a@b\n"},
	    "\nurl\tsmpp://a@b\tprofile [sim], /");
}

static void
switches_are_undone(void **state)
{
	static const char ini[] =
	    "[default]\nkeep-plus = yes\nno-wait = no\n\nverbose = 2\n";
	struct run r = {.args = "--dump-config --no-keep-plus", .ini = ini};

	(void)state;
	assert_dumps((struct run){.args = "--dump-config", .ini = ini},
	    "\nkeep-plus\tyes\tprofile");
	assert_dumps((struct run){.args = "--dump-config", .ini = ini},
	    "\nwait\tyes\tprofile");
	assert_dumps((struct run){.args = "--dump-config", .ini = ini},
	    "verbose\t2\tprofile");
	assert_dumps((struct run){.args = "--dump-config -vjv", .ini = ini},
	    "verbose\t2\tcommand line");
	run(&r);
	assert_lacks(r.out, "keep-plus");
	r = (struct run){.args = "--dump-config",
	    .ini = "[default]\nno-keep-plus\nwait = off\n"};
	run(&r);
	assert_lacks(r.out, "keep-plus");
	assert_lacks(r.out, "wait\t");
	/* exact names first: this is the option of the input */
	assert_dumps((struct run){.args = "--dump-config --header --no-header"},
	    "\nno-header\tyes\tcommand line");
}

static void
lists_are_replaced_by_higher_layers(void **state)
{
	struct run r = {.args = "--dump-config -u smpp://c -u smpp://d",
	    .ini = "[default]\nurl = smpp://a\nurl = smpp://b\n"};

	(void)state;
	assert_dumps((struct run){.args = "--dump-config", .ini = r.ini},
	    "\nurl\tsmpp://b\t");
	run(&r);
	assert_has(r.out, "\nurl\tsmpp://c\tcommand line\nurl\tsmpp://d\t");
	assert_lacks(r.out, "smpp://a");
	assert_refused((struct run){.args =
	    "-u smpp://a?window=1 -u smpp://b?window=2"}, EX_USAGE,
	    "window is given twice, and differently");
}

static void
profile_errors_name_file_and_line(void **state)
{
	static const struct {
		const char *ini, *says;
	} bad[] = {
		{"[default]\nwindwo = 5\n",
		    " line 2: windwo: unknown key; did you mean window?"},
		{"[default]\n\n; c\n# c\nwindow\n", " line 5: window: no value"},
		{"[default]\nwindow = 5\nwindow = 6\n",
		    " line 3: window stands in line 2 already"},
		{"[default]\n[ops]\n[default]\n",
		    " line 3: there is a section [default] already"},
		{"window = 5\n", " line 1: stands before the first [NAME]"},
		{"[default\n", " line 1: [NAME] is expected"},
		{"[default]\n= 5\n", " line 2: no key before the ="},
		{"[default]\nkeep-plus = maybe\n",
		    " line 2: keep-plus: yes or no is expected"},
		{"[default]\nno-window = 5\n", " line 2: no-window: unknown key"},
		{"[default]\nprofile = ops\n",
		    " line 2: profile: stands on the command line only"},
		{"[default]\nfrom = a\xff\n", " line 2: not UTF-8 at octet 9"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused((struct run){.args = "", .ini = bad[i].ini},
		    EX_CONFIG, bad[i].says);
	assert_refused((struct run){.args = "-u smpp://h", .connect = true,
	    .ini = "[default]\n\nwindow = 0\n"}, EX_CONFIG,
	    " line 3: window: \"0\": a whole number from 1 to ");
	/* options of other programs are no error */
	assert_dumps((struct run){.args = "--dump-config",
	    .ini = "\xef\xbb\xbf[default]\r\nstrict = yes\r\nwindow=7\r\n"},
	    "\nwindow\t7\tprofile");
}

static void
values_run_to_the_end_of_the_line(void **state)
{
	static const char ini[] = "[default]\nurl = smpp://me@h\n"
	    "password = a;b#\"cd\" \n from =  x ; y  \n";
	struct run r = {.args = "", .ini = ini, .connect = true};

	(void)state;
	run(&r);
	assert_has(r.out, "h|2775|me|a;b#\"cd\" |0\n");
	assert_has(r.err, "longer than the 8 octets");
	assert_dumps((struct run){.args = "--dump-config", .ini = ini},
	    "\nfrom\tx ; y\tprofile");
}

static void
long_names_are_sent_with_a_warning(void **state)
{
	struct run r = {.args = "-u smpp://a-very-long-name@h",
	    .env = {"SMPP_PASSWORD=ninechars"}, .connect = true};

	(void)state;
	run(&r);
	assert_has(r.out, "h|2775|a-very-long-name|ninechars|0\n");
	assert_has(r.err, "a-very-long-name is longer than the 15 octets");
	assert_has(r.err, "is longer than the 8 octets");
	assert_lacks(r.err, "ninechars");
	assert_int_equal(r.status, 0);
}

static void
usage_errors_name_the_option(void **state)
{
	static const struct {
		const char *args, *says;
	} bad[] = {
		{"--windwo 5", "smpp-send: --windwo: unknown option; did you "
		    "mean --window? see smpp-send -h\n"},
		{"--wind 5", "--wind: unknown option; did you mean --window?"},
		{"--quixotic", "--quixotic: unknown option; see smpp-send -h"},
		{"-Z", "-Z: unknown option; see smpp-send -h"},
		{"-w", "-w: N is missing; see smpp-send -h"},
		{"--window", "--window: N is missing"},
		{"--batch=yes", "--batch: takes no value"},
		{"--no-window", "--no-window: unknown option"},
		{"--strict", "--strict: unknown option"},
		{"--password x", "--password: stands in a profile only"},
		{"-u smpp://h?windw=5", "windw: unknown key; did you mean "
		    "window?"},
		{"-u smpp://h?to=5", "to cannot stand in a URL"},
		{"-u http://h", "--url: \"http://h\": smpp://"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused((struct run){.args = bad[i].args}, EX_USAGE,
		    bad[i].says);
}

static void
operands_and_options_mix_up_to_dashes(void **state)
{
	struct run r = {.args = "-q a -vw 5 - --window=6 b -- -c --d"};

	(void)state;
	run(&r);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "<a><-><b><-c><--d>");
}

static void
values_are_refused_in_words(void **state)
{
	static const struct {
		const char *args, *says;
	} bad[] = {
		{"-w 0", "--window: \"0\": a whole number from 1 to 65536 is "
		    "expected"},
		{"-w 99999999999999999999", "a whole number from 1 to"},
		{"-w 5x", "a whole number from 1 to"},
		{"-w -5", "a whole number from 1 to"},
		{"--timeout 5y", "--timeout: \"5y\": a time is expected: 500ms, "
		    "30s (or 30), 5m, 2h, 1d"},
		{"--max-pdu 1TiB", "a size from 16 to 16777216 octets"},
		{"--max-pdu 8", "a size from 16 to 16777216 octets"},
		{"-b both", "--bind: \"both\": tx, rx or trx is expected"},
		{"--smpp-version 4", "3.3, 3.4 or 5.0 is expected"},
		{"--bind-ton 256", "a number from 0 to 255 or a name is "
		    "expected, unknown, international"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char args[200];

		snprintf(args, sizeof(args), "-u smpp://h %s", bad[i].args);
		assert_refused((struct run){.args = args, .connect = true},
		    EX_USAGE, bad[i].says);
	}
	for (size_t i = 0; i < 5; i++) {
		static const char *const good[] = {"3.4", "0x34", "52", "5.0",
		    "80"};
		char args[200];
		struct run r = {.args = args, .connect = true};

		snprintf(args, sizeof(args), "-u smpp://h --bind-ton "
		    "international --smpp-version %s --max-pdu 64KiB", good[i]);
		run(&r);
		assert_string_equal(r.err, "");
		assert_has(r.out, i < 3 ? "version 34, max_pdu 65536" :
		    "version 50, max_pdu 65536");
	}
}

static void
times_have_units_and_do_not_overflow(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{"0", 0}, {"5", 5000}, {"5s", 5000}, {"250ms", 250},
		{"1.5s", 1500}, {"0.25", 250}, {"2m", 120000},
		{"3h", 10800000}, {"1d", 86400000}, {"0.5d", 43200000},
	};
	static const char *const bad[] = {"", "s", "-1", "+1", " 1", "1 s",
	    "1S", "1.", ".5", "1.5ms", "0.0001s", "1e3", "1..5",
	    "18446744073709551615", "18446744073709551616",
	    "106751991168d", "0x10"};
	uint64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(time_parse(span_str(good[i].text), &ms));
		assert_int_equal(ms, good[i].ms);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(time_parse(span_str(bad[i]), &ms));
}

static void
rates_are_for_a_second_or_a_minute(void **state)
{
	static const char *const bad[] = {"", "10", "/s", "10/h", "-1/s",
	    "10/s ", "1.5/s", "1000000001/s", "99999999999999999999/s", "0x/s"};
	struct rate r;

	(void)state;
	assert_true(rate_parse(span_str("10/s"), &r));
	assert_true(r.n == 10 && r.per_ms == 1000);
	assert_true(rate_parse(span_str("600/m"), &r));
	assert_true(r.n == 600 && r.per_ms == 60000);
	assert_true(rate_parse(span_str("0"), &r) && r.n == 0);
	assert_true(rate_parse(span_str("0/m"), &r) && r.n == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(rate_parse(span_str(bad[i]), &r));
}

static void
nothing_configured_says_what_to_do(void **state)
{
	struct run r = {.args = "", .connect = true};
	size_t lines = 0;

	(void)state;
	run(&r);
	assert_int_equal(r.status, EX_USAGE);
	for (const char *p = r.err; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 3);
	assert_has(r.err, "-u smpp://SYSTEM_ID@HOST:2775");
	assert_has(r.err, "-p sim");
}

static void
help_and_version_need_no_file(void **state)
{
	struct run r = {.args = "-h --window", .ini = "broken"};

	(void)state;
	assert_refused(r, EX_USAGE, "--window: N is missing");
	r = (struct run){.args = "-w5 -h", .ini = "broken"};
	run(&r);
	assert_int_equal(r.status, 0);
	assert_has(r.out, "  -w, --window N ");
	assert_has(r.out, "\nexample: smpp-sim -- smpp-send ");
	assert_lacks(r.out, "password-command");
	assert_lacks(r.out, "--strict");
	assert_lacks(r.out, "--system-type");
	r = (struct run){.args = "--help", .ini = "broken"};
	run(&r);
	assert_int_equal(r.status, 0);
	assert_has(r.out, "      --system-type TEXT  ");
	r = (struct run){.args = "--version", .ini = "broken"};
	run(&r);
	assert_has(r.out, "smpp-send (smpptools) ");
	assert_has(r.out, "libevent ");
	assert_has(r.out, "OpenSSL ");
}

static void
passwords_come_from_the_highest_layer(void **state)
{
	static const char ini[] =
	    "[default]\nurl = smpp://me@h\npassword = prof\n"
	    "[command]\nurl = smpp://me@h\n"
	    "password-command = printf 'cmd\\r\\nmore\\n'\n"
	    "[fails]\nurl = smpp://me@h\npassword-command = exit 3\n"
	    "[two]\nurl = smpp://me@h\npassword = a\npassword-file = b\n"
	    "[file]\nurl = smpp://me@h\npassword-file = /nonexistent/pw\n"
	    "[url]\nurl = smpp://me:inurl@h\n";
	char file[64], args[128];
	struct {
		const char *args, *env, *out;
	} good[] = {
		{"", NULL, "|me|prof|0\n"},
		{"", "SMPP_PASSWORD=env", "|me|env|0\n"},
		{"", "SMPP_PASSWORD=", "|me||0\n"},
		{args, "SMPP_PASSWORD=env", "|me|file|0\n"},
		{"-p command", NULL, "|me|cmd|0\n"},
		{"-p url", NULL, "|me|inurl|0\n"},
		{"-p url", "SMPP_PASSWORD=env", "|me|env|0\n"},
		{"-u smpp://me:line@h", "SMPP_PASSWORD=env", "|me|line|0\n"},
		{"-u smpp://h", NULL, "h|2775|||0\n"},
	};

	(void)state;
	snprintf(file, sizeof(file), "%s/pw", folder);
	snprintf(args, sizeof(args), "--password-file %s", file);
	write_file(file, "file\nsecond line\n", 0600);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct run r = {.args = good[i].args, .ini = ini,
		    .env = {good[i].env}, .connect = true};

		run(&r);
		assert_has(r.out, good[i].out);
		assert_int_equal(r.status, 0);
	}
	unlink(file);
	assert_refused((struct run){.args = args, .ini = ini, .connect = true},
	    EX_NOINPUT, "No such file");
	assert_refused((struct run){.args = "-p file", .ini = ini,
	    .connect = true}, EX_CONFIG, "line 16: password-file: /nonexistent");
	assert_refused((struct run){.args = "--password-file /nonexistent/pw "
	    "-u smpp://me@h", .connect = true}, EX_NOINPUT,
	    "--password-file: /nonexistent/pw: No such file");
	assert_refused((struct run){.args = "-p fails", .ini = ini,
	    .connect = true}, EX_CONFIG, "it exited with 3");
	assert_refused((struct run){.args = "-p two", .ini = ini,
	    .connect = true}, EX_CONFIG, "one of them is enough");
}

static void
profile_password_goes_to_its_own_url_only(void **state)
{
	static const char ini[] = "[default]\nurl = smpps://me@h\n"
	    "password = prof\n[bare]\npassword = prof\n";
	static const struct {
		const char *args, *out;
		bool kept;
	} runs[] = {
		{"-u smpps://me@H:99", "H|99|me|prof|1\n", false},
		{"-u smpps://you@h", "h|3550|you||1\n", true},
		{"-u smpps://me@g", "g|3550|me||1\n", true},
		{"-u smpp://me@h", "h|2775|me||0\n", true},
		{"-p bare -u smpp://me@h", "h|2775|me||0\n", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct run r = {.args = runs[i].args, .ini = ini,
		    .connect = true};

		run(&r);
		assert_has(r.out, runs[i].out);
		if (runs[i].kept)
			assert_has(r.err, "is kept back");
		else
			assert_string_equal(r.err, "");
	}
}

static void
secrets_are_seen_nowhere(void **state)
{
	static const char ini[] = "[default]\nurl = smpp://me:secret@h\n"
	    "[pw]\npassword = secret\n";
	struct run r = {.args = "-u smpp://me:secret@h -q"};

	(void)state;
	run(&r);
	assert_string_equal(r.out, "");
	assert_has(r.err, "others can see a password on the command line");
	r = (struct run){.args = "--dump-config", .ini = ini};
	run(&r);
	assert_has(r.out, "\nurl\tsmpp://me:***@h\t");
	assert_lacks(r.out, "secret");
	r = (struct run){.args = "--dump-config -p pw", .ini = ini};
	run(&r);
	assert_has(r.out, "\npassword\t***\t");
	assert_lacks(r.out, "secret");
	r = (struct run){.args = "-u smpp://me:secret@h:x"};
	run(&r);
	assert_int_equal(r.status, EX_USAGE);
	assert_lacks(r.err, "secret");
}

/* What the terminal shows until part is there, or its other side is closed. */
static void
watch_for(int master, char *shown, size_t room, const char *part)
{
	size_t len = strlen(shown);
	ssize_t n;

	while (strstr(shown, part) == NULL && len + 1 < room &&
	    (n = read(master, shown + len, room - 1 - len)) > 0) {
		len += (size_t)n;
		shown[len] = '\0';
	}
}

/* Runs a child on a terminal of its own, on which keys are typed when it
 * asks; gives its wait status. */
static int
type_password(const char *keys, char *shown, size_t room)
{
	struct run r = {.args = "-u smpp://me@h -u smpp://me@H:9",
	    .connect = true};
	int master = posix_openpt(O_RDWR | O_NOCTTY), status;
	pid_t pid;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setsid();
		/* the first terminal that a session opens is its own */
		if (open(ptsname(master), O_RDWR) < 0 ||
		    freopen(out_path, "w", stdout) == NULL ||
		    freopen(err_path, "w", stderr) == NULL)
			_exit(99);
		close(master);
		child(&r);
	}
	shown[0] = '\0';
	watch_for(master, shown, room, "at h: ");
	assert_int_equal(write(master, keys, strlen(keys)),
	    (int)strlen(keys));
	watch_for(master, shown, room, "\n");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(master);
	return status;
}

static void
terminal_is_asked_once_and_shows_nothing(void **state)
{
	char shown[512], out[512];
	int status;

	(void)state;
	status = type_password("wrong\025sx\177ecret\r", shown, sizeof(shown));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_string_equal(shown, "password of me at h: \r\n");
	slurp(out_path, out, sizeof(out));
	assert_has(out, "h|2775|me|secret|0\nH|9|me|secret|0\n");
	status = type_password("sec\003", shown, sizeof(shown));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void
example_profiles_are_good(void **state)
{
	static const char *const names[] = {"ops", "bulk", "korea"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char args[64];
		struct run r = {.args = args, .connect = true,
		    .env = {"SMPPTOOLS_CONFIG=tests/data/smpptools.ini"}};

		snprintf(args, sizeof(args), "-p %s", names[i]);
		run(&r);
		assert_string_equal(r.err, "");
		assert_int_equal(r.status, 0);
		assert_has(r.out, i == 2 ?
		    "smpp.example.net|3550|SYSTEM_ID||1\n" : "127.0.0.1|2775|");
	}
}

static void
file_with_a_password_is_for_its_owner_alone(void **state)
{
	static const char *const with[] = {
		"[ops]\npassword = x\n", "[ops]\nurl = smpp://a:b@c\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_refused((struct run){.args = "--dump-config",
		    .ini = with[i], .mode = 0644}, EX_CONFIG,
		    "others can read it and it holds a password");
	assert_dumps((struct run){.args = "--dump-config", .mode = 0644,
	    .ini = "[ops]\nurl = smpp://a@c\n"}, "window");
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(ini_path, sizeof(ini_path), "%s/ini", folder);
	snprintf(out_path, sizeof(out_path), "%s/out", folder);
	snprintf(err_path, sizeof(err_path), "%s/err", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(ini_path);
	unlink(out_path);
	unlink(err_path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_stand_in_order),
		cmocka_unit_test(profiles_are_chosen_by_name),
		cmocka_unit_test(switches_are_undone),
		cmocka_unit_test(lists_are_replaced_by_higher_layers),
		cmocka_unit_test(profile_errors_name_file_and_line),
		cmocka_unit_test(values_run_to_the_end_of_the_line),
		cmocka_unit_test(long_names_are_sent_with_a_warning),
		cmocka_unit_test(usage_errors_name_the_option),
		cmocka_unit_test(operands_and_options_mix_up_to_dashes),
		cmocka_unit_test(values_are_refused_in_words),
		cmocka_unit_test(times_have_units_and_do_not_overflow),
		cmocka_unit_test(rates_are_for_a_second_or_a_minute),
		cmocka_unit_test(nothing_configured_says_what_to_do),
		cmocka_unit_test(help_and_version_need_no_file),
		cmocka_unit_test(passwords_come_from_the_highest_layer),
		cmocka_unit_test(profile_password_goes_to_its_own_url_only),
		cmocka_unit_test(secrets_are_seen_nowhere),
		cmocka_unit_test(terminal_is_asked_once_and_shows_nothing),
		cmocka_unit_test(example_profiles_are_good),
		cmocka_unit_test(file_with_a_password_is_for_its_owner_alone),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
