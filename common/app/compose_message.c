/* SPDX-License-Identifier: ISC */
/*
 * Messages and reports from what an item is made of. Text and files become
 * parts in their order, with a presentation where there is more than text; a
 * mail that is sent on keeps its content as it stands.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "app/compose_private.h"
#include "app/config.h"
#include "base/mem.h"
#include "base/term.h"
#include "mms/smil.h"
#include "mms/status.h"
#include "text/utf8.h"

enum { KEEP_S = 24 * 3600, TEXT_ERROR = 256 };

bool
compose_fail(struct compose_item *item, const char *fmt, ...)
{
	char text[TEXT_ERROR];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	item->error = (const char *)mms_keep(&item->mms,
	    span_of(text, strlen(text) + 1)).p;
	return false;
}

static void
set_str(struct mms *m, enum mms_field field, const char *text)
{
	mms_set(m, field, span_str(text));
}

static void
add_id(struct compose *c, struct buf *b, const char *kind,
    struct timespec now)
{
	buf_addf(b, "%s-%llx-%llx-%llx@%s", kind,
	    (unsigned long long)now.tv_sec, (unsigned long long)c->conf->seed,
	    (unsigned long long)++c->ids, c->conf->domain[0]);
}

/* Addresses of a comma list; false at one that is none. */
static bool
read_list(struct compose_item *item, struct span text,
    struct mms_address_list *list)
{
	struct mms_address a;
	struct span rest = mms_keep(&item->mms, text);
	size_t before = list->n;

	while (mms_address_next(&rest, &a)) {
		if (!mms_address_is_safe(a.local) ||
		    (a.domain.n > 0 && !mms_address_is_safe(a.domain)))
			return compose_fail(item, "%.*s is no address",
			    (int)text.n, (const char *)text.p);
		/* a bare word is a mistake; a number or an e-mail is not */
		if (a.type == MMS_LOCAL || a.type == MMS_ADDRESS_NONE)
			return compose_fail(item, "%.*s is neither a number "
			    "nor an e-mail address", (int)text.n,
			    (const char *)text.p);
		mms_list_add(list, &a);
	}
	return list->n > before ||
	    compose_fail(item, "there is no recipient; see --to");
}

static bool
read_sender(struct compose_item *item, struct span text)
{
	struct mms_address_list list = {0};
	bool good = text.n > 0 ? read_list(item, text, &list) :
	    compose_fail(item, "there is no sender; see --from");

	if (good)
		item->mms.from = list.p[0];
	if (good && list.n > 1)
		good = compose_fail(item, "there is more than one sender");
	free(list.p);
	return good;
}

/* What all mails of ours have: date, ids, who we are. */
static void
stamp(struct compose *c, struct compose_item *item, struct timespec now)
{
	struct mms *m = &item->mms;
	struct buf b = {0};

	if (!mms_has(m, MMS_DATE)) {
		mm4_date(&b, now);
		mms_set(m, MMS_DATE, buf_span(&b));
	}
	buf_clear(&b);
	if (!mms_has(m, MMS_MESSAGE_ID)) {
		add_id(c, &b, "m", now);
		mms_set(m, MMS_MESSAGE_ID, buf_span(&b));
	}
	buf_free(&b);
	m->originator_system = (struct mms_address){.type = MMS_EMAIL,
	    .local = span_str(c->conf->system),
	    .domain = span_str(c->conf->domain[0])};
	set_str(m, MMS_FROM, "-");
	set_str(m, MMS_TO, "-");
	item->wants_answer = !c->conf->no_ack;
	set_str(m, MMS_ACK_REQUEST, c->conf->no_ack ? "No" : "Yes");
	set_str(m, MMS_ORIGINATOR_SYSTEM, "-");
}

/* How long the message is of use: "2h" from now, or a date. */
static bool
set_expiry(struct compose_item *item, struct span text, struct timespec now)
{
	struct buf b = {0};
	uint64_t ms;

	item->expires = (struct timespec){now.tv_sec + KEEP_S, 0};
	if (text.n == 0)
		return true;
	if (time_parse(text, &ms))
		item->expires.tv_sec = now.tv_sec + (time_t)(ms / 1000);
	else if (!mm4_time(text, NULL, &item->expires))
		return compose_fail(item, "%.*s is neither a TIME, as 3d, nor "
		    "a date", (int)text.n, (const char *)text.p);
	mm4_date(&b, item->expires);
	mms_set(&item->mms, MMS_EXPIRY, buf_span(&b));
	buf_free(&b);
	return true;
}

/* Content */

