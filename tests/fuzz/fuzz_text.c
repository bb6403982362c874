/* SPDX-License-Identifier: ISC */
/* Any octets as text to plan, as user data to read and as an address. The
 * first two choose the settings. What is planned joins back to the same text. */
#include <stdlib.h>

#include "text/address.h"
#include "text/compose.h"
#include "text/join.h"
#include "text/plan.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
join_back(const struct text_plan *plan, enum encoding alphabet,
    struct span text)
{
	struct join_conf conf = {1000, 1 << 24};
	struct join *j = join_new(&conf);
	struct join_part part = {.data_coding = plan->data_coding};
	struct charset_report report;
	struct joined m;
	struct buf back = {0}, composed = {0};
	size_t i;

	for (i = plan->n_parts; i-- > 0;) {
		must(plan->parts[i].octets.n <= 255);
		must(join_part_read(&part, plan->parts[i].octets, plan->udhi,
		    false));
		if (plan->n_parts == 1 || plan->split == SPLIT_SAR) {
			part.kind = JOIN_SAR;
			part.total = (uint8_t)plan->n_parts;
			part.sequence = (uint8_t)(i + 1);
		}
		must(join_add(j, &part, 0) == JOIN_KEPT);
	}
	must(join_next(j, 0, &m) && m.end == JOIN_WHOLE);
	must(joined_text(&back, &m,
	    &(struct text_reading){.alphabet = alphabet}, &report));
	text_compose(&composed, text);
	must(span_eq(buf_span(&back), buf_span(&composed)));
	buf_free(&back);
	buf_free(&composed);
	join_free(j);
}

static void
plan_text(uint8_t a, uint8_t b, struct span text)
{
	static const enum encoding alphabets[] = {
		ENCODING_UNSET, ENCODING_ASCII, ENCODING_GSM7, ENCODING_LATIN1,
	};
	struct text_conf c = text_conf_default();
	struct text_plan plan = {0};
	struct buf out = {0};
	bool text_only;

	c.alphabet = alphabets[a & 3];
	c.encoding = (enum encoding)(a >> 2 & 15);
	c.split = (enum split)(b & 3);
	c.part_octets = b & 4 ? 90 : 0;
	c.translit = b & 8;
	c.ports = b & 16;
	text_only = !c.translit && c.split != SPLIT_PAYLOAD &&
	    c.encoding != ENCODING_GSM7_PACKED && c.encoding != ENCODING_CP949 &&
	    c.encoding != ENCODING_UCS2_LE;
	if (text_plan_make(&plan, &c, text)) {
		text_plan_set_reference(&plan, b);
		if (text_only)
			join_back(&plan, c.alphabet == ENCODING_UNSET ||
			    c.encoding == ENCODING_GSM7 ||
			    c.encoding == ENCODING_GSM7_SHIFT ?
			    ENCODING_GSM7 : c.alphabet, text);
		text_plan_explain(&out, &plan, &c);
	} else {
		must(text_plan_error(&plan)[0] != 0);
	}
	buf_free(&out);
	text_plan_free(&plan);
}

static void
read_any(struct span s)
{
	struct charset_report report;
	struct join_part part = {0};
	struct address_conf conf = {.ton = -1, .npi = -1};
	struct address address;
	struct buf out = {0};
	unsigned i;

	for (i = 0; i < ENCODINGS; i++) {
		buf_clear(&out);
		if (charset_decode(&out, (enum encoding)i, s, &report) &&
		    i != ENCODING_BINARY)
			must(utf8_check(buf_span(&out)) == out.len);
	}
	join_part_read(&part, s, true, true);
	must(part.octets.n + part.udh == s.n);
	buf_clear(&out);
	must(address_read(&address, s, &conf, &out) == (out.len == 0));
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n < 2)
		return 0;
	plan_text(p[0], p[1], span_of(p + 2, n - 2));
	read_any(span_of(p + 2, n - 2));
	return 0;
}
