/* SPDX-License-Identifier: ISC */
/* The options of mm4-relay send and report. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/mm4_send.h"
#include "app/mm4opt.h"
#include "base/mem.h"
#include "sys/diag.h"
#include "text/utf8.h"

enum { TEXT_MOST = 1 << 20, RESENDS_MOST = 100 };

struct sendopt {
	struct mm4_send_conf send;
	struct compose_conf compose;
	struct mm4opt opt;
	struct mm4net net;
	struct keep kept;
	const char **to, **part;
};

static const char *const priorities[] = {"Low", "Normal", "High", NULL};
static const char *const classes[] = {"Personal", "Informational",
    "Advertisement", "Auto", NULL};

/* The text itself, of "-" stdin, of "@FILE" the file, less its last newline. */
static const char *
read_text(struct sendopt *o, const struct setting *s)
{
	const char *name = s->value[0] == '@' ? s->value + 1 : "stdin";
	struct whole file = {0};
	struct span text = span_str(s->value);
	const char *kept;
	size_t bad;
	int fd;

	if (s->value[0] == '@' || strcmp(s->value, "-") == 0) {
		fd = s->value[0] == '@' ? open(name, O_RDONLY | O_CLOEXEC) :
		    dup(STDIN_FILENO);
		if (fd == -1 || !whole_read(&file, fd, TEXT_MOST))
			die(EX_NOINPUT, "--text: %s: %s", name,
			    strerror(errno));
		close(fd);
		text = file.octets;
		if (text.n > 0 && text.p[text.n - 1] == '\n')
			text.n--;
	}
	bad = utf8_check(text);
	if (bad < text.n)
		setting_refuse(s, "byte %zu: not UTF-8", bad + 1);
	kept = keep_span(&o->kept, text);
	whole_close(&file);
	return kept;
}

/* What the message is. */
static void
take_message(struct sendopt *o, const struct setting *s)
{
	struct compose_conf *c = &o->compose;

	switch (s->option) {
	case OPT_FROM: c->from = s->value; break;
	case OPT_TO: o->to[c->n_to++] = s->value; break;
	case OPT_MM4_DELIVERY_REPORT: c->delivery_report = true; break;
	case OPT_MM4_EXPIRY: c->expiry = s->value; break;
	case OPT_MM4_HIDE_SENDER: c->hide_sender = true; break;
	case OPT_MM4_MESSAGE_CLASS:
		c->message_class = classes[setting_word(s, classes)];
		break;
	case OPT_MM4_MESSAGE_ID: c->message_id = s->value; break;
	case OPT_MM4_NO_ACK: c->no_ack = true; break;
	case OPT_MM4_PART: o->part[c->n_parts++] = s->value; break;
	case OPT_MM4_PRIORITY:
		c->priority = priorities[setting_word(s, priorities)];
		break;
	case OPT_MM4_READ: c->report = MMS_READ; break;
	case OPT_MM4_READ_REPLY: c->read_reply = true; break;
	case OPT_MM4_STATUS: c->status = s->value; break;
	case OPT_MM4_STATUS_TEXT: c->status_text = s->value; break;
	case OPT_MM4_SUBJECT: c->subject = s->value; break;
	case OPT_MM4_TEXT: c->text = read_text(o, s); break;
	default: break;
	}
}

/* Where it comes from, and what is waited for. */
static void
take_run(struct sendopt *o, const struct setting *s)
{
	struct mm4_send_conf *c = &o->send;

	switch (s->option) {
	case OPT_BATCH: o->compose.batch = true; break;
	case OPT_COLUMNS_IN: o->compose.columns_in = s->value; break;
	case OPT_MM4_FROM_RECORDS: o->compose.from_records = true; break;
	case OPT_NO_HEADER: o->compose.no_header = true; break;
	case OPT_MM4_ANSWER_TIME: c->answer_ms = setting_time(s); break;
	case OPT_MM4_RESENDS:
		c->resends = (uint32_t)setting_number(s, 0, RESENDS_MOST);
		break;
	case OPT_WAIT: c->wait = true; break;
	case OPT_WAIT_TIME:
		c->wait_ms = setting_time(s);
		c->wait |= s->layer != LAYER_DEFAULT;
		break;
	default: break;
	}
}

