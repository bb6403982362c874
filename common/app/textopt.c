/* SPDX-License-Identifier: ISC */
/* The options of text, and what a row may say in their place. */
#include "app/textopt.h"

#include <sysexits.h>

#include "smpp/pdu.h"
#include "sys/diag.h"

static const char *const split_words[] = {"udh8", "udh16", "sar", "payload",
    "none", NULL};
static const char *const ksc_words[] = {"ksc5601", "cp949", NULL};

static enum encoding
encoding_setting(const struct setting *s)
{
	enum encoding e;

	if (!encoding_by_name(span_str(s->value), &e))
		setting_refuse(s, "no such encoding; smpptools-text(7) has "
		    "their names");
	return e;
}

static void
ladder_setting(const struct setting *s, struct text_conf *conf)
{
	struct span bad;

	if (!text_conf_ladder(conf, span_str(s->value), &bad))
		setting_refuse(s, "\"%.*s\" is no rung of a ladder",
		    (int)bad.n, (const char *)bad.p);
}

static uint8_t
language_setting(const struct setting *s)
{
	uint32_t language;

	if (value_by_name("national_language_id", span_str(s->value),
	    &language))
		return (uint8_t)language;
	return (uint8_t)setting_number(s, 1, 13);
}

static void
port_setting(const struct setting *s, struct text_conf *conf, uint16_t *port)
{
	*port = (uint16_t)setting_number(s, 0, 65535);
	conf->ports = true;
}

static bool
dcs_cell(struct span cell, int *dcs)
{
	unsigned n = 0, base = 10;

	if (cell.n == 0)
		return true;
	if (cell.n > 2 && cell.p[0] == '0' && (cell.p[1] | 32) == 'x') {
		base = 16;
		cell = span_skip(cell, 2);
	}
	for (size_t i = 0; i < cell.n; i++) {
		unsigned digit = cell.p[i] >= '0' && cell.p[i] <= '9' ?
		    cell.p[i] - '0' : (cell.p[i] | 32) >= 'a' &&
		    (cell.p[i] | 32) <= 'f' ? (cell.p[i] | 32) - 'a' + 10 : 99;

		if (digit >= base || (n = n * base + digit) > 255)
			return false;
	}
	*dcs = (int)n;
	return true;
}

static int
dcs_setting(const struct setting *s)
{
	int dcs;

	if (s->value[0] == '\0' || !dcs_cell(span_str(s->value), &dcs))
		setting_refuse(s, "expected a number from 0 to 255, or 0x00 to "
		    "0xff");
	return dcs;
}

bool
textopt_take(struct textopt *t, const struct setting *s)
{
	struct text_conf *c = &t->conf;

	switch (s->option) {
	case OPT_ALPHABET: c->alphabet = setting_alphabet(s); break;
	case OPT_DCS: c->data_coding = dcs_setting(s); break;
	case OPT_DESTINATION_PORT:
		port_setting(s, c, &c->destination_port);
		break;
	case OPT_ENCODING: c->encoding = encoding_setting(s); break;
	case OPT_FLASH: t->flash = true; break;
	case OPT_KSC: c->cp949 = setting_word(s, ksc_words) == 1; break;
	case OPT_LADDER: ladder_setting(s, c); break;
	case OPT_LANGUAGE: c->language = language_setting(s); break;
	case OPT_MAX_PARTS:
		c->max_parts = setting_number(s, 1, TEXT_PARTS_MAX);
		break;
	case OPT_PART_OCTETS:
		c->part_octets = setting_number(s, 1, 255);
		break;
	case OPT_SOURCE_PORT: port_setting(s, c, &c->source_port); break;
	case OPT_SPLIT:
		c->split = (enum split)setting_word(s, split_words);
		break;
	case OPT_TRANSLIT: c->translit = true; break;
	default: return false;
	}
	return true;
}

static bool
is_auto(const struct text_conf *c)
{
	return c->encoding == ENCODING_AUTO || c->encoding == ENCODING_UNSET;
}

/* The text must be written as a data_coding that was asked for says; of those
 * without an alphabet of their own -e decides. */
static void
follow_dcs(struct text_conf *c)
{
	struct dcs dcs;

	if (c->data_coding < 0 || !is_auto(c))
		return;
	dcs = dcs_read((uint8_t)c->data_coding);
	if (!dcs.reserved && dcs.encoding != ENCODING_BINARY)
		c->encoding = dcs.encoding;
}

/* Message class 0 has a data_coding for GSM 7-bit, for octets and for UCS2
 * only (3GPP TS 23.038, 4). */
int
textopt_flash(enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_GSM7:
	case ENCODING_GSM7_PACKED:
	case ENCODING_GSM7_SHIFT: return 0x10;
	case ENCODING_BINARY: return 0x14;
	case ENCODING_UCS2: return 0x18;
	default: return -1;
	}
}

static bool
ladder_names(const struct text_conf *c, enum encoding encoding)
{
	for (size_t i = 0; i < c->n_ladder; i++)
		if (c->ladder[i] == encoding)
			return true;
	return false;
}

/* A language asked for is one to be written with its tables. */
static void
follow_language(struct text_conf *c)
{
	if (c->language == 0)
		return;
	if (c->encoding == ENCODING_GSM7)
		c->encoding = ENCODING_GSM7_SHIFT;
	else if (is_auto(c) && !ladder_names(c, ENCODING_GSM7_SHIFT))
		note("--language counts for gsm7-shift alone, which neither "
		    "--encoding nor --ladder names");
}

void
textopt_finish(struct textopt *t)
{
	const char *missing;

	follow_language(&t->conf);
	if (!text_conf_open(&t->conf, &missing))
		die(EX_OSERR, "this system's iconv does not know %s", missing);
}

static bool
flash_cell(struct span cell, bool *flash)
{
	if (cell.n == 0)
		return true;
	*flash = span_is(cell, "yes") || span_is(cell, "1") ||
	    span_is(cell, "true");
	return *flash || span_is(cell, "no") || span_is(cell, "0") ||
	    span_is(cell, "false");
}

bool
textopt_row(struct text_conf *c, bool *flash, const struct textopt *t,
    const struct textopt_cells *cells, struct buf *error)
{
	*flash = t->flash;
	*c = t->conf;
	if (cells->encoding.n > 0 &&
	    !encoding_by_name(cells->encoding, &c->encoding))
		buf_add_str(error, "encoding: no such encoding");
	else if (!dcs_cell(cells->dcs, &c->data_coding))
		buf_add_str(error, "dcs: expected a number from 0 to 255");
	else if (!flash_cell(cells->flash, flash))
		buf_add_str(error, "flash: expected yes or no");
	else if (*flash && c->data_coding >= 0)
		buf_add_str(error, "flash and dcs exclude one another");
	if (error->len > 0)
		return false;
	follow_dcs(c);
	if (*flash && is_auto(c)) {
		c->n_ladder = 2;
		c->ladder[0] = ENCODING_GSM7;
		c->ladder[1] = ENCODING_UCS2;
	}
	return true;
}
