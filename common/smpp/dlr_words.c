/* SPDX-License-Identifier: ISC */
/*
 * What the words of a receipt mean (3.4, 5.2.28 and appendix B), when fields
 * make a receipt, and how one is written.
 */
#include "smpp/dlr.h"
#include "smpp/smpptime.h"

bool
dlr_is_receipt(const struct dlr *d)
{
	return d->f[DLR_id].n > 0 && dlr_stat(d->f[DLR_stat]) != NULL;
}

/* Whether there are words, and each has a colon in it. */
static bool
all_keys(struct span line)
{
	bool word = false, colon = false, any = false;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] <= ' ') {
			if (word && !colon)
				return false;
			word = colon = false;
		} else {
			word = any = true;
			colon = colon || line.p[i] == ':';
		}
	}
	return any && (!word || colon);
}

bool
dlr_is_in_line(const struct dlr *d, struct span line)
{
	struct smpptime t;
	unsigned n = 0;

	for (int i = 0; i < DLR_text; i++)
		n += d->f[i].n > 0;
	return n >= 2 || (d->f[DLR_id].n > 0 && all_keys(line)) ||
	    dlr_stat(d->f[DLR_stat]) != NULL ||
	    smpptime_read(&t, d->f[DLR_submit_date]) ||
	    smpptime_read(&t, d->f[DLR_done_date]);
}

void
dlr_write(struct wr *w, const struct dlr *d)
{
	static const char *const key[] = {
#define DLR_FIELD(name, key) key,
#include "smpp/dlr.def"
	};
	bool first = true;
	int i;

	for (i = 0; i < DLR_FIELDS; i++) {
		if (d->f[i].p == NULL)
			continue;
		if (!first)
			wr_u8(w, ' ');
		first = false;
		wr_bytes(w, span_str(key[i]));
		wr_u8(w, ':');
		wr_bytes(w, d->f[i]);
	}
}

const char *
dlr_field_name(enum dlr_field field)
{
	static const char *const name[] = {
#define DLR_FIELD(name, key) #name,
#include "smpp/dlr.def"
	};

	return name[field];
}

static bool
is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

static const struct dlr_stat stats[] = {
#define STAT(word, usual, state, class) {word, usual, state, DLR_##class},
#include "smpp/dlr.def"
};

const struct dlr_stat *
dlr_stat(struct span word)
{
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(*stats); i++) {
		const char *w = stats[i].word;
		size_t j = 0;

		while (j < word.n && w[j] != '\0' && (word.p[j] == (uint8_t)w[j] ||
		    (is_letter(word.p[j]) && (word.p[j] & 0xdf) == (uint8_t)w[j])))
			j++;
		if (j == word.n && w[j] == '\0')
			return &stats[i];
	}
	return NULL;
}

const struct dlr_stat *
dlr_stat_at(size_t i)
{
	return i < sizeof(stats) / sizeof(*stats) ? &stats[i] : NULL;
}

const struct dlr_stat *
dlr_state(uint32_t message_state)
{
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(*stats); i++)
		if (stats[i].message_state == message_state)
			return &stats[i];
	return NULL;
}

const char *
dlr_class_name(enum dlr_class class)
{
	static const char *const name[] = {
		[DLR_UNKNOWN] = "unknown",
		[DLR_PENDING] = "pending",
		[DLR_DELIVERED] = "delivered",
		[DLR_FAILED] = "failed",
	};

	return name[class];
}
