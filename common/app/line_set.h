/* SPDX-License-Identifier: ISC */
#ifndef APP_LINE_SET_H
#define APP_LINE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of lines of several inputs: 65536 of them cost 8 KiB, or nothing once
 * all of those are in. All zero is empty. */
struct line_set {
	struct line_chunks {
		struct line_chunk {
			uint32_t n;
			uint8_t *bits;
		} *chunk;
		size_t n;
	} *input;
	size_t n;
	uint64_t count;   /* of lines in it */
};

void line_set_add(struct line_set *, uint32_t input, uint64_t line);
bool line_set_has(const struct line_set *, uint32_t input, uint64_t line);
void line_set_free(struct line_set *);

#endif
