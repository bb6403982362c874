/* SPDX-License-Identifier: ISC */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "app/keep.h"
#include "app/options.h"
#include "base/bucket.h"
#include "rec/record.h"
#include "text/charset.h"

/*
 * What a program is told, from all layers: built-in default < profile <
 * environment < command line; parameters of a URL rank just above the layer
 * that gave the URL. The outcome is a list of the settings in force, which a
 * program walks with a switch:
 *
 *	struct config *c = config_read(&program, argc, argv);
 *	for (size_t i = 0; i < c->n; i++) {
 *		const struct setting *s = &c->setting[i];
 *		switch (s->option) {
 *		case OPT_WINDOW: window = setting_number(s, 1, 65535); break;
 *		case OPT_KEEP_PLUS: keep_plus = true; break;
 *		default: break;
 *		}
 *	}
 */
enum config_layer {
	LAYER_DEFAULT,
	LAYER_PROFILE,
	LAYER_PROFILE_URL,
	LAYER_ENVIRONMENT,
	LAYER_ENVIRONMENT_URL,
	LAYER_LINE,
	LAYER_LINE_URL,
};

struct setting {
	enum option option;
	/* of a switch "yes" (one that is off is not in the list), of one that
	 * counts the number */
	const char *value;
	enum config_layer layer;
	const char *where;  /* "default", "/etc/smpptools.ini line 7",
			     * "$SMPP_URL", "command line"; of a URL parameter
			     * the place of the URL, then "url" */
};

struct config {
	const struct program *program;
	struct setting *setting;  /* in force; in the order of options.def, and
				   * of an option that may repeat as given */
	size_t n;
	char **operand;           /* of argv, NULL behind the last */
	size_t n_operands;
	bool dashes;              /* a -- stood before the first operand */
	/* the profile, whatever overrides it */
	const char *profile;      /* "ops", or NULL */
	const char **profile_url; /* its urls, NULL behind the last */
	struct keep kept;  /* private: what the above points at */
};

/*
 * Reads all layers. Acts on --help, --version and --dump-config (prints,
 * exits with 0) and --quiet; blanks passwords in argv. Dies with 64 or 78 and
 * a line that says what is wrong where. diag_init comes before it.
 */
struct config *config_read(const struct program *, int argc, char **argv);
void config_free(struct config *);

/* The setting in force of an option that does not repeat; NULL when unset. */
const struct setting *config_get(const struct config *, enum option);

/* Whether somebody set it: a setting other than a built-in default. */
bool config_given(const struct config *, enum option);

/*
 * What another section of the same file says, whatever other layers do: how
 * many settings, in their order (of a switch that is off the value is NULL). The
 * array is the caller's to free; what it points at is kept. Dies with 78 when
 * there is no such section.
 */
size_t config_section(const struct config *, const char *name, struct keep *,
    struct setting **);

/* Dies over a setting: "--window: "x": expected ..."; 78 when it stands in a
 * profile, else 64. */
void setting_refuse(const struct setting *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Dies over a list of columns, of which bad is unknown, or twice there, or
 * the key and left out; tells which columns there are. */
void setting_refuse_columns(const struct setting *, const struct schema *,
    struct span bad) __attribute__((noreturn));

/*
 * The value of a setting as what it should be; they die, naming the option,
 * the value and what is expected.
 */
uint64_t setting_number(const struct setting *, uint64_t least, uint64_t most);

/* Milliseconds of a TIME: a number with ms, s, m, h or d; bare is seconds. */
uint64_t setting_time(const struct setting *);

/* Octets: a number, with KiB, MiB or GiB. */
uint64_t setting_size(const struct setting *, uint64_t least, uint64_t most);

/* "10/s", "600/m"; "0" is no limit. */
struct rate setting_rate(const struct setting *);

/* The index of the value in a list of words that ends with NULL. */
size_t setting_word(const struct setting *, const char *const words[]);

/* What data_coding 0 means: ascii, gsm7, gsm7-packed or latin1. */
enum encoding setting_alphabet(const struct setting *);

/* A TON or NPI: 0 to 255, or its name ("international", "isdn"). */
uint8_t setting_ton(const struct setting *);
uint8_t setting_npi(const struct setting *);

/* "100ms", "5", "1h" to milliseconds; false when it is no TIME. */
bool time_parse(struct span text, uint64_t *ms);

/* "10/s", "600/m", "0" to a rate; false when it is none. */
bool rate_parse(struct span text, struct rate *);

#endif
