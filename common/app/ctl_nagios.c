/* SPDX-License-Identifier: ISC */
/*
 * smpp-ctl ping --nagios: a line and a state as the guidelines for plugins of
 * Nagios have them, which Icinga, Naemon, Shinken and Zabbix read, too.
 */
#include <string.h>
#include <unistd.h>

#include "app/ctl_ping.h"

static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

static unsigned
percent_lost(const struct ping_facts *f)
{
	return f->sent == 0 ? 100 :
	    (unsigned)(100 * (f->sent - f->answered) / f->sent);
}

static bool
is_over(const struct ctl_limit *limit, const struct ping_facts *f)
{
	return hist_mean(f->us) > limit->ms * 1000 ||
	    percent_lost(f) > limit->percent;
}

/* Microseconds as "0.123". */
static void
add_ms(struct buf *b, uint64_t us)
{
	buf_addf(b, "%llu.%03llu", (unsigned long long)us / 1000,
	    (unsigned long long)us % 1000);
}

static void
add_time(struct buf *b, const char *label, uint64_t us,
    const struct ctlopt *conf)
{
	buf_addf(b, " %s=", label);
	add_ms(b, us);
	buf_add_str(b, "ms;");
	if (conf != NULL)
		buf_addf(b, "%llu;%llu",
		    (unsigned long long)conf->warning.ms,
		    (unsigned long long)conf->critical.ms);
	else
		buf_add_byte(b, ';');
	buf_add_str(b, ";0");
}

/* A bar would begin the performance data. */
static void
add_words(struct buf *b, const char *words)
{
	for (; *words != '\0'; words++)
		buf_add_byte(b, *words == '|' ? '/' : (uint8_t)*words);
}

enum nagios
nagios_print(struct buf *b, const struct ctlopt *conf,
    const struct ping_facts *f)
{
	enum nagios state = f->why != NULL || f->answered == 0 ||
	    is_over(&conf->critical, f) ? NAGIOS_CRITICAL :
	    f->failed > 0 || is_over(&conf->warning, f) ? NAGIOS_WARNING :
	    NAGIOS_OK;

	buf_addf(b, "SMPP %s - ", names[state]);
	add_words(b, f->peer);
	buf_addf(b, ": %llu of %llu answered", (unsigned long long)f->answered,
	    (unsigned long long)f->sent);
	if (f->answered > 0) {
		buf_add_str(b, ", ");
		add_ms(b, hist_mean(f->us));
		buf_add_str(b, " ms on average");
	}
	if (f->why != NULL) {
		buf_add_str(b, "; ");
		add_words(b, f->why);
	}
	buf_addf(b, " | pl=%u%%;%u;%u;0;100", percent_lost(f),
	    conf->warning.percent, conf->critical.percent);
	if (f->answered > 0) {
		add_time(b, "rta", hist_mean(f->us), conf);
		add_time(b, "rtmax", f->us->most, NULL);
	}
	if (f->bound_us > 0)
		add_time(b, "bind", f->bound_us, NULL);
	buf_add_byte(b, '\n');
	return state;
}

int
nagios_die(int status, const char *sentence)
{
	struct buf b = {0};
	size_t at = 0;
	ssize_t n = 1;

	(void)status;
	buf_addf(&b, "SMPP %s - ", names[NAGIOS_UNKNOWN]);
	add_words(&b, sentence);
	buf_add_byte(&b, '\n');
	for (; at < b.len && n > 0; at += (size_t)n)
		n = write(STDOUT_FILENO, b.p + at, b.len - at);
	buf_free(&b);
	return NAGIOS_UNKNOWN;
}
