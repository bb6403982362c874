/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over its corpus without a fuzzer, as TAP, a test for
 * each file: every input, each of its truncations, and mutations of it that
 * are the same in every run (LONG in the environment: a hundred times more).
 * A failure is a crash or a report of the sanitizers. A file is one input;
 * of a .txt file each line is one, of a .tsv file the hex in the second column
 * of each line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static uint64_t inputs;
static uint32_t mutations = 64;

/* In memory of exactly its size, so that one octet too far is seen. */
static void
try(const uint8_t *p, size_t n)
{
	uint8_t *exact = malloc(n > 0 ? n : 1);

	if (exact == NULL)
		abort();
	if (n > 0)
		memcpy(exact, p, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	inputs++;
}

static uint32_t
next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* One to eight octets become others, most often interesting ones. */
static void
mutate(struct buf *b, uint32_t *seed)
{
	static const uint8_t odd[] = {0, 1, 0x7f, 0x80, 0xff, '\t', '\\', ':'};
	uint32_t times = 1 + next(seed) % 8;

	while (times-- > 0 && b->len > 0) {
		size_t at = next(seed) % b->len;

		b->p[at] = next(seed) % 3 == 0 ? (uint8_t)next(seed) :
		    odd[next(seed) % sizeof(odd)];
	}
}

static void
try_all(struct span input)
{
	struct buf b = {0};
	uint32_t seed = 2463534242u + (uint32_t)input.n;
	size_t step = input.n / 512 + 1;

	try(input.p, input.n);
	for (size_t n = 0; n < input.n; n += step)
		try(input.p, n);
	for (uint32_t i = 0; i < mutations; i++) {
		buf_clear(&b);
		buf_add_span(&b, input);
		mutate(&b, &seed);
		try(b.p, b.len);
	}
	buf_free(&b);
}

static bool
read_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return false;
	do {
		n = fread(buf_reserve(b, 65536), 1, 65536, f);
		b->len += n;
	} while (n > 0);
	fclose(f);
	return true;
}

/* The second column of a line; empty when it has but one. */
static struct span
second(struct span line)
{
	const uint8_t *tab = line.n ? memchr(line.p, '\t', line.n) : NULL;

	if (tab == NULL)
		return span_skip(line, line.n);
	line = span_skip(line, (size_t)(tab - line.p) + 1);
	tab = line.n ? memchr(line.p, '\t', line.n) : NULL;
	if (tab != NULL)
		line.n = (size_t)(tab - line.p);
	return line;
}

static void
try_lines(struct span text, bool hex)
{
	struct buf octets = {0};

	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p), bad;
		struct span line = {text.p, n};

		text = span_skip(text, n + 1);
		buf_clear(&octets);
		if (!hex)
			try_all(line);
		else if (hex_decode(&octets, second(line), &bad))
			try_all(buf_span(&octets));
	}
	buf_free(&octets);
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

int
main(int argc, char **argv)
{
	struct buf content = {0};

	if (getenv("LONG") != NULL)
		mutations *= 100;
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		buf_clear(&content);
		inputs = 0;
		if (!read_file(&content, argv[i])) {
			printf("not ok %d - %s cannot be read\n", i, argv[i]);
			continue;
		}
		if (ends_with(argv[i], ".tsv") || ends_with(argv[i], ".txt"))
			try_lines(buf_span(&content), ends_with(argv[i], ".tsv"));
		else
			try_all(buf_span(&content));
		printf("ok %d - %s, %llu inputs\n", i, argv[i],
		    (unsigned long long)inputs);
		fflush(stdout);
	}
	buf_free(&content);
	return 0;
}