/* Of a message that the options make. */
static void
check_message(const struct compose_conf *c)
{
	if (c->from == NULL)
		die(EX_USAGE, "there is no sender: -f ADDRESS");
	if (c->n_to == 0)
		die(EX_USAGE, "there is no recipient: -t ADDRESS, or --batch");
	if (c->report == MMS_FORWARD && c->n_parts == 0 && c->text == NULL)
		die(EX_USAGE, "there is nothing to send: --text TEXT, --part "
		    "FILE, or a file with a mail");
	if (c->report != MMS_FORWARD && c->message_id == NULL)
		die(EX_USAGE, "there is no id of the message: --message-id ID");
}

/* What does not go together, or is missing. */
static void
check(const struct sendopt *o)
{
	const struct compose_conf *c = &o->compose;

	if (!c->batch && !c->from_records && c->n_files == 0)
		check_message(c);
	if (c->batch && c->from_records)
		die(EX_USAGE, "--batch and --from-records: one of them");
	if (c->report != MMS_FORWARD && !c->batch && c->n_files > 0)
		die(EX_USAGE, "%s: files are for --batch", c->file[0]);
	if (o->send.wait && o->send.state_file == NULL &&
	    o->net.server.address == NULL)
		die(EX_USAGE, "--wait needs --listen, where answers come to, "
		    "or the --state-file of a relay that listens");
	if (o->net.server.address != NULL && !o->send.wait)
		die(EX_USAGE, "--listen is for --wait");
	if (o->net.routes.fixed.host == NULL && o->net.routes.n == 0 &&
	    !o->net.routes.mx)
		die(EX_USAGE, "nothing says where mails go: -u "
		    "smtp://HOST:PORT, --route or --mx");
}

static int
run(const struct config *config, enum mms_kind kind)
{
	struct sendopt o = {.compose = {.report = kind}};
	int status;

	mm4opt_init(&o.opt, config, &schema_sent);
	mm4net_init(&o.net, config, o.opt.name);
	o.to = mem_array(config->n + 1, sizeof(*o.to));
	o.part = mem_array(config->n + 1, sizeof(*o.part));
	for (size_t i = 0; i < config->n; i++) {
		take_message(&o, &config->setting[i]);
		take_run(&o, &config->setting[i]);
	}
	o.compose.domain = o.opt.relay.domain;
	o.compose.system = o.opt.relay.system;
	o.compose.peers = &o.opt.peers;
	o.compose.seed = o.opt.relay.seed;
	o.compose.max_size = o.opt.peers.other.max_size;
	o.compose.to = o.to;
	o.compose.part = o.part;
	/* the first is the name of the command */
	o.compose.file = (const char *const *)config->operand + 1;
	o.compose.n_files = config->n_operands - 1;
	o.send.compose = &o.compose;
	o.send.relay = &o.opt.relay;
	o.send.net = &o.net;
	o.send.state_file = o.opt.state_file;
	o.send.format = o.opt.relay.format;
	o.send.out = o.opt.out;
	o.send.header = o.opt.header;
	o.send.first_once = !o.compose.from_records &&
	    !config_given(config, OPT_MAIL_RETRY_TIME);
	check(&o);
	mms_init();
	status = mm4_send_run(&o.send);
	mms_end();
	free(o.to);
	free(o.part);
	keep_free(&o.kept);
	mm4net_free(&o.net);
	mm4opt_free(&o.opt);
	return status;
}

int
mm4_send(const struct config *config)
{
	return run(config, MMS_FORWARD);
}

int
mm4_report(const struct config *config)
{
	return run(config, MMS_DELIVERY);
}