static const struct {
	const char *end, *type;
} types[] = {
	{"jpg", "image/jpeg"}, {"jpeg", "image/jpeg"}, {"png", "image/png"},
	{"gif", "image/gif"}, {"webp", "image/webp"}, {"bmp", "image/bmp"},
	{"wbmp", "image/vnd.wap.wbmp"}, {"mp4", "video/mp4"},
	{"3gp", "video/3gpp"}, {"3gpp", "video/3gpp"}, {"3g2", "video/3gpp2"},
	{"amr", "audio/amr"}, {"mp3", "audio/mpeg"}, {"m4a", "audio/mp4"},
	{"aac", "audio/aac"}, {"wav", "audio/x-wav"}, {"mid", "audio/midi"},
	{"txt", "text/plain"}, {"html", "text/html"}, {"vcf", "text/x-vcard"},
	{"vcs", "text/x-vcalendar"}, {"ics", "text/calendar"},
	{"pdf", "application/pdf"}, {"smil", "application/smil"},
	{"smi", "application/smil"},
};

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(*types);
	    i++)
		if (strcasecmp(dot + 1, types[i].end) == 0)
			return types[i].type;
	return "application/octet-stream";
}

/* A part with an id and a name that any head takes. */
static void
add_part(struct mms *m, const char *type, const char *name, struct span octets)
{
	struct mms_part part = {.type = span_str(type), .octets = octets};
	struct buf safe = {0}, id = {0};

	for (const char *p = name; *p != '\0'; p++)
		buf_add_byte(&safe, (*p > ' ' && *p < 0x7f &&
		    strchr("\"<>()\\:;,@/", *p) == NULL) ? (uint8_t)*p : '_');
	buf_addf(&id, "p%zu", m->n_parts + 1);
	part.name = part.location = mms_keep(m, buf_span(&safe));
	part.id = mms_keep(m, buf_span(&id));
	if (strncmp(type, "text/", 5) == 0)
		part.charset = span_str("utf-8");
	m->root = strcmp(type, "application/smil") == 0 ? m->n_parts : m->root;
	m->has_smil |= strcmp(type, "application/smil") == 0;
	mms_add_part(m, &part);
	buf_free(&safe);
	buf_free(&id);
}

static bool
add_file(struct compose *c, struct compose_item *item, struct span path)
{
	const char *slash;
	struct whole *file;
	char *name;
	bool good;

	path = term_trim(path);
	if (path.n == 0)
		return true;
	name = mem_strndup(path.p, path.n);
	slash = strrchr(name, '/');
	item->file = mem_resize(item->file,
	    (item->n_files + 1) * sizeof(*item->file));
	file = &item->file[item->n_files++];
	*file = (struct whole){0};
	good = whole_open(file, name, (size_t)c->conf->max_size);
	if (good)
		add_part(&item->mms, type_of(name),
		    slash != NULL ? slash + 1 : name, file->octets);
	else if (errno == EFBIG)
		compose_fail(item, "%s: larger than --max-message", name);
	else
		compose_fail(item, "%s: %s", name, strerror(errno));
	free(name);
	return good;
}

static bool
add_content(struct compose *c, struct compose_item *item,
    const struct compose_parts *p)
{
	struct mms *m = &item->mms;
	struct span rest = p->part;
	struct buf smil = {0};
	bool more = rest.n > 0;

	if (p->text.n > 0) {
		if (utf8_check(p->text) < p->text.n)
			return compose_fail(item, "the text is no UTF-8");
		add_part(m, "text/plain", "text.txt", mms_keep(m, p->text));
	}
	while (more)
		if (!add_file(c, item, term_cut(&rest, ',', &more)))
			return false;
	for (size_t i = 0; p->part.n == 0 && i < c->conf->n_parts; i++)
		if (!add_file(c, item, span_str(c->conf->part[i])))
			return false;
	if (m->n_parts == 0)
		return compose_fail(item, "there is nothing to send; see "
		    "--text and --part");
	/* a text alone needs no presentation */
	if (m->has_smil || (m->n_parts == 1 && p->text.n > 0))
		return true;
	smil_make(&smil, m);
	add_part(m, "application/smil", "main.smil", mms_keep(m,
	    buf_span(&smil)));
	buf_free(&smil);
	return true;
}

/* What only a message has. */
static bool
make_message(struct compose *c, struct compose_item *item,
    const struct compose_parts *p, struct timespec now)
{
	const struct compose_conf *conf = c->conf;
	struct mms *m = &item->mms;

	if (p->subject.n > 0)
		mms_set(m, MMS_SUBJECT, p->subject);
	set_str(m, MMS_MESSAGE_CLASS, conf->message_class != NULL ?
	    conf->message_class : "Personal");
	if (p->priority.n > 0)
		mms_set(m, MMS_PRIORITY, p->priority);
	set_str(m, MMS_SENDER_VISIBILITY, conf->hide_sender ? "Hide" : "Show");
	set_str(m, MMS_DELIVERY_REPORT, conf->delivery_report ? "Yes" : "No");
	set_str(m, MMS_ORIGINATOR_RS_DELIVERY_REPORT, "No");
	set_str(m, MMS_READ_REPLY, conf->read_reply ? "Yes" : "No");
	item->wants_report = conf->delivery_report;
	return set_expiry(item, p->expiry, now) && add_content(c, item, p);
}

