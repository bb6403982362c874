/* SPDX-License-Identifier: ISC */
/* How many messages a second one core plans: choice of the encoding, encoding
 * and splitting; how fast UTF-8 is checked and messages are joined. */
#include <stdio.h>
#include <time.h>

#include "text/join.h"
#include "text/plan.h"
#include "text/utf8.h"

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
repeat(struct buf *b, const char *piece, size_t characters)
{
	buf_clear(b);
	while (characters-- > 0)
		buf_add_str(b, piece);
}

static void
bench(const char *name, const struct text_conf *c, struct span text)
{
	struct text_plan plan = {0};
	double start = seconds(), now;
	size_t n = 0, parts = 0, grown, i;

	text_plan_make(&plan, c, text);
	grown = plan.octets.cap + plan.composed.cap + plan.cap_parts;
	do {
		for (i = 0; i < 1000; i++) {
			text_plan_make(&plan, c, text);
			text_plan_set_reference(&plan, (uint16_t)i);
			parts += plan.n_parts;
		}
		n += i;
		now = seconds();
	} while (now - start < 0.3);
	printf("%-44s %10.0f/s %7.0f ns  %zu part%s%s\n", name,
	    (double)n / (now - start), (now - start) * 1e9 / (double)n,
	    parts / n, parts == n ? "" : "s",
	    grown == plan.octets.cap + plan.composed.cap + plan.cap_parts ?
	    "" : "  memory grew");
	text_plan_free(&plan);
}

static void
bench_check(const char *name, struct span text)
{
	double start = seconds(), now;
	size_t n = 0, good = 0, i;

	do {
		for (i = 0; i < 1000; i++)
			good += utf8_check(text);
		n += i;
		now = seconds();
	} while (now - start < 0.3);
	printf("%-44s %10.0f MB/s\n", name,
	    (double)good / (now - start) / 1e6);
}

static void
bench_join(void)
{
	struct join_conf conf = {.timeout_ms = 1000, .max_octets = 1 << 24};
	struct join *j = join_new(&conf);
	struct join_part part = {.from = span_str("821055551234"),
	    .to = span_str("1588"), .total = 3};
	uint8_t octets[153] = {'x'};
	struct joined m;
	double start = seconds(), now;
	size_t n = 0, i;

	part.octets = span_of(octets, sizeof(octets));
	do {
		for (i = 0; i < 1000; i++) {
			part.reference = (uint16_t)i;
			for (part.sequence = 3; part.sequence > 0;
			    part.sequence--)
				join_add(j, &part, 0);
			n += join_next(j, 0, &m);
		}
		now = seconds();
	} while (now - start < 0.3);
	printf("%-44s %10.0f/s %7.0f ns\n", "3 parts of 153 septets joined",
	    (double)n / (now - start), (now - start) * 1e9 / (double)n);
	join_free(j);
}

int
main(void)
{
	struct text_conf unset = text_conf_default(), gsm = unset, ascii = unset;
	struct text_conf korean = unset, ucs2 = unset;
	struct buf b = {0};

	gsm.alphabet = ENCODING_GSM7;
	ascii.alphabet = ENCODING_ASCII;
	korean.encoding = ENCODING_KSC5601;
	ucs2.encoding = ENCODING_UCS2;
	bench("20 ASCII characters, alphabet unset", &unset, span_str("Your code is 483920."));
	repeat(&b, "x", 160);
	bench("160 ASCII characters, alphabet unset", &unset, buf_span(&b));
	bench("160 ASCII characters, gsm7", &gsm, buf_span(&b));
	bench("160 ASCII characters, ascii", &ascii, buf_span(&b));
	repeat(&b, "x", 306);
	bench("306 ASCII characters, gsm7", &gsm, buf_span(&b));
	repeat(&b, "한", 70);
	bench("70 Korean characters, ucs2", &ucs2, buf_span(&b));
	bench("70 Korean characters, ladder", &unset, buf_span(&b));
	bench("70 Korean characters, ksc5601", &korean, buf_span(&b));
	repeat(&b, "글", 300);
	bench("300 Korean characters, ksc5601", &korean, buf_span(&b));
	bench("300 Korean characters, ucs2", &ucs2, buf_span(&b));
	repeat(&b, "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 45);
	bench("45 decomposed Korean characters, ksc5601", &korean, buf_span(&b));
	repeat(&b, "😀", 35);
	bench("35 emoji, ladder", &unset, buf_span(&b));
	repeat(&b, "x", 1000);
	bench_check("utf8_check, ASCII", buf_span(&b));
	repeat(&b, "한", 1000);
	bench_check("utf8_check, Korean", buf_span(&b));
	bench_join();
	buf_free(&b);
	return 0;
}