static bool
make_report(struct compose *c, struct compose_item *item,
    const struct compose_parts *p, struct timespec now)
{
	const struct compose_conf *conf = c->conf;
	struct mms *m = &item->mms;

	if (!mms_has(m, MMS_MESSAGE_ID))
		return compose_fail(item, "there is no id of the message; see "
		    "--message-id");
	set_str(m, MMS_SUBJECT, mm4_kind_name(m->kind));
	if (m->kind == MMS_READ) {
		mms_set(m, MMS_READ_STATUS, p->status.n > 0 ? p->status :
		    span_str("Read"));
	} else if (!mms_state_known(p->status)) {
		return compose_fail(item, "%.*s is no state of a message",
		    (int)p->status.n, (const char *)p->status.p);
	} else {
		m->field[MMS_MM_STATUS_CODE] = mms_keep(m,
		    mms_state_name(p->status));
		set_str(m, MMS_FORWARD_TO_ORIGINATOR_UA, "Yes");
	}
	if (conf->status_text != NULL)
		set_str(m, MMS_STATUS_TEXT, conf->status_text);
	return set_expiry(item, (struct span){0}, now);
}

bool
compose_make(struct compose *c, struct compose_item *item,
    const struct compose_parts *p, struct timespec now)
{
	struct mms *m = &item->mms;

	m->kind = c->conf->report;
	if (!read_sender(item, p->from))
		return false;
	if (p->to.n == 0) {
		for (size_t i = 0; i < c->conf->n_to; i++)
			if (!read_list(item, span_str(c->conf->to[i]), &m->to))
				return false;
	} else if (!read_list(item, p->to, &m->to)) {
		return false;
	}
	if (m->to.n == 0)
		return compose_fail(item, "there is no recipient; see --to");
	for (size_t i = 0; i < m->to.n; i++)
		mms_list_add(&item->to, &m->to.p[i]);
	if (p->message_id.n > 0)
		mms_set(m, MMS_MESSAGE_ID, p->message_id);
	if (m->kind != MMS_FORWARD)
		return make_report(c, item, p, now) &&
		    (stamp(c, item, now), true);
	stamp(c, item, now);
	return make_message(c, item, p, now);
}

/* A mail that is sent on: to whom the options or the record say, else to all
 * that it names. */
bool
compose_forward(struct compose *c, struct compose_item *item,
    const struct compose_parts *p, bool relayed, struct timespec now)
{
	struct mms *m = &item->mms;
	char *path = mem_strndup(p->file.p, p->file.n), number[24];
	bool good = whole_open(&item->mail, path, (size_t)c->conf->max_size);
	struct timespec expiry;
	uint64_t forwards;

	if (!good)
		compose_fail(item, "%s: %s", path, strerror(errno));
	free(path);
	if (!good)
		return false;
	mm4_read_head(m, item->mail.octets);
	if (m->kind != MMS_FORWARD && m->kind != MMS_NONE)
		return compose_fail(item, "it is a report or an answer, and "
		    "no message");
	m->kind = MMS_FORWARD;
	if (p->from.n > 0 || m->from.type == MMS_ADDRESS_NONE)
		if (!read_sender(item, p->from))
			return false;
	if (p->to.n > 0) {
		if (!read_list(item, p->to, &item->to))
			return false;
	} else {
		for (size_t i = 0; i < m->to.n + m->cc.n; i++)
			mms_list_add(&item->to, i < m->to.n ? &m->to.p[i] :
			    &m->cc.p[i - m->to.n]);
	}
	if (item->to.n == 0)
		return compose_fail(item, "it names no recipient; see --to");
	if (m->to.n == 0)
		for (size_t i = 0; i < item->to.n; i++)
			mms_list_add(&m->to, &item->to.p[i]);
	if (relayed) {
		forwards = mms_number(m, MMS_FORWARD_COUNTER, 0);
		snprintf(number, sizeof(number), "%llu", (unsigned long long)
		    (forwards < UINT64_MAX ? forwards + 1 : forwards));
		set_str(m, MMS_FORWARD_COUNTER, number);
	}
	m->field[MMS_TRANSACTION_ID] = (struct span){0};
	m->field[MMS_MAIL_ID] = (struct span){0};
	item->expires = (struct timespec){now.tv_sec + KEEP_S, 0};
	if (mm4_time(m->field[MMS_EXPIRY], &now, &expiry))
		item->expires = expiry;
	if (c->conf->delivery_report)
		set_str(m, MMS_DELIVERY_REPORT, "Yes");
	item->wants_report = mms_yes(m, MMS_DELIVERY_REPORT);
	stamp(c, item, now);
	return true;
}
